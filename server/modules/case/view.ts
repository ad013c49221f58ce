import { type RawBuilder, sql } from 'kysely'
import type { CaseDetail, CaseSummary } from '../../../contract/case.ts'
import type { MeasureLimit } from '../../../contract/case-setup.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import type { Sorted } from '../../platform/listing.ts'
import { type ClockColumns, clockViewColumns, viewClock } from '../clock/view.ts'
import { leftJoinPerson } from '../event/record.ts'
import { maskPhone } from '../person/mask.ts'
import { nameSeenBy } from '../person/scope.ts'
import { careMarkOf, difficultGuidance } from './care-mark.ts'
import { mayDecide } from './limit.ts'
import { caseWithin, numberOf } from './scope.ts'

export type CaseRow = Sorted &
  ClockColumns &
  Omit<CaseSummary, 'number' | 'clock' | 'openedAt' | 'answeredAt' | 'closedAt' | 'personName'> & {
    shown_name: string | null
    clock_id: number | null
    due_key: string
    opened_at: Date
    answered_at: Date | null
    closed_at: Date | null
  }

/** The clock of a case `x` that runs, or that of the answer of a closed one, as `c`. */
const joinRunning = sql`left join lateral (
    select * from clock where subject_kind = 'case' and subject_id = x.id and kind = case x.status when 'answered' then 'case.close' else 'case.answer' end
    order by id desc limit 1) c on true`

/** What stands on the list of a case `x`, joined by {@link caseJoins}. */
export const caseColumns = (actor: Actor): RawBuilder<unknown> => sql`
  x.id, x.site_id as "siteId", s.name as "siteName", x.kind, x.channel, x.external_number as "externalNumber", x.complainant, p.id as "personId",
  coalesce(${nameSeenBy(actor)}, x.complainant_name) as shown_name, x.category_id as "categoryId", k.name as "categoryName", x.severity, x.description,
  coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'name', d.name) order by d.id) from case_department w join department d on d.id = w.department_id
    where w.case_id = x.id), '[]') as departments,
  x.owner_name as "ownerName", x.status, x.escalated, x.opened_at, x.opened_by_name as "openedByName", x.answered_at, x.closed_at, x.outcome,
  x.satisfaction, x.dispute_id as "disputeId", x.improvement_id as "improvementId", c.id as clock_id, ${clockViewColumns},
  coalesce(c.due_at, 'infinity')::text as due_key`

export const caseJoins = sql`
  from service_case x join site s on s.id = x.site_id join case_category k on k.id = x.category_id ${leftJoinPerson(sql`x.person_id`)}
    ${joinRunning}`

export function viewSummary(row: CaseRow): CaseSummary {
  return {
    id: row.id,
    number: numberOf(row.id),
    siteId: row.siteId,
    siteName: row.siteName,
    kind: row.kind,
    channel: row.channel,
    externalNumber: row.externalNumber,
    complainant: row.complainant,
    personId: row.personId,
    personName: row.shown_name,
    categoryId: row.categoryId,
    categoryName: row.categoryName,
    severity: row.severity,
    description: row.description,
    departments: row.departments,
    ownerName: row.ownerName,
    status: row.status,
    clock: row.clock_id === null ? null : viewClock(row),
    escalated: row.escalated,
    openedAt: row.opened_at.toISOString(),
    openedByName: row.openedByName,
    answeredAt: row.answered_at?.toISOString() ?? null,
    closedAt: row.closed_at?.toISOString() ?? null,
    outcome: row.outcome,
    satisfaction: row.satisfaction,
    disputeId: row.disputeId,
    improvementId: row.improvementId,
  }
}

type DetailRow = CaseRow & {
  version: number
  complainant_phone: string | null
  source_kind: string | null
  source_id: number | null
  staff: CaseDetail['staff']
  encounters: { id: number; departmentName: string | null; start: string | null }[]
  answer: string | null
  answered_by_name: string | null
  told_at: Date | null
  told_how: CaseDetail['toldHow']
  satisfaction_at: Date | null
  close_note: string | null
  closed_by_name: string | null
  reopened: number
  reported_at: Date | null
}

/** One case for reading: audited. @throws {AppError} forbidden, not-found */
export async function getCase(db: Db, actor: Actor, id: number): Promise<CaseDetail> {
  const detail = await loadCase(db, actor, id)
  await audit(db, actor, {
    action: 'case.read',
    personId: detail.personId,
    subject: `case:${id}`,
    fields: ['name', 'text'],
  })
  return detail
}

/**
 * One case with everything about it.
 * @param options.always also when the actor has just given it out of the own reach
 * @throws {AppError} forbidden, not-found
 */
