import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useTime } from '../format/useTime.ts'
import { useMe } from '../session.tsx'

let printedAt = new Date()
function listen(changed: () => void) {
  const now = () => {
    printedAt = new Date()
    changed()
  }
  addEventListener('beforeprint', now)
  return () => removeEventListener('beforeprint', now)
}

/** Stands above every printed page: whose system, who printed it and when. */
export function PrintHead() {
  const { t } = useTranslation()
  const me = useMe()
  const time = useTime()
  const at = useSyncExternalStore(listen, () => printedAt)
  return (
    <p className="print-head">
      <span>{t('frame.product')}</span>
      <span>{t('frame.printed', { name: me.name, time: time.moment(at) })}</span>
    </p>
  )
}
