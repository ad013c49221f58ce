import type { Permission } from '../../../contract/access.ts'
import { type Selectable, sql } from 'kysely'
import type { Person } from '../../platform/db-types.ts'
import type { PersonDetail } from '../../../contract/person.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { agesOf, localDate } from '../../platform/clock.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { realTime } from '../../platform/statement.ts'
import { membershipsOf } from './membership.ts'
import { missingOf, scoreOf, weightsFrom } from './completeness.ts'
import { inDispute } from './dispute.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { marksOf } from './id-check.ts'
import { maskAddress, maskIdentifier, maskPhone, maskTelecom } from './mask.ts'
import { viewProvenance } from './provenance.ts'
import { readmitted } from './readmitted.ts'
import { personWithin } from './scope.ts'
import { addressColumns, type RecordRow } from './stated.ts'
import { countryAt } from '../setting/country.ts'
import { organisationZone } from '../setting/time-zone.ts'

/** The merges of a person that are in effect. */
type MergeRow = {
  id: number
  merged_id: number
  into_id: number
  name: string
  record_numbers: string[]
  source: 'manual' | 'hl7' | 'match'
  reason: string
  merged_at: string
  merged_by_name: string
}

type Json = Record<string, unknown>
export type PersonRow = {
  /** Of the organisation: a person belongs to no single site. */
  zone: string
  person: {
    id: number
    name: string
    pinyin: string
    sex: Selectable<Person>['sex']
    birth_date: string | null
    deceased: boolean
    deceased_at: string | null
    marital_status: string | null
    language: string | null
    preferred_channel: PersonDetail['preferredChannel']
    note: string | null
    version: number
    source: string
    updated_at: string
  }
  facts: {
    first_visit_at: string | null
    last_visit_at: string | null
    last_discharge_at: string | null
    visits: number
    stays: number
    last_condition_text: string | null
    missing: number | null
    next_visit_at: string | null
  } | null
  next_task: { id: number; title: string; at: string; assignee: string | null } | null
  /** In whose form telephone numbers are shown. */
  country: string
  /** The site's own settings of `completeness`. */
  weights: Record<string, unknown> | null
  last_department_name: string | null
  identifiers: {
    system: string
    value: string
    site_id: number | null
    source: string
    updated_at: string
  }[]
  names: { use: 'usual' | 'former' | 'other'; text: string }[]
  telecoms: {
    id: number
    person_id: number
    system: 'phone' | 'email' | 'wechat' | 'other'
    value: string
    extension: string | null
    use: 'mobile'
    valid: boolean
    source: string
    updated_at: string
  }[]
  addresses: {
    id: number
    use: string
    text: string
    district: string | null
    city: string | null
    source: string
    updated_at: string
  }[]
  relationships: {
    id: number
    relation: string
    name: string
    phone: string | null
    extension: string | null
    phone_wrong_at: string | null
    related_person_id: number | null
    source: string
    updated_at: string
  }[]
  /** All records of this person, including its own, with their provenance. */
  records: (RecordRow & { id: number })[]
  /** A death recorded on any of the person's records. */
  deceased: boolean
  deceased_at: string | null
  /** Has an open dispute, see `dispute.ts`. */
  disputed: boolean
  merges: MergeRow[]
  opt_outs: { channel: string; purpose: string; since: string; reason: string | null }[]
  encounters: (Json & { id: number; starts_at: string | null; ends_at: string | null })[]
  enrollments: {
    id: number
    pathway_name: string
    status: string
    step_key: string | null
    due_at: string | null
    started_at: string
    steps: { key: string; title: string }[]
  }[]
  memberships: {
    id: number
    group_id: number
    group_name: string
    group_kind: PersonDetail['memberships'][number]['groupKind']
    role: PersonDetail['memberships'][number]['role']
    employee_number: string | null
    department: string | null
    title: string | null
    since: string | null
    until: string | null
    current: boolean
  }[]
  open_tasks: number
  red_flags: number
}

/**
 * One person in full, in one statement (identifiers in the lists of a group customer belong to the membership). The id may be that of a
 * merged record; the result is the person it belongs to now.
 * @param permission what is done with the person: its reach has to cover the person, besides that of reading
 * @throws {AppError} forbidden, not-found, also outside the actor's reach
 */
