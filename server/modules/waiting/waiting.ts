import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Permission } from '../../../contract/access.ts'
import type { CallingHours } from '../../../contract/task.ts'
import type { Waiting, WaitingKind } from '../../../contract/waiting.ts'
import { type Actor, type Reach, authorize, may } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { caseWithin } from '../case/scope.ts'
import { countWaiting } from '../conversation/list.ts'
import { countUnchecked } from '../head-check/head-check.ts'
import { channelsWithin, messagesWithin } from '../intake/scope.ts'
import { countOverdue } from '../knowledge/knowledge.ts'
import { countInstructions } from '../instruction/list.ts'
import { countPairs } from '../match/review.ts'
import { checksWithin } from '../spot-check/scope.ts'
import { countTasks } from '../task/list.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { openVisit, plannedStop } from '../visit/open-visits.ts'
import { countToday } from '../visit/today.ts'

type Counts = { count: number; late: number }

async function counted(db: Db, statement: RawBuilder<{ count: number; late?: number }>): Promise<Counts> {
  const { rows } = await statement.execute(db)
  return { count: rows[0]?.count ?? 0, late: rows[0]?.late ?? 0 }
}

const late = sql`count(*) filter (where t.due_at < now()) as late`
const open = sql<SqlBool>`t.status in ('requested', 'in-progress')`
const atSites = (reach: Reach, column: string) =>
  reach.all ? sql<SqlBool>`true` : sql<SqlBool>`${sql.ref(column)} = any(${reach.siteIds}::int[])`
const today = sql`date_trunc('day', now() at time zone ${organisationZone}) at time zone ${organisationZone}`

/** Each kind with the permission that lets somebody deal with it, counted within the reach of that permission. */
const kinds: Record<
  Exclude<WaitingKind, 'tasks'>,
  [Permission, (db: Db, actor: Actor, reach: Reach) => Promise<Counts>]
