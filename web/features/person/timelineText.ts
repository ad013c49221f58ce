import { useTranslation } from 'react-i18next'
import { useShipped } from '../../i18n/useShipped.ts'
import {
  abnormalInterpretations,
  criticalInterpretations,
  type EventKind,
  type TimelineEvent,
} from '../../../contract/timeline.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import type { Tone } from '../../ui/StatusTag.tsx'
import { useAnswerWords } from '../task/AnswerText.tsx'
import { useLocalized } from '../task/localized.ts'

export const eventGroups = {
  visits: [
    'encounter.registered',
    'encounter.admitted',
    'encounter.discharged',
    'encounter.updated',
    'encounter.cancelled',
    'encounter.discharge-cancelled',
  ],
  care: [
    'condition.recorded',
    'observation.recorded',
    'immunization.recorded',
    'medication.requested',
    'medication.dispensed',
    'procedure.performed',
    'allergy.recorded',
    'order.placed',
    'charge.posted',
    'document.received',
  ],
  appointments: [
    'appointment.booked',
    'appointment.rescheduled',
    'appointment.changed',
    'appointment.cancelled',
    'appointment.missed',
    'appointment.confirmed',
    'appointment.arrived',
    'appointment.fulfilled',
    'appointment.suspended',
    'appointment.offered',
    'appointment.offer-closed',
    'waitlist.joined',
    'waitlist.left',
    'booking.restricted',
    'booking.restored',
  ],
  calls: [
    'contact.attempted',
    'contact.received',
    'contact.refused',
    'conversation.opened',
    'conversation.closed',
  ],
  answers: ['questionnaire.completed', 'red-flag.raised', 'red-flag.reminded', 'guidance.given'],
  tasks: [
    'task.created',
    'task.completed',
    'task.cancelled',
    'task.reopened',
    'clock.breached',
    'clock.escalated',
  ],
  messages: ['message.sent', 'message.failed', 'message.suppressed', 'message.unknown'],
  pathways: [
    'enrollment.started',
    'enrollment.completed',
    'enrollment.stopped',
    'enrollment.restarted',
    'enrollment.withheld',
  ],
  cases: [
    'case.opened',
    'case.answered',
    'case.told',
    'case.closed',
    'case.reopened',
    'promise.made',
    'promise.kept',
    'promise.broken',
    'promise.withdrawn',
    'care-mark.set',
    'care-mark.ended',
  ],
  changes: [
    'person.created',
    'person.updated',
    'person.deceased',
    'person.death-withdrawn',
    'person.opted-out',
    'person.opted-in',
    'consent.given',
    'consent.withdrawn',
    'person.merged',
    'person.unmerged',
    'person.dispute-opened',
    'person.dispute-closed',
    'intake.noted',
  ],
} satisfies Record<string, EventKind[]>

export type EventGroup = keyof typeof eventGroups

export function eventTone(kind: EventKind, data: Record<string, unknown> = {}): Tone {
  const { interpretation } = data
  if (typeof interpretation === 'string' && criticalInterpretations.has(interpretation)) return 'danger'
  if (typeof interpretation === 'string' && abnormalInterpretations.has(interpretation)) return 'warning'
  if (kind === 'appointment.missed' || kind === 'allergy.recorded' || kind === 'intake.noted')
    return 'warning'
  if (kind.startsWith('appointment.')) return 'info'
  if (kind === 'red-flag.raised' || kind === 'person.dispute-opened') return 'danger'
  if (kind === 'contact.refused' || kind === 'consent.withdrawn') return 'warning'
  if (kind === 'promise.broken') return 'danger'
  if (kind === 'case.opened' || kind === 'care-mark.set') return 'warning'
  if (kind === 'case.closed' || kind === 'promise.kept') return 'success'
  if (kind === 'clock.escalated') return 'danger'
  if (kind === 'clock.breached') return 'warning'
  if (kind === 'message.failed' || kind === 'person.opted-out' || kind === 'person.merged') return 'warning'
  if (kind.startsWith('encounter.')) return 'primary'
  if (kind === 'task.completed' || kind === 'questionnaire.completed' || kind === 'message.sent')
    return 'success'
  if (kind === 'contact.attempted') return data['outcome'] === 'done' ? 'success' : 'info'
  if (kind === 'contact.received') return 'info'
  return 'neutral'
}

/** Fields whose values are codes with words of their own. */
const coded = {
  outcome: 'outcome',
  clock: 'clockKind',
  disputeOutcome: 'disputeOutcome',
  caseKind: 'caseKind',
  caseOutcome: 'caseOutcome',
  channel: 'channel',
  purpose: 'purpose',
  class: 'encounterClass',
  assigneeRole: 'role',
  evidence: 'evidence',
  proof: 'evidence',
  disposition: 'disposition',
  reason: 'stopReason',
  refusal: 'suppressionReason',
  consentProof: 'consentProof',
  interpretation: 'interpretation',
  status: 'factStatus',
} as const

const isCoded = (field: string): field is keyof typeof coded => field in coded
const isTime = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)

/** Numbers that lead to other rows mean nothing to a reader of the line. */
const isReference = (field: string, value: unknown) =>
  /Id$|^redFlags$/.test(field) || (field === 'subject' && typeof value === 'object')

