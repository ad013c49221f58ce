import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { siteReached } from '../../modules/appointment/scope.ts'
import type { Reach } from '../../platform/actor.ts'
import { appointmentStatus, slotStatus } from './clinic.ts'
import { personOfRecord } from '../../modules/event/record.ts'
import { canonical, ownPrefix } from '../../modules/questionnaire/fhir/terms.ts'

/** One source of resources of a type: stored resources, or rows of ours without a stored resource. */
export type Branch = {
  kind: 'stored' | 'row'
  type: string
  from: RawBuilder<unknown>
  where: RawBuilder<SqlBool>
  columns: RawBuilder<unknown>
  /** Sort key of pages. */
  key: RawBuilder<number>
  id: RawBuilder<string>
  /** The record of a row; null if there may be none. */
  record: RawBuilder<number> | null
  /** Rows without a person, readable by everybody who may read persons. */
  personless?: boolean
  /** Row scope of rows without a person that are not everybody's. */
  within?: (reach: Reach) => RawBuilder<SqlBool>
  starts: RawBuilder<Date>
  ends: RawBuilder<Date>
  updated: RawBuilder<Date>
  /** For rows of ours: columns for `status`, `name`, `url` and `version`; without them such searches find nothing. */
  words?: Partial<Record<'status' | 'name' | 'url' | 'version', RawBuilder<string>>>
  /** For rows of ours: search terms as those of stored resources, `name:system|code`. */
  terms?: RawBuilder<string[]>
  /** For rows of ours: whether they refer to one of these, such as `Slot/7`, by parameter. */
  refers?: Record<string, (named: string[]) => RawBuilder<SqlBool>>
}

const sent = sql`r.type, r.id, ${personOfRecord(sql`r.person_id`)} as person_id, r.encounter_id, r.condition_id, r.content::text as content, r.version, r.last_updated`
const none = sql<Date>`null::timestamptz`

function storedBranch(type: string, more: Partial<Branch> = {}): Branch {
  return {
    kind: 'stored',
    type,
    from: sql`fhir_resource r`,
    where: sql<SqlBool>`r.type = ${type}`,
    columns: sent,
    key: sql<number>`r.seq`,
    id: sql<string>`r.id`,
    record: null,
    starts: sql<Date>`r.starts_at`,
    ends: sql<Date>`r.ends_at`,
    updated: sql<Date>`r.last_updated`,
    ...more,
  }
}

/** The id of a row of ours that is no patient, visit or diagnosis: `careloop-17` cannot clash with ids that senders choose. */
export const ownFhirId = (row: RawBuilder<unknown>): RawBuilder<string> => sql<string>`${ownPrefix} || ${row}`

