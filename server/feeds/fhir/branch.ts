import { type RawBuilder, type SqlBool, sql } from 'kysely'
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
  starts: RawBuilder<Date>
  ends: RawBuilder<Date>
  updated: RawBuilder<Date>
  /** For rows of ours: columns for `status`, `name`, `url` and `version`; without them such searches find nothing. */
  words?: Partial<Record<'status' | 'name' | 'url' | 'version', RawBuilder<string>>>
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
  return [storedBranch(type)]
}

/** The id of a questionnaire or an answered one of ours: `careloop-17` cannot clash with ids that senders choose. */
export const ownFhirId = (row: RawBuilder<unknown>): RawBuilder<string> => sql<string>`${ownPrefix} || ${row}`

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
