import { Button } from 'antd'
import './match.css'
import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'

const SeparateDialog = lazy(() => import('./SeparateDialog.tsx'))
const PickDialog = lazy(() => import('./PickDialog.tsx'))

/** The records that this person consists of: who joined them, why, and the way back. */
export function RecordsPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const [separating, setSeparating] = useState<number | null>(null)
  const [picking, setPicking] = useState(false)
  if (!person.abilities.merge && person.mergedRecords.length === 0) return null
  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t('match.records')}</h2>
        {person.abilities.merge && (
          <button type="button" className="plain-button" onClick={() => setPicking(true)}>
            {t('match.mergeWith')}
          </button>
        )}
      </div>
      {person.mergedRecords.length === 0 && <p className="secondary">{t('match.noRecords')}</p>}
      <ul className="row-list">
        {person.mergedRecords.map((record) => (
          <li key={record.mergeId}>
            <div>
              <strong>{record.name}</strong> {record.recordNumbers.join('、')}
              <p className="secondary small">
                {t('match.mergedBy', {
                  time: time.moment(record.mergedAt),
                  who: record.mergedByName,
                  how: code('mergeSource', record.source),
                })}{' '}
                · {record.reason}
              </p>
            </div>
            {person.abilities.merge && (
              <Button
                aria-label={t('match.separateNamed', { name: record.name })}
                onClick={() => setSeparating(record.mergeId)}
              >
                {t('match.separate')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Suspense fallback={null}>
        {separating !== null && <SeparateDialog mergeId={separating} onClose={() => setSeparating(null)} />}
        {picking && <PickDialog personId={person.id} onClose={() => setPicking(false)} />}
      </Suspense>
    </section>
  )
}
