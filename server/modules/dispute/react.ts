import { sql } from 'kysely'
import { addWorkingDays, loadCalendars } from '../../platform/calendar.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { RecordedEvent } from '../event/event.ts'
import { createTasks } from '../task/create.ts'
import { cancelTasks } from '../task/transition.ts'
import { recordsOf } from '../event/record.ts'

/** 医疗机构投诉管理办法 (2019): look into it and answer within five working days. */
const answerWithin = 5

/** Puts an open dispute on the list of people, and takes it off when it is closed. */
export async function followDisputes(trx: Trx, events: RecordedEvent[]): Promise<void> {
  for (const event of events.filter((one) => one.kind === 'person.dispute-opened')) await ask(trx, event)
  const closed = events.filter((event) => event.kind === 'person.dispute-closed')
  if (closed.length > 0)
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
  const { time_zone } = await trx
    .selectFrom('site')
    .select('time_zone')
    .where('id', '=', siteId)
    .executeTakeFirstOrThrow()
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
      dueAt: await answerBy(trx, event.at, siteId, time_zone),
      questionnaireVersionId: null,
    },
  ])
}

async function answerBy(trx: Trx, at: Date, siteId: number, timeZone: string): Promise<Date> {
  try {
    return addWorkingDays(at, answerWithin, timeZone, (await loadCalendars(trx))(siteId))
  } catch (error) {
    // A dispute halts its person also in a year whose calendar nobody entered yet: then a week counts.
    if (error instanceof AppError && error.id === 'calendar-unknown')
      return new Date(at.getTime() + 7 * 86_400_000)
    throw error
  }
}