/** Patients, visits and diagnoses from FHIR and HL7 are both found, by the current state of the tables. */
export function branchesOf(type: string): Branch[] {
  if (type === 'Patient')
    return [
      storedBranch(type, {
        // The identity stays with the record, also after a merge.
        from: sql`fhir_resource r join person p on p.id = r.person_id`,
        columns: sql`r.type, r.id, p.id as person_id, r.encounter_id, r.condition_id, r.content::text as content, r.version, r.last_updated`,
        record: sql<number>`r.person_id`,
        updated: sql<Date>`greatest(r.last_updated, p.updated_at)`,
      }),
      {
        kind: 'row',
        type,
        from: sql`person p`,
        where: sql<SqlBool>`not exists (select 1 from fhir_resource r where r.type = 'Patient' and r.person_id = p.id)`,
        columns: sql`'Patient' as type, p.id::text as id, p.id as person_id, null::bigint as encounter_id, null::bigint as condition_id,
          null::text as content, null::int as version, null::timestamptz as last_updated`,
        key: sql<number>`p.id`,
        id: sql<string>`p.id::text`,
        record: sql<number>`p.id`,
        starts: none,
        ends: none,
        updated: sql<Date>`p.updated_at`,
      },
    ]
  if (type === 'Encounter') {
    const times = {
      starts: sql<Date>`e.starts_at`,
      ends: sql<Date>`e.ends_at`,
      record: sql<number>`e.person_id`,
    }
    return [
      storedBranch(type, {
        ...times,
        from: sql`fhir_resource r join encounter e on e.id = r.encounter_id`,
        // A day, month or year that was sent as the end lasts until its end.
        ends: sql<Date>`case when r.ends_at between e.ends_at and e.ends_at + case length(r.content #>> '{period,end}')
          when 4 then interval '366 days' when 7 then interval '31 days' when 10 then interval '25 hours' else interval '1 second' end
          then r.ends_at else e.ends_at end`,
        updated: sql<Date>`greatest(r.last_updated, e.source_time)`,
      }),
      {
        ...times,
        kind: 'row',
        type,
        from: sql`encounter e`,
        where: sql<SqlBool>`not exists (select 1 from fhir_resource r where r.type = 'Encounter' and r.encounter_id = e.id)`,
        columns: sql`'Encounter' as type, e.id::text as id, ${personOfRecord(sql`e.person_id`)} as person_id, e.id as encounter_id, null::bigint as condition_id,
          null::text as content, null::int as version, null::timestamptz as last_updated`,
        key: sql<number>`e.id`,
        id: sql<string>`e.id::text`,
        updated: sql<Date>`e.source_time`,
      },
    ]
  }
  if (type === 'Condition')
    return [
      storedBranch(type),
      {
        kind: 'row',
        type,
        from: sql`condition c`,
        where: sql<SqlBool>`not exists (select 1 from fhir_resource r where r.type = 'Condition' and r.condition_id = c.id)`,
        columns: sql`'Condition' as type, c.id::text as id, ${personOfRecord(sql`c.person_id`)} as person_id, c.encounter_id, c.id as condition_id,
          null::text as content, null::int as version, null::timestamptz as last_updated`,
        key: sql<number>`c.id`,
        id: sql<string>`c.id::text`,
        record: sql<number>`c.person_id`,
        starts: none,
        ends: none,
        updated: sql<Date>`c.recorded_at`,
      },
    ]
  if (type === 'Questionnaire')
    return [
      storedBranch(type),
      {
        kind: 'row',
        type,
        // Every version is a resource of its own, so that the reference of a response can be resolved.
        from: sql`questionnaire_version v join questionnaire q on q.id = v.questionnaire_id`,
        where: sql<SqlBool>`true`,
        columns: rowOf(type, ownFhirId(sql`v.id`), sql`null::bigint`),
        key: sql<number>`v.id`,
        id: ownFhirId(sql`v.id`),
        record: null,
        personless: true,
        starts: sql<Date>`v.published_at`,
        ends: sql<Date>`v.published_at`,
        updated: sql<Date>`v.published_at`,
        words: {
          status: sql<string>`case when exists (select 1 from questionnaire_version w
            where w.questionnaire_id = v.questionnaire_id and w.version > v.version) then 'retired' else 'active' end`,
          name: sql<string>`q.title ->> 'zh-CN'`,
          url: sql<string>`${canonical('')} || q.code`,
          version: sql<string>`v.version::text`,
        },
      },
    ]
  if (type === 'QuestionnaireResponse')
    return [
      storedBranch(type),
      {
        kind: 'row',
        type,
        from: sql`questionnaire_response a`,
        where: sql<SqlBool>`true`,
        columns: rowOf(type, ownFhirId(sql`a.id`), personOfRecord(sql`a.person_id`)),
        key: sql<number>`a.id`,
        id: ownFhirId(sql`a.id`),
        record: sql<number>`a.person_id`,
        starts: sql<Date>`a.updated_at`,
        ends: sql<Date>`a.updated_at`,
        updated: sql<Date>`a.updated_at`,
        words: { status: sql<string>`a.status` },
      },
    ]
  if (type === 'Appointment') return appointmentBranches
  if (type === 'Slot') return [slotBranch]
  if (type === 'Schedule') return [sessionBranch]
  return [storedBranch(type)]
}

/** Terms of a code in a system of ours. */
const coded = (name: string, system: RawBuilder<unknown>, code: RawBuilder<unknown>) =>
  sql`${`${name}:`} || lower(${code}), ${`${name}:urn:careloop:`} || ${system} || '|' || lower(${code}), ${`${name}:urn:careloop:`} || ${system} || '|'`
const ofPlace = sql`${coded('service-type', sql`'visit-type:' || s.code`, sql`v.code`)}, ${coded('specialty', sql`'department:' || s.code`, sql`d.code`)}`
/** Row numbers of references such as `Slot/7` or `Location/careloop-room-5`; `before`: type and what stands before the number. */
const rowsOf = (before: string, named: string[]) =>
  named.flatMap((one) => {
    const number = one.startsWith(before) ? one.slice(before.length) : ''
    return /^\d{1,9}$/.test(number) ? [Number(number)] : []
  })

/** The doctor, clinic or room of session `c`, by our own references to them. */
function ofActor(named: string[]): RawBuilder<SqlBool> {
  const [doctors, clinics, rooms] = ['Practitioner/', 'Location/', 'Location/room-'].map((before) =>
    rowsOf(before.replace('/', `/${ownPrefix}`), named),
  )
  return sql<SqlBool>`(c.staff_id = any(${doctors}::int[]) or c.department_id = any(${clinics}::int[]) or c.room_id = any(${rooms}::int[]))`
}
const places = sql`join site s on s.id = c.site_id join department d on d.id = c.department_id join visit_type v on v.id = c.visit_type_id`