export const loadPerson = async (
  db: Db,
  actor: Actor,
  id: number,
  permission: Permission = 'person.read',
): Promise<PersonRow> => found(await findPerson(db, actor, id, permission))

/** The same; undefined when there is no such person within reach. */
export async function findPerson(
  db: Db,
  actor: Actor,
  id: number,
  permission: Permission = 'person.read',
): Promise<PersonRow | undefined> {
  const reach = authorize(actor, 'person.read')
  const done =
    permission === 'person.read' ? sql`true` : personWithin(authorize(actor, permission), sql`p.id`)
  const { rows } = await sql<PersonRow>`
    select to_jsonb(p) as person, death.deceased, death.at as deceased_at, to_jsonb(f) as facts, d.name as last_department_name,
      (select coalesce(jsonb_agg(to_jsonb(i) order by i.system, i.person_id, i.value), '[]') from person_identifier i where i.person_id = any(g.members)
        and i.system not like 'group:%') as identifiers,
      (select coalesce(jsonb_agg(to_jsonb(n) order by n.recorded_at), '[]') from (
        select n.use, n.text, n.source, n.recorded_at from person_name n where n.person_id = any(g.members)
        union all select 'other', m.name, m.source, m.created_at from person m where m.survivor_id = p.id and m.name <> p.name) n) as names,
      (select coalesce(jsonb_agg(to_jsonb(t) order by t.valid desc, t.updated_at desc, t.id), '[]') from person_telecom t where t.person_id = any(g.members)) as telecoms,
      (select coalesce(jsonb_agg(to_jsonb(a) order by a.id), '[]') from person_address a where a.person_id = any(g.members)) as addresses,
      (select coalesce(jsonb_agg(to_jsonb(r) order by r.id), '[]') from person_relationship r where r.person_id = any(g.members)) as relationships,
      (select jsonb_agg(to_jsonb(x) order by x.id) from (
        select m.id, m.name, m.sex, m.birth_date, m.deceased, m.deceased_at, m.marital_status, m.language, m.source, m.source_time, m.said_at,
          m.claims, ${addressColumns}
        from person m left join person_address a on a.person_id = m.id and a.use = 'home' where m.id = any(g.members)) x) as records,
      (select jsonb_object_agg(key, value) from setting where key like 'completeness.%') as weights, ${organisationZone} as zone, ${countryAt()} as country,
      (select coalesce(jsonb_agg(to_jsonb(o) order by o.since), '[]') from opt_out o where o.person_id = any(g.members)) as opt_outs,
      (select coalesce(jsonb_agg(x order by x.merged_at desc), '[]') from (
        select y.id, y.merged_id, y.survivor_id as into_id, r.name, y.source, y.reason, y.merged_at, y.merged_by_name,
          array(select i.value from person_identifier i where i.person_id = y.merged_id and i.system like 'mrn:%' order by 1) as record_numbers
        from person_merge y join person r on r.id = y.merged_id
        where y.undone_at is null and y.merged_id = any(g.members) and y.merged_id <> p.id) x) as merges,
      (select coalesce(jsonb_agg(e order by e.starts_at desc nulls last), '[]') from (
        select n.id, n.visit_number, n.class, n.status, n.site_id, s.name as site_name, n.department_id, x.name as department_name,
          n.attending_staff_id, h.name as attending_name, n.bed, n.starts_at, n.ends_at, n.disposition,
          (select coalesce(jsonb_agg(distinct jsonb_build_object('code', c.code, 'text', c.text, 'role', c.role)), '[]')
            from condition c where c.encounter_id = n.id) as conditions
        from encounter n join site s on s.id = n.site_id left join department x on x.id = n.department_id
        left join staff h on h.id = n.attending_staff_id
        where n.person_id = any(g.members) order by n.starts_at desc nulls last limit 30) e) as encounters,
      (select coalesce(jsonb_agg(e order by e.started_at desc, e.id), '[]') from (
        select m.id, w.name as pathway_name, m.status, m.step_key, m.due_at, m.started_at,
          (select jsonb_agg(jsonb_build_object('key', st ->> 'key', 'title', st ->> 'title'))
            from jsonb_array_elements(v.definition -> 'steps') st) as steps
        from enrollment m join pathway w on w.id = m.pathway_id join pathway_version v on v.id = m.pathway_version_id
        where m.person_id = any(g.members) order by m.started_at desc, m.id limit 20) e) as enrollments,
      ${membershipsOf(sql`g.members`)} as memberships,
      (select count(*) from task t where t.person_id = any(g.members) and t.status in ('requested', 'in-progress')) as open_tasks,
      (select to_jsonb(t) from (
        select t.id, t.title, coalesce(t.next_attempt_at, t.start_at) as at, h.name as assignee from task t left join staff h on h.id = t.assignee_staff_id
        where t.person_id = any(g.members) and t.status in ('requested', 'in-progress') order by (t.kind = 'red-flag') desc, 3, 1 limit 1) t) as next_task,
      (select count(*) from task t where t.person_id = any(g.members) and t.kind = 'red-flag' and t.status in ('requested', 'in-progress')) as red_flags,
      ${inDispute(sql`p.id`)} as disputed
    from person p left join person_facts f on f.person_id = p.id left join department d on d.id = f.last_department_id
    cross join lateral (select ${recordsOf(sql`p.id`)} as members) g
    cross join lateral (select bool_or(m.deceased) as deceased, to_json(min(m.deceased_at)) as at from person m where m.id = any(g.members)) death
    where p.id = ${personOfRecord(sql`${id}`)} and ${personWithin(reach, sql`p.id`)} and ${done}`.execute(db)
  return rows[0]
}

