import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { caseChannel, caseKind, type CaseSummary, caseView, listCases } from '../../../contract/case.ts'
import { personColumn } from '../../app/personColumn.tsx'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { may, useMe } from '../../session.tsx'
import { PeriodFilter } from '../../ui/DateFilter.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { ViewChips } from '../appointment/ViewChips.tsx'
import { RegisterDialog } from './RegisterDialog.tsx'
import { CaseTags } from './status.tsx'
import { useCasePlaces } from './useCasePlaces.ts'

/** Complaints, praise, suggestions and requests, the next due first. */
export default function CasesPage() {
  const { t } = useTranslation()
  const code = useCode()
  const shipped = useShipped()
  const me = useMe()
  const navigate = useNavigate()
  const [filters, setFilters] = useFilters()
  const [registering, setRegistering] = useState(false)
  const view = caseView.options.find((one) => one === first(filters['view'])) ?? 'open'
  const { departmentChoices, categoryChoices } = useCasePlaces()
  const asked = Object.fromEntries(
    [
      ...[
        'kind',
        'channel',
        'departmentId',
        'categoryId',
        'siteId',
        'age',
        'inTime',
        'satisfied',
        'from',
        'to',
        'search',
      ],
      ...['improvementId', 'personId'],
    ].flatMap((name) => {
      const value = first(filters[name])
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const source = useList(listCases, { view, ...asked })
  const open = (one: CaseSummary) => void navigate({ to: '/cases/$id', params: { id: String(one.id) } })
  const columns: Column<CaseSummary>[] = [
    column('number', t('cases.number'), { width: 110 }, (one) => (
      <Link to="/cases/$id" params={{ id: String(one.id) }} className="mono">
        {one.number}
      </Link>
    )),
    column('kind', t('cases.kindLabel'), (one) => (
      <>
        {code('caseKind', one.kind)}
        <br />
        <span className="secondary small">{t(`cases.channel.${one.channel}`)}</span>
      </>
    )),
    personColumn(t('cases.complainantLabel'), (one) => ({
      id: one.personId,
      name: one.personName ?? t('cases.anonymous'),
    })),
    column('category', t('cases.category'), (one) => (
      <>
        {shipped(one.categoryName)}
        <br />
        <span className="secondary small">{one.departments.map((d) => d.name).join('、') || '—'}</span>
      </>
    )),
    column('description', t('cases.description'), { wideOnly: true }, (one) => (
      <span className="ellipsis">{one.description}</span>
    )),
    column('owner', t('cases.owner'), (one) => one.ownerName),
    column('status', t('cases.statusLabel'), (one) => <CaseTags one={one} />),
    column('due', t('cases.due'), { width: 120 }, (one) =>
      one.status === 'closed' ? code('caseOutcome', one.outcome) : <TimeText at={one.clock?.dueAt ?? null} />,
    ),
    column('opened', t('cases.opened'), { wideOnly: true, width: 120 }, (one) => (
      <TimeText at={one.openedAt} />
    )),
  ]
  return (
    <>
      <ListPage
        title={t('cases.title')}
        actions={
          <>
            <LinkButton to="/cases/setup">{t('cases.setup')}</LinkButton>
            {may(me, 'case.write') && (
              <Button type="primary" onClick={() => setRegistering(true)}>
                {t('cases.register')}
              </Button>
            )}
          </>
        }
        filters={
          <>
            <ViewChips
              label={t('cases.statusLabel')}
              views={caseView.options}
              text={(one) => t(`cases.view.${one}`)}
            />
            <TextFilter of="search" label={t('cases.found')} />
            <SelectFilter
              label={t('cases.kindLabel')}
              all={t('cases.allKinds')}
              of="kind"
              options={caseKind.options.map((one) => ({ value: one, text: code('caseKind', one) }))}
            />
            <SelectFilter
              label={t('cases.channelLabel')}
              all={t('cases.allChannels')}
              of="channel"
              options={caseChannel.options.map((one) => ({ value: one, text: t(`cases.channel.${one}`) }))}
            />
            <SelectFilter
              label={t('cases.category')}
              all={t('cases.allCategories')}
              of="categoryId"
              options={categoryChoices}
            />
            <SelectFilter
              label={t('cases.department')}
              all={t('cases.allDepartments')}
              of="departmentId"
              options={departmentChoices}
            />
            <PeriodFilter labels={[t('cases.from'), t('cases.to')]} />
          </>
        }
        above={<NarrowedBy filters={filters} clear={setFilters} />}
        source={source}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={open}
        empty={{ title: t('cases.none'), hint: t('cases.noneHint') }}
      />
      {registering && <RegisterDialog person={null} onDone={open} onClose={() => setRegistering(false)} />}
    </>
  )
}

type Filters = ReturnType<typeof useFilters>[0]

/** What a number of the figures has narrowed the list to and no field above says. */
function NarrowedBy({ filters, clear }: { filters: Filters; clear: (patch: Filters) => void }) {
  const { t } = useTranslation()
  const age = first(filters['age']) as '0-2' | undefined
  const inTime = first(filters['inTime'])
  const satisfied = first(filters['satisfied'])
  const what = [
    age && t(`cases.ages.${age}`),
    inTime && t(inTime === 'true' ? 'cases.inTime' : 'cases.notInTime'),
    satisfied && t(satisfied === 'true' ? 'cases.satisfied' : 'cases.notSatisfied'),
  ].filter(Boolean)
  if (what.length === 0) return null
  return (
    <Notice
      tone="info"
      title={t('cases.rows', { what: what.join(' · ') })}
      action={
        <Button onClick={() => clear({ age: undefined, inTime: undefined, satisfied: undefined })}>
          {t('cases.view.all')}
        </Button>
      }
    />
  )
}
