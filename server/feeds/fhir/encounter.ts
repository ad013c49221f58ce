import { sql } from 'kysely'
import type { z } from 'zod'
import type { ConditionInput, DiagnosesStatement } from '../../modules/encounter/diagnoses.ts'
import type { EncounterInput } from '../../modules/encounter/upsert.ts'
import type { Db } from '../../platform/db.ts'
import { conceptText, mainCoding, withdrawnAs } from './concept.ts'
import type { Sender } from './context.ts'
import { type Places, staffOf } from './place.ts'
import type * as schema from './schema.ts'
import { startOf } from './time.ts'
import type { Resource } from './types.ts'
import { joinPerson, personOfRecord } from '../../modules/event/record.ts'

export type Encounter = z.output<typeof schema.encounter>
export type Condition = z.output<typeof schema.condition>

/** Codes of v3-ActCode and our classes. */
const classes: Record<string, NonNullable<EncounterInput['class']>> = {
  IMP: 'inpatient',
  ACUTE: 'inpatient',
  NONAC: 'inpatient',
  PRENC: 'inpatient',
  SS: 'inpatient',
  OBSENC: 'inpatient',
  AMB: 'outpatient',
  EMER: 'emergency',
  HH: 'home',
  FLD: 'home',
  VR: 'virtual',
}
const fhirClasses: Record<string, [code: string, display: string]> = {
  inpatient: ['IMP', 'inpatient encounter'],
  outpatient: ['AMB', 'ambulatory'],
  emergency: ['EMER', 'emergency'],
  home: ['HH', 'home health'],
  virtual: ['VR', 'virtual'],
}

const statuses: Record<Encounter['status'], EncounterInput['status']> = {
  planned: 'planned',
  arrived: 'in-progress',
  triaged: 'in-progress',
  'in-progress': 'in-progress',
  onleave: 'in-progress',
  finished: 'finished',
  cancelled: 'cancelled',
  'entered-in-error': 'cancelled',
  unknown: null,
}

/** FHIR's states within a visit in progress. */
export const stations = ['arrived', 'triaged', 'onleave'] as const

/** Whether a visit of the table is still as FHIR said. The table has no word for `unknown` and takes it as in progress. */
const isStatus = (stated: Encounter['status'], known: EncounterRow['status']) =>
  (statuses[stated] ?? 'in-progress') === known

type Visit = Omit<EncounterInput, 'personId' | 'siteId' | 'departmentId' | 'attendingStaffId' | 'visitNumber'>

/** A visit in our terms, without database ids. @param timeZone of its site, for dates without a time */
export function toVisit(
  encounter: Encounter,
  diagnoses: DiagnosesStatement,
  sender: Sender,
  timeZone: string,
): Visit {
  const status = statuses[encounter.status]
  const disposition = encounter.hospitalization?.dischargeDisposition
  return {
    class: classes[encounter.class.code ?? ''] ?? null,
    status,
    bed: null,
    startsAt: startOf(encounter.period?.start, timeZone),
    // Before it is over, the end of the period is a plan. An end that was not stated stays unknown.
    endsAt: status === 'finished' ? startOf(encounter.period?.end, timeZone) : null,
    // The code, because rules use it; else the text.
    disposition: mainCoding(disposition)?.code ?? conceptText(disposition),
    ...diagnoses,
    source: sender.source,
    sourceTime: sender.at,
    current: true,
  }
}

/** Site, department and attending doctor of a visit, if given. */
export function whereabouts(encounter: Encounter, places: Places, sender: Sender) {
  const provider = places.get('Organization', encounter.serviceProvider)
  const location = (encounter.location ?? [])
    .map((one) => places.get('Location', one.location))
    .find((one) => one !== undefined)
  const [attending] = (encounter.participant ?? [])
    .filter((one) => one.individual)
    .toSorted((one, other) => attends(other) - attends(one))
  return {
    siteId: provider?.siteId ?? siteOfNumber(encounter, sender) ?? location?.siteId ?? sender.site.id,
    departmentId: provider?.departmentId ?? location?.departmentId ?? null,
    staffId: places.get('PractitionerRole', attending?.individual)?.staffId ?? null,
    attending: staffOf(places, attending?.individual),
  }
}

/** Visit numbers are qualified by their site, as from HL7. */
function siteOfNumber({ identifier = [] }: Encounter, { sites }: Sender): number | undefined {
  const prefix = 'urn:careloop:visit:'
  const named = identifier.find((one) => one.system?.startsWith(prefix))
  return named?.system === undefined ? undefined : sites.get(named.system.slice(prefix.length))
}

type Participant = NonNullable<Encounter['participant']>[number]

function attends({ type }: Participant): number {
  const codes = (type ?? []).flatMap((one) => (one.coding ?? []).map((coding) => coding.code))
  return codes.includes('ATND') ? 2 : codes.includes('PPRF') ? 1 : 0
}

/** The number of the visit in the hospital's systems: of type VN, else the first. A number without a system is no visit's own. */
export function visitIdentifier({ identifier = [] }: Encounter): { system: string; value: string } | null {
  const numbered = identifier.flatMap(({ system, value, type }) =>
    system && value?.trim() ? [{ system, value: value.trim(), type }] : [],
  )
  const visit = numbered.find((one) => (one.type?.coding ?? []).some((coding) => coding.code === 'VN'))
  return visit ?? numbered[0] ?? null
}

/** Whether a diagnosis was withdrawn. */
export const isWithdrawn = (condition: Condition): boolean =>
  withdrawnAs(condition.verificationStatus) !== undefined

