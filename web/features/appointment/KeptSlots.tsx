import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { RouteContract } from '../../../contract/route.ts'
import { decideOffer, listOffers } from '../../../contract/waitlist.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { useDo } from '../../ui/useDo.ts'

/** Slots that are kept for a person: by a red flag, the waitlist, or because a clinic is suspended; one tap books or gives back. */
export default function KeptSlots({
  personId,
  stale = [],
}: {
  personId: number
  /** What else the screen shows of appointments; the desk does not load it for this. */
  stale?: readonly RouteContract[]
}) {
  const { t } = useTranslation()
  const time = useTime()
  const me = useMe()
  const mayRead = may(me, 'appointment.read')
  const offers = useCall(listOffers, { params: { id: personId } }, { enabled: mayRead })
  const decide = useDo(decideOffer, {
    done: ({ appointmentId }) => t(appointmentId === null ? 'keptSlots.given' : 'keptSlots.taken'),
    stale: [...stale, listOffers],
  })
  const items = offers.data?.items ?? []
  if (items.length === 0) return null
  return (
    <ul className="row-list" aria-label={t('keptSlots.title')}>
      {items.map((one) => (
        <li key={one.id}>
          <div>
            <strong>{time.moment(one.startsAt)}</strong>{' '}
            {[one.departmentName, one.staffName, one.visitTypeName].filter(Boolean).join(' · ')}
            <p className="secondary small">
              {t(`keptSlots.${one.reason}`, { until: time.moment(one.expiresAt) })}
            </p>
          </div>
          {may(me, 'appointment.write') && (
            <span className="button-line">
              <Button
                loading={decide.isPending && decide.variables.body.accept}
                onClick={() => decide.mutate({ params: { id: one.id }, body: { accept: true } })}
              >
                {t('keptSlots.take')}
              </Button>
              <Button
                loading={decide.isPending && !decide.variables.body.accept}
                onClick={() => decide.mutate({ params: { id: one.id }, body: { accept: false } })}
              >
                {t('keptSlots.give')}
              </Button>
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}
