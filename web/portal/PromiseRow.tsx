import { useTranslation } from 'react-i18next'
import { momentAt } from '../book/format.ts'
import type { PortalPromise } from './api.ts'

/** A promise with its day and what became of it, by word as well as by colour. */
export function PromiseRow({ promise, timeZone }: { promise: PortalPromise; timeZone: string }) {
  const { t, i18n } = useTranslation()
  const at = (time: string) => momentAt(time, timeZone, i18n.language)
  const state = promise.status === 'broken' && promise.fulfilledAt !== null ? 'late' : promise.status
  return (
    <li className="portal-row">
      <span className="portal-text">{promise.text}</span>
      <span className={`portal-state is-${state}`}>{t(`portal.promise.${state}`)}</span>
      <span className="secondary book-hint">
        {t('portal.promiseBy', {
          who: [promise.departmentName, promise.ownerName].filter(Boolean).join(' '),
          at: at(promise.dueAt),
        })}
      </span>
    </li>
  )
}
