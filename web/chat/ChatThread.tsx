import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ChatMessage, openFile, problemOf } from './api.ts'
import { ChatProblem, useOpens } from './parts.tsx'
import type { ChatFlow } from './useChat.ts'

const scores = [1, 2, 3, 4, 5] as const

/** What was said, and the field for more; after the end one question. */
export function ChatThread({ chat }: { chat: ChatFlow }) {
  const { t } = useTranslation()
  const opens = useOpens()
  const bottom = useRef<HTMLDivElement>(null)
  const { messages, state } = chat
  useEffect(() => {
    bottom.current?.scrollIntoView({ block: 'end' })
  }, [messages.length, state?.closed])
  return (
    <section className="form-card chat-card" aria-label={t('chat.title')}>
      {state && !state.closed && (
        <p className={state.open ? 'chat-state is-open' : 'chat-state'}>{opens(state.open, state.opensAt)}</p>
      )}
      <ol className="chat-lines" aria-live="polite" aria-label={t('chat.lines')}>
        {messages.map((one) => (
          <Line key={one.id} message={one} token={chat.token ?? ''} />
        ))}
      </ol>
      <div ref={bottom} />
      <ChatProblem id={chat.problem} />
      {state?.closed ? <AfterEnd chat={chat} /> : <Composer chat={chat} />}
    </section>
  )
}

function Line({ message, token }: { message: ChatMessage; token: string }) {
  const { t, i18n } = useTranslation()
  const [failed, setFailed] = useState<string | null>(null)
  const who =
    message.from === 'visitor'
      ? t('chat.you')
      : message.from === 'system'
        ? t('chat.automatic')
        : (message.name ?? t('chat.staff'))
  const at = new Intl.DateTimeFormat(i18n.language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return (
    <li className={`chat-line is-${message.from}`}>
      <span className="chat-who">
        {who} · <time dateTime={message.at}>{at.format(new Date(message.at))}</time>
      </span>
      {message.text && <p className="chat-text">{message.text}</p>}
      {message.files.map((file) => (
        <button
          key={file.id}
          type="button"
          className="book-tool"
          onClick={() => void openFile(token, file).catch((error: unknown) => setFailed(problemOf(error)))}
        >
          {t('chat.openFile', { name: file.name })}
        </button>
      ))}
      {failed && <ChatProblem id={failed} />}
    </li>
  )
}

function Composer({ chat }: { chat: ChatFlow }) {
  const { t } = useTranslation()
  const id = useId()
  const [text, setText] = useState('')
  const [key, setKey] = useState(() => crypto.randomUUID())
  const send = async () => {
    if (text.trim() === '' || chat.busy) return
    if (!(await chat.write(text, key))) return
    setText('')
    setKey(crypto.randomUUID())
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    void send()
  }
  return (
    <form className="book-form" onSubmit={submit} noValidate>
      <div className="book-field">
        <label htmlFor={id}>{t('chat.more')}</label>
        <textarea
          id={id}
          className="field-input chat-input"
          rows={2}
          maxLength={2000}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            void send()
          }}
        />
      </div>
      <button type="submit" className="form-button" disabled={chat.busy}>
        {t('chat.send')}
      </button>
      <div className="chat-tools">
        <label className="book-tool chat-file">
          {t('chat.attach')}
          <input
            type="file"
            className="visually-hidden"
            accept="image/jpeg,image/png,application/pdf"
            onChange={({ target }) => {
              const [file] = target.files ?? []
              if (file) void chat.attach(file)
              target.value = ''
            }}
          />
        </label>
        <button type="button" className="book-tool" disabled={chat.busy} onClick={() => void chat.end()}>
          {t('chat.end')}
        </button>
      </div>
    </form>
  )
}

function AfterEnd({ chat }: { chat: ChatFlow }) {
  const { t } = useTranslation()
  const id = useId()
  const [score, setScore] = useState<number | null>(null)
  const [text, setText] = useState('')
  return (
    <div className="book-form">
      <p role="status">
        <strong>{t('chat.over')}</strong>
      </p>
      {chat.state?.ask && (
        <fieldset className="chat-rate">
          <legend>{t('chat.rate')}</legend>
          <div className="chat-scores">
            {scores.map((one) => (
              <button
                key={one}
                type="button"
                className="book-tool"
                aria-pressed={score === one}
                onClick={() => setScore(one)}
              >
                {one} · {t(`chat.score.s${one}`)}
              </button>
            ))}
          </div>
          {score !== null && (
            <>
              <div className="book-field">
                <label htmlFor={id}>{t('chat.why')}</label>
                <textarea
                  id={id}
                  className="field-input"
                  rows={2}
                  maxLength={500}
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                />
              </div>
              <button
                type="button"
                className="form-button"
                disabled={chat.busy}
                onClick={() => void chat.rate(score, text)}
              >
                {t('chat.rateSend')}
              </button>
            </>
          )}
        </fieldset>
      )}
      {chat.state?.score != null && <p role="status">{t('chat.rated')}</p>}
      <button type="button" className="form-button is-plain" onClick={chat.again}>
        {t('chat.again')}
      </button>
    </div>
  )
}
