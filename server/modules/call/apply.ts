import { sql } from 'kysely'
import type { TelephonyEvent } from '../../../contract/telephony.ts'
import type { Trx } from '../../platform/db.ts'
import { type LivePayload, notifyAll } from '../../platform/live.ts'
import { normalisePhone } from '../person/phone.ts'
import { readSettings } from '../setting/setting.ts'
import { ownersOf } from './caller.ts'
import { linkMachineCalls } from './machine.ts'
import { mergeEvents } from './merge.ts'

/** Where events come from. */
export type TelephonySource = { accountId: number; siteId: number }

type CallRow = { id: number; external_id: string; number: string | null; person_id: number | null }

/**
 * Takes what a telephone system told of calls, in any order and any number of times: one record a call, one row a telephone. Screens of
 * the agents whose telephones it concerns are told.
 * @param heard most of it was told before, as in a file of call records: only changes that a screen shows are told
 * @returns how many calls it concerned
 */
export async function applyTelephonyEvents(
  trx: Trx,
  { accountId, siteId }: TelephonySource,
  events: readonly TelephonyEvent[],
  { heard = false }: { heard?: boolean } = {},
): Promise<number> {
  if (events.length === 0) return 0
  const { calls, legs } = mergeEvents(events)
  const externalIds = calls.map((call) => call.externalId)
  const before = heard ? await shownOf(trx, accountId, externalIds) : undefined
  const { 'organisation.country': country } = await readSettings(trx, ['organisation.country'], siteId)
  const numbers = calls.map((call) => (call.number === null ? null : normalisePhone(call.number, country)))
  const { rows } = await sql<CallRow>`
    insert into call (account_id, site_id, external_id, direction, number, dialled, queue, cause, recording, started_at, queued_at, ringing_at,
      answered_at, held_at, resumed_at, ended_at, seen_at)
    select ${accountId}, ${siteId}, u.* from unnest(
      ${externalIds}::text[], ${calls.map((call) => call.direction)}::text[], ${numbers}::text[],
      ${calls.map((call) => call.dialled)}::text[], ${calls.map((call) => call.queue)}::text[], ${calls.map((call) => call.cause)}::text[],
      ${calls.map((call) => call.recording)}::text[], ${calls.map((call) => call.startedAt)}::timestamptz[],
      ${calls.map((call) => call.queuedAt)}::timestamptz[], ${calls.map((call) => call.ringingAt)}::timestamptz[],
      ${calls.map((call) => call.answeredAt)}::timestamptz[], ${calls.map((call) => call.heldAt)}::timestamptz[],
      ${calls.map((call) => call.resumedAt)}::timestamptz[], ${calls.map((call) => call.endedAt)}::timestamptz[],
      ${calls.map((call) => call.seenAt)}::timestamptz[]) as u
    on conflict (account_id, external_id) do update set
      direction = coalesce(call.direction, excluded.direction), number = coalesce(call.number, excluded.number),
      dialled = coalesce(call.dialled, excluded.dialled), queue = coalesce(call.queue, excluded.queue),
      cause = coalesce(call.cause, excluded.cause), recording = coalesce(call.recording, excluded.recording),
      started_at = least(call.started_at, excluded.started_at), queued_at = least(call.queued_at, excluded.queued_at),
      ringing_at = least(call.ringing_at, excluded.ringing_at), answered_at = least(call.answered_at, excluded.answered_at),
      held_at = greatest(call.held_at, excluded.held_at), resumed_at = greatest(call.resumed_at, excluded.resumed_at),
      ended_at = greatest(call.ended_at, excluded.ended_at), seen_at = greatest(call.seen_at, excluded.seen_at)
    returning id, external_id, number, person_id`.execute(trx)
  const ids = new Map(rows.map((row) => [row.external_id, row.id]))
  const users = await applyLegs(
    trx,
    accountId,
    legs.map((leg) => ({ ...leg, id: ids.get(leg.callId) ?? 0 })),
    rows.map((row) => row.id),
  )
  await linkMachineCalls(
    trx,
    rows.map((row) => row.external_id),
  )
  await linkByNumber(trx, rows)
  const after = before && (await shownOf(trx, accountId, externalIds))
  const changed = rows.filter((row) => !after || after.get(row.external_id) !== before.get(row.external_id))
  if (changed.length > 0) await notifyAll(trx, 'call', payloads(siteId, changed, users))
  return rows.length
}

