import { ArrowLeftOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  markRead,
  readConversation,
  releaseConversation,
  reopenConversation,
  setAside,
  takeConversation,
  type Thread,
} from '../../../contract/conversation.ts'
import { call } from '../../api.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import { Composer } from './Composer.tsx'
import { CloseDialog } from './CloseDialog.tsx'
import { HandOverDialog } from './HandOverDialog.tsx'
import { MessageLine } from './MessageLine.tsx'
import { PersonSide } from './PersonSide.tsx'
import { SnoozeDialog } from './SnoozeDialog.tsx'
import { conversationRoutes } from './stale.ts'

type ThreadPanelProps = { id: number; onOpen: (id: number | null) => void }

/** One conversation with what can be done about it. */
export function ThreadPanel({ id, onOpen }: ThreadPanelProps) {
  const { t } = useTranslation()
  const thread = useCall(readConversation, { params: { id } }, { staleTime: 0, refetchInterval: 20_000 })
  if (!thread.data)
    return (
      <div className="inbox-thread">
        <Unloaded query={thread} />
      </div>
    )
  return (
    <>
      <section className="inbox-thread" aria-label={t('inbox.thread')}>
        <button type="button" className="plain-button inbox-back" onClick={() => onOpen(null)}>
          <ArrowLeftOutlined aria-hidden /> {t('inbox.back')}
        </button>
        <ThreadHead thread={thread.data} onOpen={onOpen} />
        <Messages thread={thread.data} />
        {thread.data.status !== 'closed' && <Composer thread={thread.data} />}
      </section>
      <PersonSide thread={thread.data} onOpen={onOpen} />
    </>
  )
}

function ThreadHead({ thread, onOpen }: { thread: Thread; onOpen: (id: number | null) => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const time = useTime()
  const [dialog, setDialog] = useState<'hand-over' | 'close' | 'snooze' | null>(null)
  const options = { stale: conversationRoutes }
  const take = useDo(takeConversation, { ...options, done: t('inbox.taken') })
  const release = useDo(releaseConversation, { ...options, done: t('inbox.released') })
  const wait = useDo(setAside, { ...options, done: t('inbox.waitingNow') })
  const reopen = useDo(reopenConversation, options)
  const params = { id: thread.id }
  const writes = may(me, 'conversation.write')
  const closed = thread.status === 'closed'
  return (
    <header className="inbox-thread-head">
      <div>
        <h2>{thread.name || t('inbox.unknown')}</h2>
        <p className="secondary small">
          {t(`inbox.channel.${thread.channel}`)} · {thread.siteName}
          {thread.subject && <> · {thread.subject}</>}
          {' · '}
          {thread.mine
            ? t('inbox.mine')
            : (thread.assigneeName ?? thread.departmentName ?? t('inbox.nobody'))}
        </p>
        <p className="tag-line">
          <StatusTag tone={closed ? 'neutral' : thread.waitingSince ? 'warning' : 'info'}>
            {thread.snoozedUntil
              ? t('inbox.snoozedUntil', { until: time.moment(thread.snoozedUntil) })
              : thread.waitingSince
                ? t('inbox.waits', { since: time.relative(thread.waitingSince) })
                : t(`inbox.status.${thread.status}`)}
          </StatusTag>
          {thread.outcome && <StatusTag tone="neutral">{t(`inbox.outcome.${thread.outcome}`)}</StatusTag>}
          {thread.score !== null && (
            <StatusTag tone={thread.score >= 4 ? 'success' : 'warning'}>
              {t('inbox.score', { n: thread.score })}
              {thread.scoreText && `：${thread.scoreText}`}
            </StatusTag>
          )}
        </p>
      </div>
      {writes && !closed && (
        <div className="inbox-acts">
          {!thread.mine && (
            <Button
              loading={take.isPending}
              onClick={() => take.mutate({ params, body: { from: thread.assigneeId } })}
            >
              {thread.assigneeId ? t('inbox.takeOver', { name: thread.assigneeName ?? '' }) : t('inbox.take')}
            </Button>
          )}
          <Button onClick={() => setDialog('hand-over')}>{t('inbox.handOver')}</Button>
          {(thread.assigneeId ?? thread.departmentId) !== null && (
            <Button loading={release.isPending} onClick={() => release.mutate({ params })}>
              {thread.assigneeId ? t('inbox.release') : t('inbox.giveBack')}
            </Button>
          )}
          {thread.waitingSince !== null && (
            <Button loading={wait.isPending} onClick={() => wait.mutate({ params, body: {} })}>
              {t('inbox.noAnswer')}
            </Button>
          )}
          <Button onClick={() => setDialog('snooze')}>{t('inbox.snooze')}</Button>
          <Button onClick={() => setDialog('close')}>{t('inbox.close')}</Button>
        </div>
      )}
      {writes && closed && (
        <div className="inbox-acts">
          {thread.joinedId === null ? (
            <Button loading={reopen.isPending} onClick={() => reopen.mutate({ params })}>
              {t('inbox.reopen')}
            </Button>
          ) : (
            <Button onClick={() => onOpen(thread.joinedId)}>{t('inbox.toJoined')}</Button>
          )}
        </div>
      )}
      {dialog === 'hand-over' && <HandOverDialog thread={thread} onClose={() => setDialog(null)} />}
      {dialog === 'close' && <CloseDialog thread={thread} onClose={() => setDialog(null)} />}
      {dialog === 'snooze' && <SnoozeDialog id={thread.id} onClose={() => setDialog(null)} />}
    </header>
  )
}

function Messages({ thread }: { thread: Thread }) {
  const { t } = useTranslation()
  const [earlier, setEarlier] = useState<Pick<Thread, 'messages' | 'more'> | null>(null)
  const bottom = useRef<HTMLDivElement>(null)
  const last = thread.messages.at(-1)?.id
  useEffect(() => {
    bottom.current?.scrollIntoView({ block: 'end' })
  }, [last])
  // Seen by whoever looks: the count beside the row is of what nobody has looked at.
  const read = useDo(markRead, { stale: conversationRoutes })
  const { mutate } = read
  const me = useMe()
  const unread = thread.unread > 0 && may(me, 'conversation.write')
  useEffect(() => {
    if (unread) mutate({ params: { id: thread.id } })
  }, [unread, last, mutate, thread.id])
  const lines = [...(earlier?.messages ?? []), ...thread.messages]
  const [first] = lines
  const more = earlier ? earlier.more : thread.more
  return (
    <div className="inbox-messages" role="log" aria-label={t('inbox.messages')} tabIndex={0}>
      {more && first && (
        <Button
          size="small"
          onClick={() => {
            void call(readConversation, { params: { id: thread.id }, query: { before: first.id } }).then(
              ({ messages, more: further }) =>
                setEarlier((before) => ({
                  messages: [...messages, ...(before?.messages ?? [])],
                  more: further,
                })),
            )
          }}
        >
          {t('inbox.earlier')}
        </Button>
      )}
      {lines.length === 0 && <Notice tone="info" title={t('inbox.noMessages')} />}
      <ol>
        {lines.map((one) => (
          <MessageLine key={one.id} message={one} thread={thread} />
        ))}
      </ol>
      <div ref={bottom} />
    </div>
  )
}