> = {
  team: [
    'task.assign',
    async (db, actor) => {
      const { overdue } = await countTasks(db, actor, 'team')
      return { count: overdue, late: overdue }
    },
  ],
  instructions: [
    'instruction.submit',
    async (db, actor) => {
      const { open, late } = await countInstructions(db, actor, 'instruction.submit')
      return { count: open, late }
    },
  ],
  results: [
    'instruction.issue',
    async (db, actor) => {
      const { submitted } = await countInstructions(db, actor, 'instruction.issue')
      return { count: submitted, late: 0 }
    },
  ],
  objections: [
    'spot-check.appeal',
    (db, actor) =>
      counted(
        db,
        sql`select count(*) as count from spot_check k where k.staff_id = ${actor.staffId} and k.status = 'disagree'
          and k.appealed_at is null and k.accepted_at is null`,
      ),
  ],
  appeals: [
    'spot-check.decide',
    (db, actor, reach) =>
      counted(
        db,
        sql`select count(*) as count, ${late} from spot_check k
            left join task t on t.cause = 'spot-check-appeal:' || k.id and t.status <> 'cancelled'
          where k.appealed_at is not null and k.decision is null
            and k.staff_id is distinct from ${actor.staffId} and ${checksWithin(reach)}`,
      ),
  ],
  findings: [
    'head-check.acknowledge',
    (db, actor) =>
      counted(
        db,
        sql`select count(*) as count from head_check where staff_id = ${actor.staffId} and acknowledged_at is null`,
      ),
  ],
  checks: ['head-check.write', countUnchecked],
  // A month is drawn once; one without results has nothing to draw from.
  draws: [
    'spot-check.draw',
    (db, _, reach) =>
      counted(
        db,
        sql`select count(*) as count from site s, lateral (select date_trunc('month', now() at time zone s.time_zone) as month) m
          where ${atSites(reach, 's.id')} and not exists (
              select 1 from spot_check_draw d where d.site_id = s.id and d.month = (m.month - interval '1 month')::date)
            and exists (select 1 from task t where t.site_id = s.id and t.level = 1 and t.status = 'completed' and t.outcome = 'done'
              and t.completed_at >= (m.month - interval '1 month') at time zone s.time_zone and t.completed_at < m.month at time zone s.time_zone)`,
      ),
  ],
  calls: [
    'spot-check.draw',
    (db, _, reach) =>
      counted(
        db,
        sql`select count(*) as count, ${late} from spot_check k join task t on t.id = k.task_id
          where ${open} and ${atSites(reach, 'k.site_id')}`,
      ),
  ],
  disputes: [
    'dispute.write',
    (db, _, reach) =>
      counted(
        db,
        sql`select count(*) as count, ${late} from dispute x
            left join task t on t.cause = 'dispute:' || x.id and t.status <> 'cancelled'
          where x.closed_at is null and ${atSites(reach, 'x.site_id')}`,
      ),
  ],
  // One's own; who manages cases is told of those that are late, whoever owns them.
  cases: [
    'case.write',
    (db, actor, reach) =>
      counted(
        db,
        sql`select count(*) as count, count(*) filter (where exists (
              select 1 from clock c where c.subject_kind = 'case' and c.subject_id = x.id and c.stopped_at is null and c.breached_at is not null)) as late
          from service_case x where x.status <> 'closed' and ${caseWithin(reach, actor)}
            and (x.owner_id = ${actor.id} or x.owner_staff_id = ${actor.staffId} or x.owner_department_id = any(${reach.departmentIds}::int[])
              or (${may(actor, 'case.manage')} and x.escalated > 1))`,
      ),
  ],
  approvals: [
    'case.manage',
    (db, actor, reach) =>
      counted(
        db,
        sql`select count(*) as count from case_grant g join service_case x on x.id = g.case_id
          where g.status = 'waiting' and x.status <> 'closed' and ${caseWithin(reach, actor)}`,
      ),
  ],
  promises: [
    'promise.write',
    (db, actor) =>
      counted(
        db,
        sql`select count(*) as count, count(*) filter (where m.due_at < now()) as late from promise m join site s on s.id = m.site_id
          where (m.owner_id = ${actor.id} or m.owner_staff_id = ${actor.staffId})
            and (m.status = 'open' and (m.due_at at time zone s.time_zone)::date <= (now() at time zone s.time_zone)::date
              or m.status = 'broken' and m.fulfilled_at is null)`,
      ),
  ],
  // Those that somebody has to take, and one's own that wait for an answer.
  conversations: [
    'conversation.write',
    async (db, actor) => {
      const { unanswered, late: overdue } = await countWaiting(db, actor)
      return { count: unanswered, late: overdue }
    },
  ],
  // Past the day on which somebody looks at them again.
  articles: ['knowledge.write', async (db, actor) => ({ count: await countOverdue(db, actor), late: 0 })],
  scoring: [
    'call-review.write',
    (db, actor, reach) =>
      counted(
        db,
        sql`select count(*) as count from call_review r
          where r.reviewed_at is null and r.user_id is distinct from ${actor.userId} and ${atSites(reach, 'r.site_id')}`,
      ),
  ],
  scores: [
    'call-review.read',
    (db, actor) =>
      counted(
        db,
        sql`select count(*) as count from call_review r
          where r.user_id = ${actor.userId} and r.reviewed_at is not null and r.acknowledged_at is null`,
      ),
  ],
  visits: ['visit.work', async (db, actor) => ({ count: await countToday(db, actor), late: 0 })],
  unplanned: [
    'visit.plan',
    (db, _, reach) =>
      counted(
        db,
        sql`select count(*) as count, ${late} from task t where ${openVisit} and ${atSites(reach, 't.site_id')}
          and not exists (${plannedStop})`,
      ),
  ],
  unsettled: [
    'visit.plan',
    (db, _, reach) =>
      counted(
        db,
        sql`select count(*) as count from visit_record r where r.status = 'kept' and r.settled_at is null and ${atSites(reach, 'r.site_id')}`,
      ),
  ],
  matches: ['person.merge', async (db, _, reach) => ({ count: (await countPairs(db, reach)).open, late: 0 })],
  intake: [
    'intake.replay',
    (db, _, reach) =>
      counted(
        db,
        sql`select count(*) as count from inbound_message m where status = 'dead' and ${messagesWithin(reach)}`,
      ),
  ],
  outbound: [
    'intake.replay',
    (db, _, reach) =>
      counted(
        db,
        sql`select count(*) as count from outbound_message m join outbound_channel c on c.id = m.channel_id
          where m.status = 'rejected' and ${channelsWithin(reach)}`,
      ),
  ],
  refusals: [
    'audit.read',
    (db) =>
      counted(
        db,
        sql`select count(*) as count from audit_event where outcome <> 'allowed' and at >= ${today}`,
      ),
  ],
  reveals: [
    'audit.read',
    (db) =>
      counted(
        db,
        sql`select count(*) as count from audit_event where action = 'person.reveal' and at >= ${today}`,
      ),
  ],
}

/** When the first hours begin that have not begun. */
function opensAt([hours]: CallingHours): string | null {
  return hours && new Date(hours.from) > new Date() ? hours.from : null
}

/** What waits for the actor. What they may not deal with is left out, which is not the same as none. */
export async function listWaiting(db: Db, actor: Actor): Promise<Waiting> {
  const own = may(actor, 'task.read') ? await countTasks(db, actor, 'mine') : undefined
  const others: Waiting['items'] = []
  // One after the other: beside the menu of every screen, it must not take all connections from those who work.
  for (const [kind, [permission, count]] of Object.entries(kinds))
    if (may(actor, permission))
      others.push({
        kind: kind as WaitingKind,
        ...(await count(db, actor, authorize(actor, permission))),
      })
  return {
    items: [...(own ? [{ kind: 'tasks' as const, count: own.todo, late: own.overdue }] : []), ...others],
    today: own
      ? {
          done: own.doneToday,
          goal: own.dailyGoal,
          redFlags: own.redFlags,
          waiting: own.waiting,
          callsFrom: opensAt(own.callingHours),
        }
      : null,
  }
}
