import './call.css'
import { PhoneOutlined } from '@ant-design/icons'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePhone } from './phone.ts'
import { useCallEvents, useLine } from './useLine.ts'

const loadDock = () => import('./CallDock.tsx')
const CallDock = lazy(loadDock)
const LineDialog = lazy(() => import('./LineDialog.tsx'))
const BrowserPhone = lazy(() => import('./BrowserPhone.tsx'))

/** In the top bar: at which telephone I sit. Calls at it show themselves. */
export default function LineButton() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  useCallEvents()
  const query = useLine()
  const phone = usePhone()
  const [attempt, setAttempt] = useState(0)
  const data = query?.data
  const sits = Boolean(data?.line)
  useEffect(() => {
    // Those who sit at a telephone have what a call shows before it rings.
    if (sits) void loadDock()
  }, [sits])
  if (!data || (data.accounts.length === 0 && data.line === null)) return null
  const { line } = data
  return (
    <>
      <button type="button" className="bar-button" title={t('line.title')} onClick={() => setOpen(true)}>
        <PhoneOutlined aria-hidden />
        <span className="line-words">
          {line ? t('line.at', { extension: line.extension }) : t('line.none')}
          {line && (
            <span className={line.presence === 'available' ? 'text-success' : 'text-warning'}>
              {' '}
              {t(`line.presences.${line.presence}`)}
            </span>
          )}
          {phone && (
            <span role="status" className={phone.state === 'registered' ? 'text-success' : 'text-danger'}>
              {' '}
              {t(`line.phone.${phone.state}`)}
            </span>
          )}
        </span>
      </button>
      <Suspense fallback={null}>
        {open && (
          <LineDialog
            mine={data}
            onClose={() => setOpen(false)}
            // A telephone that works goes on with its call.
            onSaved={() => phone?.state !== 'registered' && setAttempt(attempt + 1)}
          />
        )}
      </Suspense>
      {/* Another line is another telephone. */}
      <Suspense fallback={null}>
        {line?.browser && <BrowserPhone key={`${line.accountId} ${line.extension} ${attempt}`} />}
      </Suspense>
      <Suspense fallback={null}>
        {data.calls.length > 0 && <CallDock ids={data.calls} refused={data.refused} />}
      </Suspense>
    </>
  )
}
