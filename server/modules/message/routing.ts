import { type RawBuilder, sql } from 'kysely'
import type { MessageChannel, WrittenChannel } from '../../../contract/message.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'

/*
 * Which account a message goes out by: at queueing, and again whenever it has none. A site's own account comes before one of all sites. For
 * `preferred` the channels that reach the person are tried in order: the person's own choice, then by cost.
 */

/** Channels that a message may be left to; letters, calls and the portal only when they are asked for. */
const automatic = sql.lit('email,sms,wechat')

/** Whether the person `p` has an address of the channel `c`, an SQL expression. */
const reaches = (channel: RawBuilder<unknown>) => sql<boolean>`exists (
  select 1 from person_telecom t where t.person_id = any(${recordsOf(sql`p.id`)}) and t.valid and case ${channel}
    when 'sms' then t.system = 'phone' and t.use = 'mobile' when 'email' then t.system = 'email' when 'wechat' then t.system = 'wechat' end)`

/**
 * The subquery `r(channel, account_id, fallbacks)` of a message `w` with person_id, channel, preferred and subject; always one row.
 * Without an account the message keeps its channel and waits.
 */
export const routeOf = sql`(
  select coalesce(o.best, case when w.preferred then 'sms' else w.channel end) as channel, o.account_id, coalesce(o.fallbacks, '{}') as fallbacks
  from (select 1) as one
  left join lateral (
    select (array_agg(b.channel order by b.reached desc, b.rank))[1] as best, (array_agg(b.id order by b.reached desc, b.rank))[1] as account_id,
      (array_agg(b.channel order by b.rank) filter (where b.reached))[2:] as fallbacks
    from (
      select a.channel, a.id, not w.preferred or ${reaches(sql`a.channel`)} as reached,
        row_number() over (order by a.channel = p.preferred_channel desc nulls last, a.cost_per_part,
          array_position('{wechat,email,sms}'::text[], a.channel)) as rank
      from (
        select distinct on (a.channel) a.channel, a.id, a.cost_per_part from message_account a
        where a.active and (a.site_id is null or a.site_id = s.site_id)
          and case when w.preferred then a.channel = any(string_to_array(${automatic}, ',')) else a.channel = w.channel end
        order by a.channel, a.site_id nulls last, a.cost_per_part, a.id) a
      cross join (select q.id, q.preferred_channel from person q where q.id = ${personOfRecord(sql`w.person_id`)}) p
    ) b) o on o.account_id is not null)`

/** The subquery `s(site_id)` of a message `w`: of what it is about, else of the person's last department. */
export const siteOf = sql`(
  select coalesce(n.site_id, k.site_id, d.site_id, f.site_id) as site_id
  from (select 1) as one
  left join enrollment e on e.id = w.enrollment_id
  left join encounter n on n.id = case when w.subject_kind = 'encounter' then w.subject_id else e.encounter_id end
  left join conversation k on k.id = case when w.subject_kind = 'conversation' then w.subject_id end
  left join person_facts f on f.person_id = ${personOfRecord(sql`w.person_id`)}
  left join department d on d.id = f.last_department_id)`

/** Messages that are given an account at once. */
const atOnce = 5000

/**
 * Gives an account to due messages without one, where there is one now.
 * @returns how many got one
 */
export async function routeWaiting(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    with wanted as (select 1 from message_account a where a.active and exists (
      select 1 from message m where m.status = 'queued' and m.account_id is null and (m.channel = a.channel or m.preferred)) limit 1),
    w as materialized (
      select m.* from message m where exists (select 1 from wanted) and m.status = 'queued' and m.account_id is null and m.due_at <= now()
        and (m.preferred or exists (select 1 from message_account a where a.active and a.channel = m.channel))
      order by m.due_at, m.id limit ${atOnce} for update skip locked),
    done as (
      update message m set account_id = r.account_id, channel = r.channel, fallbacks = r.fallbacks
      from w cross join lateral ${siteOf} s cross join lateral ${routeOf} r where m.id = w.id and r.account_id is not null returning 1)
    select count(*)::int as n from done`.execute(db)
  return rows[0]?.n ?? 0
}

/** Gives these messages, which wait, the account of their present channel. */
export async function routeAgain(trx: Trx, ids: number[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    update message m set account_id = r.account_id
    from (select id, person_id, channel, false as preferred, enrollment_id, subject_kind, subject_id from message where id = any(${ids}::bigint[])) w
    cross join lateral ${siteOf} s cross join lateral ${routeOf} r
    where m.id = w.id`.execute(trx)
}

export type Way = { channel: 'sms' | 'wechat' | 'email'; address: string }

/** The channels that reach a person from a site, each with the address; what the person prefers first. */
export async function waysTo(db: Db, personId: number, siteId: number | null): Promise<Way[]> {
  const { rows } = await sql<Way>`
    select c.channel, t.value as address
    from (select distinct a.channel from message_account a where a.active and (a.site_id is null or a.site_id = ${siteId}::int)
      and a.channel in ('sms', 'wechat', 'email')) c
    join person p on p.id = ${personId}
    cross join lateral (
      select t.value from person_telecom t where t.person_id = any(${recordsOf(sql`p.id`)}) and t.valid and case c.channel
        when 'sms' then t.system = 'phone' and t.use = 'mobile' else t.system = c.channel end
      order by t.updated_at desc, t.id limit 1) t
    order by c.channel = p.preferred_channel desc nulls last, c.channel desc`.execute(db)
  return rows
}

/** The channels by which messages to these persons would go out now, in their order. */
export async function channelsFor(
  db: Db,
  wanted: { personId: number; channel: WrittenChannel }[],
  siteId: number | null,
): Promise<MessageChannel[]> {
  const { rows } = await sql<{ channel: MessageChannel }>`
    select r.channel from unnest(${wanted.map((one) => one.personId)}::bigint[], ${wanted.map((one) => one.channel)}::text[])
      with ordinality as u(person_id, channel, nr)
    cross join lateral (select u.person_id, u.channel, u.channel = 'preferred' as preferred) w
    cross join (select ${siteId}::int as site_id) s cross join lateral ${routeOf} r order by u.nr`.execute(db)
  return rows.map((row) => row.channel)
}

/** The highest price of a part by channel, of the accounts that a site may use; for estimates. */
export async function pricesOf(db: Db, siteId: number | null): Promise<Map<string, number>> {
  const { rows } = await sql<{ channel: string; price: number }>`
    select channel, max(cost_per_part) as price from message_account
    where active and (site_id is null or ${siteId}::int is null or site_id = ${siteId}) group by 1`.execute(
    db,
  )
  const prices = new Map(rows.map((row) => [row.channel, row.price]))
  const open = ['sms', 'email', 'wechat'].flatMap((one) => prices.get(one) ?? [])
  if (open.length > 0) prices.set('preferred', Math.max(...open))
  return prices
}
