import { type RawBuilder, sql } from 'kysely'
import type { Permission } from '../../../contract/access.ts'
import type { Waiting, WaitingKind } from '../../../contract/waiting.ts'
import { type Actor, type Reach, authorize, may } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { countInstructions } from '../instruction/list.ts'
import { countPairs } from '../match/review.ts'
import { checksWithin } from '../spot-check/scope.ts'
import { countTasks } from '../task/list.ts'

type Counts = { count: number; late: number }

async function counted(db: Db, statement: RawBuilder<{ count: number }>): Promise<Counts> {
  const { rows } = await statement.execute(db)
  return { count: rows[0]?.count ?? 0, late: 0 }
}

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
        sql`select count(*) as count from spot_check k where k.appealed_at is not null and k.decision is null
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
  matches: ['person.merge', async (db, _, reach) => ({ count: (await countPairs(db, reach)).open, late: 0 })],
  intake: [
    'intake.replay',
    (db) => counted(db, sql`select count(*) as count from inbound_message where status = 'dead'`),
  ],
  outbound: [
    'intake.replay',
    (db) => counted(db, sql`select count(*) as count from outbound_message where status = 'rejected'`),
  ],
}

/** What waits for the actor. What they may not deal with is left out, which is not the same as none. */
export async function listWaiting(db: Db, actor: Actor): Promise<Waiting> {
  const own = may(actor, 'task.read') ? await countTasks(db, actor, 'mine') : undefined
  const others = await Promise.all(
    Object.entries(kinds)
      .filter(([, [permission]]) => may(actor, permission))
      .map(async ([kind, [permission, count]]) => ({
        kind: kind as WaitingKind,
        ...(await count(db, actor, authorize(actor, permission))),
      })),
  )
  return {
    items: [...(own ? [{ kind: 'tasks' as const, count: own.todo, late: own.overdue }] : []), ...others],
    today: own
      ? { done: own.doneToday, goal: own.dailyGoal, redFlags: own.redFlags, waiting: own.waiting }
      : null,
  }
}
