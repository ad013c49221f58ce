import '../chat/chat.css'
import { type SubmitEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { problemOf } from '../book/api.ts'
import { keepToken } from '../chat/api.ts'
import { ChatThread } from '../chat/ChatThread.tsx'
import { ChatProblem } from '../chat/parts.tsx'
import { useChat } from '../chat/useChat.ts'
import { post } from './api.ts'
import { Unready } from './parts.tsx'
import { useLoad } from './useLoad.ts'

/** The one conversation with the care team. @public Used through a dynamic import. */
export default function Talk({ about }: { about: number }) {
  const { data, failed, again } = useLoad(
    () => post<{ token: string | null }>('/conversation', { for: about }),
    String(about),
  )
  const [begun, setBegun] = useState<string | null>(null)
  if (!data) return <Unready failed={failed} onAgain={again} />
  const token = begun ?? data.token
  if (token === null) return <First about={about} onBegun={setBegun} />
  keepToken(token)
  return <Thread key={token} />
}

function Thread() {
  const { t } = useTranslation()
  const chat = useChat()
  return (
    <>
      <h1 className="visually-hidden">{t('portal.talkTitle')}</h1>
      <ChatThread chat={chat} />
    </>
  )
}

function First({ about, onBegun }: { about: number; onBegun: (token: string) => void }) {
  const { t } = useTranslation()
  const id = useId()
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (text.trim() === '') {
      setProblem('empty')
      return
    }
    setBusy(true)
    post<{ token: string }>('/conversation/start', { for: about, text }).then(
      (made) => onBegun(made.token),
      (error: unknown) => {
        setProblem(problemOf(error))
        setBusy(false)
      },
    )
  }
  return (
    <section className="form-card">
      <h1>{t('portal.talkTitle')}</h1>
      <p>{t('portal.talkHint')}</p>
      {problem !== null && problem !== 'empty' && <ChatProblem id={problem} />}
      <form className="book-form" onSubmit={submit} noValidate>
        <div className="book-field">
          <label htmlFor={id}>{t('chat.question')}</label>
          <textarea
            id={id}
            className="field-input"
            rows={4}
            maxLength={2000}
            value={text}
            aria-invalid={problem === 'empty'}
            onChange={(event) => setText(event.target.value)}
          />
          <p className="field-error" role="alert">
            {problem === 'empty' ? t('chat.questionMissing') : ''}
          </p>
        </div>
        <button type="submit" className="form-button" disabled={busy}>
          {t('chat.send')}
        </button>
      </form>
    </section>
  )
}
