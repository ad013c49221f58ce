import { sql } from 'kysely'
import { nextOpening } from '../../platform/calendar.ts'
import type { Trx } from '../../platform/db.ts'
import { inDispute } from '../person/dispute.ts'
import { deceasedOf, joinPerson, recordsOf } from '../event/record.ts'
import { formClosed } from '../form/link-token.ts'
import type { SettingValues } from '../setting/definitions.ts'

export const gateSettings = [
  'contact.quiet-from',
  'contact.quiet-to',
  'contact.marketing-per-30-days',
  'contact.total-per-7-days',
] as const
export type GateSettings = SettingValues<(typeof gateSettings)[number]>

export type GateFacts = {
  deceased: boolean
  address: string | null
  optedOut: boolean
  enrollmentStopped: boolean
  /** The person has an open dispute with the hospital. */
  disputed: boolean
  /** A pathway wrote it; else staff did, for this person. */
  automatic: boolean
  /** The message asks to answer a questionnaire that nobody needs answered any more, or whose link was withdrawn. */
  formClosed: boolean
  sentLast7Days: number
  marketingLast30Days: number
  purpose: 'clinical' | 'service' | 'marketing'
  timeZone: string
}

export type Verdict =
  | { kind: 'send'; address: string }
  | {
      kind: 'suppress'
      reason:
        | 'deceased'
        | 'opted-out'
        | 'open-dispute'
        | 'no-address'
        | 'frequency-cap'
        | 'enrollment-stopped'
        | 'form-closed'
        | 'no-public-address'
    }
  | { kind: 'later'; at: Date }

/**
 * The one gate before any contact, asked at send time, not when the message was written. Clinical messages count like any
 * other but are never held back by a cap; nothing goes out in quiet hours, not even clinical mail (urgent matters are calls, not messages).
 */
export function gate(facts: GateFacts, settings: GateSettings, now: Date): Verdict {
  if (facts.deceased) return { kind: 'suppress', reason: 'deceased' }
  if (facts.enrollmentStopped) return { kind: 'suppress', reason: 'enrollment-stopped' }
  // What staff hand to a person for their care still goes: they know whom they write to.
  if (facts.disputed && (facts.automatic || facts.purpose !== 'clinical'))
    return { kind: 'suppress', reason: 'open-dispute' }
  if (facts.formClosed) return { kind: 'suppress', reason: 'form-closed' }
  if (facts.optedOut) return { kind: 'suppress', reason: 'opted-out' }
  if (!facts.address) return { kind: 'suppress', reason: 'no-address' }
  if (facts.purpose !== 'clinical' && facts.sentLast7Days >= settings['contact.total-per-7-days'])
    return { kind: 'suppress', reason: 'frequency-cap' }
  if (facts.purpose === 'marketing' && facts.marketingLast30Days >= settings['contact.marketing-per-30-days'])
    return { kind: 'suppress', reason: 'frequency-cap' }
  const opening = afterQuiet(now, settings, facts.timeZone)
  if (opening.getTime() > now.getTime()) return { kind: 'later', at: opening }
  return { kind: 'send', address: facts.address }
}

function afterQuiet(now: Date, settings: GateSettings, timeZone: string): Date {
  const [from, to] = [settings['contact.quiet-from'], settings['contact.quiet-to']]
  if (from === to) return now
  const everyDay = { exceptions: new Map<string, boolean>(), years: new Set<number>() }
  // Quiet hours may span midnight (21–8): then the open hours are [to, from); else they are before and after.
  if (to < from) return nextOpening(now, { from: to, to: from, workingDaysOnly: false }, timeZone, everyDay)
  const later = nextOpening(now, { from: to, to: 24, workingDaysOnly: false }, timeZone, everyDay)
  if (from === 0) return later
  const earlier = nextOpening(now, { from: 0, to: from, workingDaysOnly: false }, timeZone, everyDay)
  return later.getTime() < earlier.getTime() ? later : earlier
}

/** Facts of messages for the gate, in one statement. */
export async function gateFacts(trx: Trx, messageIds: number[]): Promise<Map<number, GateFacts>> {
  const { rows } = await sql<{
    id: number
    deceased: boolean
    address: string | null
    opted_out: boolean
    enrollment_stopped: boolean
    disputed: boolean
    automatic: boolean
    form_closed: boolean
    sent_7: number
    marketing_30: number
    purpose: GateFacts['purpose']
    time_zone: string | null
  }>`
    select m.id, ${deceasedOf(sql`p.id`, sql`p.deceased`)} as deceased, m.purpose,
      (select t.value from person_telecom t where t.person_id = any(g.members) and t.system = 'email' and t.valid
        order by t.updated_at desc, t.id limit 1) as address,
      exists (select 1 from opt_out o where o.person_id = any(g.members) and o.channel in ('all', m.channel)
        and o.purpose in ('all', m.purpose)) as opted_out,
      coalesce(e.status = 'stopped', false) as enrollment_stopped, m.enrollment_id is not null as automatic,
      ${inDispute(sql`p.id`)} as disputed, ${formClosed} as form_closed,
      (select count(*) from message x where x.person_id = any(g.members)
        and (x.status = 'sending' or x.status in ('sent', 'unknown') and x.finished_at > now() - interval '7 days')) as sent_7,
      (select count(*) from message x where x.person_id = any(g.members) and x.purpose = 'marketing'
        and (x.status = 'sending' or x.status in ('sent', 'unknown') and x.finished_at > now() - interval '30 days')) as marketing_30,
      s.time_zone
    from message m ${joinPerson(sql`m.person_id`)}
    cross join lateral (select ${recordsOf(sql`p.id`)} as members) g
    left join enrollment e on e.id = m.enrollment_id
    left join encounter n on n.id = e.encounter_id
    left join person_facts f on f.person_id = p.id
    left join department d on d.id = f.last_department_id
    left join site s on s.id = coalesce(n.site_id, d.site_id)
    where m.id = any(${messageIds}::bigint[])`.execute(trx)
  return new Map(
    rows.map((row) => [
      row.id,
      {
        deceased: row.deceased,
        address: row.address,
        optedOut: row.opted_out,
        enrollmentStopped: row.enrollment_stopped,
        disputed: row.disputed,
        automatic: row.automatic,
        formClosed: row.form_closed,
        sentLast7Days: row.sent_7,
        marketingLast30Days: row.marketing_30,
        purpose: row.purpose,
        timeZone: row.time_zone ?? 'Asia/Shanghai',
      },
    ]),
  )
}
