import { type RawBuilder, sql } from 'kysely'
import { siteReached } from '../../modules/appointment/scope.ts'
import { personWithin } from '../../modules/person/scope.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, encodeCursor } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { branchesOf, ownAppointment, ownFhirId, rowOf } from './branch.ts'
import { ownPrefix, ownRow } from '../../modules/questionnaire/fhir/terms.ts'
import { FhirError, noSuch } from './outcome.ts'
import { type FoundResource, present } from './present.ts'
import { refuseUnstorable } from './subset.ts'
import { definitions, type Resource } from './types.ts'
import { personOfRecord, recordsOf } from '../../modules/event/record.ts'

const stored = sql`r.type, r.id, case r.type when 'Patient' then r.person_id else ${personOfRecord(sql`r.person_id`)} end as person_id, r.encounter_id,
  r.condition_id, r.content::text as content, r.version, r.last_updated`

/** Row scope of a stored resource: that of its person; without a person, readable by everybody who may read persons. */
export function storedWithin(reach: Reach): RawBuilder<boolean> {
  return reach.all
    ? sql<boolean>`true`
    : sql<boolean>`(r.person_id is null or ${personWithin(reach, personOfRecord(sql`r.person_id`))})`
}

/** One resource, or undefined; rows of ours that did not come by FHIR have their row id. Not audited: see `readResource`. */
export async function findResource(
  db: Db,
  actor: Actor,
  type: string,
  id: string,
): Promise<Resource | undefined> {
  const row = await locate(db, reachOf(actor, type), type, id)
  return row && (await present(db, actor, [row]))[0]
}

const rowId = (id: string) => (/^\d{1,15}$/.test(id) ? Number(id) : null)

async function locate(db: Db, reach: Reach, type: string, id: string): Promise<FoundResource | undefined> {
  const { rows } = await sql<FoundResource>`
    select ${stored} from fhir_resource r where r.type = ${type} and r.id = ${id} and ${storedWithin(reach)}`.execute(
    db,
  )
  if (!rows[0] && clinicTypes.has(type)) return locateOfClinic(db, reach, type, id)
  const number = type.startsWith('Questionnaire') ? ownRow(id) : rowId(id)
  if (rows[0] || number === null) return rows[0]
  // Includes content stored for the row under another id.
  const sent = (row: RawBuilder<unknown>) => sql`
    left join lateral (select content, last_updated from fhir_resource where type = ${type} and ${row} = ${number}
      order by seq limit 1) r on true`
  const byType: Partial<Record<string, RawBuilder<FoundResource>>> = {
    Patient: sql<FoundResource>`
      select 'Patient' as type, ${id}::text as id, p.id as person_id, null::bigint as encounter_id, null::bigint as condition_id,
        r.content::text as content, null::int as version, r.last_updated
      from person p ${sent(sql`person_id`)}
      where p.id = ${number} and ${personWithin(reach, sql`coalesce(p.survivor_id, p.id)`)}`,
    Encounter: sql<FoundResource>`
      select 'Encounter' as type, ${id}::text as id, ${personOfRecord(sql`e.person_id`)} as person_id, e.id as encounter_id, null::bigint as condition_id,
        r.content::text as content, null::int as version, r.last_updated
      from encounter e ${sent(sql`encounter_id`)} where e.id = ${number} and ${personWithin(reach, personOfRecord(sql`e.person_id`))}`,
    Condition: sql<FoundResource>`
      select 'Condition' as type, ${id}::text as id, ${personOfRecord(sql`c.person_id`)} as person_id, c.encounter_id, c.id as condition_id,
        null::text as content, null::int as version, null::timestamptz as last_updated
      from condition c where c.id = ${number} and ${personWithin(reach, personOfRecord(sql`c.person_id`))}`,
    Questionnaire: sql<FoundResource>`
      select ${rowOf('Questionnaire', ownFhirId(sql`v.id`), sql`null::bigint`)} from questionnaire_version v where v.id = ${number}`,
    QuestionnaireResponse: sql<FoundResource>`
      select ${rowOf('QuestionnaireResponse', ownFhirId(sql`a.id`), personOfRecord(sql`a.person_id`))} from questionnaire_response a
      where a.id = ${number} and ${personWithin(reach, personOfRecord(sql`a.person_id`))}`,
  }
  const found = await byType[type]?.execute(db)
  return found?.rows[0]
}

/** Types with rows of the clinics: sessions, places, appointments, and whom and what they name. */
const clinicTypes = new Set(['Schedule', 'Slot', 'Appointment', 'Practitioner', 'Location'])

async function locateOfClinic(
  db: Db,
  reach: Reach,
  type: string,
  id: string,
): Promise<FoundResource | undefined> {
  const own = id.startsWith(ownPrefix)
  if (type === 'Practitioner' || type === 'Location') return locateNamed(db, reach, type, id)
  const number = own === (type === 'Appointment') ? ownRow(id) : null
  const branch = branchesOf(type).at(-1)
  if (number === null || !branch) return undefined
  const within = branch.within?.(reach) ?? personWithin(reach, personOfRecord(sql`a.person_id`))
  const { rows } = await sql<FoundResource>`
    select ${branch.columns} from ${branch.from} where ${branch.where} and ${branch.key} = ${number} and ${within}`.execute(
    db,
  )
  return rows[0]
}

