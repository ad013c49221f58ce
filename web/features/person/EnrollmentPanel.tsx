import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'

const StopDialog = lazy(async () => ({ default: (await import('./dialogs.tsx')).StopDialog }))

export function EnrollmentPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const code = useCode()
  const time = useTime()
  const [stopping, setStopping] = useState<number | null>(null)

  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t('person.enrollments')}</h2>
      </div>
      {person.enrollments.length === 0 && <p className="secondary">{t('person.enrollEmpty')}</p>}
      <ul className="row-list">
        {person.enrollments.map((enrollment) => {
          const open = ['active', 'waiting', 'blocked'].includes(enrollment.status)
          return (
            <li key={enrollment.id}>
              <div>
                <strong>{shipped(enrollment.pathwayName)}</strong>{' '}
                <span className="secondary small">{code('enrollmentStatus', enrollment.status)}</span>
                <p className="secondary small">
                  {[
                    open && enrollment.stepTitle
                      ? t('person.step', { step: shipped(enrollment.stepTitle) })
                      : null,
                    open && enrollment.dueAt ? t('person.due', { time: time.day(enrollment.dueAt) }) : null,
                    t('person.startedAt', { time: time.day(enrollment.startedAt) }),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </p>
              </div>
              {open && person.abilities.enroll && (
                <Button onClick={() => setStopping(enrollment.id)}>{t('person.stop')}</Button>
              )}
            </li>
          )
        })}
      </ul>
      <Suspense fallback={null}>
        {stopping !== null && <StopDialog id={stopping} onClose={() => setStopping(null)} />}
      </Suspense>
    </section>
  )
}