/** What screens show of calls, in a form that can be compared. */
async function shownOf(trx: Trx, accountId: number, externalIds: string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ external_id: string; shown: string }>`
    select c.external_id, jsonb_build_array(c.direction, c.number, c.queue, c.person_id, c.recording is null, c.ringing_at is null, c.answered_at is null,
      c.held_at > coalesce(c.resumed_at, '-infinity'), c.ended_at is null,
      (select jsonb_agg(jsonb_build_array(l.external_id, l.user_id, l.ringing_at is null, l.answered_at is null, l.ended_at is null) order by l.external_id)
        from call_leg l where l.call_id = c.id))::text as shown
    from call c where c.account_id = ${accountId} and c.external_id = any(${externalIds}::text[])`.execute(
    trx,
  )
  return new Map(rows.map((row) => [row.external_id, row.shown]))
}

type Leg = ReturnType<typeof mergeEvents>['legs'][number] & { id: number }

/** @returns who sits at the telephones of these calls */
async function applyLegs(
  trx: Trx,
  accountId: number,
  legs: Leg[],
  callIds: number[],
): Promise<{ call_id: number; user_id: string }[]> {
  if (legs.length > 0)
    await sql`
      insert into call_leg (call_id, external_id, extension, user_id, user_name, ringing_at, answered_at, ended_at)
      select u.call_id, u.external_id, u.extension, a.user_id, w.name, u.ringing_at, u.answered_at, u.ended_at
      from unnest(${legs.map((leg) => leg.id)}::bigint[], ${legs.map((leg) => leg.externalId)}::text[],
        ${legs.map((leg) => leg.extension)}::text[], ${legs.map((leg) => leg.ringingAt)}::timestamptz[],
        ${legs.map((leg) => leg.answeredAt)}::timestamptz[], ${legs.map((leg) => leg.endedAt)}::timestamptz[])
        as u(call_id, external_id, extension, ringing_at, answered_at, ended_at)
      left join agent_line a on a.account_id = ${accountId} and a.extension = u.extension
      left join app_user w on w.id = a.user_id
      on conflict (call_id, external_id) do update set
        extension = coalesce(call_leg.extension, excluded.extension), user_id = coalesce(call_leg.user_id, excluded.user_id),
        user_name = coalesce(call_leg.user_name, excluded.user_name), ringing_at = least(call_leg.ringing_at, excluded.ringing_at),
        answered_at = least(call_leg.answered_at, excluded.answered_at), ended_at = greatest(call_leg.ended_at, excluded.ended_at)`.execute(
      trx,
    )
  const { rows } = await sql<{ call_id: number; user_id: string }>`
    select distinct call_id, user_id from call_leg where call_id = any(${callIds}::bigint[]) and user_id is not null`.execute(
    trx,
  )
  return rows
}

/** A number that one person alone has says who it is. */
async function linkByNumber(trx: Trx, rows: CallRow[]): Promise<void> {
  const open = rows.filter((row) => row.person_id === null && row.number !== null)
  if (open.length === 0) return
  await sql`
    update call c set person_id = f.person_id, linked_by = 'number'
    from (
      select o.call_id, min(o.person_id) as person_id from (${ownersOf(
        open.map((row) => row.id),
        open.map((row) => row.number ?? ''),
      )}) o group by o.call_id having count(distinct o.person_id) = 1
    ) f where c.id = f.call_id and c.person_id is null and c.linked_by is null`.execute(trx)
}

function payloads(
  siteId: number,
  rows: CallRow[],
  users: { call_id: number; user_id: string }[],
): LivePayload[] {
  const mine = Map.groupBy(users, (one) => one.call_id)
  return [
    ...rows.flatMap((row) =>
      (mine.get(row.id) ?? []).map((one) => ({ userId: one.user_id, callId: row.id })),
    ),
    // The wall shows every call of the site; one word for a batch is enough.
    { siteId },
  ]
}