/** A doctor, clinic or room of a site at which the reader works. */
async function locateNamed(
  db: Db,
  reach: Reach,
  type: string,
  id: string,
): Promise<FoundResource | undefined> {
  const [, room, number] = /^careloop-(room-)?(\d{1,9})$/.exec(id) ?? []
  if (number === undefined || (room && type === 'Practitioner')) return undefined
  const table = type === 'Practitioner' ? 'staff' : room ? 'resource' : 'department'
  const { rows } = await sql`
    select 1 from ${sql.table(table)} x where x.id = ${Number(number)} and ${siteReached(reach, sql`x.site_id`)}`.execute(
    db,
  )
  return rows.length > 0 ? { ...nothingStored, type, id } : undefined
}

const nothingStored = {
  person_id: null,
  encounter_id: null,
  condition_id: null,
  content: null,
  version: null,
  last_updated: null,
}

/** What the actor may read of a type. @throws {AppError} forbidden @throws {FhirError} 404 for a type that is not kept here */
export function reachOf(actor: Actor, type: string): Reach {
  authorize(actor, 'person.read')
  return authorize(actor, known(type).permission)
}

/** @throws {FhirError} 404 for a type that is not kept here */
export function known(type: string): NonNullable<(typeof definitions)[string]> {
  const definition = Object.hasOwn(definitions, type) ? definitions[type] : undefined
  if (definition) return definition
  throw new FhirError(404, {
    code: 'not-supported',
    diagnostics: `Resources of type ${type.slice(0, 60)} are not kept here; see metadata for those that are.`,
  })
}

/** @throws {FhirError} 404 */
export async function readResource(db: Db, actor: Actor, type: string, id: string): Promise<Resource> {
  known(type)
  refuseUnstorable(id)
  const row = await locate(db, reachOf(actor, type), type, id)
  const [resource] = row ? await present(db, actor, [row]) : []
  if (!resource) throw noSuch(`${type}/${id.slice(0, 64)}`)
  await audit(db, actor, {
    action: 'fhir.read',
    personId: row?.person_id ?? null,
    subject: `${type}/${id}`,
    fields: [type],
  })
  return resource
}

export type Page = { resources: Resource[]; next: string | null }

/**
 * All data of one patient: the Patient, stored resources, visits and diagnoses from HL7, and responses to our questionnaires, page by
 * page. Referenced organisations and practitioners are read separately.
 * @throws {FhirError} 404
 */
export async function everything(
  db: Db,
  actor: Actor,
  id: string,
  query: { count: number; cursor: string | undefined },
): Promise<Page> {
  const reach = authorize(actor, 'person.read')
  refuseUnstorable(id)
  const patient = await locate(db, reach, 'Patient', id)
  if (!patient || patient.person_id === null) throw noSuch(`Patient/${id.slice(0, 64)}`)
  const { rows: persons } = await sql<{ id: number; records: number[] }>`
    select p.id, ${recordsOf(sql`p.id`)} as records from person p where p.id = ${personOfRecord(sql`${patient.person_id}`)}`.execute(
    db,
  )
  const { id: person, records } = persons[0] ?? { id: patient.person_id, records: [patient.person_id] }
  const ofPerson = sql`any(${records}::bigint[])`
  const [part, key] = decodeCursor<[number, number]>(query.cursor, ['number', 'number']) ?? [-1, 0]
  const limit = query.count + 1
  const { rows } = await sql<FoundResource & { part: number; key: number }>`
    select * from (
      (select 0 as part, r.seq as key, ${stored} from fhir_resource r
        where r.person_id = ${ofPerson} and r.type <> 'Patient' and (0, r.seq) > (${part}::int, ${key}::bigint) order by r.seq limit ${limit})
      union all
      (select 1, e.id, 'Encounter', e.id::text, ${person}::bigint, e.id, null, null, null, null from encounter e
        where e.person_id = ${ofPerson} and (1, e.id) > (${part}::int, ${key}::bigint)
          and not exists (select 1 from fhir_resource r where r.type = 'Encounter' and r.encounter_id = e.id)
        order by e.id limit ${limit})
      union all
      (select 2, c.id, 'Condition', c.id::text, ${person}::bigint, c.encounter_id, c.id, null, null, null from condition c
        where c.person_id = ${ofPerson} and (2, c.id) > (${part}::int, ${key}::bigint)
          and not exists (select 1 from fhir_resource r where r.type = 'Condition' and r.condition_id = c.id)
        order by c.id limit ${limit})
      union all
      (select 3, a.id, ${rowOf('QuestionnaireResponse', ownFhirId(sql`a.id`), sql`${person}::bigint`)} from questionnaire_response a
        where a.person_id = ${ofPerson} and (3, a.id) > (${part}::int, ${key}::bigint) order by a.id limit ${limit})
      union all
      (select 4, a.id, ${rowOf('Appointment', ownFhirId(sql`a.id`), sql`${person}::bigint`)} from appointment a
        where a.person_id = ${ofPerson} and ${ownAppointment} and (4, a.id) > (${part}::int, ${key}::bigint) order by a.id limit ${limit})
    ) as found order by part, key limit ${limit}`.execute(db)
  const shown = rows.slice(0, query.count)
  const last = shown.at(-1)
  const first = query.cursor === undefined ? [patient] : []
  await audit(db, actor, {
    action: 'fhir.everything',
    personId: person,
    subject: `Patient/${id}`,
    fields: [...new Set(['Patient', ...shown.map((row) => row.type)])],
  })
  return {
    resources: await present(db, actor, [...first, ...shown]),
    next: rows.length > query.count && last ? encodeCursor([last.part, last.key]) : null,
  }
}