export async function loadCase(
  db: Db,
  actor: Actor,
  id: number,
  { always = false } = {},
): Promise<CaseDetail> {
  const reach = authorize(actor, 'case.read')
  const { rows } = await sql<DetailRow>`
    select null::text as sort_key, ${caseColumns(actor)}, x.version, x.complainant_phone, x.source_kind, x.source_id, x.answer, x.answered_by_name,
      x.told_at, x.told_how, x.satisfaction_at, x.close_note, x.closed_by_name, x.reopened, x.reported_at,
      coalesce((select jsonb_agg(jsonb_build_object('id', h.id, 'name', h.name) order by h.id) from case_staff w join staff h on h.id = w.staff_id
        where w.case_id = x.id), '[]') as staff,
      coalesce((select jsonb_agg(jsonb_build_object('id', n.id, 'departmentName', d.name, 'start', n.starts_at) order by n.starts_at) from case_encounter w
        join encounter n on n.id = w.encounter_id left join department d on d.id = n.department_id where w.case_id = x.id), '[]') as encounters
    ${caseJoins} where x.id = ${id} and ${always ? sql`true` : caseWithin(reach, actor)}`.execute(db)
  const row = found(rows[0])
  const { rows: reports } = await sql<ClockColumns>`
    select ${clockViewColumns} from clock c where c.kind = 'case.report' and c.subject_kind = 'case' and c.subject_id = ${id} order by c.id desc limit 1`.execute(
    db,
  )
  const open = row.status !== 'closed'
  const careMark = row.personId === null ? null : await careMarkOf(db, row.personId, row.siteId)
  return {
    ...viewSummary(row),
    version: row.version,
    phone: row.complainant_phone && maskPhone(row.complainant_phone),
    sourceKind: row.source_kind,
    sourceId: row.source_id,
    staff: row.staff,
    encounters: row.encounters.map(({ start, ...one }) => ({
      ...one,
      start: start === null ? null : new Date(start).toISOString(),
    })),
    answer: row.answer,
    answeredByName: row.answered_by_name,
    toldAt: row.told_at?.toISOString() ?? null,
    toldHow: row.told_how,
    satisfactionAt: row.satisfaction_at?.toISOString() ?? null,
    closeNote: row.close_note,
    closedByName: row.closed_by_name,
    reopened: row.reopened,
    reportedAt: row.reported_at?.toISOString() ?? null,
    reportClock: reports[0] ? viewClock(reports[0]) : null,
    grants: await grantsOf(db, actor, row, open),
    consultations: await consultationsOf(db, actor, id, open),
    log: await logOf(db, id),
    careMark,
    guidance: careMark === null ? null : await difficultGuidance(db),
    abilities: {
      work: open && may(actor, 'case.write'),
      settle: open && may(actor, 'case.settle'),
      manage: may(actor, 'case.manage'),
      dispute: open && row.personId !== null && row.disputeId === null && may(actor, 'dispute.write'),
      reach: row.complainant !== 'anonymous',
      reveal: row.complainant_phone !== null && may(actor, 'person.reveal'),
    },
  }
}

async function grantsOf(
  db: Db,
  actor: Actor,
  { id, siteId }: { id: number; siteId: number },
  open: boolean,
): Promise<CaseDetail['grants']> {
  type Row = Omit<CaseDetail['grants'][number], 'askedAt' | 'decidedAt' | 'mayDecide'> & {
    asked_at: Date
    decided_at: Date | null
    limits: MeasureLimit[]
  }
  const { rows } = await sql<Row>`
    select g.id, g.measure_id as "measureId", k.name as "measureName", g.amount, g.note, g.status, g.asked_at, g.asked_by_name as "askedByName",
      g.decided_at, g.decided_by_name as "decidedByName", g.reason, k.limits
    from case_grant g join case_measure k on k.id = g.measure_id where g.case_id = ${id} order by g.id`.execute(
    db,
  )
  return rows.map(({ asked_at, decided_at, limits, ...row }) => ({
    ...row,
    askedAt: asked_at.toISOString(),
    decidedAt: decided_at?.toISOString() ?? null,
    mayDecide:
      open &&
      row.status === 'waiting' &&
      may(actor, 'case.settle') &&
      mayDecide(actor, siteId, limits, row.amount),
  }))
}

async function consultationsOf(
  db: Db,
  actor: Actor,
  id: number,
  open: boolean,
): Promise<CaseDetail['consultations']> {
  type Row = Omit<CaseDetail['consultations'][number], 'askedAt' | 'dueAt' | 'answeredAt' | 'mayAnswer'> & {
    asked_at: Date
    due_at: Date
    answered_at: Date | null
  }
  const { rows } = await sql<Row>`
    select q.id, q.department_id as "departmentId", d.name as "departmentName", q.question, q.asked_at, q.asked_by_name as "askedByName", q.due_at,
      q.answer, q.answered_at, q.answered_by_name as "answeredByName"
    from case_consultation q join department d on d.id = q.department_id where q.case_id = ${id} order by q.id`.execute(
    db,
  )
  return rows.map(({ asked_at, due_at, answered_at, ...row }) => ({
    ...row,
    askedAt: asked_at.toISOString(),
    dueAt: due_at.toISOString(),
    answeredAt: answered_at?.toISOString() ?? null,
    mayAnswer: open && answered_at === null && may(actor, 'case.write'),
  }))
}

async function logOf(db: Db, id: number): Promise<CaseDetail['log']> {
  const { rows } = await sql<{
    id: number
    at: Date
    by_name: string
    kind: CaseDetail['log'][number]['kind']
    text: string | null
    level: number | null
  }>`
    select id, at, by_name, kind, text, (data ->> 'level')::int as level from case_log where case_id = ${id} order by id desc limit 500`.execute(
    db,
  )
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    byName: row.by_name,
    kind: row.kind,
    text: row.text,
    level: row.level,
  }))
}
