import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import type { RecordedEvent } from '../event/event.ts'
import { startClocks, stopClocks } from '../clock/clock.ts'
import { createTasks } from '../task/create.ts'
import { moveDue } from '../task/deadline.ts'
import { cancelTasks } from '../task/transition.ts'
import { recordsOf } from '../event/record.ts'
import { answerClock } from './clock.ts'

/** A dispute halts its person also in a year whose calendar nobody entered yet: then a week stands on the list until it is. */
const untilKnown = 7 * 86_400_000

/** Puts an open dispute on the list of people, and takes it off when it is closed. */
export async function followDisputes(trx: Trx, events: RecordedEvent[]): Promise<void> {
  for (const event of events.filter((one) => one.kind === 'person.dispute-opened')) await ask(trx, event)
  const closed = events.filter((event) => event.kind === 'person.dispute-closed')
  if (closed.length === 0) return
  const asked = await tasksOf(trx, closed)
  await stopClocks(
    trx,
    answerClock,
    asked.map((task) => ({ subjectId: task.id, at: new Date(), outcome: 'closed' })),
  )
  await cancelTasks(trx, sql`t.cause = any(${closed.map(keyOf)}::text[])`, {
    reason: 'dispute-closed',
    actorId: null,
    source: 'careloop',
  })
}

const keyOf = ({ data }: RecordedEvent) => (typeof data['key'] === 'string' ? data['key'] : '')

async function ask(trx: Trx, event: RecordedEvent): Promise<void> {
  const { siteId, departmentId } = event.data
  if (typeof siteId !== 'number')
    throw new Error('A dispute names the site whose service centre deals with it.')
  const { rows } = await sql<{ stopped: number }>`
    select count(*)::int as stopped from enrollment where person_id = any(${recordsOf(sql`${event.personId}`)}) and stop_reason = 'dispute' and ended_at = now()`.execute(
    trx,
  )
  await createTasks(trx, [
    {
      kind: 'other',
      level: null,
      title: '处理未结纠纷',
      description: `患者的路径已全部停止（${rows[0]?.stopped ?? 0} 条），自动消息已拦下。查明情况、答复患者，然后在患者页结束纠纷。`,
      personId: event.personId,
      encounterId: event.encounterId,
      enrollmentId: null,
      stepKey: null,
      cause: keyOf(event),
      place: {
        siteId,
        departmentId: typeof departmentId === 'number' ? departmentId : null,
        attendingStaffId: null,
      },
      assignee: 'service-centre',
      priority: 2,
      startAt: event.at,
      dueAt: new Date(event.at.getTime() + untilKnown),
      questionnaireVersionId: null,
    },
  ])
  const tasks = await tasksOf(trx, [event])
  const due = await startClocks(
    trx,
    answerClock,
    tasks.map((task) => ({ subjectId: task.id, siteId, personId: event.personId, at: event.at })),
  )
  await moveDue(
    trx,
    [...due].flatMap(([id, dueAt]) => (dueAt ? { id, dueAt } : [])),
  )
}

/** The tasks that ask for an answer to these disputes. */
async function tasksOf(trx: Trx, events: RecordedEvent[]): Promise<{ id: number }[]> {
  const { rows } = await sql<{ id: number }>`
    select t.id from unnest(${events.map((event) => event.personId)}::bigint[], ${events.map(keyOf)}::text[]) as u(person_id, cause)
    join task t on t.person_id = any(${recordsOf(sql`u.person_id`)}) and t.cause = u.cause order by t.id`.execute(
    trx,
  )
  return rows
}
