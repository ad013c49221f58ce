import { useTranslation } from 'react-i18next'
import { getExpectedNoShow } from '../../../contract/clinic-schedule.ts'
import { useCall } from '../../query.ts'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useLoadText } from './useLoadText.ts'

/** How many patients of a clinic are expected not to come, what that comes from, and how many more may be booked because of it. */
export function ExpectedNoShow({ sessionId }: { sessionId: number }) {
  const { t } = useTranslation()
  const { tenths } = useLoadText()
  const query = useCall(getExpectedNoShow, { params: { id: sessionId } })
  if (query.isError || !query.data) return <Unloaded query={query} height={60} />
  const { booked, known, expected, extra, reasons } = query.data
  if (booked === 0) return null
  const named = reasons.map(({ feature, patients }) =>
    t('schedules.noShow.reason', { feature: t(`schedules.noShow.feature.${feature}`), n: patients }),
  )
  return (
    <section aria-label={t('schedules.noShow.title')}>
      <h2>{t('schedules.noShow.title')}</h2>
      {expected === null ? (
        <p className="secondary">{t('schedules.noShow.none')}</p>
      ) : (
        <>
          <p>{t('schedules.noShow.expected', { n: tenths(expected), booked, known })}</p>
          {named.length > 0 && <p>{t('schedules.noShow.why', { reasons: named.join(' · ') })}</p>}
        </>
      )}
      {extra !== null && <p>{t('schedules.noShow.extra', { n: extra })}</p>}
      <p className="secondary small">{t('schedules.noShow.hint')}</p>
    </section>
  )
}
