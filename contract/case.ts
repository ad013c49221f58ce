import { z } from 'zod'
import { clockView } from './clock.ts'
import { calendarDate, id, idParams, listQuery, page, route, timestamp } from './route.ts'

export const caseKind = z.enum([
  'complaint',
  'praise',
  'suggestion',
  'consultation',
  'service-request',
  'lost-property',
  'report-mailing',
])
export const caseChannel = z.enum([
  'phone',
  'visit',
  'web',
  'email',
  'sms',
  'wechat',
  'letter',
  '12320',
  '12345',
  'task',
  'call',
])
export const complainant = z.enum(['person', 'named', 'anonymous'])
export const severity = z.enum(['minor', 'ordinary', 'serious'])
export const caseStatus = z.enum(['open', 'answered', 'closed'])
/** How a case ended: settled with what was granted, explained, without cause, taken back, or handed to mediation, a court or an authority. */
export const caseOutcome = z.enum(['settled', 'explained', 'unfounded', 'withdrawn', 'referred'])
export const tellHow = z.enum(['phone', 'message', 'letter', 'visit'])
/** `answered`: the result waits to be told; `approval`: something granted waits for approval. */
export const caseView = z.enum(['open', 'mine', 'late', 'answered', 'approval', 'closed', 'all'])
/** How many days ago an open case came in. */
export const caseAge = z.enum(['0-2', '3-5', '6-10', '11+'])
export const caseLogKind = z.enum([
  'opened',
  'note',
  'changed',
  'department-added',
  'handed-over',
  'consulted',
  'consultation-answered',
  'paused',
  'resumed',
  'escalated',
  'reported',
  'answered',
  'told',
  'satisfaction',
  'granted',
  'grant-asked',
  'grant-approved',
  'grant-refused',
  'grant-withdrawn',
  'dispute-opened',
  'improvement-told',
  'closed',
  'reopened',
])

const text = z.string().trim().min(1).max(2000)
const reason = z.string().trim().min(2).max(500)
const reasonBody = z.object({ reason })

const summary = z.object({
  id,
  number: z.string(),
  siteId: id,
  siteName: z.string(),
  kind: caseKind,
  channel: caseChannel,
  externalNumber: z.string().nullable(),
  complainant,
  personId: id.nullable(),
  personName: z.string().nullable(),
  categoryId: id,
  categoryName: z.string(),
  severity,
  description: z.string(),
  departments: z.array(z.object({ id, name: z.string() })),
  ownerName: z.string(),
  status: caseStatus,
  /** The clock that runs: for the answer, then for telling and closing; else the last one. */
  clock: clockView.nullable(),
  escalated: z.number().int(),
  openedAt: timestamp,
  openedByName: z.string(),
  answeredAt: timestamp.nullable(),
  closedAt: timestamp.nullable(),
  outcome: caseOutcome.nullable(),
  satisfaction: z.number().int().nullable(),
  disputeId: id.nullable(),
  improvementId: id.nullable(),
})
export type CaseSummary = z.infer<typeof summary>

const grantEntry = z.object({
  id,
  measureId: id,
  measureName: z.string(),
  amount: z.number().nullable(),
  note: z.string().nullable(),
  status: z.enum(['granted', 'waiting', 'refused', 'withdrawn']),
  askedAt: timestamp,
  askedByName: z.string(),
  decidedAt: timestamp.nullable(),
  decidedByName: z.string().nullable(),
  reason: z.string().nullable(),
  mayDecide: z.boolean(),
})
export type CaseGrant = z.infer<typeof grantEntry>

const consultation = z.object({
  id,
  departmentId: id,
  departmentName: z.string(),
  question: z.string(),
  askedAt: timestamp,
  askedByName: z.string(),
  dueAt: timestamp,
  answer: z.string().nullable(),
  answeredAt: timestamp.nullable(),
  answeredByName: z.string().nullable(),
  mayAnswer: z.boolean(),
})
export type CaseConsultation = z.infer<typeof consultation>

