import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { NoShowRule } from '../../../contract/booking-restriction.ts'
import type { EventKind } from '../../../contract/timeline.ts'
import { type Actor, systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { recordEvents, sourceOf } from '../event/event.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { readSettings } from '../setting/setting.ts'
import { judgePast, monthsFrom, noShowPresets, type Past } from './no-show/rule.ts'

/** Who marks and restricts where no person does. */
export const noShowActor = systemActor('system:no-show', '爽约规则')

/** The site's rule, or null where it has none. */
async function ruleOf(trx: Trx, siteId: number): Promise<NoShowRule | null> {
  const rules = await readSettings(
    trx,
    [
      'appointment.no-show-rule',
      'appointment.no-show-late-minutes',
      'appointment.no-show-count',
      'appointment.no-show-window-months',
      'appointment.no-show-restrict-months',
      'appointment.no-show-cut-off',
    ],
    siteId,
  )
  const chosen = rules['appointment.no-show-rule']
  if (chosen === 'none') return null
  if (chosen !== 'own') return noShowPresets[chosen as keyof typeof noShowPresets]
  return {
    lateMinutes: rules['appointment.no-show-late-minutes'],
    count: rules['appointment.no-show-count'],
    windowMonths: rules['appointment.no-show-window-months'],
    restrictMonths: rules['appointment.no-show-restrict-months'],
    cutOff: rules['appointment.no-show-cut-off'] as NoShowRule['cutOff'],
  }
}

/** Rules by site, of the sites that have one and patients who have not come yet. */
export async function rulesOfSites(trx: Trx): Promise<Map<number, NoShowRule>> {
  const { rows } = await sql<{ id: number }>`
    select s.id from site s where exists (select 1 from appointment a where a.site_id = s.id and a.status = 'booked' and a.starts_at < now()
      and a.starts_at > now() - interval '7 days')`.execute(trx)
  const rules = new Map<number, NoShowRule>()
  for (const { id } of rows) {
    const rule = await ruleOf(trx, id)
    if (rule) rules.set(id, rule)
  }
  return rules
}

type Counted = { id: number; kind: string }
type Row = Omit<Past, 'startsAt' | 'cancelledAt' | 'cancelledBy'> & {
  id: number
  starts_at: Date
  cancelled_at: Date | null
  cancelled_by: Past['cancelledBy']
  zone: string
}

/**
 * Looks at a person's missed and cancelled appointments after one of them changed: restricts when the rule says so, and lifts a restriction
 * that has lost what it stood on. Only what happened at this site counts here.
 */
export async function judgeNoShows(
  trx: Trx,
  actor: Actor,
  { personId, siteId }: { personId: number; siteId: number },
): Promise<void> {
  const rule = await ruleOf(trx, siteId)
  const records = recordsOf(personOfRecord(sql`${personId}`))
  await sql`select pg_advisory_xact_lock(hashtext('booking.restriction'), ${personId}::int)`.execute(trx)
  const { rows: active } = await sql<{ id: number; rule: NoShowRule; counted: Counted[] }>`
    select r.id, r.rule, r.counted from booking_restriction r
    where r.person_id = any(${records}) and r.site_id = ${siteId} and ${stands} order by r.id limit 1`.execute(
    trx,
  )
  const [standing] = active
  const used = standing?.rule ?? rule
  if (!used) return
  const { rows } = await sql<Row>`
    select a.id, a.starts_at, a.status, a.cancelled_at, a.cancelled_by, a.rebook is not null or coalesce(c.status = 'suspended', false) as suspended,
      a.excused_at is not null as excused, s.time_zone as zone, exists (
        select 1 from booking_restriction r where r.person_id = any(${records}) and r.site_id = ${siteId} and not ${stands}
          and r.counted @> jsonb_build_array(jsonb_build_object('id', a.id))) as spent
    from appointment a join site s on s.id = a.site_id left join slot l on l.id = a.slot_id left join clinic_session c on c.id = l.session_id
    where a.person_id = any(${records}) and a.site_id = ${siteId} and a.status in ('noshow', 'cancelled')
      and a.starts_at > now() - ${used.windowMonths + 1} * interval '1 month'
    order by a.starts_at, a.id`.execute(trx)
  const now = new Date()
  const zone = rows[0]?.zone ?? 'UTC'
  const judged = rows.map((row) => ({
    id: row.id,
    startsAt: row.starts_at,
    verdict: judgePast(
      { ...row, startsAt: row.starts_at, cancelledAt: row.cancelled_at, cancelledBy: row.cancelled_by },
      used,
      row.zone,
    ),
  }))
  const counted = judged.flatMap(({ id, startsAt, verdict }) =>
    verdict.counts && startsAt > monthsFrom(now, -used.windowMonths, zone)
      ? [{ id, kind: verdict.kind }]
      : [],
  )
  if (standing) {
    const still = new Set(judged.filter((one) => one.verdict.counts).map((one) => one.id))
    if (standing.counted.filter((one) => still.has(one.id)).length < used.count)
      await liftRestriction(trx, actor, { id: standing.id, personId }, '计入的爽约已更正')
    return
  }
  if (counted.length < used.count) return
  const leftOut = judged.flatMap(({ id, verdict }) => (verdict.counts ? [] : [{ id, why: verdict.why }]))
  const until = monthsFrom(now, used.restrictMonths, zone)
  const { rows: made } = await sql<{ id: number }>`
    insert into booking_restriction (site_id, person_id, from_at, until, rule, counted, left_out)
    values (${siteId}, ${personId}, ${now}, ${until}, ${JSON.stringify(used)}, ${JSON.stringify(counted)}, ${JSON.stringify(leftOut)})
    returning id`.execute(trx)
  await tell(trx, actor, { id: made[0]?.id ?? 0, personId }, 'booking.restricted', {
    end: until.toISOString(),
  })
}

/** Restrictions `r` that hold now. */
export const stands: RawBuilder<SqlBool> = sql<SqlBool>`(r.ended_at is null and r.until > now())`

export async function liftRestriction(
  trx: Trx,
  actor: Actor,
  one: { id: number; personId: number },
  reason: string,
): Promise<void> {
  await sql`
    update booking_restriction set ended_at = now(), ended_by_name = ${actor.name}, end_reason = ${reason} where id = ${one.id}`.execute(
    trx,
  )
  await tell(trx, actor, one, 'booking.restored', { note: reason })
}

async function tell(
  trx: Trx,
  actor: Actor,
  { id, personId }: { id: number; personId: number },
  kind: EventKind,
  data: Record<string, unknown>,
): Promise<void> {
  await recordEvents(trx, [
    {
      personId,
      at: new Date(),
      kind,
      source: sourceOf(actor),
      actorId: actor.id,
      data: { code: { text: '' }, ...data },
    },
  ])
  await audit(trx, actor, { action: kind, personId, subject: `booking-restriction:${id}` })
}

/**
 * Nobody is refused care: the counter, the follow-up reserve and the green channel stay open, and what is urgent.
 * @throws {AppError} booking-restricted
 */
export async function assertUnrestricted(
  trx: Trx,
  personId: number,
  { siteId, channel, urgent }: { siteId: number; channel: string; urgent: boolean },
): Promise<void> {
  if (urgent || !['web', 'phone', 'alliance'].includes(channel)) return
  const { rows } = await sql`
    select 1 from booking_restriction r where r.person_id = any(${recordsOf(sql`${personId}`)}) and r.site_id = ${siteId} and ${stands}`.execute(
    trx,
  )
  if (rows.length > 0) throw new AppError('booking-restricted')
}
