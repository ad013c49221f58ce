import { createHash } from 'node:crypto'
import { type Actor, may } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { responsesAsFhir, versionsAsFhir } from '../../modules/questionnaire/exchange.ts'
import { ownRow } from '../../modules/questionnaire/fhir/terms.ts'
import { readSettings } from '../../modules/setting/setting.ts'
import {
  composeCondition,
  composeEncounter,
  type ConditionRow,
  type EncounterRow,
  loadConditions,
  loadEncounters,
} from './encounter.ts'
import { loadAppointments, loadClinic } from './clinic.ts'
import { identifierSystems, type IdentifierSystems } from './identifier.ts'
import { parseJson } from './json.ts'
import { composePatient, loadPersons, maskedPatient, type PersonRow } from './patient.ts'
import { shownOf } from './shown.ts'
import type { Resource } from './types.ts'

/** A found resource: stored content, or only a row of ours (`content` null). */
export type FoundResource = {
  type: string
  id: string
  person_id: number | null
  encounter_id: number | null
  condition_id: number | null
  /** As JSON text, which keeps numbers as they were sent. */
  content: string | null
  version: number | null
  last_updated: Date | null
}

type Tables = {
  persons: Map<number, PersonRow>
  encounters: Map<number, EncounterRow>
  conditions: Map<number, ConditionRow>
  questionnaires: Awaited<ReturnType<typeof versionsAsFhir>>
  responses: Awaited<ReturnType<typeof responsesAsFhir>>
  clinic: Awaited<ReturnType<typeof loadClinic>>
  appointments: Awaited<ReturnType<typeof loadAppointments>>
  systems: IdentifierSystems
}

/**
 * Resources as this reader may see them, in order. Patients and visits are composed from the tables, with one statement per type. Contact
 * data is masked, except for keys that may exchange full persons.
 */
export async function present(db: Db, actor: Actor, rows: FoundResource[]): Promise<Resource[]> {
  const ids = (type: string, get: (row: FoundResource) => number | null) =>
    rows.filter((row) => row.type === type).flatMap((row) => get(row) ?? [])
  const setting = await readSettings(db, ['fhir.identifier-systems'])
  const tables: Tables = {
    persons: await loadPersons(
      db,
      ids('Patient', (row) => row.person_id),
    ),
    encounters: await loadEncounters(
      db,
      ids('Encounter', (row) => row.encounter_id),
    ),
    conditions: await loadConditions(
      db,
      ids('Condition', (row) => (row.content ? null : row.condition_id)),
    ),
    questionnaires: await versionsAsFhir(db, ids('Questionnaire', ownId)),
    responses: await responsesAsFhir(db, ids('QuestionnaireResponse', ownId)),
    clinic: await loadClinic(
      db,
      rows.filter((row) => row.content === null),
    ),
    appointments: await loadAppointments(
      db,
      rows.flatMap(({ type, id, content }) =>
        type === 'Appointment'
          ? [{ id, sent: content === null ? undefined : (parseJson(content) as Resource) }]
          : [],
      ),
    ),
    systems: identifierSystems(setting['fhir.identifier-systems']),
  }
  const whole = may(actor, 'person.exchange')
  return rows.flatMap((row) => {
    const composed = compose(row, tables)
    if (!composed) return []
    const { resource, updated } = composed
    const shown = whole ? resource : mask(row, resource, tables)
    const meta = {
      ...(shown['meta'] as object | undefined),
      versionId: row.version !== null && !isComposed(row, tables) ? String(row.version) : digest(resource),
      ...(updated && { lastUpdated: updated.toISOString() }),
    }
    const { resourceType, id: _id, meta: _meta, ...rest } = shown
    return [{ resourceType, id: row.id, meta, ...rest }]
  })
}

const isComposed = ({ type, id }: FoundResource, tables: Tables) =>
  type === 'Patient' || type === 'Encounter' || (type === 'Appointment' && tables.appointments.has(id))

/** Row id of a questionnaire or response of ours; null for stored resources. */
const ownId = (row: FoundResource) => (row.content ? null : ownRow(row.id))

/** Version of a composed resource: a hash of its content. */
function digest(resource: Resource): string {
  return createHash('sha256').update(JSON.stringify(resource)).digest('hex').slice(0, 16)
}

function compose(
  row: FoundResource,
  tables: Tables,
): { resource: Resource; updated: Date | null } | undefined {
  const sent = row.content === null ? undefined : (parseJson(row.content) as Resource)
  const latest = (...dates: (Date | null)[]) =>
    new Date(Math.max(...dates.map((date) => date?.getTime() ?? 0)))
  if (row.type === 'Patient') {
    const person = tables.persons.get(row.person_id ?? 0)
    return (
      person && {
        resource: composePatient(person, row.id, sent, tables.systems),
        updated: latest(person.updated_at, row.last_updated),
      }
    )
  }
  if (row.type === 'Encounter') {
    const encounter = tables.encounters.get(row.encounter_id ?? 0)
    return (
      encounter && {
        resource: composeEncounter(encounter, row.id, sent),
        updated: latest(encounter.source_time, row.last_updated),
      }
    )
  }
  const ofClinic =
    row.type === 'Appointment' ? tables.appointments.get(row.id) : tables.clinic.get(`${row.type}/${row.id}`)
  if (ofClinic) return ofClinic
  if (sent)
    return { resource: { ...sent, resourceType: row.type, id: row.id }, updated: latest(row.last_updated) }
  if (row.type === 'Questionnaire') return tables.questionnaires.get(ownRow(row.id) ?? 0)
  if (row.type === 'QuestionnaireResponse') return tables.responses.get(ownRow(row.id) ?? 0)
  const condition = tables.conditions.get(row.condition_id ?? 0)
  return condition && { resource: composeCondition(condition, row.id), updated: condition.recorded_at }
}

/** S21: what may leave, element by element; the names of places and staff of a visit from our tables, not as somebody sent them. */
function mask(row: FoundResource, resource: Resource, tables: Tables): Resource {
  const person = tables.persons.get(row.person_id ?? 0)
  if (row.type === 'Patient' && person) return maskedPatient(person, row.id, tables.systems)
  // Questionnaires, sessions and places of ours say nothing of anybody.
  if (row.person_id === null && row.content === null) return resource
  const encounter = row.type === 'Encounter' ? tables.encounters.get(row.encounter_id ?? 0) : undefined
  if (!encounter) return shownOf(resource)
  const { identifier, subject, serviceProvider, location, participant } = composeEncounter(
    encounter,
    row.id,
    undefined,
  )
  return {
    ...shownOf(resource),
    identifier,
    subject,
    serviceProvider,
    location,
    participant,
  }
}
