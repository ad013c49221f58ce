import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type CallSummary, dispositions, listCalls } from '../../../contract/call.ts'
import { callDirections } from '../../../contract/telephony.ts'
import { personColumn } from '../../app/personColumn.tsx'
import { duration, nothing } from '../../format/number.ts'
import { first, list, useFilters } from '../../ui/filters.ts'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { CallDrawer } from './CallDrawer.tsx'
import { stateTone } from './state.ts'

const states = ['live', 'answered', 'missed'] as const

/** Calls within reach, newest first. */
export default function CallsPage() {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  const [opened, setOpened] = useState<number | null>(null)
  const mine = first(filters['mine']) === '1'
  const direction = callDirections.filter((one) => list(filters['direction']).includes(one))
  const state = states.filter((one) => list(filters['state']).includes(one))
  const disposition = dispositions.filter((one) => list(filters['disposition']).includes(one))
  const personId = Number(first(filters['personId'])) || undefined
  const source = useList(listCalls, {
    ...(mine && { mine }),
    ...(direction.length > 0 && { direction }),
    ...(state.length > 0 && { state }),
    ...(disposition.length > 0 && { disposition }),
    ...(personId && { personId }),
  })
  const seconds = (value: number | null) => (value === null ? nothing : duration(value))
  const columns: Column<CallSummary>[] = [
    column('at', t('calls.at'), (one) => <TimeText at={one.startedAt} show="moment" />),
    column('direction', t('calls.direction'), (one) =>
      one.direction ? t(`calls.directions.${one.direction}`) : nothing,
    ),
    personColumn(t('calls.party'), (one) => ({
      id: one.personId,
      name: one.personName ?? t('calls.unknownParty'),
    })),
    column('number', t('calls.number'), (one) => one.number ?? t('calls.withheld')),
    column('state', t('calls.state'), (one) => (
      <StatusTag tone={stateTone[one.state]}>{t(`calls.states.${one.state}`)}</StatusTag>
    )),
    column('agent', t('calls.agent'), (one) => one.agentName ?? nothing),
    column('waited', t('calls.waited'), { align: 'right' }, (one) => seconds(one.waitedSeconds)),
    column('talked', t('calls.talked'), { align: 'right' }, (one) => seconds(one.talkedSeconds)),
    column('disposition', t('calls.disposition'), { wideOnly: true }, (one) =>
      one.disposition ? t(`calls.dispositions.${one.disposition}`) : nothing,
    ),
  ]
  return (
    <>
      <ListPage
        title={t('calls.title')}
        filters={
          <>
            <button
              type="button"
              className="chip"
              aria-pressed={mine}
              onClick={() => setFilters({ mine: mine ? undefined : '1' })}
            >
              {t('calls.mine')}
            </button>
            <SelectFilter
              label={t('calls.direction')}
              all={t('calls.allDirections')}
              of="direction"
              options={callDirections.map((value) => ({ value, text: t(`calls.directions.${value}`) }))}
            />
            <SelectFilter
              label={t('calls.state')}
              all={t('calls.allStates')}
              of="state"
              options={states.map((value) => ({ value, text: t(`calls.stateFilters.${value}`) }))}
            />
            <SelectFilter
              label={t('calls.disposition')}
              all={t('calls.allDispositions')}
              of="disposition"
              options={dispositions.map((value) => ({ value, text: t(`calls.dispositions.${value}`) }))}
            />
          </>
        }
        source={source}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => setOpened(one.id)}
        empty={{ title: t('calls.none'), hint: t('calls.noneHint') }}
      />
      {opened !== null && <CallDrawer id={opened} onClose={() => setOpened(null)} />}
    </>
  )
}
