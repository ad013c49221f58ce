import { sql } from 'kysely'
import type { ContactChannel, Purpose } from '../../../contract/contact.ts'
import type { Db } from '../../platform/db.ts'
import { deceasedOf, joinPerson, recordsOf } from '../event/record.ts'
import { inDispute } from '../person/dispute.ts'
import { householdOf } from '../person/household.ts'
import { organisationZone } from '../setting/time-zone.ts'
import type { ContactFacts } from './rules.ts'

export type ContactRequest = {
  /** Key of the verdict. */
  key: number
  personId: number
  channel: ContactChannel
  purpose: Purpose
  automatic: boolean
  /** Goes to everybody who lives, whatever they wish; left out: no. */
  emergency?: boolean
  /** Answers what the person asked within a day; left out: no. */
  reply?: boolean
  /** Site of the contact's subject; null: the site of the person's last department. */
  siteId: number | null
  /** The task of a call or visit: its own hold does not count against it. */
  taskId?: number
}

export type KnownContact = ContactFacts & {
  request: ContactRequest
  /** The current person: the survivor of a merged record. */
  personId: number
  household: ContactFacts['household'] & { persons: number[] }
  /** The site whose rules and calendar apply; null: those of the installation. */
  siteId: number | null
}

/** Kinds of task that are a contact; a red flag is not: danger is followed up regardless of opt-outs (PIPL Art. 13 (4)). */
export const contactTaskKinds = ['follow-up-call', 'home-visit', 'spot-check', 'return-visit'] as const

const address = sql`case r.channel
  when 'letter' then (select a.text from person_address a where a.person_id = any(g.members) and a.text <> '' order by a.use = 'home' desc,
    a.updated_at desc, a.id limit 1)
  when 'email' then (select t.value from person_telecom t where t.person_id = any(g.members) and t.system = 'email' and t.valid
    order by t.updated_at desc, t.id limit 1)
  when 'wechat' then (select t.value from person_telecom t where t.person_id = any(g.members) and t.system = 'wechat' and t.valid
    order by t.updated_at desc, t.id limit 1)
  when 'sms' then (select t.value from person_telecom t where t.person_id = any(g.members) and t.system = 'phone' and t.use = 'mobile' and t.valid
    order by t.updated_at desc, t.id limit 1)
  else '' end`

/** Contacts of the household `h` within 30 days, and pending ones. No `or` about the state: PostgreSQL would read everything that is being sent, once for each person. */
const contacts = sql`
  select m.purpose, m.person_id = any(g.members) as own, m.status = 'sending' or m.finished_at > now() - interval '7 days' as recent
  from message m where m.person_id = any(h.records) and m.status = any('{sending,sent,unknown}')
    and coalesce(m.finished_at, 'infinity') > now() - interval '30 days'
  union all
  select coalesce(v.definition ->> 'purpose', 'clinical'), t.person_id = any(g.members), w.at > now() - interval '7 days'
  from task t
  cross join lateral (
    select a.at from task_attempt a where a.task_id = t.id and a.channel <> 'other' and a.at > now() - interval '30 days'
    union all
    select now() where t.status = 'in-progress' and t.held_until > now() and t.kind = any(${[...contactTaskKinds]}::text[])
      and t.id is distinct from r.task_id) w
  left join enrollment e on e.id = t.enrollment_id left join pathway_version v on v.id = e.pathway_version_id
  where t.person_id = any(h.records)`

/** Facts for the rules about these contacts, in one statement and in their order. */
export async function contactFacts(db: Db, requests: ContactRequest[]): Promise<KnownContact[]> {
  const { rows } = await sql<{
    nr: number
    person_id: number
    deceased: boolean
    disputed: boolean
    opted_out: boolean
    consented: boolean
    address: string | null
    site_id: number | null
    time_zone: string
    wished_from: number | null
    wished_to: number | null
    persons: number[] | null
    own_7: number
    own_marketing: number
    household_7: number
    household_marketing: number
  }>`
    select r.nr, p.id as person_id, ${deceasedOf(sql`p.id`, sql`p.deceased`)} as deceased, ${inDispute(sql`p.id`)} as disputed,
      exists (select 1 from opt_out o where o.person_id = any(g.members) and o.channel in ('all', r.channel)
        and o.purpose in ('all', r.purpose)) as opted_out,
      exists (select 1 from consent c where c.person_id = any(g.members) and c.channel in ('all', r.channel) and c.purpose = r.purpose
        and c.given_at <= now() and c.withdrawn_at is null) as consented,
      ${address} as address, s.id as site_id, coalesce(s.time_zone, ${organisationZone}) as time_zone, c.wished_from, c.wished_to, to_jsonb(h.persons) as persons,
      coalesce(k.own_7, 0) as own_7, coalesce(k.own_marketing, 0) as own_marketing, coalesce(k.household_7, 0) as household_7,
      coalesce(k.household_marketing, 0) as household_marketing
    from unnest(
      ${requests.map((one) => one.personId)}::bigint[], ${requests.map((one) => one.channel)}::text[],
      ${requests.map((one) => one.purpose)}::text[], ${requests.map((one) => one.siteId)}::int[],
      ${requests.map((one) => one.taskId ?? null)}::bigint[]
    ) with ordinality as r(person_id, channel, purpose, site_id, task_id, nr)
    ${joinPerson(sql`r.person_id`)}
    cross join lateral (select ${recordsOf(sql`p.id`)} as members offset 0) g
    -- Caps do not apply to clinical contacts, so nothing is counted for them.
    left join lateral (
      select w.persons, array(select id from person where id = any(w.persons) or survivor_id = any(w.persons)) as records
      from (select ${householdOf(sql`p.id`)} as persons offset 0) w where r.purpose <> 'clinical' offset 0) h on true
    left join lateral (
      select count(*) filter (where c.recent and c.own) as own_7, count(*) filter (where c.purpose = 'marketing' and c.own) as own_marketing,
        count(*) filter (where c.recent) as household_7, count(*) filter (where c.purpose = 'marketing') as household_marketing
      from (${contacts}) c) k on h.persons is not null
    left join lateral (
      select w.wished_from, w.wished_to from contact_hours w where w.person_id = any(g.members) and w.wished_from is not null
      order by w.wished_at desc limit 1) c on true
    left join person_facts f on f.person_id = p.id left join department d on d.id = f.last_department_id
    left join site s on s.id = coalesce(r.site_id, d.site_id, f.site_id)
    order by r.nr`.execute(db)
  return rows.flatMap((row) => {
    const request = requests[row.nr - 1]
    if (!request) return []
    return {
      request,
      personId: row.person_id,
      purpose: request.purpose,
      automatic: request.automatic,
      emergency: request.emergency ?? false,
      reply: request.reply ?? false,
      deceased: row.deceased,
      disputed: row.disputed,
      optedOut: row.opted_out,
      consented: row.consented,
      address: row.address,
      person: { total7: row.own_7, marketing30: row.own_marketing },
      household: {
        total7: row.household_7,
        marketing30: row.household_marketing,
        persons: row.persons ?? [row.person_id],
      },
      wished:
        row.wished_from === null || row.wished_to === null
          ? null
          : { from: row.wished_from, to: row.wished_to },
      siteId: row.site_id,
      timeZone: row.time_zone,
    }
  })
}
