import { z } from 'zod'
import { answerLine } from './questionnaire.ts'
import { id, idParams, many, page, pageQuery, route, timestamp } from './route.ts'

export const eventKinds = [
  'encounter.registered',
  'encounter.admitted',
  'encounter.discharged',
  'encounter.updated',
  'encounter.cancelled',
  'encounter.discharge-cancelled',
  'person.created',
  'person.updated',
  'person.deceased',
  'person.death-withdrawn',
  'person.opted-out',
  'person.opted-in',
  'person.merged',
  'person.unmerged',
  'person.dispute-opened',
  'person.dispute-closed',
  'enrollment.started',
  'enrollment.completed',
  'enrollment.stopped',
  'enrollment.restarted',
  'enrollment.withheld',
  'enrollment.held-out',
  'agreement.signed',
  'agreement.changed',
  'agreement.ended',
  'segment.entered',
  'segment.left',
  'task.created',
  'task.completed',
  'task.cancelled',
  'task.reopened',
  'contact.attempted',
  'contact.refused',
  'contact.received',
  'consent.given',
  'consent.withdrawn',
  'questionnaire.completed',
  'red-flag.raised',
  'red-flag.reminded',
  'clock.breached',
  'clock.escalated',
  'guidance.given',
  'message.sent',
  'message.failed',
  'message.suppressed',
  'message.unknown',
  'message.delivered',
  'message.undelivered',
  'message.read',
  'message.replied',
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
  'call.ended',
  'booking.restricted',
  'booking.restored',
  'conversation.opened',
  'conversation.closed',
  'intake.noted',
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
] as const
export const eventKind = z.enum(eventKinds)
export type EventKind = z.infer<typeof eventKind>

/**
 * Data of a clinical fact without a table of its own (`observation.recorded` … `appointment.missed`), from any feed. `code` names the
 * fact; the rest if given by the source. Statuses and interpretations are FHIR's codes, times ISO 8601.
 */
export type ClinicalFact = {
  code: { system?: string | undefined; code?: string | undefined; text: string }
  /** The panel, order or document it is part of, such as a blood count. */
  group?: string | undefined
  value?: number | string | undefined
  unit?: string | undefined
  range?: string | undefined
  interpretation?: string | undefined
  status?: string | undefined
  start?: string | undefined
  end?: string | undefined
  dose?: string | undefined
  quantity?: string | undefined
  amount?: number | undefined
  currency?: string | undefined
  department?: string | undefined
  performer?: string | undefined
  orderNumber?: string | undefined
  /** The number of whoever asked for it; ours when we did. Not kept. */
  placer?: string | undefined
  note?: string | undefined
}

/** HL7 interpretation codes of results that must stand out: far outside the range, or positive findings. */
export const criticalInterpretations: ReadonlySet<string> = new Set(['HH', 'LL', 'AA'])
export const abnormalInterpretations: ReadonlySet<string> = new Set([
  'H',
  'L',
  'A',
  'POS',
  '>',
  '<',
  'HU',
  'LU',
  'R',
])

export const timelineEvent = z.object({
  /** Negative if recorded by the visit's own row. */
  id: z.int(),
  at: timestamp,
  recordedAt: timestamp,
  kind: eventKind,
  source: z.string(),
  actorName: z.string().nullable(),
  encounterId: id.nullable(),
  taskId: id.nullable(),
  /** Facts of this event kind, such as department, outcome, score; already masked. */
  data: z.record(z.string(), z.unknown()),
  /** With `contact.attempted`, for readers of tasks: its whole story. The events that it led to do not come beside it. */
  contact: z
    .object({
      /** It closed the task. */
      closed: z.boolean(),
      /** Who did it. */
      by: z.string().nullable(),
      proof: z.string().nullable(),
      note: z.string().nullable(),
      seconds: z.number().int().nullable(),
      /** The relative who was called instead. */
      callee: z.string().nullable(),
      relation: z.string().nullable(),
      score: z.number().nullable(),
      band: z.string().nullable(),
      /** Answers that raised a red flag. */
      flags: z.number().int(),
      lines: z.array(answerLine),
    })
    .nullable(),
})
export type TimelineEvent = z.infer<typeof timelineEvent>

export const getTimeline = route({
  method: 'get',
  path: '/persons/{id}/timeline',
  permission: 'person.read',
  summary: 'Everything that happened with this person, newest first',
  params: idParams,
  personal: ['search'],
  query: pageQuery.extend({
    kind: many(eventKind),
    /** Only events before this time: "jump to year". */
    before: timestamp.optional(),
    search: z.string().trim().max(100).optional(),
  }),
  response: page(timelineEvent),
})
