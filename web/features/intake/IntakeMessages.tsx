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
import { type Column, ListPage, useList } from '../../ui/ListPage.tsx'
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
  const narrowed = status !== undefined || Object.keys({ ...narrow, ...noted }).length > 0

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
    {
      key: 'received',
      title: t('intake.column.received'),
      width: 150,
      render: (one) => <TimeText at={one.receivedAt} show="moment" />,
    },
    {
      key: 'status',
      title: t('intake.column.status'),
      width: 110,
      render: (one) => <IntakeStatusTag status={one.status} />,
    },
    {
      key: 'type',
      title: t('intake.column.type'),
      width: 96,
      render: (one) => <span className="mono">{one.messageType || '—'}</span>,
    },
    {
      key: 'sender',
      title: t('intake.column.sender'),
      width: 170,
      render: (one) => [one.sender, one.facility].filter(Boolean).join(' · ') || '—',
    },
    {
      key: 'controlId',
      title: t('intake.column.controlId'),
      width: 170,
      render: (one) => (
        <span className="mono">
          {one.controlId || '—'}
          {one.duplicates > 0 && (
            <span className="secondary small" title={t('intake.duplicates', { n: one.duplicates })}>
              {' '}
              ×{one.duplicates + 1}
            </span>
          )}
        </span>
      ),
    },
    {
      key: 'reason',
      title: t('intake.column.reason'),
      render: (one) => <IntakeReason message={one} />,
    },
    {
      key: 'size',
      title: t('intake.column.size'),
      width: 80,
      align: 'right',
      wideOnly: true,
      render: (one) => bytes(one.bytes),
    },
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
                value={status}
                options={intakeStatus.options.map((value) => ({ value, text: code('intakeStatus', value) }))}
                onChange={(value) => setFilters({ status: value })}
              />
              <SelectFilter
                label={t('intake.filter.sender')}
                all={t('intake.filter.allSenders')}
                value={first(filters['sender'])}
                options={Array.from(new Set(overview.data?.senders.map((one) => one.sender))).map(
                  (value) => ({
                    value,
                    text: value,
                  }),
                )}
                onChange={(sender) => setFilters({ sender, facility: undefined })}
              />
              <TextFilter
                label={t('intake.filter.type')}
                value={first(filters['messageType'])}
                onChange={(messageType) => setFilters({ messageType })}
              />
              <TextFilter
                label={t('intake.filter.controlId')}
                value={first(filters['controlId'])}
                onChange={(controlId) => setFilters({ controlId })}
              />
              <SelectFilter
                label={t('intake.notes.filter')}
                all={t('intake.notes.filter')}
                value={note}
                options={intakeNoteKinds.map((value) => ({ value, text: code('intakeNote', value) }))}
                onChange={(value) => setFilters({ note: value, noteAt: undefined })}
              />
              {mayReplay && (
                <TextFilter
                  label={t('intake.filter.text')}
                  value={first(filters['text'])}
                  onChange={(text) => setFilters({ text })}
                />
              )}
              {arrived && (
                <button type="button" className="plain-button" role="status" onClick={refresh}>
                  {t('intake.newArrived')}
                </button>
              )}
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
        empty={
          narrowed
            ? {
                title: t('intake.empty.filtered'),
                hint: t('intake.empty.filteredHint'),
                action: (
                  <Button
                    onClick={() =>
                      setFilters({
                        status: undefined,
                        sender: undefined,
                        messageType: undefined,
                        controlId: undefined,
                        facility: undefined,
                        note: undefined,
                        noteAt: undefined,
                        text: undefined,
                      })
                    }
                  >
                    {t('common.clearFilters')}
                  </Button>
                ),
              }
            : { title: t('intake.empty.title'), hint: t('intake.empty.hint') }
        }
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
