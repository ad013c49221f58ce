import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type PersonDetail, getPerson, getTimeline } from '../../../contract/person.ts'
import type { TaskDetail } from '../../../contract/task.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { personTagTone } from '../person/tags.ts'
import { useTimelineText } from '../person/timelineText.ts'
import { PhoneLines } from './PhoneLines.tsx'

/** Right of the desk: everything one looks up while the phone is ringing. */
export function PersonCard({ task }: { task: TaskDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const person = useCall(getPerson, { params: { id: task.personId } })
  const events = useCall(getTimeline, { params: { id: task.personId }, query: { limit: 6 } })
  const describe = useTimelineText()
  const data = person.data

  return (
    <aside className="desk-person" aria-label={t('desk.person')}>
      <div className="person-card-name">
        <h2>
          <Link to="/persons/$id" params={{ id: String(task.personId) }} title={t('desk.openPerson')}>
            {task.personName}
          </Link>
        </h2>
        <span>
          {code('sex', task.sex)} {task.ageYears !== null && t('common.years', { n: task.ageYears })}
        </span>
      </div>
      {data && data.tags.length > 0 && (
        <div className="tag-line">
          {data.tags.map((tag) => (
            <StatusTag key={tag} tone={personTagTone[tag]}>
              {code('personTag', tag)}
            </StatusTag>
          ))}
        </div>
      )}
      {data ? (
        <>
          <PhoneLines person={data} />
          <Stay person={data} encounterId={task.encounterId} />
          {(data.note || data.optOuts.length > 0) && (
            <section>
              <h3>{t('desk.warnings')}</h3>
              {data.note && <p className="pre-line">{data.note}</p>}
              {data.optOuts.map((optOut) => (
                <p key={`${optOut.channel}-${optOut.purpose}`}>
                  <StatusTag tone="warning">
                    {code('personTag', 'do-not-contact')} · {code('channel', optOut.channel)} ·{' '}
                    {code('purpose', optOut.purpose)}
                  </StatusTag>
                </p>
              ))}
            </section>
          )}
        </>
      ) : (
        <div className="desk-skeleton" role="status" aria-label={t('common.loading')}>
          <span className="skeleton" />
          <span className="skeleton" />
        </div>
      )}
      <section>
        <h3>{t('desk.recent')}</h3>
        <ul className="recent-list">
          {events.data?.items.map((event) => (
            <li key={event.id}>
              <span>{describe(event).title}</span>
              <span className="secondary small">
                <TimeText at={event.at} />
              </span>
            </li>
          ))}
        </ul>
      </section>
      <section className="secondary small card-facts">
        {task.pathwayName && (
          <p>
            {t('desk.pathway')}: {task.pathwayName}
          </p>
        )}
        <p>
          {t('desk.due')}: <TimeText at={task.dueAt} show="moment" />
        </p>
        <p>
          {t('desk.assignee')}: {task.assigneeName ?? code('role', task.assigneeRole)}
        </p>
      </section>
    </aside>
  )
}

function Stay({ person, encounterId }: { person: PersonDetail; encounterId: number | null }) {
  const { t } = useTranslation()
  const code = useCode()
  const stay =
    person.encounters.find((encounter) => encounter.id === encounterId) ??
    person.encounters.find((encounter) => encounter.class === 'inpatient')
  return (
    <section>
      <h3>{t('desk.lastStay')}</h3>
      {stay ? (
        <>
          <p>{[stay.departmentName, stay.attendingName, stay.bed].filter(Boolean).join(' · ')}</p>
          <p className="secondary small">
            <TimeText at={stay.start} show="day" /> → <TimeText at={stay.end} show="day" />
            {stay.dischargeDisposition && ` · ${code('disposition', stay.dischargeDisposition)}`}
          </p>
          {stay.conditions.map((condition) => (
            <p key={`${condition.role}-${condition.code}`}>
              {condition.text}{' '}
              <span className="secondary small">{code('conditionRole', condition.role)}</span>
            </p>
          ))}
        </>
      ) : (
        <p className="secondary">{t('desk.noStay')}</p>
      )}
    </section>
  )
}
