import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { isoDay } from '../../format/time.ts'
import { useCode } from '../../i18n/useCode.ts'
import { TimeText } from '../../ui/TimeText.tsx'

/** Nobody is in hospital as an outpatient: such a visit is under way on its day, and over afterwards, told as ended or not. */
function stateOf({ status, class: kind, start }: PersonDetail['encounters'][number]) {
  if (status === 'planned' || status === 'cancelled') return status
  if (kind === 'inpatient') return status === 'in-progress' ? 'inHospital' : 'discharged'
  const today = start !== null && isoDay(new Date(start)) === isoDay(new Date())
  return status === 'in-progress' && today ? 'underWay' : 'seen'
}

export function EncounterPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  if (person.encounters.length === 0) return null
  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t('person.encounters')}</h2>
      </div>
      <ul className="row-list">
        {person.encounters.map((encounter) => (
          <li key={encounter.id}>
            <div>
              <strong>
                {code('encounterClass', encounter.class)} · {encounter.departmentName ?? encounter.siteName}
              </strong>{' '}
              <span className="secondary small">{t(`person.visitState.${stateOf(encounter)}`)}</span>
              <p className="secondary small">
                <TimeText at={encounter.start} show="day" />
                {encounter.end && (
                  <>
                    {' '}
                    → <TimeText at={encounter.end} show="day" />
                  </>
                )}
                {encounter.attendingName && ` · ${encounter.attendingName}`}
                {encounter.visitNumber && ` · ${encounter.visitNumber}`}
              </p>
              {encounter.conditions.length > 0 && (
                <p className="small">{encounter.conditions.map((condition) => condition.text).join('；')}</p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
