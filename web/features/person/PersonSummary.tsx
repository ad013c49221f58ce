import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useShipped } from '../../i18n/useShipped.ts'
import { listConsents } from '../../../contract/contact.ts'
import type { PersonDetail } from '../../../contract/person.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'

/** Who answers for the person, what the person agreed to, what comes next. */
export function PersonSummary({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const code = useCode()
  const time = useTime()
  const me = useMe()
  const consents = useCall(listConsents, { params: { id: person.id } })
  const agreed = [
    ...new Set(
      consents.data?.items.filter((one) => !one.withdrawnAt).map((one) => code('purpose', one.purpose)),
    ),
  ]
  const owner = person.encounters.find((one) => one.attendingName)
  const { nextTask, facts } = person
  const next = [
    facts.nextVisitAt && t('person.nextVisit', { time: time.moment(facts.nextVisitAt) }),
    nextTask &&
      [time.moment(nextTask.at), shipped(nextTask.title), nextTask.assigneeName].filter(Boolean).join(' '),
  ].filter(Boolean)
  const rows: [string, ReactNode][] = [
    [t('person.owner'), owner && [owner.attendingName, owner.departmentName].filter(Boolean).join(' · ')],
    [
      t('person.consentState'),
      consents.isSuccess && (agreed.length > 0 ? agreed.join('、') : t('person.consentNone')),
    ],
    [
      t('person.next'),
      nextTask && may(me, 'task.read') ? (
        <Link to="/desk/$taskId" params={{ taskId: String(nextTask.id) }}>
          {next.join('；')}
        </Link>
      ) : (
        next.join('；') || (person.deceased ? null : t('person.nothingNext'))
      ),
    ],
  ]
  return (
    <dl className="person-summary">
      {rows.map(
        ([label, value]) =>
          value && (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
