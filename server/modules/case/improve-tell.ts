import { sql } from 'kysely'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { foresee } from '../contact/permit.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { createTasks } from '../task/create.ts'
import { getImprovement, lockImprovement } from './improve.ts'
import { writeLog } from './log.ts'
import { numberOf } from './scope.ts'
import { improvedTemplate, writeTemplate } from './tell.ts'

type Recipient = {
  case_id: number
  site_id: number
  person_id: number | null
  name: string | null
  /** Has an address that a message can go to. */
  written: boolean
}
type Sorted = { messages: Recipient[]; calls: Recipient[]; nobody: Recipient[] }

/** One of each person's cases; somebody without a record is called, anonymous ones hear nothing. */
async function recipientsOf(db: Db, id: number): Promise<Sorted> {
  const { rows } = await sql<Recipient>`
    select distinct on (coalesce('p' || p.person_id, 'c' || p.case_id)) p.*, p.person_id is not null and exists (
        select 1 from person_telecom t where t.person_id = any(${recordsOf(sql`p.person_id`)}) and t.valid
          and (t.system in ('email', 'wechat') or (t.system = 'phone' and t.use = 'mobile'))) as written
    from (select x.id as case_id, x.site_id, ${personOfRecord(sql`x.person_id`)} as person_id, x.complainant_name as name
      from service_case x where x.improvement_id = ${id}) p
    order by coalesce('p' || p.person_id, 'c' || p.case_id), p.case_id`.execute(db)
  const persons = rows.filter((row) => row.person_id !== null)
  const verdicts = await foresee(
    db,
    persons.map((row) => ({
      key: row.case_id,
      personId: row.person_id ?? 0,
      channel: row.written ? 'sms' : 'phone',
      purpose: 'service',
      automatic: row.written,
      siteId: row.site_id,
    })),
  )
  const refused = (row: Recipient) => {
    const verdict = verdicts.get(row.case_id)
    return verdict?.kind === 'refuse'
  }
  const known = persons.filter((row) => !refused(row))
  return {
    messages: known.filter((row) => row.written),
    calls: [
      ...known.filter((row) => !row.written),
      ...rows.filter((row) => row.person_id === null && row.name !== null),
    ],
    nobody: [
      ...persons.filter(refused),
      ...rows.filter((row) => row.person_id === null && row.name === null),
    ],
  }
}

const counted = ({ messages, calls, nobody }: Sorted) => ({
  messages: messages.length,
  calls: calls.length,
  nobody: nobody.length,
})

/** What the button would do. @throws {AppError} not-found */
export async function previewTelling(db: Db, actor: Actor, id: number) {
  await getImprovement(db, actor, id)
  return counted(await recipientsOf(db, id))
}

/**
 * Messages and calls to those whose complaints led to the change, once; each message passes the contact gate again when it goes out.
 * @throws {AppError} not-found, not-closed (the change is not done), already-closed
 */
export async function tellImprovement(trx: Trx, actor: Actor, id: number) {
  const row = await lockImprovement(trx, actor, id, 'case.settle')
  if (row.done_date === null) throw new AppError('not-closed')
  if (row.told_at !== null) throw new AppError('already-closed')
  const to = await recipientsOf(trx, id)
  await writeTemplate(
    trx,
    improvedTemplate,
    'message',
    to.messages.map((one) => ({
      caseId: one.case_id,
      personId: one.person_id ?? 0,
      values: { department: row.department_name },
    })),
  )
  const now = new Date()
  await createTasks(
    trx,
    to.calls.map((one) => ({
      kind: one.person_id === null ? ('other' as const) : ('follow-up-call' as const),
      level: null,
      title: '告知投诉人改进结果',
      description: [numberOf(one.case_id), one.name, row.change].filter(Boolean).join('：'),
      personId: one.person_id,
      subject: { kind: 'improvement', id },
      encounterId: null,
      enrollmentId: null,
      stepKey: null,
      cause: `improvement-call:${id}:${one.case_id}`,
      place: { siteId: one.site_id, departmentId: null, attendingStaffId: null },
      assignee: 'service-centre' as const,
      priority: 0 as const,
      startAt: now,
      dueAt: new Date(now.getTime() + 7 * 86_400_000),
      questionnaireVersionId: null,
    })),
  )
  const told = to.messages.length + to.calls.length
  await sql`
    update improvement set told_at = now(), told_count = ${told}, version = version + 1 where id = ${id}`.execute(
    trx,
  )
  for (const one of [...to.messages, ...to.calls])
    await writeLog(trx, actor, one.case_id, 'improvement-told', row.change)
  await audit(trx, actor, {
    action: 'improvement.tell',
    subject: `improvement:${id} persons:${[...to.messages, ...to.calls].flatMap((one) => one.person_id ?? []).join(',')}`,
  })
  return counted(to)
}
