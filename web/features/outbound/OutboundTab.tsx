import './outbound.css'
import { useNavigate } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  cancelOutboundMessages,
  getOutboundMessage,
  listOutboundChannels,
  listOutboundMessages,
  type OutboundChannel,
  type OutboundMessage,
  outboundStatus,
  replayOutboundMessages,
} from '../../../contract/outbound.ts'
import { liveEvents } from '../../app/live.tsx'
import { useCode } from '../../i18n/useCode.ts'
import { keyOf, queryClient, useAct, useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { type Column, ListPage, useList, column } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { ChannelDialog } from './ChannelDialog.tsx'
import { ChannelList } from './ChannelList.tsx'
import { cancellable, OutboundDrawer, OutboundStatusTag, replayable } from './OutboundDrawer.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { useOutboundReason } from './useOutboundReason.ts'

function refresh() {
  for (const contract of [listOutboundMessages, listOutboundChannels, getOutboundMessage])
    void queryClient.invalidateQueries({ queryKey: keyOf(contract) })
}

const everyMs = 2000

/** Sending goes on while somebody looks: the screen follows, at most every two seconds. */
function useOutboundLive() {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const listen = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        refresh()
      }, everyMs)
    }
    liveEvents.addEventListener('intake', listen)
    return () => {
      liveEvents.removeEventListener('intake', listen)
      clearTimeout(timer)
    }
  }, [])
}

