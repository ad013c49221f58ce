import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  getVoiceToday as todayRoute,
  listVoiceCalls as listRoute,
  pauseVoice as pauseRoute,
  VoiceCall,
  VoiceOutcome,
  VoiceStep,
} from '../../../contract/voice.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, encodeCursor } from '../../platform/cursor.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { joinPerson } from '../event/record.ts'
import { nameSeenBy, personWithin } from '../person/scope.ts'
import { loadTask } from '../task/task.ts'
import { tellScreens } from './call.ts'
import { dueTasks, isCallingTime, voiceSettingsAt } from './dial.ts'

type Row = {
  id: number
  site_id: number
  site_name: string
  task_id: number
  title: string
  person_id: number
  person_name: string
  attempt: number
  state: VoiceCall['state']
  outcome: VoiceOutcome | null
  handed_over: boolean
  planned_at: Date
  answered_at: Date | null
  ended_at: Date | null
  steps: VoiceStep[]
}

const siteReached = (actor: Actor, permission: 'voice.read' | 'voice.write' = 'voice.read') => {
  const reach = authorize(actor, permission)
  return sql<boolean>`(${reach.all} or c.site_id = any(${reach.siteIds}::int[]))`
}

const columns = (actor: Actor) => sql`
  c.id, c.site_id, s.name as site_name, c.task_id, t.title, p.id as person_id, ${nameSeenBy(actor)} as person_name, c.attempt, c.state, c.outcome,
  c.handed_over, c.planned_at, c.answered_at, c.ended_at, c.steps
  from voice_call c join site s on s.id = c.site_id join task t on t.id = c.task_id ${joinPerson(sql`c.person_id`)}`

const secondsOf = ({ answered_at: from, ended_at: to }: Pick<Row, 'answered_at' | 'ended_at'>) =>
  from && to ? Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000)) : null

function view(row: Row): VoiceCall {
  const { answered_at: from, ended_at: to } = row
  return {
    id: row.id,
    siteId: row.site_id,
    siteName: row.site_name,
    taskId: row.task_id,
    taskTitle: row.title,
    personId: row.person_id,
    personName: row.person_name,
    attempt: row.attempt,
    state: row.state,
    outcome: row.outcome,
    handedOver: row.handed_over,
    plannedAt: row.planned_at.toISOString(),
    answeredAt: from?.toISOString() ?? null,
    endedAt: to?.toISOString() ?? null,
    seconds: secondsOf(row),
  }
}

export async function listVoiceCalls(db: Db, actor: Actor, query: z.output<(typeof listRoute)['query']>) {
  const after = decodeCursor<[string, number]>(query.cursor, ['time', 'number'])
  const { rows } = await sql<Row & { key: string }>`
    select c.planned_at::text as key, ${columns(actor)}
    where ${siteReached(actor)} and ${personWithin(authorize(actor, 'voice.read'), sql`p.id`)}
      and (${query.siteId ?? null}::int is null or c.site_id = ${query.siteId ?? null})
      and (${query.taskId ?? null}::bigint is null or c.task_id = ${query.taskId ?? null})
      and (${query.outcome ?? null}::text is null or c.outcome = ${query.outcome ?? null})
      and (${query.state ?? null}::text is null or (c.state = 'ended') = (${query.state ?? null} = 'ended'))
      and (not ${query.today} or c.planned_at >= date_trunc('day', now() at time zone s.time_zone) at time zone s.time_zone)
      and (${after?.[0] ?? null}::timestamptz is null or (c.planned_at, c.id) < (${after?.[0] ?? null}::timestamptz, ${after?.[1] ?? null}::bigint))
    order by c.planned_at desc, c.id desc limit ${query.limit + 1}`.execute(db)
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  await audit(db, actor, {
    action: 'voice.list',
    subject: `persons:${page.map((row) => row.person_id).join(',')}`,
    fields: ['name'],
  })
  return {
    items: page.map(view),
    nextCursor: rows.length > query.limit && last ? encodeCursor([last.key, last.id]) : null,
  }
}

/** @throws {AppError} not-found, also outside the actor's reach */
export async function getVoiceCall(db: Db, actor: Actor, id: number) {
  const { rows } = await sql<Row>`
    select ${columns(actor)} where c.id = ${id} and ${siteReached(actor)} and ${personWithin(authorize(actor, 'voice.read'), sql`p.id`)}`.execute(
    db,
  )
  const row = found(rows[0])
  await audit(db, actor, {
    action: 'voice.read',
    personId: row.person_id,
    subject: `voice-call:${id}`,
    fields: ['name', 'answers'],
  })
  return { ...view(row), steps: row.steps }
}

/** @throws {AppError} not-found, also outside the actor's reach */
export async function listTaskVoiceCalls(db: Db, actor: Actor, taskId: number) {
  const task = await loadTask(db, actor, 'task.read', taskId)
  const { rows } = await sql<
    Pick<
      Row,
      | 'id'
      | 'attempt'
      | 'state'
      | 'outcome'
      | 'handed_over'
      | 'planned_at'
      | 'answered_at'
      | 'ended_at'
      | 'steps'
    >
  >`
    select id, attempt, state, outcome, handed_over, planned_at, answered_at, ended_at, steps from voice_call where task_id = ${taskId} order by attempt`.execute(
    db,
  )
  await audit(db, actor, {
    action: 'voice.read',
    personId: task.person_id,
    subject: `task:${taskId}`,
    fields: ['answers'],
  })
  return {
    items: rows.map((row) => ({
      id: row.id,
      attempt: row.attempt,
      state: row.state,
      outcome: row.outcome,
      handedOver: row.handed_over,
      plannedAt: row.planned_at.toISOString(),
      seconds: secondsOf(row),
      steps: row.steps,
    })),
  }
}

