import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { leftOutReason, type VisitPlan } from '../../../contract/visit-plan.ts'
import type { Place } from './place.ts'
import { PlaceSelect } from './PlaceSelect.tsx'

/** Who is in no route, why, and what to do about it. */
export function LeftOut({
  plan,
  onPut,
}: {
  plan: VisitPlan
  onPut: (taskId: number, to: Place | null) => void
}) {
  const { t } = useTranslation()
  const groups = leftOutReason.options
    .map((reason) => ({ reason, items: plan.leftOut.filter((one) => one.reason === reason) }))
    .filter((group) => group.items.length > 0)
  return (
    <section className="panel visit-left">
      <h2>{t('visits.left')}</h2>
      {groups.length === 0 && <p className="secondary">{t('visits.noLeft')}</p>}
      {groups.map(({ reason, items }) => (
        <div key={reason}>
          <h3>
            {t(`visits.reason.${reason}`)} ({items.length})
          </h3>
          <p className="secondary small">{t(`visits.mend.${reason}`)}</p>
          <ul className="row-list">
            {items.map((item) => (
              <li key={item.taskId}>
                <span>
                  <Link to="/persons/$id" params={{ id: String(item.personId) }}>
                    {item.personName}
                  </Link>{' '}
                  <span className="secondary small">{item.address}</span>
                </span>
                {plan.abilities.change && item.position && (
                  <PlaceSelect
                    plan={plan}
                    label={t('visits.putIn', { name: item.personName })}
                    onChoose={(to) => to && onPut(item.taskId, to)}
                  />
                )}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
}
