import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ConversationMessage, retryAnswer, type Thread } from '../../../contract/conversation.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { useDo } from '../../ui/useDo.ts'
import { conversationRoutes } from './stale.ts'

const tones: Record<NonNullable<ConversationMessage['state']>, Tone> = {
  queued: 'neutral',
  sent: 'info',
  delivered: 'success',
  read: 'success',
  failed: 'danger',
  unknown: 'warning',
}

const said: ReadonlySet<string> = new Set(['in', 'out', 'note'])

/** One line of a conversation: what somebody said, or what a colleague did. */
export function MessageLine({ message, thread }: { message: ConversationMessage; thread: Thread }) {
  const { t } = useTranslation()
  const time = useTime()
  const [folded, setFolded] = useState(true)
  if (!said.has(message.kind)) return <ActLine message={message} />
  const who =
    message.kind === 'in'
      ? (message.authorName ?? thread.name ?? t('inbox.unknown'))
      : message.automatic
        ? t('inbox.automatic')
        : (message.authorName ?? '')
  return (
    <li className={`inbox-line is-${message.kind}`}>
      <span className="inbox-line-head secondary small">
        <span>{who}</span>
        {message.channel && <b className="inbox-channel">{t(`inbox.channel.${message.channel}`)}</b>}
        {message.kind === 'note' && <b className="inbox-channel">{t('inbox.note')}</b>}
        {message.kind === 'in' && message.automatic && <span>{t('inbox.byMachine')}</span>}
        {message.draft && <span>{t(`assistant.byDraft.${message.draft}`)}</span>}
        <time dateTime={message.at} title={time.relative(message.at)}>
          {time.moment(message.at)}
        </time>
      </span>
      <div className="inbox-bubble">
        {message.subject && <strong>{message.subject}</strong>}
        {message.body && <p className="pre-line">{message.body}</p>}
        {message.quoted && (
          <>
            <button
              type="button"
              className="plain-button small"
              aria-expanded={!folded}
              onClick={() => setFolded(!folded)}
            >
              {t(folded ? 'inbox.showQuoted' : 'inbox.hideQuoted')}
            </button>
            {!folded && <blockquote className="pre-line secondary small">{message.quoted}</blockquote>}
          </>
        )}
        {message.attachments.map((file) => (
          <a
            key={file.id}
            href={`/api/v1/conversations/${thread.id}/attachments/${file.id}`}
            target="_blank"
            rel="noreferrer"
          >
            {t('inbox.file', { name: file.name, kb: Math.max(1, Math.round(file.size / 1024)) })}
          </a>
        ))}
      </div>
      {message.state && <StateLine message={message} id={thread.id} closed={thread.status === 'closed'} />}
    </li>
  )
}

/** What became of an answer, why it failed, and a way to send it again. */
function StateLine({ message, id, closed }: { message: ConversationMessage; id: number; closed: boolean }) {
  const { t } = useTranslation()
  const code = useCode()
  const retry = useDo(retryAnswer, { stale: conversationRoutes, done: t('inbox.again') })
  const { state, reason } = message
  if (!state) return null
  const words = reason ? code('suppressionReason', reason) : ''
  return (
    <span className="inbox-state small">
      <StatusTag tone={tones[state]}>
        {t(`inbox.state.${state}`)}
        {state === 'failed' && words && `：${words}`}
      </StatusTag>
      {state === 'failed' && !closed && (
        <Button
          size="small"
          loading={retry.isPending}
          onClick={() => retry.mutate({ params: { id, messageId: message.id } })}
        >
          {t('inbox.retry')}
        </Button>
      )}
    </span>
  )
}

function ActLine({ message }: { message: ConversationMessage }) {
  const { t } = useTranslation()
  const time = useTime()
  const kind = message.kind as Exclude<ConversationMessage['kind'], 'in' | 'out' | 'note'>
  const text = kind === 'snoozed' && message.body ? time.moment(message.body) : message.body
  return (
    <li className="inbox-act secondary small">
      {t(`inbox.act.${kind}`, { name: message.authorName ?? t('inbox.visitor') })}
      {text && ` ${text}`} · <time dateTime={message.at}>{time.moment(message.at)}</time>
    </li>
  )
}
