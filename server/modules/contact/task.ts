import { sql } from 'kysely'
import type { ContactChannel, ContactRefusal, contactVerdict, Purpose } from '../../../contract/contact.ts'
import type { z } from 'zod'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { type ContactRequest, contactTaskKinds } from './facts.ts'
import { bestHourOf } from './hour.ts'
import { lockHouseholds } from './household.ts'
import { countedOf, foresee, permit } from './permit.ts'
import type { Verdict } from './rules.ts'

/** Task data for the gate. `ladder_step`: the current way of looking for the person. */
export type ContactTask = {
  id: number
  kind: string
  ladder_step: string
  person_id: number | null
  site_id: number | null
}

function channelOf(task: ContactTask): ContactChannel {
  if (task.kind === 'home-visit') return 'visit'
  return task.ladder_step === 'letter' ? 'letter' : 'phone'
}

/** Leaves out tasks that are no contact or that the gate never refuses. */
async function requestsOf(db: Db, tasks: ContactTask[]): Promise<ContactRequest[]> {
  const contacts = tasks.filter((task) => contactTaskKinds.some((kind) => kind === task.kind))
  if (contacts.length === 0) return []
  const { rows } = await sql<{ id: number; automatic: boolean; purpose: Purpose }>`
    select t.id, t.enrollment_id is not null as automatic, coalesce(v.definition ->> 'purpose', 'clinical') as purpose
    from task t left join enrollment e on e.id = t.enrollment_id left join pathway_version v on v.id = e.pathway_version_id
    where t.id = any(${contacts.map((task) => task.id)}::bigint[]) and t.status in ('requested', 'in-progress')`.execute(
    db,
  )
  const known = new Map(rows.map((row) => [row.id, row]))
  return contacts.flatMap((task) => {
    const row = known.get(task.id)
    if (!row || task.person_id === null) return []
    const { automatic, purpose } = row
    const channel = channelOf(task)
    return [
      {
        key: task.id,
        taskId: task.id,
        personId: task.person_id,
        siteId: task.site_id,
        channel,
        purpose,
        automatic,
      },
    ]
  })
}

/**
 * Which of these tasks the gate refuses, and why; each by itself, for choosing one of them. Locks their households, because the chosen task is locked
 * before {@link assertContactPermitted} can.
 */
export async function refusedAmong(trx: Trx, tasks: ContactTask[]): Promise<Map<number, ContactRefusal>> {
  const requests = await requestsOf(trx, tasks)
  await lockHouseholds(trx, countedOf(requests))
  return refusalsIn(await foresee(trx, requests))
}

function refusalsIn(verdicts: Map<number, Verdict>): Map<number, ContactRefusal> {
  return new Map(
    [...verdicts].flatMap(([id, verdict]) =>
      verdict.kind === 'refuse' ? [[id, verdict.reason] as const] : [],
    ),
  )
}

/** For display: whether the gate refuses a task, or the hour is unsuitable. */
export async function contactVerdictOf(db: Db, task: ContactTask): Promise<z.infer<typeof contactVerdict>> {
  const verdict = (await foresee(db, await requestsOf(db, [task]))).get(task.id)
  return {
    refused: verdict?.kind === 'refuse' ? verdict.reason : null,
    notBefore: verdict?.kind === 'later' ? verdict.at.toISOString() : null,
    bestHour: task.person_id === null ? null : await bestHourOf(db, task.person_id),
  }
}

/** The earliest time at or after `at` to call or visit the person: outside quiet hours and, unless clinical, holidays. */
export async function contactTimeOf(db: Db, task: ContactTask, at: Date): Promise<Date> {
  const verdict = (await foresee(db, await requestsOf(db, [task]), at)).get(task.id)
  return verdict?.kind === 'later' ? verdict.at : at
}

/**
 * The gate for calls that a machine makes about these tasks: automatic, whatever began them, and never for marketing.
 * @param now the time of the calls
 * @returns verdicts by task; none where the task is no contact
 */
export async function permitMachineCalls(
  trx: Trx,
  tasks: ContactTask[],
  now: Date,
): Promise<Map<number, Verdict>> {
  const requests = (await requestsOf(trx, tasks)).filter((one) => one.channel === 'phone')
  const [never, asked] = [
    requests.filter((one) => one.purpose === 'marketing'),
    requests.filter((one) => one.purpose !== 'marketing'),
  ]
  const verdicts = await permit(
    trx,
    asked.map((one) => ({ ...one, automatic: true })),
    now,
  )
  for (const { key } of never) verdicts.set(key, { kind: 'refuse', reason: 'no-consent' })
  await keepRefusals(trx, requests, refusalsIn(verdicts))
  return verdicts
}

/**
 * Call this before holding a task for a call or visit, and before locking the task. Quiet hours do not refuse it: the person may have
 * asked for that hour.
 * @throws {AppError} contact-refused; the refusal is recorded
 */
export async function assertContactPermitted(trx: Trx, task: ContactTask): Promise<void> {
  const requests = await requestsOf(trx, [task])
  const verdict = (await permit(trx, requests)).get(task.id)
  if (verdict?.kind !== 'refuse') return
  await keepRefusals(trx, requests, new Map([[task.id, verdict.reason]]))
  throw new AppError(
    'contact-refused',
    `This person must not be contacted: ${verdict.reason}.`,
    [{ path: 'contact', message: verdict.reason }],
    { commits: true },
  )
}

/** For planning home visits: the refused tasks; refusals are recorded on the timelines. @returns reasons by task */
export async function refuseContacts(trx: Trx, tasks: ContactTask[]): Promise<Map<number, ContactRefusal>> {
  const requests = await requestsOf(trx, tasks)
  const refused = refusalsIn(await foresee(trx, requests))
  await keepRefusals(trx, requests, refused)
  return refused
}

/** Once per task and reason, so that replanning adds nothing. */
async function keepRefusals(
  trx: Trx,
  requests: ContactRequest[],
  refused: Map<number, ContactRefusal>,
): Promise<void> {
  if (refused.size === 0) return
  const { rows } = await sql<{ task_id: number; reason: string }>`
    select e.task_id, e.data ->> 'refusal' as reason
    from task t join event e on e.person_id = t.person_id and e.task_id = t.id and e.kind = 'contact.refused'
    where t.id = any(${[...refused.keys()]}::bigint[])`.execute(trx)
  const kept = new Set(rows.map((row) => `${row.task_id} ${row.reason}`))
  await recordEvents(
    trx,
    requests.flatMap(({ key, personId, channel, purpose }) => {
      const reason = refused.get(key)
      if (!reason || kept.has(`${key} ${reason}`)) return []
      const data = { channel, purpose, refusal: reason }
      return [
        { personId, at: new Date(), kind: 'contact.refused' as const, source: 'careloop', taskId: key, data },
      ]
    }),
  )
}