const madeHere = {
  kind: 'row' as const,
  record: null,
  updated: none,
}
const slotBranch: Branch = {
  ...madeHere,
  type: 'Slot',
  from: sql`slot l join clinic_session c on c.id = l.session_id ${places}`,
  where: sql<SqlBool>`true`,
  columns: rowOf('Slot', sql`l.id::text`, sql`null::bigint`),
  key: sql<number>`l.id`,
  id: sql<string>`l.id::text`,
  within: (reach) => siteReached(reach, sql`l.site_id`),
  // FHIR compares the beginning alone.
  starts: sql<Date>`l.starts_at`,
  ends: sql<Date>`l.starts_at + interval '1 microsecond'`,
  words: { status: slotStatus },
  terms: sql<string[]>`array[${ofPlace}]`,
  refers: {
    schedule: (named) => sql<SqlBool>`l.session_id = any(${rowsOf('Schedule/', named)}::bigint[])`,
    actor: ofActor,
  },
}
const sessionBranch: Branch = {
  ...madeHere,
  type: 'Schedule',
  from: sql`clinic_session c ${places}`,
  where: sql<SqlBool>`true`,
  columns: rowOf('Schedule', sql`c.id::text`, sql`null::bigint`),
  key: sql<number>`c.id`,
  id: sql<string>`c.id::text`,
  within: (reach) => siteReached(reach, sql`c.site_id`),
  starts: sql<Date>`lower(c.period)`,
  ends: sql<Date>`upper(c.period)`,
  terms: sql<string[]>`array[${ofPlace}, 'active:' || (c.status = 'open')::text]`,
  refers: { actor: ofActor },
}

/** Of those that came by FHIR without a place of ours the stored resource speaks. */
export const ownAppointment = sql<SqlBool>`coalesce(a.source_number, '') not like 'Appointment/%'
  and not exists (select 1 from fhir_resource r where r.appointment_id = a.id)`
const appointment = {
  kind: 'row' as const,
  type: 'Appointment',
  record: sql<number>`a.person_id`,
  starts: sql<Date>`a.starts_at`,
  ends: sql<Date>`coalesce(a.ends_at, a.starts_at + interval '1 microsecond')`,
  refers: { slot: (named: string[]) => sql<SqlBool>`a.slot_id = any(${rowsOf('Slot/', named)}::bigint[])` },
}
const ofAppointment = sql`appointment a join site s on s.id = a.site_id left join department d on d.id = a.department_id
  left join visit_type v on v.id = a.visit_type_id`
const ownNumber = sql`'a' || lpad(a.id::text, greatest(6, length(a.id::text)), '0')`
const appointmentTerms = sql`array[${ofPlace}, 'identifier:' || ${ownNumber}, 'identifier:urn:careloop:appointment|' || ${ownNumber},
  'identifier:' || lower(a.source_number), 'identifier:urn:careloop:appointment:' || a.source || '|' || lower(a.source_number)]`

const appointmentBranches: Branch[] = [
  // Those that another system states without a place of ours are as they were sent.
  storedBranch('Appointment', {
    where: sql<SqlBool>`r.type = 'Appointment' and r.appointment_id is null`,
    refers: {
      slot: (
        named,
      ) => sql<SqlBool>`exists (select 1 from jsonb_array_elements(coalesce(r.content -> 'slot', '[]')) one
        where one ->> 'reference' = any(${named}::text[]))`,
    },
  }),
  {
    ...storedBranch('Appointment'),
    ...appointment,
    from: sql`fhir_resource r join appointment a on a.id = r.appointment_id join site s on s.id = a.site_id
      left join department d on d.id = a.department_id left join visit_type v on v.id = a.visit_type_id`,
    updated: sql<Date>`greatest(a.updated_at, r.last_updated)`,
    words: { status: appointmentStatus },
    terms: sql<string[]>`${appointmentTerms} || r.terms`,
  },
  {
    ...appointment,
    from: ofAppointment,
    where: ownAppointment,
    columns: rowOf('Appointment', ownFhirId(sql`a.id`), personOfRecord(sql`a.person_id`)),
    key: sql<number>`a.id`,
    id: ownFhirId(sql`a.id`),
    updated: sql<Date>`a.updated_at`,
    words: { status: sql<string>`a.status` },
    terms: sql<string[]>`${appointmentTerms}`,
  },
]

/** The columns of a row without a stored resource. */
export function rowOf(
  type: string,
  id: RawBuilder<unknown>,
  person: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`${type} as type, ${id} as id, ${person} as person_id, null::bigint as encounter_id, null::bigint as condition_id,
    null::text as content, null::int as version, null::timestamptz as last_updated`
}

/** The record of a branch's row. */
export const recordOf = (branch: Branch): RawBuilder<number> => branch.record ?? sql<number>`r.person_id`