/** Words that a questionnaire brings in several languages. */
type Localized = { 'zh-CN': string; 'zh-TW'?: string; en?: string }
const isLocalized = (value: unknown): value is Localized =>
  typeof value === 'object' && value !== null && 'zh-CN' in value

type Concept = { code?: string; text: string }
const isConcept = (value: unknown): value is Concept =>
  typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string'

/** What a clinical fact is about, with its value: `Haemoglobin 97 g/L`; null for events of other kinds. */
function factTitle({ code, value, unit }: Record<string, unknown>): string | null {
  if (!isConcept(code)) return null
  const quantity = typeof value === 'number' || typeof value === 'string' ? String(value) : null
  return [code.text, quantity, quantity && typeof unit === 'string' ? unit : null].filter(Boolean).join(' ')
}
/** Facts that the title says already. */
const inTitle = new Set(['code', 'value', 'unit'])

/** What one event says: its kind, the facts worth reading in the line, and all of them for who wants more. */
export function useTimelineText() {
  const { t, i18n } = useTranslation()
  const shipped = useShipped()
  const code = useCode()
  const time = useTime()
  const localized = useLocalized()
  const answerWords = useAnswerWords()
  const valueText = (field: string, value: unknown): string => {
    if (isCoded(field) && typeof value === 'string') return code(coded[field], value)
    // A reason is a code of ours or somebody's own words.
    if (field === 'reason' && i18n.exists(`codes.suppressionReason.${String(value)}`))
      return code('suppressionReason', String(value))
    if (field === 'fields' && typeof value === 'string') return code('eventField', value)
    if (isTime(value)) return time.moment(value)
    if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
    if (Array.isArray(value)) return value.map((one) => valueText(field, one)).join('、')
    if (isLocalized(value)) return localized(value)
    if (isConcept(value)) return [value.text, value.code && `(${value.code})`].filter(Boolean).join(' ')
    if (value !== null && typeof value === 'object') return JSON.stringify(value)
    return shipped(String(value))
  }
  /** Which field of a message could not be used, and why. */
  const noted = ({ code: about, value }: Record<string, unknown>): string | null =>
    isConcept(about) && about.code
      ? [about.text, code('intakeNote', about.code), typeof value === 'string' && value]
          .filter(Boolean)
          .join(' ')
      : null
  /** A contact in one line: `姜蕾 · 已随访：恢复好 · 满意 12 分`. */
  const story = ({ contact, actorName, data }: TimelineEvent): string => {
    // How the patient is: every questionnaire that asks for it calls the question so.
    const first = contact?.lines.find(({ question }) => question.linkId === 'condition')
    const score = contact?.score ?? null
    return [
      contact?.by ?? actorName,
      contact?.callee &&
        [contact.relation && code('relation', contact.relation), contact.callee].filter(Boolean).join(' '),
      [valueText('outcome', data['outcome']), first && answerWords(first.question, first.value)]
        .filter(Boolean)
        .join(t('person.colon')),
      score !== null && [contact?.band, t('desk.score', { n: score })].filter(Boolean).join(' '),
      contact && contact.flags > 0 && t('person.flags', { n: contact.flags }),
      contact?.note,
    ]
      .filter(Boolean)
      .join(' · ')
  }
  return (event: TimelineEvent) => {
    if (event.kind === 'contact.attempted')
      return {
        title: valueText('channel', event.data['channel']),
        line: story(event),
        all: [
          ...(event.contact?.lines ?? []).map(({ question, value }) => ({
            field: question.linkId,
            label: localized(question.text),
            value: answerWords(question, value) ?? '',
          })),
          {
            field: 'proof',
            label: code('eventField', 'proof'),
            value: event.contact?.proof ? code('evidence', event.contact.proof) : '',
          },
          {
            field: 'seconds',
            label: t('person.callLength'),
            value: event.contact?.seconds ? t('person.seconds', { n: event.contact.seconds }) : '',
          },
          {
            field: 'taskTitle',
            label: code('eventField', 'taskTitle'),
            value: valueText('taskTitle', event.data['taskTitle'] ?? ''),
          },
        ].filter((one) => one.value !== ''),
      }
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
          field === 'title' && event.kind === 'questionnaire.completed'
            ? 'questionnaireTitle'
            : field === 'value'
              ? 'result'
              : field,
        ),
        value: valueText(field, value),
        known: i18n.exists(`codes.eventField.${field}`) && !isReference(field, value),
      }))
    const outcome = facts.find((fact) => fact.field === 'outcome')
    const kind = code('eventKind', event.kind)
    const about =
      (event.kind === 'intake.noted' ? noted(event.data) : factTitle(event.data)) ?? outcome?.value
    const inHeading = about === outcome?.value ? new Set(['outcome']) : inTitle
    const shown = facts.filter((fact) => fact.known && !inHeading.has(fact.field))
    return {
      title: about ? `${kind} · ${about}` : kind,
      line: [...shown.map((fact) => `${fact.label} ${fact.value}`), event.actorName]
        .filter(Boolean)
        .join(' · '),
      all: facts.filter((fact) => fact.known),
    }
  }
}