export async function getPerson(db: Db, actor: Actor, id: number): Promise<PersonDetail> {
  const row = await loadPerson(db, actor, id)
  await audit(db, actor, {
    action: 'person.read',
    personId: row.person.id,
    fields: ['demographics', 'contacts-masked', 'encounters'],
  })
  return viewPerson(row, actor)
}

/** When a source stated it, also for secondary statements (`aside`). */
const statedTime = (text: string): string => realTime(Date.parse(text)).toISOString()
const iso = (text: string | null): string | null => text && new Date(text).toISOString()

/** ICD-10 groups in the chronic-disease follow-up of the national basic public health service: hypertension, diabetes, COPD. */
const chronic = /^(I1[0-5]|E1[0-4]|J44|I25|I50|N18)/

export function viewPerson(row: PersonRow, actor: Actor): PersonDetail {
  const { person, facts } = row
  const ages = agesOf(person.birth_date, localDate(new Date(), row.zone))
  const codes = row.encounters.flatMap((one) =>
    (one['conditions'] as { code: string }[]).map((condition) => condition.code),
  )
  const tags: PersonDetail['tags'] = []
  if (row.deceased) tags.push('deceased')
  if (row.disputed) tags.push('open-dispute')
  if (row.opt_outs.some((one) => one.channel === 'all')) tags.push('do-not-contact')
  if (row.red_flags > 0) tags.push('red-flag')
  if (codes.some((code) => chronic.test(code))) tags.push('chronic')
  if (readmitted(row.encounters)) tags.push('readmitted')
  if (ages.ageYears !== null && ages.ageYears < 18) tags.push('minor')
  const weights = weightsFrom(row.weights ?? {})
  const missing = facts?.missing ?? null
  const phone = row.telecoms.find((one) => one.system === 'phone' && one.valid)
  return {
    id: person.id,
    name: person.name,
    pinyin: person.pinyin,
    sex: person.sex,
    birthDate: person.birth_date,
    ...ages,
    deceased: row.deceased,
    deceasedAt: iso(row.deceased_at),
    phone: phone ? maskPhone(phone.value) : null,
    recordNumbers: row.identifiers
      .filter((one) => one.system.startsWith('mrn:'))
      .map((one) => ({ siteId: one.site_id, value: one.value })),
    lastVisitAt: iso(facts?.last_visit_at ?? null),
    lastDepartmentName: row.last_department_name,
    lastConditionText: facts?.last_condition_text ?? null,
    openTasks: row.open_tasks,
    completeness: missing === null ? null : scoreOf(missing, weights),
    missing: missing === null ? [] : missingOf(missing, weights),
    maritalStatus: person.marital_status,
    language: person.language,
    preferredChannel: person.preferred_channel,
    note: person.note,
    version: person.version,
    source: person.source,
    updatedAt: new Date(person.updated_at).toISOString(),
    tags,
    identifiers: row.identifiers.map((one) => ({
      system: one.system,
      value: one.system.startsWith('mrn:') ? one.value : maskIdentifier(one.value),
      siteId: one.site_id,
      source: one.source,
      since: statedTime(one.updated_at),
      marks:
        one.system === 'national-id'
          ? marksOf(one.value, { sex: person.sex, birthDate: person.birth_date })
          : [],
    })),
    names: row.names.map(({ use, text }) => ({ use, text })),
    telecoms: row.telecoms.map((one) => ({
      id: one.id,
      system: one.system,
      value: maskTelecom(one),
      use: one.use,
      valid: one.valid,
      source: one.source,
      updatedAt: statedTime(one.updated_at),
    })),
    // Address to the district (S21): the street is a revealed field.
    addresses: row.addresses.map((one) => ({
      id: one.id,
      use: one.use,
      text: maskAddress(one),
      district: one.district,
      source: one.source,
      updatedAt: statedTime(one.updated_at),
    })),
    relationships: row.relationships.map((one) => ({
      id: one.id,
      relation: one.relation,
      name: one.name,
      phone: one.phone && maskPhone(one.phone),
      phoneValid: one.phone_wrong_at === null,
      relatedPersonId: one.related_person_id,
      source: one.source,
      updatedAt: statedTime(one.updated_at),
    })),
    provenance: viewProvenance(person.id, row.records),
    optOuts: row.opt_outs.map(({ channel, purpose, since, reason }) => ({
      ...{ channel, purpose, reason },
      since: new Date(since).toISOString(),
    })),
    mergedRecords: row.merges.map((one) => ({
      mergeId: one.id,
      recordId: one.merged_id,
      intoId: one.into_id,
      name: one.name,
      recordNumbers: one.record_numbers,
      source: one.source,
      reason: one.reason,
      mergedAt: new Date(one.merged_at).toISOString(),
      mergedByName: one.merged_by_name,
    })),
    encounters: row.encounters.map(viewEncounter),
    facts: {
      firstVisitAt: iso(facts?.first_visit_at ?? null),
      lastVisitAt: iso(facts?.last_visit_at ?? null),
      lastDischargeAt: iso(facts?.last_discharge_at ?? null),
      visits: facts?.visits ?? 0,
      stays: facts?.stays ?? 0,
      // The fact is prepared at night: by day the appointment may be over.
      nextVisitAt:
        facts?.next_visit_at && Date.parse(facts.next_visit_at) > Date.now()
          ? iso(facts.next_visit_at)
          : null,
    },
    nextTask: row.next_task && {
      id: row.next_task.id,
      title: row.next_task.title,
      at: new Date(row.next_task.at).toISOString(),
      assigneeName: row.next_task.assignee,
    },
    enrollments: row.enrollments.map((one) => ({
      id: one.id,
      pathwayName: one.pathway_name,
      status: one.status,
      stepTitle: one.steps.find((step) => step.key === one.step_key)?.title ?? null,
      dueAt: iso(one.due_at),
      startedAt: new Date(one.started_at).toISOString(),
    })),
    memberships: row.memberships.map((one) => ({
      id: one.id,
      groupId: one.group_id,
      groupName: one.group_name,
      groupKind: one.group_kind,
      role: one.role,
      employeeNumber: one.employee_number,
      department: one.department,
      title: one.title,
      since: one.since,
      until: one.until,
      current: one.current,
    })),
    abilities: {
      write: may(actor, 'person.write'),
      reveal: may(actor, 'person.reveal'),
      enroll: may(actor, 'enrollment.write'),
      merge: may(actor, 'person.merge'),
      groups: may(actor, 'group.read'),
    },
  }
}

function viewEncounter(one: PersonRow['encounters'][number]): PersonDetail['encounters'][number] {
  return {
    id: one.id,
    visitNumber: one['visit_number'] as string | null,
    class: one['class'] as 'inpatient',
    status: one['status'] as 'finished',
    siteId: one['site_id'] as number,
    siteName: one['site_name'] as string,
    departmentId: one['department_id'] as number | null,
    departmentName: one['department_name'] as string | null,
    attendingStaffId: one['attending_staff_id'] as number | null,
    attendingName: one['attending_name'] as string | null,
    bed: one['bed'] as string | null,
    start: iso(one.starts_at),
    end: iso(one.ends_at),
    dischargeDisposition: one['disposition'] as string | null,
    conditions: one['conditions'] as PersonDetail['encounters'][number]['conditions'],
  }
}
