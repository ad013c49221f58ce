import './person-card.css'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonCard as Card } from '../../../contract/person-card.ts'
import type { TaskDetail } from '../../../contract/task.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { personTagTone } from '../person/tags.ts'
import { AnswerList } from './AnswerText.tsx'
import { useLocalized } from './localized.ts'
import { PhoneLines } from './PhoneLines.tsx'
import { bandTone } from './ScoreText.tsx'
import { SexAndAge, SubjectLink } from './SubjectLink.tsx'
import type { Calling } from './useCalling.ts'

/** Right of the desk: everything one looks up while the phone is ringing. It comes with the task; what is not known takes no place. */
export function PersonCard({ task, calling, held }: { task: TaskDetail; calling: Calling; held: boolean }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const code = useCode()
  const time = useTime()
  const { card } = task

  return (
    <aside className="desk-person" aria-label={t('desk.person')}>
      <div className="person-card-name">
        <h2>
          <SubjectLink task={task} title={t('desk.openPerson')} />
        </h2>
        <SexAndAge task={task} />
      </div>
      {task.contact.refused && (
        <StatusTag tone="danger">
          {t('desk.contactRefused', { reason: code('suppressionReason', task.contact.refused) })}
        </StatusTag>
      )}
      {task.contact.bestHour && (
        <p className="secondary small">{t('desk.bestHour', task.contact.bestHour)}</p>
      )}
      {task.contact.notBefore && (
        <p className="secondary small">
          {t('desk.contactLater', { time: time.moment(task.contact.notBefore) })}
        </p>
      )}
      {card ? (
        <CardBody card={card} phones={<PhoneLines personId={card.id} {...{ calling, held }} />} />
      ) : (
        task.personId !== null && <p className="secondary">{t('desk.noCard')}</p>
      )}
      <section className="secondary small card-facts">
        {task.pathwayName && (
          <p>
            {t('desk.pathway')}: {shipped(task.pathwayName)}
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

function CardBody({ card, phones }: { card: Card; phones: ReactNode }) {
  const { t } = useTranslation()
  const code = useCode()
  return (
    <>
      {card.tags.length > 0 && (
        <div className="tag-line">
          {card.tags.map((tag) => (
            <StatusTag key={tag} tone={personTagTone[tag]}>
              {code('personTag', tag)}
            </StatusTag>
          ))}
        </div>
      )}
      {phones}
      {(card.note || card.optOuts.length > 0) && (
        <section>
          <h3>{t('desk.warnings')}</h3>
          {card.note && <p className="pre-line">{card.note}</p>}
          {card.optOuts.map((optOut) => (
            <p key={`${optOut.channel}-${optOut.purpose}`}>
              <StatusTag tone="warning">
                {code('personTag', 'do-not-contact')} · {code('channel', optOut.channel)} ·{' '}
                {code('purpose', optOut.purpose)}
              </StatusTag>
            </p>
          ))}
        </section>
      )}
      {card.stay && <Stay stay={card.stay} />}
      <Medications lines={card.medications} />
      <Observations lines={card.observations} />
      <Responses lines={card.responses} />
    </>
  )
}

function Stay({ stay }: { stay: NonNullable<Card['stay']> }) {
  const { t } = useTranslation()
  const code = useCode()
  return (
    <section>
      <h3>{t('desk.lastStay')}</h3>
      <p>{[stay.departmentName, stay.attendingName, stay.bed].filter(Boolean).join(' · ')}</p>
      <p className="secondary small">
        <TimeText at={stay.start} show="day" /> → <TimeText at={stay.end} show="day" />
        {stay.dischargeDisposition && ` · ${code('disposition', stay.dischargeDisposition)}`}
      </p>
      {stay.conditions.map((condition) => (
        <p key={`${condition.role}-${condition.code}`}>
          {condition.text} <span className="secondary small">{code('conditionRole', condition.role)}</span>
        </p>
      ))}
    </section>
  )
}

type CardLine = { body: ReactNode; at: string; title?: string | undefined }

function CardLines({ heading, lines }: { heading: string; lines: CardLine[] }) {
  if (lines.length === 0) return null
  return (
    <section>
      <h3>{heading}</h3>
      <ul className="card-lines">
        {lines.map((line, index) => (
          <li key={`${line.at}-${index}`} title={line.title}>
            <span>{line.body}</span>
            <span className="secondary small">
              <TimeText at={line.at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Medications({ lines }: { lines: Card['medications'] }) {
  const { t } = useTranslation()
  const rows = lines.map(({ text, dose, quantity, at }) => ({
    at,
    body: (
      <>
        {text} <span className="secondary small">{[dose, quantity].filter(Boolean).join(' · ')}</span>
      </>
    ),
  }))
  return <CardLines heading={t('desk.medications')} lines={rows} />
}

function Observations({ lines }: { lines: Card['observations'] }) {
  const { t } = useTranslation()
  const code = useCode()
  const rows = lines.map((one) => ({
    at: one.at,
    title: one.range ? t('desk.referenceRange', { range: one.range }) : undefined,
    body: (
      <>
        {one.text}{' '}
        <b className="card-value">
          {one.value} {one.unit}
        </b>{' '}
        {one.flag && (
          <StatusTag tone={one.flag === 'critical' ? 'danger' : 'warning'}>
            {code('interpretation', one.interpretation)}
          </StatusTag>
        )}
      </>
    ),
  }))
  return <CardLines heading={t('desk.observations')} lines={rows} />
}

function Responses({ lines }: { lines: Card['responses'] }) {
  const { t } = useTranslation()
  const localized = useLocalized()
  if (lines.length === 0) return null
  return (
    <section>
      <h3>{t('desk.lastAnswers')}</h3>
      {lines.map((one, index) => (
        <details key={`${one.at}-${index}`} className="card-answers">
          <summary>
            <span>{localized(one.title)}</span>{' '}
            {one.score !== null && <b>{t('desk.score', { n: one.score })}</b>}{' '}
            {one.band && <StatusTag tone={bandTone[one.band.tone]}>{localized(one.band.text)}</StatusTag>}{' '}
            <span className="secondary small">
              <TimeText at={one.at} />
            </span>
          </summary>
          <AnswerList lines={one.lines} />
        </details>
      ))}
    </section>
  )
}
