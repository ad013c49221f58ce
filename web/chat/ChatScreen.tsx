import { type SubmitEvent, useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { rememberLanguage } from '../i18n/language.ts'
import { speak } from '../i18n/start.ts'
import { PageLanguages } from '../ui/PageLanguages.tsx'
import { keepLarge, keptLarge } from '../book/keep.ts'
import { Field } from '../book/parts.tsx'
import { loadSites, problemOf, type Site } from './api.ts'
import { ChatThread } from './ChatThread.tsx'
import { ChatProblem, useOpens } from './parts.tsx'
import { type ChatFlow, useChat } from './useChat.ts'

/** The whole public page of the chat. What to do in an emergency stands above everything, whatever else fails. */
export function ChatScreen() {
  const { t } = useTranslation()
  const [sites, setSites] = useState<Site[] | null>(null)
  const [failed, setFailed] = useState<string | null>(null)
  const [large, setLarge] = useState(keptLarge)
  const chat = useChat()
  useEffect(() => {
    document.title = t('chat.title')
  }, [t])
  useEffect(() => {
    loadSites().then(setSites, (error: unknown) => setFailed(problemOf(error)))
  }, [])
  const emergency = sites?.[0]?.emergency ?? '120'
  return (
    <div className={`form-page book-page chat-page${large ? ' is-large' : ''}`}>
      <header className="chat-head">
        <div className="book-top">
          <h1>{t('chat.title')}</h1>
          <button
            type="button"
            className="book-tool"
            onClick={() => {
              keepLarge(!large)
              setLarge(!large)
            }}
          >
            {large ? t('chat.normal') : t('chat.large')}
          </button>
        </div>
        <p className="chat-emergency">
          {t('chat.emergency')} <a href={`tel:${emergency}`}>{emergency}</a>
        </p>
      </header>
      <main id="main">
        {chat.token === null ? (
          <StartForm chat={chat} sites={sites} failed={failed} />
        ) : (
          <ChatThread chat={chat} />
        )}
      </main>
      <PageLanguages
        label={t('chat.language')}
        onChoose={(one) => speak(one).then(() => rememberLanguage(one))}
      />
    </div>
  )
}

function StartForm({ chat, sites, failed }: { chat: ChatFlow; sites: Site[] | null; failed: string | null }) {
  const { t, i18n } = useTranslation()
  const id = useId()
  const [siteId, setSiteId] = useState<number | null>(null)
  const [text, setText] = useState('')
  const [name, setName] = useState('')
  const [phone, setPhone] = useState('')
  const [touched, setTouched] = useState(false)
  const opens = useOpens()
  const wanted = new URLSearchParams(location.search).get('site')
  const site =
    sites?.find((one) => one.id === siteId) ?? sites?.find((one) => one.code === wanted) ?? sites?.[0]
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setTouched(true)
    if (text.trim() === '' || !site) return
    void chat.start({ siteId: site.id, text, name, phone, language: i18n.language })
  }
  return (
    <section className="form-card">
      <h2>{t('chat.ask')}</h2>
      <ChatProblem id={chat.problem ?? failed} />
      {site && (
        <p className={site.open ? 'chat-state is-open' : 'chat-state'} role="status">
          {opens(site.open, site.opensAt, site.timeZone)}
        </p>
      )}
      <form className="book-form" onSubmit={submit} noValidate>
        {sites && sites.length > 1 && (
          <div className="book-field">
            <label htmlFor={`${id}-site`}>{t('chat.site')}</label>
            <select
              id={`${id}-site`}
              className="field-input"
              value={site?.id}
              onChange={(event) => setSiteId(Number(event.target.value))}
            >
              {sites.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          </div>
        )}
        <div className="book-field">
          <label htmlFor={`${id}-text`}>{t('chat.question')}</label>
          <textarea
            id={`${id}-text`}
            className="field-input"
            rows={4}
            maxLength={2000}
            value={text}
            aria-invalid={touched && text.trim() === ''}
            aria-describedby={`${id}-text-problem`}
            onChange={(event) => setText(event.target.value)}
          />
          <p id={`${id}-text-problem`} className="field-error" role="alert">
            {touched && text.trim() === '' ? t('chat.questionMissing') : ''}
          </p>
        </div>
        <Field
          label={t('chat.name')}
          value={name}
          onChange={setName}
          input={{ autoComplete: 'name', maxLength: 60 }}
        />
        <Field
          label={t('chat.phone')}
          hint={t('chat.phoneHint')}
          value={phone}
          onChange={setPhone}
          input={{ type: 'tel', inputMode: 'tel', autoComplete: 'tel', maxLength: 30 }}
        />
        <button type="submit" className="form-button" disabled={chat.busy || !site}>
          {t('chat.start')}
        </button>
        <p className="secondary book-hint">{t('chat.privacy')}</p>
      </form>
    </section>
  )
}