/** A diagnosis in our terms; null when it has no content. */
export function toConditionInput(condition: Condition, use: string | undefined): ConditionInput | null {
  const text = conceptText(condition.code)
  if (text === null) return null
  const role = use === 'AD' ? 'admission' : use === 'DD' ? 'discharge' : 'other'
  return { role, code: mainCoding(condition.code)?.code ?? '', text }
}

/** A stored visit. */
export type EncounterRow = {
  id: number
  person_id: number
  person_name: string
  visit_number: string | null
  class: keyof typeof fhirClasses
  status: 'planned' | 'in-progress' | 'finished' | 'cancelled'
  starts_at: Date | null
  ends_at: Date | null
  disposition: string | null
  source_time: Date
  site_code: string
  site_name: string
  time_zone: string
  department_code: string | null
  department_name: string | null
  staff_code: string | null
  staff_name: string | null
}

export async function loadEncounters(db: Db, ids: number[]): Promise<Map<number, EncounterRow>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<EncounterRow>`
    select e.id, p.id as person_id, p.name as person_name, e.visit_number, e.class, e.status, e.starts_at, e.ends_at, e.disposition,
      e.source_time, s.code as site_code, s.name as site_name, s.time_zone, d.code as department_code, d.name as department_name,
      m.code as staff_code, m.name as staff_name
    from encounter e ${joinPerson(sql`e.person_id`)} join site s on s.id = e.site_id
    left join department d on d.id = e.department_id left join staff m on m.id = e.attending_staff_id
    where e.id = any(${[...new Set(ids)]}::bigint[])`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

const logical = (kind: string, code: string, display: string | null) => ({
  identifier: { system: `urn:careloop:${kind}`, value: code },
  ...(display && { display }),
})

/** The current Encounter; a discharge by HL7 shows in a visit registered by FHIR. */
export function composeEncounter(row: EncounterRow, id: string, sent: Resource | undefined): Resource {
  const original = (sent ?? {}) as Partial<Encounter>
  const subject = original.subject
  const moved =
    /^Patient\/\d+$/.test(subject?.reference ?? '') && subject?.reference !== `Patient/${row.person_id}`
  const sameClass = (classes[original.class?.code ?? ''] ?? 'outpatient') === row.class
  const [code, display] = fhirClasses[row.class] ?? []
  return {
    ...original,
    resourceType: 'Encounter',
    id,
    identifier:
      original.identifier ??
      // A visit sent without a number is kept under its id, which nobody uses as one.
      (row.visit_number && row.visit_number !== id
        ? [{ system: `urn:careloop:visit:${row.site_code}`, value: row.visit_number }]
        : undefined),
    status:
      original.status !== undefined && isStatus(original.status, row.status) ? original.status : row.status,
    class:
      original.class && sameClass
        ? original.class
        : { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code, display },
    subject:
      subject && !moved ? subject : { reference: `Patient/${row.person_id}`, display: row.person_name },
    period: periodOf(row, original),
    hospitalization:
      original.hospitalization ??
      (row.disposition ? { dischargeDisposition: { text: row.disposition } } : undefined),
    serviceProvider: original.serviceProvider ?? logical('site', row.site_code, row.site_name),
    location:
      original.location ??
      (row.department_code
        ? [{ location: logical(`department:${row.site_code}`, row.department_code, row.department_name) }]
        : undefined),
    participant:
      original.participant ??
      (row.staff_code
        ? [
            {
              type: [
                {
                  coding: [
                    {
                      system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
                      code: 'ATND',
                      display: 'attender',
                    },
                  ],
                },
              ],
              individual: logical(`staff:${row.site_code}`, row.staff_code, row.staff_name),
            },
          ]
        : undefined),
  }
}

/** What was sent stays as it was sent, a date as a date, unless the table holds another time by now. */
function periodOf(row: EncounterRow, original: Partial<Encounter>) {
  const { start, end } = original.period ?? {}
  const stated = (text: string | undefined, at: Date | null) =>
    text !== undefined && at !== null && startOf(text, row.time_zone)?.getTime() === at.getTime()
      ? text
      : at?.toISOString()
  const sameStatus = original.status !== undefined && isStatus(original.status, row.status)
  const period = {
    ...original.period,
    start: row.starts_at ? stated(start, row.starts_at) : start,
    end: row.ends_at || !sameStatus ? stated(end, row.ends_at) : end,
  }
  return period.start === undefined && period.end === undefined ? undefined : period
}

/** A diagnosis from HL7. */
export type ConditionRow = {
  id: number
  person_id: number
  encounter_id: number
  role: 'admission' | 'discharge' | 'other'
  code: string
  text: string
  recorded_at: Date
}

export async function loadConditions(db: Db, ids: number[]): Promise<Map<number, ConditionRow>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<ConditionRow>`
    select c.id, ${personOfRecord(sql`c.person_id`)} as person_id, c.encounter_id, c.role, c.code, c.text, c.recorded_at from condition c
    where c.id = any(${[...new Set(ids)]}::bigint[])`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

export function composeCondition(row: ConditionRow, id: string): Resource {
  return {
    resourceType: 'Condition',
    id,
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/condition-category',
            code: 'encounter-diagnosis',
          },
        ],
      },
    ],
    code: { ...(row.code && { coding: [{ code: row.code, display: row.text }] }), text: row.text },
    subject: { reference: `Patient/${row.person_id}` },
    encounter: { reference: `Encounter/${row.encounter_id}` },
    recordedDate: row.recorded_at.toISOString(),
  }
}