type Count = { site_id: number; state: string; outcome: VoiceOutcome | null; n: number }

export async function getVoiceToday(db: Db, actor: Actor): Promise<z.input<(typeof todayRoute)['response']>> {
  const reach = authorize(actor, 'voice.read')
  const sites = await db
    .selectFrom('site as c')
    .select(['c.id', 'c.name', 'c.time_zone'])
    .where(sql<boolean>`(${reach.all} or c.id = any(${reach.siteIds}::int[]))`)
    .orderBy('c.id')
    .execute()
  const { rows: counts } = await sql<Count>`
    select c.site_id, c.state, c.outcome, count(*)::int as n from voice_call c join site s on s.id = c.site_id
    where ${siteReached(actor)} and (c.state <> 'ended' or c.planned_at >= date_trunc('day', now() at time zone s.time_zone) at time zone s.time_zone)
    group by 1, 2, 3 order by 1, 3`.execute(db)
  const { rows: lines } = await sql<{ site_id: number; connected: boolean }>`
    select c.site_id, coalesce(bool_or(l.connected and l.held_until > now() - interval '1 minute'), false) as connected
    from telephony_account c left join voice_line l on l.account_id = c.id
    where c.active and c.kind = 'asterisk' and c.config ->> 'ariUrl' <> '' and ${siteReached(actor)} group by 1`.execute(
    db,
  )
  const { rows: pauses } = await sql<{
    site_id: number
    changed_by_name: string
    changed_at: Date
    reason: string | null
  }>`select c.site_id, c.changed_by_name, c.changed_at, c.reason from voice_pause c where c.paused and ${siteReached(actor)}`.execute(
    db,
  )
  const writes = may(actor, 'voice.write') ? authorize(actor, 'voice.write') : undefined
  const now = new Date()
  const items = []
  for (const site of sites) {
    const settings = await voiceSettingsAt(db, site.id)
    const line = lines.find((one) => one.site_id === site.id)
    const pause = pauses.find((one) => one.site_id === site.id)
    const { rows: waiting } = await sql<{
      n: number
    }>`select count(*)::int as n ${dueTasks(site.id, now)}`.execute(db)
    const own = counts.filter((one) => one.site_id === site.id)
    const live = (state: string) =>
      own.filter((one) => one.state === state).reduce((sum, one) => sum + one.n, 0)
    const place = { id: site.id, name: site.name, timeZone: site.time_zone }
    const why = !settings['voice.enabled']
      ? 'off'
      : !line
        ? 'no-account'
        : pause
          ? 'paused'
          : !line.connected
            ? 'not-connected'
            : (await isCallingTime(db, place, settings, now))
              ? null
              : 'hours'
    items.push({
      siteId: site.id,
      siteName: site.name,
      working: why === null,
      why,
      paused: pause
        ? { byName: pause.changed_by_name, at: pause.changed_at.toISOString(), reason: pause.reason }
        : null,
      lines: settings['voice.lines'],
      waiting: waiting[0]?.n ?? 0,
      live: {
        dialling: live('planned') + live('dialling'),
        talking: live('talking'),
        leaving: live('leaving'),
      },
      outcomes: own.flatMap((one) => (one.outcome === null ? [] : [{ outcome: one.outcome, calls: one.n }])),
      mayPause: writes !== undefined && (writes.all || writes.siteIds.includes(site.id)),
    } as const)
  }
  return { sites: items }
}

/** @throws {AppError} not-found when the site is outside the actor's reach */
export async function pauseVoice(
  trx: Trx,
  actor: Actor,
  input: z.output<(typeof pauseRoute)['body']>,
): Promise<void> {
  const reach = authorize(actor, 'voice.write')
  if (!reach.all && !reach.siteIds.includes(input.siteId)) throw new AppError('not-found')
  found(await trx.selectFrom('site').select('id').where('id', '=', input.siteId).executeTakeFirst())
  const reason = input.reason ?? null
  await sql`
    insert into voice_pause as p (site_id, paused, stopped_at, reason, changed_by, changed_by_name)
    values (${input.siteId}, ${input.paused}, case when ${input.stop} then now() end, ${reason}, ${actor.id}, ${actor.name})
    on conflict (site_id) do update set paused = excluded.paused, stopped_at = coalesce(excluded.stopped_at, p.stopped_at), reason = excluded.reason,
      changed_at = now(), changed_by = excluded.changed_by, changed_by_name = excluded.changed_by_name`.execute(
    trx,
  )
  await audit(trx, actor, {
    action: input.paused ? 'voice.pause' : 'voice.continue',
    subject: `site:${input.siteId}${input.stop ? ' stop' : ''}`,
    ...(reason !== null && { reason }),
  })
  await tellScreens(trx, input.siteId)
  wakeLoop('voice')
}