const detail = summary.extend({
  version: z.number().int(),
  phone: z.string().nullable(),
  sourceKind: z.string().nullable(),
  sourceId: id.nullable(),
  staff: z.array(z.object({ id, name: z.string() })),
  encounters: z.array(z.object({ id, departmentName: z.string().nullable(), start: timestamp.nullable() })),
  answer: z.string().nullable(),
  answeredByName: z.string().nullable(),
  toldAt: timestamp.nullable(),
  toldHow: tellHow.nullable(),
  satisfactionAt: timestamp.nullable(),
  closeNote: z.string().nullable(),
  closedByName: z.string().nullable(),
  reopened: z.number().int(),
  /** 12320: reported up when; null: not yet, or not asked for. */
  reportedAt: timestamp.nullable(),
  /** Running clocks besides the main one, such as that of reporting up. */
  reportClock: clockView.nullable(),
  grants: z.array(grantEntry),
  consultations: z.array(consultation),
  log: z.array(
    z.object({
      id,
      at: timestamp,
      byName: z.string(),
      kind: caseLogKind,
      text: z.string().nullable(),
      level: z.number().int().nullable(),
    }),
  ),
  /** How to meet somebody with whom it is difficult; null: no such mark stands. */
  careMark: z.object({ reason: z.string(), until: calendarDate }).nullable(),
  guidance: z.object({ title: z.string(), body: z.string() }).nullable(),
  abilities: z.object({
    work: z.boolean(),
    settle: z.boolean(),
    manage: z.boolean(),
    dispute: z.boolean(),
    /** The complainant can be called or written to. */
    reach: z.boolean(),
    reveal: z.boolean(),
  }),
})
export type CaseDetail = z.infer<typeof detail>

export const listCases = route({
  method: 'get',
  path: '/cases',
  permission: 'case.read',
  summary: 'Complaints, praise, suggestions and requests, the next due first',
  personal: ['search'],
  query: listQuery('due', 'opened', 'severity').extend({
    view: caseView.default('open'),
    kind: caseKind.optional(),
    channel: caseChannel.optional(),
    siteId: id.optional(),
    departmentId: id.optional(),
    categoryId: id.optional(),
    severity: severity.optional(),
    personId: id.optional(),
    improvementId: id.optional(),
    age: caseAge.optional(),
    /** Answered in time or not; of those with an answer or past their time. */
    inTime: z.stringbool().optional(),
    satisfied: z.stringbool().optional(),
    /** Days on which they came in, both included. */
    from: calendarDate.optional(),
    to: calendarDate.optional(),
    /** Part of the description, our number, or that of 12320 or 12345. */
    search: z.string().trim().max(100).optional(),
  }),
  response: page(summary),
})

export const openCase = route({
  method: 'post',
  path: '/cases',
  permission: 'case.write',
  summary: 'Register a case; whoever takes it owns it until it is handed over',
  body: z
    .object({
      kind: caseKind,
      channel: caseChannel,
      complainant: complainant,
      personId: id.nullable().default(null),
      name: z.string().trim().max(100).nullable().default(null),
      phone: z.string().trim().max(30).nullable().default(null),
      categoryId: id,
      severity: severity.default('ordinary'),
      description: text,
      departmentIds: z.array(id).max(20).default([]),
      staffIds: z.array(id).max(20).default([]),
      encounterIds: z.array(id).max(20).default([]),
      siteId: id.nullable().default(null),
      externalNumber: z.string().trim().max(60).nullable().default(null),
      sourceKind: z.enum(['task', 'call', 'conversation']).nullable().default(null),
      sourceId: id.nullable().default(null),
      /** Has to be said for serious ones of a person: a dispute stops marketing and pathways. */
      dispute: z.boolean().nullable().default(null),
    })
    .superRefine((body, context) => {
      const needs = (path: string, message: string) =>
        context.addIssue({ code: 'custom', path: [path], message })
      if (body.complainant === 'person' && body.personId === null) needs('personId', 'is needed')
      if (body.complainant === 'named' && !body.name) needs('name', 'is needed')
      if ((body.channel === '12320' || body.channel === '12345') && !body.externalNumber)
        needs('externalNumber', 'is needed')
      if (body.severity === 'serious' && body.complainant === 'person' && body.dispute === null)
        needs('dispute', 'says whether this is a dispute')
    }),
  response: detail,
  status: 201,
})

export const getCase = route({
  method: 'get',
  path: '/cases/{id}',
  permission: 'case.read',
  summary: 'One case with its log, consultations and grants',
  params: idParams,
  response: detail,
})