export function OutboundTab() {
  const { t } = useTranslation()
  const code = useCode()
  const why = useOutboundReason()
  const explain = useExplain()
  const me = useMe()
  const { message: toast } = App.useApp()
  const navigate = useNavigate()
  const [filters] = useFilters()
  const [selected, setSelected] = useState<Set<string | number>>(new Set())
  const [editing, setEditing] = useState<OutboundChannel | 'new' | null>(null)
  const [cancelling, setCancelling] = useState<number[] | null>(null)
  useOutboundLive()

  const status = outboundStatus.options.find((one) => one === first(filters['status']))
  const channelId = Number(first(filters['channel'])) || undefined
  const controlId = first(filters['controlId'])
  const openId = Number(first(filters['out'])) || null
  const channels = useCall(listOutboundChannels, {}, { refetchInterval: 60_000 })
  const messages = useList(listOutboundMessages, {
    ...(status ? { status: [status] } : {}),
    ...(channelId ? { channelId } : {}),
    ...(controlId ? { controlId } : {}),
  })
  const failed = (error: Error) => void toast.error(explain(error))
  const done = () => {
    setSelected(new Set())
    setCancelling(null)
    refresh()
  }
  const replay = useAct(replayOutboundMessages, {
    onSuccess: ({ replayed, overtaken }) => {
      if (replayed > 0) void toast.success(t('outbound.replayed', { n: replayed }))
      if (overtaken > 0) void toast.warning(t('outbound.overtaken', { n: overtaken }))
      done()
    },
    onError: failed,
  })
  const open = (id: number | null) =>
    void navigate({ to: '.', search: ((old: object) => ({ ...old, out: id ?? undefined })) as never })

  const mayReplay = may(me, 'intake.replay')
  const chosen = messages.items.filter((one) => selected.has(one.id))
  const again = chosen.filter(replayable).map((one) => one.id)
  const off = chosen.filter(cancellable).map((one) => one.id)
  const known = channels.data?.items ?? []
  const columns: Column<OutboundMessage>[] = [
    column('created', t('outbound.column.created'), 150, (one) => (
      <TimeText at={one.createdAt} show="moment" />
    )),
    column('status', t('outbound.column.status'), 150, (one) => <OutboundStatusTag status={one.status} />),
    column('kind', t('outbound.column.kind'), 96, (one) => <span className="mono">{one.kind}</span>),
    column('channel', t('outbound.column.channel'), 160, (one) => one.channelName),
    column('controlId', t('outbound.column.controlId'), 190, (one) => (
      <span className="mono">{one.controlId}</span>
    )),
    column(
      'sendings',
      t('outbound.column.sendings'),
      130,
      (one) =>
        one.attempts > 0 && (
          <span title={one.possibleDuplicate ? t('outbound.again') : undefined}>
            {t('outbound.times', { n: one.attempts })}
            {one.possibleDuplicate && <b className="small outbound-mark"> {t('outbound.mark')}</b>}
          </span>
        ),
    ),
    column(
      'reason',
      t('outbound.column.reason'),
      (one) => one.reason && <span className="intake-reason">{why(one.reason)}</span>,
    ),
  ]
  return (
    <>
      <ListPage
        title={t('outbound.title')}
        actions={
          <>
            {mayReplay && again.length > 0 && (
              <Button disabled={replay.isPending} onClick={() => replay.mutate({ body: { ids: again } })}>
                {t('outbound.replay', { n: again.length })}
              </Button>
            )}
            {mayReplay && off.length > 0 && (
              <Button onClick={() => setCancelling(off)}>{t('outbound.cancel', { n: off.length })}</Button>
            )}
            {may(me, 'setting.write') && (
              <Button onClick={() => setEditing('new')}>{t('outbound.addChannel')}</Button>
            )}
          </>
        }
        above={
          <>
            <p className="secondary">{t('outbound.hint')}</p>
            {channels.isError || channels.isPending ? (
              <Unloaded query={channels} />
            ) : known.length === 0 ? (
              <EmptyState title={t('outbound.noChannels')} hint={t('outbound.noChannelsHint')} />
            ) : (
              <ChannelList channels={known} onEdit={setEditing} />
            )}
            <div className="filter-bar outbound-filters">
              <SelectFilter
                label={t('outbound.filter.status')}
                all={t('outbound.filter.allStatus')}
                of="status"
                options={outboundStatus.options.map((value) => ({
                  value,
                  text: code('outboundStatus', value),
                }))}
              />
              <SelectFilter
                label={t('outbound.filter.channel')}
                all={t('outbound.filter.allChannels')}
                of="channel"
                options={known.map((one) => ({ value: String(one.id), text: one.name }))}
              />
              <TextFilter label={t('outbound.filter.controlId')} of="controlId" />
            </div>
          </>
        }
        source={messages}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => open(one.id)}
        {...(mayReplay
          ? {
              selection: {
                selected,
                onChange: setSelected,
                label: (one: OutboundMessage) => t('outbound.select', { id: one.controlId }),
              },
            }
          : {})}
        empty={{ title: t('outbound.empty.title'), hint: t('outbound.empty.hint') }}
      />
      {openId !== null && (
        <OutboundDrawer
          id={openId}
          onClose={() => open(null)}
          {...(mayReplay
            ? {
                actions: {
                  busy: replay.isPending,
                  onReplay: () => replay.mutate({ body: { ids: [openId] } }),
                  onCancel: () => setCancelling([openId]),
                },
              }
            : {})}
        />
      )}
      {cancelling && (
        <ReasonDialog
          contract={cancelOutboundMessages}
          fixed={{ ids: cancelling }}
          title={t('outbound.cancelTitle', { n: cancelling.length })}
          hint={t('outbound.cancelHint')}
          okText={t('outbound.cancelTitle', { n: cancelling.length })}
          label={t('outbound.reason')}
          labelHint={t('outbound.reasonHint')}
          danger
          done={({ cancelled }) => t('outbound.cancelled', { n: cancelled })}
          onDone={done}
          onClose={() => setCancelling(null)}
        />
      )}
      {editing && (
        <ChannelDialog
          channel={editing === 'new' ? null : editing}
          defaultTimeout={channels.data?.defaultAckTimeoutSeconds ?? 30}
          onClose={() => setEditing(null)}
        />
      )}
    </>
  )
}
