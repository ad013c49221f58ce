import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type IntakeMessage,
  getIntakeMessage,
  getIntakeOverview,
  intakeNoteKinds,
  intakeStatus,
  listIntakeMessages,
  replayIntakeMessages,
} from '../../../contract/intake.ts'
import { bytes, count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { keyOf, queryClient, useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { type Column, ListPage, useList, column } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { IntakeOverview } from './IntakeOverview.tsx'
import { IntakeStatusTag } from './IntakeStatusTag.tsx'
import { MessageDrawer } from './MessageDrawer.tsx'
import { ReplayDialog } from './ReplayDialog.tsx'
import { IntakeReason } from './IntakeReason.tsx'
import { useIntakeLive } from './useIntakeLive.ts'
import { useDo } from '../../ui/useDo.ts'

export function IntakeMessages() {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const navigate = useNavigate()
  const [filters, setFilters] = useFilters()
  const [selected, setSelected] = useState<Set<string | number>>(new Set())
  const [asking, setAsking] = useState(false)
  const { arrived, seen } = useIntakeLive()

  const status = intakeStatus.options.find((one) => one === first(filters['status']))
  const note = intakeNoteKinds.find((one) => one === first(filters['note']))
  const optional = (key: 'messageType' | 'sender' | 'facility' | 'controlId' | 'noteAt' | 'text') => {
    const value = first(filters[key])
    return value ? { [key]: value } : {}
  }
  const narrow = {
    ...optional('messageType'),
    ...optional('sender'),
    ...optional('controlId'),
    ...optional('text'),
  }
  const noted = { ...optional('facility'), ...optional('noteAt'), ...(note && { note }) }
  const openId = Number(first(filters['message'])) || null

  const overview = useCall(getIntakeOverview, {}, { refetchInterval: 60_000 })
  const messages = useList(listIntakeMessages, {
    ...narrow,
    ...noted,
    ...(status ? { status: [status] } : {}),
  })

  const refresh = () => {
    seen()
    for (const contract of [listIntakeMessages, getIntakeMessage, getIntakeOverview]) {
      void queryClient.invalidateQueries({ queryKey: keyOf(contract) })
    }
  }
  const replay = useDo(replayIntakeMessages, {
    done: ({ replayed }) => t('intake.replayed', { n: replayed }),
    onDone: () => {
      setSelected(new Set())
      setAsking(false)
      refresh()
    },
  })
  const open = (id: number | null) =>
    void navigate({ to: '.', search: ((old: object) => ({ ...old, message: id ?? undefined })) as never })

  const mayReplay = may(me, 'intake.replay')
  const chosen = messages.items
    .filter((one) => one.status === 'dead' && selected.has(one.id))
    .map((one) => one.id)
  const columns: Column<IntakeMessage>[] = [
    column('received', t('intake.column.received'), 150, (one) => (
      <TimeText at={one.receivedAt} show="moment" />
    )),
    column('status', t('intake.column.status'), 110, (one) => <IntakeStatusTag status={one.status} />),
    column('type', t('intake.column.type'), 96, (one) => (
      <span className="mono">{one.messageType || '—'}</span>
    )),
    column(
      'sender',
      t('intake.column.sender'),
      170,
      (one) => [one.sender, one.facility].filter(Boolean).join(' · ') || '—',
    ),
    column('controlId', t('intake.column.controlId'), 170, (one) => (
      <span className="mono">
        {one.controlId || '—'}
        {one.duplicates > 0 && (
          <span className="secondary small" title={t('intake.duplicates', { n: one.duplicates })}>
            {' '}
            ×{one.duplicates + 1}
          </span>
        )}
      </span>
    )),
    column('reason', t('intake.column.reason'), (one) => <IntakeReason message={one} />),
    column('size', t('intake.column.size'), { width: 80, align: 'right', wideOnly: true }, (one) =>
      bytes(one.bytes),
    ),
  ]

  return (
    <>
      <ListPage
        title={t('intake.title')}
        actions={
          mayReplay && (
            <>
              {chosen.length > 0 && (
                <Button disabled={replay.isPending} onClick={() => replay.mutate({ body: { ids: chosen } })}>
                  {t('intake.replaySelected', { n: chosen.length })}
                </Button>
              )}
              {(overview.data?.dead ?? 0) > 0 && (
                <Button onClick={() => setAsking(true)}>{t('intake.replayAll')}</Button>
              )}
            </>
          )
        }
        above={
          <>
            <IntakeOverview overview={overview} onDead={() => setFilters({ status: 'dead' })} />
            <div className="filter-bar">
              <SelectFilter
                label={t('intake.filter.status')}
                all={t('intake.filter.allStatus')}
                of="status"
                options={intakeStatus.options.map((value) => ({ value, text: code('intakeStatus', value) }))}
              />
              <SelectFilter
                label={t('intake.filter.sender')}
                all={t('intake.filter.allSenders')}
                of="sender"
                options={Array.from(new Set(overview.data?.senders.map((one) => one.sender))).map(
                  (value) => ({
                    value,
                    text: value,
                  }),
                )}
                clears={['facility']}
              />
              <TextFilter label={t('intake.filter.type')} of="messageType" />
              <TextFilter label={t('intake.filter.controlId')} of="controlId" />
              <SelectFilter
                label={t('intake.notes.filter')}
                all={t('intake.notes.filter')}
                of="note"
                options={intakeNoteKinds.map((value) => ({ value, text: code('intakeNote', value) }))}
                clears={['noteAt']}
              />
              {mayReplay && <TextFilter label={t('intake.filter.text')} of="text" />}
              <span role="status">
                {arrived && (
                  <button type="button" className="plain-button" onClick={refresh}>
                    {t('intake.newArrived')}
                  </button>
                )}
              </span>
            </div>
          </>
        }
        source={messages}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => open(one.id)}
        {...(mayReplay && status === 'dead'
          ? {
              selection: {
                selected,
                onChange: setSelected,
                label: (one: IntakeMessage) => t('intake.select', { id: one.controlId || count(one.id) }),
              },
            }
          : {})}
        empty={{ title: t('intake.empty.title'), hint: t('intake.empty.hint') }}
      />
      {openId !== null && (
        <MessageDrawer
          id={openId}
          onClose={() => open(null)}
          {...(mayReplay
            ? {
                onReplay: () => replay.mutate({ body: { ids: [openId] } }),
                replaying: replay.isPending,
                onCorrected: (copy: number) => {
                  refresh()
                  open(copy)
                },
              }
            : {})}
        />
      )}
      {asking && (
        <ReplayDialog
          filter={narrow}
          busy={replay.isPending}
          onReplay={(ids) => replay.mutate({ body: { ids } })}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
