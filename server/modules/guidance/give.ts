import { sql } from 'kysely'
import { renderText } from '../../../contract/template.ts'
import { type Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { recordsOf } from '../event/record.ts'
import { queueMessage } from '../message/write.ts'
import { maskEmail } from '../person/mask.ts'
import type { PersonTask } from '../task/list.ts'
import { loadPersonTask } from '../task/task.ts'

type Offered = {
  id: number
  title: string
  body: string
  version: number
  condition_codes: string[]
}

/** Texts for this place and these diagnoses, the closest first; `id` narrows to one. */
async function fitting(db: Db, task: PersonTask, id?: number): Promise<Offered[]> {
  const { rows } = await sql<Offered>`
    select g.id, g.title, v.body, g.version, g.condition_codes
    from guidance g join guidance_version v on v.guidance_id = g.id and v.version = g.version
    where g.active and not g.for_staff and (g.site_id is null or g.site_id = ${task.site_id}) and (g.department_id is null or g.department_id = ${task.department_id})
      and (g.condition_codes = '{}' or exists (
        select 1 from condition c, unnest(g.condition_codes) k where c.encounter_id = ${task.encounter_id} and starts_with(c.code, k)))
      and ${id === undefined ? sql`true` : sql`g.id = ${id}`}
    order by g.condition_codes = '{}', g.department_id is null, g.site_id is null, g.title, g.id limit 100`.execute(
    db,
  )
  return rows
}

async function addressOf(db: Db, task: PersonTask): Promise<string | null> {
  const { rows } = await sql<{ value: string }>`
    select t.value from person_telecom t where t.person_id = any(${recordsOf(sql`${task.person_id}`)}) and t.system = 'email' and t.valid
    order by t.updated_at desc, t.id limit 1`.execute(db)
  return rows[0]?.value ?? null
}

/** The text with its place filled in. */
const filled = (body: string, task: PersonTask) =>
  renderText(body, {
    hospital: task.site_name,
    department: task.department_name ?? task.site_name,
  })

/** @throws {AppError} not-found */
export async function listTaskGuidance(db: Db, actor: Actor, taskId: number) {
  const task = await loadPersonTask(db, actor, 'task.read', taskId)
  const items = await fitting(db, task)
  const address = await addressOf(db, task)
  const { rows: given } = await sql<{
    title: string
    how: 'email' | 'read-aloud'
    given_at: Date
    given_by_name: string
    status: string | null
  }>`
    select v.title, x.how, x.given_at, x.given_by_name, m.status from guidance_given x
    join guidance_version v on v.guidance_id = x.guidance_id and v.version = x.version left join message m on m.id = x.message_id
    where x.task_id = ${taskId} order by x.id desc limit 50`.execute(db)
  await audit(db, actor, {
    action: 'task.read',
    personId: task.person_id,
    subject: `task:${taskId}`,
    fields: ['address-masked'],
  })
  return {
    items: items.map((one) => ({
      id: one.id,
      title: one.title,
      body: filled(one.body, task),
      version: one.version,
      conditionCodes: one.condition_codes,
    })),
    address: address && maskEmail(address),
    given: given.map((one) => ({
      title: one.title,
      how: one.how,
      at: one.given_at.toISOString(),
      byName: one.given_by_name,
      status: one.status,
    })),
  }
}

/**
 * Gives a text to the person: as a message, which the contact gate may refuse at sending, or read aloud on the telephone.
 * @throws {AppError} not-found, also for a text that does not fit the task; already-closed; changed-meanwhile when the text changed;
 * invalid without an e-mail address
 */
export async function giveGuidance(
  trx: Trx,
  actor: Actor,
  taskId: number,
  input: { guidanceId: number; version: number; how: 'email' | 'read-aloud' },
): Promise<void> {
  await sql`select 1 from task where id = ${taskId} for update`.execute(trx)
  const task = await loadPersonTask(trx, actor, 'task.work', taskId)
  if (!['requested', 'in-progress'].includes(task.status)) throw new AppError('already-closed')
  const text = found((await fitting(trx, task, input.guidanceId))[0])
  // The text read aloud is the one that was on the screen.
  if (text.version !== input.version) throw new AppError('changed-meanwhile')
  const messageId = input.how === 'email' ? await queueMail(trx, task, text) : null
  await trx
    .insertInto('guidance_given')
    .values({
      task_id: taskId,
      guidance_id: text.id,
      version: text.version,
      how: input.how,
      message_id: messageId,
      given_by: actor.id,
      given_by_name: actor.name,
    })
    .execute()
  await recordEvents(trx, [
    {
      personId: task.person_id,
      at: new Date(),
      kind: 'guidance.given',
      source: 'staff',
      actorId: actor.id,
      encounterId: task.encounter_id,
      taskId,
      data: { guidanceTitle: text.title, channel: input.how === 'email' ? 'email' : 'phone' },
    },
  ])
  await audit(trx, actor, {
    action: 'guidance.give',
    personId: task.person_id,
    subject: `task:${taskId} guidance:${text.id} ${input.how}`,
  })
}

async function queueMail(trx: Trx, task: PersonTask, text: Offered): Promise<number> {
  if ((await addressOf(trx, task)) === null)
    throw new AppError('invalid', undefined, [{ path: 'how', message: 'the person has no e-mail address' }])
  return queueMessage(trx, {
    personId: task.record_id,
    channel: 'email',
    purpose: 'clinical',
    // Other people may see the subject: it names no disease.
    subject: `${task.site_name}健康宣教`,
    body: filled(text.body, task),
  })
}
