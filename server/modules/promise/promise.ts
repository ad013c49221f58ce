import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  explainDelay as explainRoute,
  makePromise as makeRoute,
  PromiseEntry,
} from '../../../contract/promise.ts'
import type { EventKind } from '../../../contract/timeline.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { startClocks, stopClocks } from '../clock/clock.ts'
import { recordEvents } from '../event/event.ts'
import { loadPerson } from '../person/person.ts'
import { readSettings } from '../setting/setting.ts'
import { createTasks } from '../task/create.ts'
import { cancelTasks, completeTasks } from '../task/transition.ts'
import { promiseClock } from './clock-kind.ts'
import { watchRepeats } from './repeat.ts'
import { departmentOwner, listOf, type NamedOwner, roleAt, staffOwner } from './owner.ts'
import { promiseWithin, siteFor } from './scope.ts'
import { assertSource } from './source.ts'
import { loadPromise } from './view.ts'

type Input = z.output<typeof makeRoute.body>

/** @throws {AppError} forbidden, not-found, invalid */
export async function makePromise(trx: Trx, actor: Actor, input: Input): Promise<PromiseEntry> {
  authorize(actor, 'promise.write')
  const invalid = (path: string, message: string) => new AppError('invalid', undefined, [{ path, message }])
  if (input.personId === null && !input.toName) throw invalid('toName', 'is needed')
  if (new Date(input.dueAt).getTime() <= Date.now()) throw invalid('dueAt', 'must be a time in the future')
  if ((input.sourceKind === 'none') !== (input.sourceId === null)) throw invalid('sourceId', 'is needed')
  const personId = input.personId === null ? null : (await loadPerson(trx, actor, input.personId)).person.id
  const siteId = await siteFor(trx, actor, 'promise.write', {
    siteId: input.siteId,
    departmentIds: input.departmentId === null ? [] : [input.departmentId],
    personId,
  })
  await assertSource(trx, actor, 'promise.write', input.sourceKind, input.sourceId)
  const owner = await ownerOf(trx, actor, siteId, input)
  const { id } = await trx
    .insertInto('promise')
    .values({
      site_id: siteId,
      person_id: personId,
      to_name: personId === null ? input.toName : null,
      text: input.text,
      owner_id: owner.id,
      owner_staff_id: owner.staffId,
      owner_name: owner.name,
      owner_role: owner.role,
      department_id: owner.departmentId,
      due_at: new Date(input.dueAt),
      source_kind: input.sourceKind,
      source_id: input.sourceId,
      made_by: actor.id,
      made_by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const now = new Date()
  const dueAt = new Date(input.dueAt)
  await startClocks(trx, promiseClock, [{ subjectId: id, siteId, personId, at: now, dueAt }])
  const { 'case.promise-remind-hours': hours } = await readSettings(
    trx,
    ['case.promise-remind-hours'],
    siteId,
  )
  const remindAt = new Date(Math.max(now.getTime(), dueAt.getTime() - hours * 3_600_000))
  await createTasks(trx, [
    {
      ...listOf(owner, siteId),
      kind: 'other',
      level: null,
      title: '兑现承诺',
      description: input.text,
      personId,
      subject: { kind: 'promise', id },
      encounterId: null,
      enrollmentId: null,
      stepKey: null,
      cause: `promise:${id}`,
      priority: 1,
      startAt: remindAt,
      dueAt,
      questionnaireVersionId: null,
    },
  ])
  await tell(trx, actor, { id, person_id: personId }, 'promise.made')
  return loadPromise(trx, actor, id)
}

async function ownerOf(trx: Trx, actor: Actor, siteId: number, input: Input): Promise<NamedOwner> {
  if (input.ownerStaffId !== null) return staffOwner(trx, siteId, input.ownerStaffId)
  if (input.departmentId !== null) return departmentOwner(trx, siteId, input.departmentId)
  const role = roleAt(actor, siteId, 'promise.write')
  return {
    id: actor.id,
    staffId: actor.staffId,
    departmentId: await homeOf(trx, actor),
    name: actor.name,
    role,
  }
}

async function homeOf(trx: Trx, { staffId }: Actor): Promise<number | null> {
  if (staffId === null) return null
  const row = await trx
    .selectFrom('staff')
    .select('department_id')
    .where('id', '=', staffId)
    .executeTakeFirst()
  return row?.department_id ?? null
}

type Locked = {
  id: number
  person_id: number | null
  status: PromiseEntry['status']
  fulfilled_at: Date | null
}

async function lock(trx: Trx, actor: Actor, id: number): Promise<Locked> {
  const reach = authorize(actor, 'promise.write')
  const { rows } = await sql<Locked>`
    select m.id, m.person_id, m.status, m.fulfilled_at from promise m where m.id = ${id} and ${promiseWithin(reach, actor)} for update`.execute(
    trx,
  )
  return found(rows[0])
}

const over = (row: Locked) => row.status === 'kept' || row.status === 'withdrawn' || row.fulfilled_at !== null

/** In time it is kept; after that it is made good and stays broken. @throws {AppError} not-found, already-closed */
export async function keepPromise(trx: Trx, actor: Actor, id: number): Promise<PromiseEntry> {
  const row = await lock(trx, actor, id)
  if (over(row)) throw new AppError('already-closed')
  await fulfil(trx, actor, row)
  await completeTasks(trx, sql`t.cause = ${`promise:${id}`}`, {
    outcome: 'done',
    actorId: actor.id,
    source: 'staff',
  })
  return loadPromise(trx, actor, id)
}

/** What keeping means for the promise itself; the task that asked for it is the caller's. */
export async function fulfil(
  trx: Trx,
  actor: Actor,
  row: { id: number; person_id: number | null },
): Promise<void> {
  await sql`
    update promise set fulfilled_at = now(), version = version + 1,
      status = case when status = 'open' and due_at >= now() then 'kept' else 'broken' end, ended_at = coalesce(ended_at, now()),
      ended_by_name = ${actor.name}
    where id = ${row.id}`.execute(trx)
  await stopClocks(trx, promiseClock, [{ subjectId: row.id, at: new Date(), outcome: 'kept' }])
  await tell(trx, actor, row, 'promise.kept')
}

/** @throws {AppError} not-found, already-closed */
export async function withdrawPromise(
  trx: Trx,
  actor: Actor,
  id: number,
  reason: string,
): Promise<PromiseEntry> {
  const row = await lock(trx, actor, id)
  if (row.status !== 'open') throw new AppError('already-closed')
  await sql`
    update promise set status = 'withdrawn', ended_at = now(), ended_by_name = ${actor.name}, end_reason = ${reason}, version = version + 1
    where id = ${id}`.execute(trx)
  await stopClocks(trx, promiseClock, [{ subjectId: id, at: new Date(), outcome: 'withdrawn' }])
  await cancelTasks(trx, sql`t.cause = ${`promise:${id}`}`, {
    reason: 'promise-withdrawn',
    actorId: actor.id,
    source: 'staff',
  })
  await tell(trx, actor, row, 'promise.withdrawn')
  return loadPromise(trx, actor, id)
}

/** @throws {AppError} not-found, already-closed */
export async function explainDelay(
  trx: Trx,
  actor: Actor,
  id: number,
  { delayReason, note }: z.output<typeof explainRoute.body>,
): Promise<PromiseEntry> {
  const row = await lock(trx, actor, id)
  if (over(row)) throw new AppError('already-closed')
  await sql`
    update promise set delay_reason = ${delayReason}, delay_note = ${note}, delayed_at = now(), version = version + 1 where id = ${id}`.execute(
    trx,
  )
  await watchRepeats(trx, id, 'excuse')
  await audit(trx, actor, { action: 'promise.explain', personId: row.person_id, subject: `promise:${id}` })
  return loadPromise(trx, actor, id)
}

const acts = {
  'promise.made': 'promise.make',
  'promise.kept': 'promise.keep',
  'promise.withdrawn': 'promise.withdraw',
} as const satisfies Partial<Record<EventKind, string>>

async function tell(
  trx: Trx,
  actor: Actor,
  row: { id: number; person_id: number | null },
  kind: keyof typeof acts,
): Promise<void> {
  await recordEvents(trx, [
    {
      personId: row.person_id,
      at: new Date(),
      kind,
      source: actor.kind === 'system' ? 'careloop' : 'staff',
      actorId: actor.id,
      data: { subject: { kind: 'promise', id: row.id } },
    },
  ])
  await audit(trx, actor, { action: acts[kind], personId: row.person_id, subject: `promise:${row.id}` })
}
