import { z } from 'zod'
import type { Permission } from './access.ts'
import { encounterClass } from './person.ts'

/**
 * `code` is hierarchical where it is contained: `I10.x02` contains `I10`. `answer` takes the type of the value that it is compared
 * with.
 */
export type FieldType = 'number' | 'text' | 'choice' | 'code' | 'answer'

type Definition = {
  /** Filters, and what the latest one of its kind may be asked for. */
  fields: Record<string, FieldType>
  /** The number that may be added up. */
  sum?: string
  needs?: Permission
  worth?: true
}

/**
 * What a rule may count over a person's time, each defined once; the rows and columns behind it are in
 * `server/modules/segment/event-fact.ts`, its words under `segments.event` and `segments.field`.
 */
export const eventFacts = {
  visit: { fields: { class: 'choice', department: 'choice', site: 'choice' } },
  stay: {
    fields: { department: 'choice', site: 'choice', days: 'number', disposition: 'choice' },
    sum: 'days',
  },
  diagnosis: { fields: { code: 'code', department: 'choice' }, needs: 'person.read' },
  result: { fields: { code: 'code', value: 'number', interpretation: 'choice' }, needs: 'person.read' },
  medication: { fields: { code: 'code', text: 'text' }, needs: 'person.read' },
  procedure: { fields: { code: 'code', text: 'text' }, needs: 'person.read' },
  immunization: { fields: { code: 'code', text: 'text' }, needs: 'person.read' },
  charge: {
    fields: { amount: 'number', code: 'code', text: 'text' },
    sum: 'amount',
    needs: 'figure.read',
    worth: true,
  },
  appointment: { fields: { state: 'choice', code: 'code', text: 'text' } },
  message: {
    fields: { channel: 'choice', purpose: 'choice', status: 'choice', delivery: 'choice' },
    needs: 'message.read',
  },
  reply: { fields: { channel: 'choice' }, needs: 'message.read' },
  call: { fields: { outcome: 'choice', channel: 'choice' }, needs: 'task.read' },
  answer: { fields: { questionnaire: 'choice', score: 'number', answer: 'answer' }, needs: 'person.read' },
  pathway: { fields: { pathway: 'choice', state: 'choice', reason: 'choice' }, needs: 'enrollment.read' },
  campaign: { fields: { campaign: 'choice', result: 'choice' }, needs: 'campaign.read' },
  membership: {
    fields: { group: 'choice', kind: 'choice', role: 'choice', title: 'text' },
    needs: 'group.read',
  },
  relative: { fields: { relation: 'choice' }, needs: 'person.read' },
} as const satisfies Record<string, Definition>

export type EventFact = keyof typeof eventFacts
export const eventFactNames = Object.keys(eventFacts) as [EventFact, ...EventFact[]]
/** The definition of an event fact, without its literal type. */
export const eventFactOf = (name: EventFact): Definition => eventFacts[name]

/** Values of fields that have fixed ones; the others are codes of the installation, such as departments. */
export const fieldChoices: Partial<Record<`${EventFact}.${string}`, readonly string[]>> = {
  'visit.class': encounterClass.options,
  'appointment.state': ['booked', 'rescheduled', 'changed', 'cancelled', 'missed'],
  'pathway.state': ['on', 'finished', 'stopped'],
  'message.delivery': ['undelivered', 'delivered', 'read'],
  /** The furthest that somebody went; who was only observed is `held-out` whatever they did. */
  'campaign.result': ['visited', 'booked', 'answered', 'none', 'held-out'],
}

const comparisons = ['=', '!=', '<', '<=', '>', '>=', 'in', 'contains'] as const
const plain = z.union([z.string().max(200), z.number(), z.boolean()])

const filter = z.strictObject({
  field: z.string().min(1).max(60),
  /** For `answer`: the question. */
  question: z.string().min(1).max(60).optional(),
  op: z.enum(comparisons),
  value: z.union([plain, z.array(z.string().max(200)).max(100)]),
})
export type EventFilter = z.infer<typeof filter>

/** How often, how much or what lately: one question about a person's events in a window of time. */
export const eventQuestion = z.strictObject({
  of: z.enum(eventFactNames),
  /** `last` is the field of the latest one; without any it is unknown, while a count or sum is 0. */
  measure: z.enum(['count', 'sum', 'last']),
  /** For `last`. */
  field: z.string().min(1).max(60).optional(),
  question: z.string().min(1).max(60).optional(),
  where: z.array(filter).max(10).optional(),
  /** Up to now; exactly so many times 24 hours. */
  withinDays: z.number().int().min(1).max(36_500).optional(),
  /** Days in the organisation's time zone, both included. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  op: z.enum(comparisons),
  value: z.union([plain, z.array(z.string().max(200)).max(100)]),
})
export type EventQuestion = z.infer<typeof eventQuestion>

/** The name under which its value is looked up: the same question has the same name. */
export function questionName({
  of,
  measure,
  field,
  question,
  where,
  withinDays,
  from,
  to,
}: EventQuestion): string {
  return `events:${JSON.stringify([of, measure, field, question, where?.map((one) => [one.field, one.question, one.op, one.value]), withinDays, from, to])}`
}