const caseAct = <const B extends z.ZodType>(
  name: string,
  summaryText: string,
  body: B,
  permission: 'case.write' | 'case.settle' | 'case.manage' = 'case.write',
) =>
  route({
    method: 'post',
    path: `/cases/{id}/${name}`,
    permission,
    summary: summaryText,
    params: idParams,
    body,
    response: detail,
  })

export const changeCase = route({
  method: 'patch',
  path: '/cases/{id}',
  permission: 'case.write',
  summary:
    'Change category, severity, departments and staff; with several departments the answer has more time',
  params: idParams,
  body: z.object({
    version: z.number().int(),
    categoryId: id.optional(),
    severity: severity.optional(),
    departmentIds: z.array(id).max(20).optional(),
    staffIds: z.array(id).max(20).optional(),
  }),
  response: detail,
})

export const noteCase = caseAct('notes', 'Add a note to the log', z.object({ text }))
export const handOverCase = caseAct(
  'hand-over',
  'Hand a case over to either a colleague or a department, with the reason; until then the first receiver owns it',
  z.object({ staffId: id.nullable().default(null), departmentId: id.nullable().default(null), reason }),
)
export const consultDepartment = caseAct(
  'consultations',
  'Ask a department; a task with its own deadline goes to its head',
  z.object({ departmentId: id, question: text, dueAt: timestamp.nullable().default(null) }),
)
export const pauseCase = caseAct('pause', 'Stop the time for the answer, with the reason', reasonBody)
export const resumeCase = caseAct('resume', 'Let the time run again', z.object({}))
export const reportCase = caseAct('report', 'It was reported up to 12320', z.object({}))
export const answerCase = caseAct(
  'answer',
  'The result of the investigation, as it will be told; the clock for the answer stops',
  z.object({ answer: text }),
)
export const tellComplainant = caseAct(
  'tell',
  'Tell the result: a call with the questions on satisfaction is put on the list, a message or letter goes out through the contact gate, or it was told in person',
  z.object({ how: tellHow }),
)
export const rateCase = caseAct(
  'satisfaction',
  'How satisfied the complainant is, 1 to 5, where no questionnaire says it',
  z.object({
    score: z.number().int().min(1).max(5),
    note: z.string().trim().max(500).nullable().default(null),
  }),
)
export const grantMeasure = caseAct(
  'grants',
  'Grant something of the recovery catalogue; above the own limit it waits for approval',
  z.object({
    measureId: id,
    amount: z.number().min(0.01).max(99_999_999).nullable().default(null),
    note: z.string().trim().max(500).nullable().default(null),
  }),
  'case.settle',
)
export const closeCase = caseAct(
  'close',
  'Close a case with its outcome; never as settled while something granted waits for approval',
  z.object({ outcome: caseOutcome, note: z.string().trim().max(2000).nullable().default(null) }),
  'case.settle',
)
export const reopenCase = caseAct('reopen', 'Take a closed case up again; its clock starts anew', reasonBody)
export const makeDispute = caseAct(
  'dispute',
  'This is a dispute: marketing and pathways of the person stop',
  reasonBody,
)

export const answerConsultation = route({
  method: 'post',
  path: '/case-consultations/{id}/answer',
  permission: 'case.write',
  summary: 'Answer the question that was asked about a case',
  params: idParams,
  body: z.object({ answer: text }),
  response: detail,
})

export const decideGrant = route({
  method: 'post',
  path: '/case-grants/{id}/decide',
  permission: 'case.settle',
  summary: 'Approve or refuse what waits for approval, within the own limit',
  params: idParams,
  body: z.object({ approve: z.boolean(), reason }),
  response: detail,
})

export const withdrawGrant = route({
  method: 'post',
  path: '/case-grants/{id}/withdraw',
  permission: 'case.settle',
  summary: 'Take back what was granted or asked for',
  params: idParams,
  body: reasonBody,
  response: detail,
})

export const revealComplainant = route({
  method: 'post',
  path: '/cases/{id}/reveal',
  permission: 'person.reveal',
  summary: 'The whole telephone number of a complainant without a record, with the reason',
  params: idParams,
  body: reasonBody,
  response: z.object({ phone: z.string().nullable() }),
})
