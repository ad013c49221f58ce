import { useTranslation } from 'react-i18next'
import { type EventKind, type TimelineEvent } from '../../../contract/person.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import type { Tone } from '../../ui/StatusTag.tsx'

export const eventGroups = {
  visits: [
    'encounter.registered',
    'encounter.admitted',
    'encounter.discharged',
    'encounter.updated',
    'encounter.cancelled',
  ],
  calls: ['contact.attempted'],
  answers: ['questionnaire.completed', 'red-flag.raised'],
  tasks: ['task.created', 'task.completed', 'task.cancelled', 'task.reopened'],
  messages: ['message.sent', 'message.failed', 'message.suppressed', 'message.unknown'],
  pathways: ['enrollment.started', 'enrollment.completed', 'enrollment.stopped', 'enrollment.restarted'],
  changes: [
    'person.created',
    'person.updated',
    'person.deceased',
    'person.opted-out',
    'person.opted-in',
    'person.merged',
    'person.unmerged',
  ],
} satisfies Record<string, EventKind[]>

export type EventGroup = keyof typeof eventGroups

export function eventTone(kind: EventKind): Tone {
  if (kind === 'red-flag.raised') return 'danger'
  if (kind === 'message.failed' || kind === 'person.opted-out' || kind === 'person.merged') return 'warning'
  if (kind.startsWith('encounter.')) return 'primary'
  if (kind === 'task.completed' || kind === 'questionnaire.completed' || kind === 'message.sent')
    return 'success'
  if (kind === 'contact.attempted') return 'info'
  return 'neutral'
}

/** Fields whose values are codes with words of their own. */
const coded = {
  outcome: 'outcome',
  channel: 'channel',
  purpose: 'purpose',
  class: 'encounterClass',
  assigneeRole: 'role',
  evidence: 'evidence',
  disposition: 'disposition',
  reason: 'stopReason',
} as const

const isCoded = (field: string): field is keyof typeof coded => field in coded
const isTime = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)

/** Numbers that lead to other rows mean nothing to a reader of the line. */
const isReference = (field: string) => /Id$|^redFlags$/.test(field)

/** What one event says: its kind, the facts worth reading in the line, and all of them for who wants more. */
export function useTimelineText() {
  const { t, i18n } = useTranslation()
  const code = useCode()
  const time = useTime()
  const valueText = (field: string, value: unknown): string => {
    if (isCoded(field) && typeof value === 'string') return code(coded[field], value)
    if (isTime(value)) return time.moment(value)
    if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
    if (Array.isArray(value)) return value.map((one) => valueText(field, one)).join('、')
    if (value !== null && typeof value === 'object') return JSON.stringify(value)
    return String(value)
  }
  return (event: TimelineEvent) => {
    const facts = Object.entries(event.data)
      .filter(
        ([, value]) =>
          value !== null &&
          value !== undefined &&
          value !== '' &&
          !(Array.isArray(value) && value.length === 0),
      )
      .map(([field, value]) => ({
        field,
        // What was completed is a questionnaire; elsewhere a title is that of a task.
        label: code(
          'eventField',
          field === 'title' && event.kind === 'questionnaire.completed' ? 'questionnaireTitle' : field,
        ),
        value: valueText(field, value),
        known: i18n.exists(`codes.eventField.${field}`) && !isReference(field),
      }))
    const outcome = facts.find((fact) => fact.field === 'outcome')
    const kind = code('eventKind', event.kind)
    return {
      title: outcome ? `${kind} · ${outcome.value}` : kind,
      facts: facts.filter((fact) => fact.known && fact.field !== 'outcome'),
      all: facts,
    }
  }
}
