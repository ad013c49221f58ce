import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { momentAt } from '../book/format.ts'
import {
  get,
  type PortalAccess,
  type PortalConsents,
  type PortalFamily,
  type PortalPromise,
  post,
  type Sessions,
} from './api.ts'
import { Part, Unready } from './parts.tsx'
import { PromiseRow } from './PromiseRow.tsx'
import { useLoad } from './useLoad.ts'
import { useZone } from './zone.ts'

/** What is held about the person, who looked at it, what they agreed to, who acts for them, and where they are signed in. */
export function MyData({ about, onSignOut }: { about: number; onSignOut: () => void }) {
  const { t } = useTranslation()
  return (
    <>
      <h1 className="visually-hidden">{t('portal.tab.me')}</h1>
      <Consents about={about} />
      <Promises about={about} />
      <AccessLog about={about} />
      <Family />
      <Devices />
      <section className="form-card">
        <button type="button" className="form-button is-plain" onClick={onSignOut}>
          {t('portal.signOut')}
        </button>
      </section>
    </>
  )
}

function Consents({ about }: { about: number }) {
  const { t, i18n } = useTranslation()
  const zone = useZone()
  const { data, failed, again } = useLoad(() => get<PortalConsents>('/consents', about), String(about))
  if (!data) return <Unready failed={failed} onAgain={again} />
  return (
    <Part title={t('portal.consents')}>
      {data.items.length === 0 && <p>{t('portal.noConsent')}</p>}
      <ul className="portal-list">
        {data.items.map((one) => (
          <li key={one.id} className="portal-row">
            <span>{t(`portal.purpose.${one.purpose}`)}</span>
            <span className="secondary book-hint">
              {one.withdrawnAt
                ? t('portal.withdrawnAt', { at: momentAt(one.withdrawnAt, zone, i18n.language) })
                : t('portal.givenAt', { at: momentAt(one.givenAt, zone, i18n.language) })}
            </span>
            {!one.withdrawnAt && (
              <button
                type="button"
                className="form-button is-plain"
                onClick={() => void post(`/consents/${one.id}/withdraw`, { for: about }).then(again, again)}
              >
                {t('portal.withdraw')}
              </button>
            )}
          </li>
        ))}
      </ul>
      <p className="secondary">{t('portal.refusing')}</p>
      <a className="form-button is-plain portal-link" href={`/p/${data.wishes}`}>
        {t('portal.wishes')}
      </a>
    </Part>
  )
}

function Promises({ about }: { about: number }) {
  const { t } = useTranslation()
  const zone = useZone()
  const { data } = useLoad(() => get<{ items: PortalPromise[] }>('/promises', about), String(about))
  if (!data || data.items.length === 0) return null
  return (
    <Part title={t('portal.promises')}>
      <ul className="portal-list">
        {data.items.map((one) => (
          <PromiseRow key={one.id} promise={one} timeZone={zone} />
        ))}
      </ul>
    </Part>
  )
}

/** What an act of staff was, in a patient's words; rare ones are "worked with". */
function actOf(action: string): 'read' | 'changed' | 'called' | 'sent' | 'other' {
  if (/\.(read|list|search|reveal|get|open|home|results?|me|access-log)$/.test(action)) return 'read'
  if (/^(call|task\.(attempt|hold))/.test(action)) return 'called'
  if (/^(message|preference|guidance)/.test(action)) return 'sent'
  return /\.(update|write|save|create|add|give|withdraw|release|merge|set)$/.test(action)
    ? 'changed'
    : 'other'
}

function AccessLog({ about }: { about: number }) {
  const { t, i18n } = useTranslation()
  const zone = useZone()
  const [own, setOwn] = useState(false)
  const asked = { limit: '20', own: String(own) }
  const { data, failed, again } = useLoad(
    () => get<{ items: PortalAccess[]; nextCursor: string | null }>('/access-log', about, asked),
    `${about} ${own}`,
  )
  const [more, setMore] = useState<PortalAccess[]>([])
  const [next, setNext] = useState<string | null | undefined>()
  if (!data) return <Unready failed={failed} onAgain={again} />
  const cursor = next === undefined ? data.nextCursor : next
  return (
    <Part title={t('portal.accessLog')}>
      <label className="portal-check">
        <input
          type="checkbox"
          checked={own}
          onChange={(event) => {
            setOwn(event.target.checked)
            setMore([])
            setNext(undefined)
          }}
        />
        {t('portal.alsoOwn')}
      </label>
      {data.items.length === 0 && <p>{t('portal.nobodyLooked')}</p>}
      <ul className="portal-list">
        {[...data.items, ...more].map((one, at) => (
          <li key={`${one.at} ${at}`} className="portal-row">
            <span>
              {one.self ? t('portal.self') : one.name} · {t(`portal.act.${actOf(one.action)}`)}
            </span>
            <span className="secondary book-hint">
              {momentAt(one.at, zone, i18n.language)}
              {one.reason && !one.self ? ` · ${one.reason}` : ''}
            </span>
          </li>
        ))}
      </ul>
      {cursor !== null && (
        <button
          type="button"
          className="form-button is-plain"
          onClick={() =>
            void get<{ items: PortalAccess[]; nextCursor: string | null }>('/access-log', about, {
              ...asked,
              cursor,
            }).then((page) => {
              setMore([...more, ...page.items])
              setNext(page.nextCursor)
            })
          }
        >
          {t('portal.more')}
        </button>
      )}
    </Part>
  )
}

function Family() {
  const { t } = useTranslation()
  const { data, again } = useLoad(() => get<PortalFamily>('/family'), 'family')
  if (!data || data.items.length === 0) return null
  return (
    <Part title={t('portal.family')}>
      <ul className="portal-list">
        {data.items.map((one) => (
          <li key={one.id} className="portal-row">
            <span>{t(one.mine ? 'portal.iActFor' : 'portal.actsForMe', { name: one.name })}</span>
            <span className="secondary book-hint">
              {t(`portal.kind.${one.kind}`)}
              {one.until ? ` · ${t('portal.until', { day: one.until })}` : ''}
            </span>
            <button
              type="button"
              className="form-button is-plain"
              onClick={() => void post(`/family/${one.id}/end`).then(again, again)}
            >
              {t('portal.end')}
            </button>
          </li>
        ))}
      </ul>
    </Part>
  )
}

function Devices() {
  const { t, i18n } = useTranslation()
  const zone = useZone()
  const { data, again } = useLoad(() => get<Sessions>('/sessions'), 'sessions')
  if (!data) return null
  return (
    <Part title={t('portal.devices')}>
      <ul className="portal-list">
        {data.items.map((one) => (
          <li key={one.id} className="portal-row">
            <span>
              {one.current ? t('portal.thisDevice') : deviceOf(one.device) || t('portal.otherDevice')}
            </span>
            <span className="secondary book-hint">
              {t('portal.seenAt', { at: momentAt(one.seenAt, zone, i18n.language) })}
            </span>
            {!one.current && (
              <button
                type="button"
                className="form-button is-plain"
                onClick={() => void post(`/sessions/${one.id}/end`).then(again, again)}
              >
                {t('portal.end')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </Part>
  )
}

/** The system that a browser names. */
const deviceOf = (agent: string): string =>
  /iPhone|iPad|Android|HarmonyOS|Windows|Macintosh|Linux/.exec(agent)?.[0] ?? ''
