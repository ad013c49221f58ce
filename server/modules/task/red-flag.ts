import { sql } from 'kysely'
import type { AnswerLine, Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import type { Alarm } from '../../../contract/task.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { notify } from '../../platform/live.ts'
import { recordEvents } from '../event/event.ts'
import { recordsOf } from '../event/record.ts'
import { answerLines } from '../questionnaire/lines.ts'
import { type RedFlag, redFlagsOf } from '../questionnaire/questionnaire.ts'
import { createTasks } from './create.ts'
import type { Asked } from './response.ts'
import { cancelTasks, retitle } from './transition.ts'

/** A red flag with the question and the answer that raised it. */
export type Danger = RedFlag & { line: AnswerLine | null }

/** Dangerous answers. @param complete also the total score, which means nothing before */
export function dangersIn(
  definition: QuestionnaireDefinition,
  answers: Answers,
  complete: boolean,
): Danger[] {
  const flags = redFlagsOf(definition, answers, complete)
  if (flags.length === 0) return []
  const lines = answerLines(definition, answers)
  return flags.map((flag) => {
    const line = lines.find(({ question }) => question.linkId === flag.linkId)
    if (!line) return { ...flag, line: null }
    const { linkId, type, text, options, unit } = line.question
    return { ...flag, line: { question: { linkId, type, text, options, unit }, value: line.value } }
  })
}

type Known = { link_id: string; task_id: number; status: string; held: boolean; title: string }

const isOpen = ({ status }: Known) => status === 'requested' || status === 'in-progress'
/** A typing error must not alarm a doctor, a seen alarm must not vanish. */
const isUnseen = ({ status, held }: Known) => status === 'requested' && !held

/**
 * Calls the attending doctor about dangerous answers: one urgent task for all of a conversation. An answer withdrawn before anybody looked
 * takes its alarm back.
 */
export async function syncRedFlags(
  trx: Trx,
  actor: Actor,
  asked: Asked,
  source: 'staff' | 'person',
  all: Danger[],
): Promise<void> {
  const dangers = [...new Map(all.map((one) => [one.linkId, one])).values()]
  const { rows: known } = await sql<Known>`
    select f.link_id, f.task_id, t.status, t.held_by is not null as held, f.text ->> 'zh-CN' as title
    from red_flag f join task t on t.id = f.task_id
    where f.person_id = ${asked.recordId} and f.alarm = ${asked.alarm} order by f.raised_at, f.link_id for update of t`.execute(
    trx,
  )
  const withdrawn = known.filter(
    (one) => isUnseen(one) && !dangers.some(({ linkId }) => linkId === one.link_id),
  )
  const kept = known.filter((one) => one.status !== 'cancelled' && !withdrawn.includes(one))
  const raised = dangers.filter(({ linkId }) => !kept.some((one) => one.link_id === linkId))
  if (withdrawn.length > 0) await withdraw(trx, actor, asked, source, withdrawn, kept)
  if (raised.length > 0) await raise(trx, actor, asked, source, raised, kept)
}

async function withdraw(
  trx: Trx,
  actor: Actor,
  asked: Asked,
  source: 'staff' | 'person',
  withdrawn: Known[],
  kept: Known[],
): Promise<void> {
  await sql`
    delete from red_flag where person_id = ${asked.recordId} and alarm = ${asked.alarm}
      and link_id = any(${withdrawn.map((one) => one.link_id)}::text[])`.execute(trx)
  for (const id of new Set(withdrawn.map((one) => one.task_id))) {
    const left = kept.filter((one) => one.task_id === id)
    if (left.length > 0) await retitle(trx, id, left.map(({ title }) => title).join('、'), null)
    else await cancelTasks(trx, sql`t.id = ${id}`, { reason: 'answer-withdrawn', actorId: actor.id, source })
  }
}

const titleOf = (one: RedFlag) => one.text['zh-CN'] ?? one.linkId

async function raise(
  trx: Trx,
  actor: Actor,
  asked: Asked,
  source: 'staff' | 'person',
  raised: Danger[],
  kept: Known[],
): Promise<void> {
  const now = new Date()
  const dueAt = new Date(now.getTime() + Math.min(...raised.map((one) => one.withinMinutes)) * 60_000)
  const open = kept.find(isOpen)
  const taskId = open
    ? await addTo(trx, open, kept, raised, dueAt)
    : await create(trx, asked, raised, kept.length, now, dueAt)
  await sql`
    insert into red_flag (person_id, alarm, link_id, task_id, text, line, source, actor_name)
    select ${asked.recordId}, ${asked.alarm}, n.link_id, ${taskId}, n.text, n.line, ${source}, ${source === 'staff' ? actor.name : null}
    from unnest(${raised.map((one) => one.linkId)}::text[], ${raised.map((one) => JSON.stringify(one.text))}::jsonb[],
      ${raised.map((one) => one.line && JSON.stringify(one.line))}::jsonb[]) as n(link_id, text, line)
    on conflict (person_id, alarm, link_id) do update set task_id = excluded.task_id, text = excluded.text, line = excluded.line,
      source = excluded.source, actor_name = excluded.actor_name, raised_at = now()`.execute(trx)
  await recordEvents(
    trx,
    raised.map((one) => ({
      personId: asked.personId,
      at: now,
      kind: 'red-flag.raised' as const,
      source,
      actorId: actor.id,
      encounterId: asked.encounterId,
      taskId: asked.taskId,
      data: { linkId: one.linkId, text: titleOf(one) },
    })),
  )
}

/** Said later in the same conversation: the doctor who is called already hears of it. */
async function addTo(
  trx: Trx,
  { task_id }: Known,
  kept: Known[],
  raised: Danger[],
  dueAt: Date,
): Promise<number> {
  const before = kept.filter((one) => one.task_id === task_id).map(({ title }) => title)
  await retitle(trx, task_id, [...before, ...raised.map(titleOf)].join('、'), dueAt)
  await ring(trx, task_id, false)
  return task_id
}

async function create(
  trx: Trx,
  asked: Asked,
  raised: Danger[],
  earlier: number,
  startAt: Date,
  dueAt: Date,
): Promise<number> {
  const cause = `red-flag:${asked.alarm}:${raised[0]?.linkId}${earlier > 0 ? `:${earlier}` : ''}`
  await createTasks(trx, [
    {
      kind: 'red-flag',
      level: null,
      title: raised.map(titleOf).join('、'),
      description: asked.title,
      personId: asked.recordId,
      encounterId: asked.encounterId,
      enrollmentId: null,
      stepKey: null,
      cause,
      place: asked.place,
      assignee: 'attending-doctor',
      priority: 2,
      startAt,
      dueAt,
      questionnaireVersionId: null,
    },
  ])
  const { rows } = await sql<{ id: number }>`
    select id from task where cause = ${cause} and status <> 'cancelled'`.execute(trx)
  const [made] = rows
  if (!made) throw new Error(`no task for the alarm ${cause}`)
  return made.id
}

/** Tells the owner's open screens of a red flag: the doctor's own, or those of all doctors whose list it is. */
export async function ring(trx: Trx, taskId: number, reminded: boolean): Promise<void> {
  const place = await trx
    .selectFrom('task')
    .select(['assignee_staff_id as staffId', 'department_id as departmentId', 'site_id as siteId'])
    .where('id', '=', taskId)
    .executeTakeFirstOrThrow()
  await notify(trx, 'red-flag', { ...place, taskId, reminded })
}

/** What was answered, in the order in which it was said. */
export async function alarmsOf(db: Db, taskId: number): Promise<Alarm[]> {
  const rows = await db
    .selectFrom('red_flag')
    .select(['text', 'line', 'source', 'actor_name', 'raised_at'])
    .where('task_id', '=', taskId)
    .orderBy('raised_at')
    .orderBy('link_id')
    .execute()
  return rows.map((row) => ({
    text: row.text as Alarm['text'],
    line: row.line as Alarm['line'],
    source: row.source,
    byName: row.actor_name,
    at: row.raised_at.toISOString(),
  }))
}

/** When the owner of a red flag was last reminded of it. */
export async function remindedAt(
  db: Db,
  row: { id: number; person_id: number | null },
): Promise<string | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select max(at) as at from event where person_id = any(${recordsOf(sql`${row.person_id}`)}) and kind = 'red-flag.reminded'
      and task_id = ${row.id}`.execute(db)
  return rows[0]?.at?.toISOString() ?? null
}
