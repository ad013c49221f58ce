import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** Loading, or why there is nothing, with a way to try again. */
export function Unready({ failed, onAgain }: { failed: string | undefined; onAgain: () => void }) {
  const { t } = useTranslation()
  if (failed === undefined)
    return (
      <p role="status" aria-busy className="portal-note">
        {t('portal.loading')}
      </p>
    )
  return (
    <section className="form-card">
      <p role="alert">{t('portal.unreachable')}</p>
      <button type="button" className="form-button" onClick={onAgain}>
        {t('portal.retry')}
      </button>
    </section>
  )
}

/** One part of a screen with its heading. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="form-card portal-part" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

/** A row that opens something. */
export function Row({ text, more, onOpen }: { text: ReactNode; more?: ReactNode; onOpen?: () => void }) {
  const inside = (
    <>
      <span>{text}</span>
      {more !== undefined && <span className="secondary book-hint">{more}</span>}
    </>
  )
  return (
    <li>
      {onOpen ? (
        <button type="button" className="book-choice" onClick={onOpen}>
          {inside}
        </button>
      ) : (
        <div className="portal-row">{inside}</div>
      )}
    </li>
  )
}
