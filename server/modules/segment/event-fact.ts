import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { type EventFact, eventFacts } from '../../../contract/event-fact.ts'
import { organisationZone } from '../setting/time-zone.ts'

type Sql = RawBuilder<unknown>

/** The rows behind an event fact. */
export type EventRows = {
  from: Sql
  /** Which of them count; corrected and cancelled ones do not. */
  where: RawBuilder<SqlBool>
  person: Sql
  at: Sql
  /** Decides between two of the same time. */
  id: Sql
  fields: Record<string, Sql>
  /** Filters by `=` and `in` that an index can answer: codes to the column's own value. */
  keys?: Record<string, (codes: RawBuilder<unknown>) => RawBuilder<SqlBool>>
}

const x = (name: string) => sql.ref(`x.${name}`)
const byCode =
  (table: 'department' | 'site' | 'pathway' | 'group_customer', column: string) =>
  (codes: RawBuilder<unknown>): RawBuilder<SqlBool> =>
    sql`${x(column)} = any(array(select k.id from ${sql.table(table)} k where k.code = any(${codes}::text[])))`
const codeOf = (table: 'department' | 'site', column: string) =>
  sql`(select k.code from ${sql.table(table)} k where k.id = ${x(column)})`

const places = {
  fields: { department: codeOf('department', 'department_id'), site: codeOf('site', 'site_id') },
  keys: { department: byCode('department', 'department_id'), site: byCode('site', 'site_id') },
}
const visits = {
  from: sql`encounter x`,
  person: x('person_id'),
  at: x('starts_at'),
  id: x('id'),
  keys: places.keys,
}

/** Events of these kinds that nothing has corrected; `code` is the source's. */
function told(kinds: readonly string[], fields: Record<string, Sql> = {}): EventRows {
  return {
    from: sql`event x`,
    where: sql`x.kind in (${sql.join(kinds.map((kind) => sql.lit(kind)))}) and not x.data ? 'superseded'`,
    person: x('person_id'),
    at: x('at'),
    id: x('id'),
    fields: { code: sql`x.data -> 'code' ->> 'code'`, text: sql`x.data -> 'code' ->> 'text'`, ...fields },
  }
}

const number = (name: string) => sql`
  case when jsonb_typeof(x.data -> ${sql.lit(name)}) = 'number' then (x.data -> ${sql.lit(name)})::numeric end`

/** The only definition of what each event fact reads. */
export const eventRows: Record<EventFact, EventRows> = {
  visit: {
    ...visits,
    where: sql`x.status <> 'cancelled'`,
    fields: { ...places.fields, class: x('class') },
    keys: { ...places.keys, class: (codes) => sql`${x('class')} = any(${codes}::text[])` },
  },
  stay: {
    ...visits,
    where: sql`x.status <> 'cancelled' and x.class = 'inpatient'`,
    fields: {
      ...places.fields,
      disposition: x('disposition'),
      days: sql`extract(day from coalesce(x.ends_at, now()) - x.starts_at)`,
    },
  },
  diagnosis: {
    from: sql`condition x join encounter n on n.id = x.encounter_id`,
    where: sql`n.status <> 'cancelled'`,
    person: x('person_id'),
    at: sql`coalesce(n.starts_at, n.ends_at)`,
    id: x('id'),
    fields: {
      code: x('code'),
      department: sql`(select k.code from department k where k.id = n.department_id)`,
    },
  },
  result: told(['observation.recorded'], {
    value: number('value'),
    interpretation: sql`x.data ->> 'interpretation'`,
  }),
  medication: told(['medication.requested', 'medication.dispensed']),
  procedure: told(['procedure.performed']),
  immunization: told(['immunization.recorded']),
  charge: told(['charge.posted'], { amount: number('amount') }),
  appointment: told(
    [
      'appointment.booked',
      'appointment.rescheduled',
      'appointment.changed',
      'appointment.cancelled',
      'appointment.missed',
    ],
    { state: sql`substr(x.kind, 13)` },
  ),
  message: {
    from: sql`message x`,
    where: sql`true`,
    person: x('person_id'),
    at: sql`coalesce(x.finished_at, x.created_at)`,
    id: x('id'),
    fields: { channel: x('channel'), purpose: x('purpose'), status: x('status'), delivery: x('delivery') },
  },
  reply: told(['message.replied'], { channel: sql`x.data ->> 'channel'` }),
  call: told(['contact.attempted'], {
    outcome: sql`x.data ->> 'outcome'`,
    channel: sql`x.data ->> 'channel'`,
  }),
  answer: {
    from: sql`questionnaire_response x join questionnaire_version v on v.id = x.questionnaire_version_id
      join questionnaire q on q.id = v.questionnaire_id`,
    where: sql`x.status = 'completed'`,
    person: x('person_id'),
    at: x('updated_at'),
    id: x('id'),
    fields: { questionnaire: sql.ref('q.code'), score: x('score'), answer: x('answers') },
  },
  campaign: {
    from: sql`campaign_member x`,
    where: sql`true`,
    person: x('person_id'),
    at: x('entered_at'),
    id: x('enrollment_id'),
    fields: {
      campaign: sql`'campaign-' || x.campaign_id`,
      result: sql`case when x.variant = 'hold-out' then 'held-out' when x.visited_at is not null then 'visited' when x.booked_at is not null then 'booked'
        when x.answered_at is not null then 'answered' else 'none' end`,
    },
  },
  pathway: {
    from: sql`enrollment x`,
    where: sql`x.status <> 'held-out'`,
    person: x('person_id'),
    at: x('entered_at'),
    id: x('id'),
    fields: {
      pathway: sql`(select k.code from pathway k where k.id = x.pathway_id)`,
      state: sql`case x.status when 'completed' then 'finished' when 'stopped' then 'stopped' else 'on' end`,
      reason: x('stop_reason'),
    },
    keys: { pathway: byCode('pathway', 'pathway_id') },
  },
  membership: {
    from: sql`group_member x join group_customer c on c.id = x.group_id`,
    where: sql`(x.until is null or x.until >= now()::date)`,
    person: x('person_id'),
    at: sql`coalesce(x.since::timestamp at time zone ${organisationZone}, x.created_at)`,
    id: x('id'),
    fields: { group: sql.ref('c.code'), kind: sql.ref('c.kind'), role: x('role'), title: x('title') },
    keys: { group: byCode('group_customer', 'group_id') },
  },
  relative: {
    from: sql`person_relationship x`,
    where: sql`true`,
    person: x('person_id'),
    at: x('updated_at'),
    id: x('id'),
    fields: { relation: x('relation') },
  },
}

/** The type of a field; undefined when the fact has no such field. */
export const fieldType = (of: EventFact, field: string) =>
  (eventFacts[of].fields as Record<string, string | undefined>)[field] as
    'number' | 'text' | 'choice' | 'code' | 'answer' | undefined
