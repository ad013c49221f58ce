import { sql } from 'kysely'
import type { z } from 'zod'
import type { CaseDetail, openCase as openRoute } from '../../../contract/case.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { type Trx, isUniqueViolation } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { openDispute } from '../dispute/dispute.ts'
import { recordsOf } from '../event/record.ts'
import { loadPerson } from '../person/person.ts'
import { listOf, roleAt } from '../promise/owner.ts'
import { siteFor } from '../promise/scope.ts'
import { assertSource } from '../promise/source.ts'
import { createTasks } from '../task/create.ts'
import { startAnswer, startReport } from './clock.ts'
import { auditCase, tellTimeline, writeLog } from './log.ts'
import { type Case, numberOf } from './scope.ts'
import { assertCategory } from './setup.ts'
import { loadCase } from './view.ts'

type Input = z.output<typeof openRoute.body>

/**
 * Registers a case. The actor is its first receiver and owns it; the clock for the answer starts.
 * @throws {AppError} forbidden, not-found, invalid, already-exists (the number of 12320 or 12345 is known)
 */
export async function openCase(trx: Trx, actor: Actor, input: Input): Promise<CaseDetail> {
  authorize(actor, 'case.write')
  const personId =
    input.complainant === 'person' ? (await loadPerson(trx, actor, input.personId ?? 0)).person.id : null
  const siteId = await siteFor(trx, actor, 'case.write', {
    siteId: input.siteId,
    departmentIds: input.departmentIds,
    personId,
  })
  await assertCategory(trx, actor, input.categoryId, siteId)
  await assertSource(trx, actor, 'case.write', input.sourceKind, input.sourceId)
  const role = roleAt(actor, siteId, 'case.write')
  const named = input.complainant === 'named'
  const { id, opened_at } = await trx
    .insertInto('service_case')
    .values({
      site_id: siteId,
      kind: input.kind,
      channel: input.channel,
      source_kind: input.sourceId === null ? null : input.sourceKind,
      source_id: input.sourceKind === null ? null : input.sourceId,
      external_number: input.externalNumber || null,
      person_id: personId,
      complainant: input.complainant,
      complainant_name: named ? input.name : null,
      complainant_phone: named ? input.phone || null : null,
      category_id: input.categoryId,
      severity: input.severity,
      description: input.description,
      owner_id: actor.id,
      owner_staff_id: actor.staffId,
      owner_name: actor.name,
      owner_role: role,
      opened_by: actor.id,
      opened_by_name: actor.name,
    })
    .returning(['id', 'opened_at'])
    .executeTakeFirstOrThrow()
    .catch((error: unknown) => {
      throw isUniqueViolation(error, 'service_case_external')
        ? new AppError('already-exists', undefined, [
            { path: 'externalNumber', message: 'stands with another case' },
          ])
        : error
    })
  const row = { id, site_id: siteId, kind: input.kind, channel: input.channel, person_id: personId }
  await linkDepartments(trx, actor, id, input.departmentIds)
  await linkStaff(trx, id, siteId, input.staffIds)
  await linkEncounters(trx, id, personId, input.encounterIds)
  await writeLog(trx, actor, id, 'opened')
  const dueAt = await startAnswer(trx, row, new Set(input.departmentIds).size, opened_at)
  await startReport(trx, row, opened_at)
  await makeTask(
    trx,
    { ...row, reopened: 0, owner_staff_id: actor.staffId, owner_department_id: null },
    dueAt,
  )
  await tellTimeline(trx, actor, row, 'case.opened', { caseKind: input.kind })
  await auditCase(trx, actor, row, 'case.open')
  if (input.dispute && personId !== null)
    await linkDispute(
      trx,
      actor,
      { id, person_id: personId },
      input.description,
      input.departmentIds[0] ?? null,
    )
  return loadCase(trx, actor, id)
}

/** Departments are known to lie at the site. */
export async function linkDepartments(
  trx: Trx,
  actor: Pick<Actor, 'name'>,
  id: number,
  departmentIds: number[],
): Promise<void> {
  await sql`
    insert into case_department (case_id, department_id, added_by_name)
    select ${id}, d, ${actor.name} from unnest(${departmentIds}::int[]) d on conflict do nothing`.execute(trx)
}

/** @throws {AppError} not-found */
export async function linkStaff(trx: Trx, id: number, siteId: number, staffIds: number[]): Promise<void> {
  const { numAffectedRows } = await sql`
    insert into case_staff (case_id, staff_id) select ${id}, h.id from staff h where h.id = any(${staffIds}::int[]) and h.site_id = ${siteId}
    on conflict do nothing`.execute(trx)
  if (Number(numAffectedRows ?? 0) < new Set(staffIds).size) throw new AppError('not-found')
}

async function linkEncounters(
  trx: Trx,
  id: number,
  personId: number | null,
  encounterIds: number[],
): Promise<void> {
  const { numAffectedRows } = await sql`
    insert into case_encounter (case_id, encounter_id) select ${id}, n.id from encounter n
    where n.id = any(${encounterIds}::bigint[]) and n.person_id = any(${recordsOf(sql`${personId}`)})`.execute(
    trx,
  )
  if (Number(numAffectedRows ?? 0) < new Set(encounterIds).size) throw new AppError('not-found')
}

type Owned = Pick<
  Case,
  'id' | 'site_id' | 'person_id' | 'reopened' | 'owner_staff_id' | 'owner_department_id'
>

/** The calendar may not be known yet: then a week stands on the list until it is. */
const untilKnown = 7 * 86_400_000

/** The task of the owner: one for each time that the case is opened. */
export async function makeTask(trx: Trx, row: Owned, dueAt: Date | null): Promise<void> {
  const owner = { staffId: row.owner_staff_id, departmentId: row.owner_department_id, role: '' }
  const now = new Date()
  await createTasks(trx, [
    {
      ...listOf(owner, row.site_id),
      kind: 'other',
      level: null,
      title: '处理个案',
      description: numberOf(row.id),
      personId: row.person_id,
      subject: { kind: 'case', id: row.id },
      encounterId: null,
      enrollmentId: null,
      stepKey: null,
      cause: `case:${row.id}:${row.reopened}`,
      priority: 1,
      startAt: now,
      dueAt: dueAt ?? new Date(now.getTime() + untilKnown),
      questionnaireVersionId: null,
    },
  ])
}

/** Registers a dispute of the person and ties it to the case. @throws {AppError} forbidden, not-found, invalid */
export async function linkDispute(
  trx: Trx,
  actor: Actor,
  row: { id: number; person_id: number },
  reason: string,
  departmentId: number | null,
): Promise<void> {
  const dispute = await openDispute(trx, actor, row.person_id, { reason, encounterId: null, departmentId })
  await sql`update service_case set dispute_id = ${dispute.id}, version = version + 1 where id = ${row.id}`.execute(
    trx,
  )
  await writeLog(trx, actor, row.id, 'dispute-opened', reason)
}
