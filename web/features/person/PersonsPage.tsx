import { personColumn } from '../../app/personColumn.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type PersonSummary, listPersons, personTag } from '../../../contract/person.ts'
import { completenessBands, gap, gaps } from '../../../contract/provenance.ts'
import { listSites, listStaff } from '../../../contract/setting.ts'
import { useAge } from '../../i18n/useAge.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { type Column, ListPage, useList, column } from '../../ui/ListPage.tsx'
import { type Filters, first, useFilters } from '../../ui/filters.ts'
import { choices } from '../../ui/fields.ts'
import { PeriodFilter } from '../../ui/DateFilter.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { may, useMe } from '../../session.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'

export default function PersonsPage() {
  const { t } = useTranslation()
  const code = useCode()
  const age = useAge()
  const navigate = useNavigate()
  const me = useMe()
  const mayMerge = may(me, 'person.merge')
  const [chosen, setChosen] = useState<Set<string | number>>(new Set())
  const [filters] = useFilters()
  const search = first(filters['search']) ?? ''
  const source = useList(listPersons, { ...(search ? { search } : {}), ...narrowing(filters) })

  const columns: Column<PersonSummary>[] = [
    personColumn(t('person.column.name'), ({ id, name }) => ({ id, name }), {
      key: 'name',
      width: '16%',
      after: (person) => (
        <>
          {person.deceased && <StatusTag tone="neutral">{code('personTag', 'deceased')}</StatusTag>}
          {person.foundAs.length > 0 && (
            <p className="secondary small">{t('frame.foundAs', { names: person.foundAs.join('、') })}</p>
          )}
        </>
      ),
    }),
    column('sexAge', t('person.column.sexAge'), 110, (person) => (
      <>
        {code('sex', person.sex)} {age(person.age)}
      </>
    )),
    column('phone', t('person.column.phone'), 140, (person) => person.phone ?? '—'),
    column(
      'recordNumber',
      t('person.column.recordNumber'),
      130,
      (person) => person.recordNumbers.map((one) => one.value).join('、') || '—',
    ),
    column('lastVisit', t('person.column.lastVisit'), 110, (person) => <TimeText at={person.lastVisitAt} />),
    column(
      'department',
      t('person.column.department'),
      { width: '14%' },
      (person) => person.lastDepartmentName ?? '—',
    ),
    column(
      'condition',
      t('person.column.condition'),
      { wideOnly: true },
      (person) => person.lastConditionText ?? '—',
    ),
    column(
      'completeness',
      t('person.column.completeness'),
      { width: 80, align: 'right', wideOnly: true },
      (person) => person.completeness ?? '—',
    ),
    column('openTasks', t('person.column.openTasks'), { width: 70, align: 'right' }, (person) =>
      person.openTasks > 0 ? person.openTasks : '—',
    ),
  ]

  return (
    <ListPage
      title={t('person.title')}
      totalText={(n) => t('person.total', { n })}
      source={source}
      columns={columns}
      rowKey={(person) => person.id}
      onOpen={(person) => void navigate({ to: '/persons/$id', params: { id: String(person.id) } })}
      filters={
        <>
          <TextFilter label={t('person.searchHint')} of="search" wide />
          <PersonFilters />
        </>
      }
      {...(may(me, 'figure.read') && !mayMerge && { actions: <CompletenessLink /> })}
      {...(mayMerge && {
        selection: {
          selected: chosen,
          onChange: setChosen,
          label: (person: PersonSummary) => person.name,
        },
        actions: (
          <>
            <MergeChosen chosen={[...chosen].map(String)} />
            {may(me, 'figure.read') && <CompletenessLink />}
          </>
        ),
      })}
      empty={{ title: t('person.empty'), hint: t('person.emptyHint') }}
    />
  )
}

function CompletenessLink() {
  const { t } = useTranslation()
  return <LinkButton to="/figures/completeness">{t('person.completeness.open')}</LinkButton>
}

/** What the address narrows the list to; whatever else stands there is left aside. */
function narrowing(filters: Filters) {
  const number = (name: string, most = Infinity) => {
    const value = Number(first(filters[name]) || NaN)
    return value >= 0 && value <= most ? { [name]: Math.round(value) } : {}
  }
  const text = (name: string) => {
    const value = first(filters[name])
    return value ? { [name]: value } : {}
  }
  const missing = gap.safeParse(first(filters['missing'])).data
  const tag = personTag.safeParse(first(filters['tag'])).data
  return {
    ...number('completeFrom', 100),
    ...number('completeTo', 100),
    ...(first(filters['lastSite']) === 'none' ? { lastSite: 'none' as const } : number('lastSite')),
    ...number('departmentId'),
    ...number('attendingStaffId'),
    ...text('dischargedFrom'),
    ...text('dischargedTo'),
    ...text('condition'),
    ...(missing && { missing }),
    ...(tag && { tag }),
  }
}

function PersonFilters() {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  const code = useCode()
  const places = useCall(listSites, { query: { within: 'person.read' } })
  const staff = useCall(listStaff, { query: { within: 'person.read', limit: 200 } })
  const departmentId = first(filters['departmentId'])
  const doctors = (staff.data?.items ?? []).filter(
    (one) => one.role === 'doctor' && (!departmentId || String(one.departmentId) === departmentId),
  )
  const band = `${first(filters['completeFrom']) ?? 0}-${first(filters['completeTo']) ?? 100}`
  const pick = (name: string, label: string, all: string, options: { value: string; text: string }[]) => (
    <SelectFilter label={label} all={all} of={name} options={options} />
  )
  return (
    <>
      {pick(
        'departmentId',
        t('tasks.department'),
        t('tasks.allDepartments'),
        choices(places.data?.departments ?? []),
      )}
      {pick('attendingStaffId', t('tasks.doctor'), t('tasks.allDoctors'), choices(doctors))}
      <PeriodFilter
        labels={[t('tasks.dischargedFrom'), t('tasks.dischargedTo')]}
        names={['dischargedFrom', 'dischargedTo']}
      />
      <TextFilter label={t('tasks.condition')} of="condition" />
      {pick(
        'tag',
        t('person.tagFilter'),
        t('person.allTags'),
        personTag.options.map((one) => ({ value: one, text: code('personTag', one) })),
      )}
      <SelectFilter
        label={t('person.completeness.filter')}
        all={t('person.completeness.all')}
        value={band === '0-100' ? undefined : band}
        options={completenessBands.map(({ from, to }) => ({
          value: `${from}-${to}`,
          text: from === to ? String(from) : t('person.completeness.band', { from, to }),
        }))}
        onChange={(value) => {
          const [completeFrom, completeTo] = value?.split('-') ?? []
          setFilters({ completeFrom, completeTo })
        }}
      />
      {pick(
        'missing',
        t('person.completeness.missingFilter'),
        t('person.completeness.allGaps'),
        gaps.map((one) => ({ value: one, text: code('gap', one) })),
      )}
      {pick('lastSite', t('person.completeness.site'), t('person.completeness.anySite'), [
        ...choices(places.data?.sites ?? []),
        { value: 'none', text: t('person.completeness.noSite') },
      ])}
    </>
  )
}

/** Two persons chosen from the list go side by side. */
function MergeChosen({ chosen }: { chosen: string[] }) {
  const { t } = useTranslation()
  const [left, right, more] = chosen
  if (left === undefined) return null
  if (right === undefined || more !== undefined)
    return <span className="secondary small">{t('match.chooseTwo')}</span>
  return (
    <LinkButton to="/persons/merge/$left/$right" params={{ left, right }}>
      {t('match.mergeChosen')}
    </LinkButton>
  )
}
