import type { SimEvent } from '../sim/life.ts'
import { recordNumber, type Person } from '../sim/people.ts'

/** What one visit must look like once every message was applied once and in order. */
export type ExpectedVisit = {
  site: string
  visitNumber: string
  class: 'inpatient' | 'outpatient' | 'emergency'
  status: 'in-progress' | 'finished'
  startsAt: number
  endsAt: number | null
  department: string
  attending: string
  disposition: string | null
  conditionText: string | null
  /** How many timeline events of each kind it must have. */
  events: Record<string, number>
  /** Person of the simulation. */
  person: number
}

/** What one record (a patient number of one site) must lead to. */
export type ExpectedRecord = {
  site: string
  recordNumber: string
  name: string
  sex: string
  birthDate: string
  deceasedAt: number | null
  /** In E.164, as the server keeps them. */
  phones: Set<string>
  /** Names the record had before, in any order. */
  formerNames: Set<string>
  /** One feed lane has all messages of this human: their order is total, former names included. */
  oneLane: boolean
  /**
   * Known at two sites by one document, under a name that changed: which site's message comes first is open, and a document alone does not join two names
   * (`meansSame` in modules/person/upsert.ts). Then each site may have a record of its own, with what was said there.
   */
  mayBeApart: boolean
  person: number
}

export type Expected = { visits: Map<string, ExpectedVisit>; records: Map<string, ExpectedRecord> }

const classes = { I: 'inpatient', O: 'outpatient', E: 'emergency' } as const

/**
 * The state that these messages lead to, computed without a database and without the server's code: the newest statement wins, a visit
 * that ended stays ended.
 */
export function expectedFrom(events: SimEvent[]): Expected {
  const visits = new Map<string, ExpectedVisit>()
  const records = new Map<string, ExpectedRecord>()
  const humans = Map.groupBy(events, (event) => event.person.index)
  for (const ofHuman of humans.values()) {
    const sites = new Set(ofHuman.map((event) => event.encounter.department.siteCode))
    // Two record numbers are one human for CareLoop only when a document says so.
    const joined = ofHuman.some((event) => event.person.idDocument)
    const groups = joined
      ? [ofHuman]
      : [...Map.groupBy(ofHuman, (event) => event.encounter.department.siteCode).values()]
    for (const group of groups) addRecords(records, group, joined ? [...sites] : undefined)
    for (const event of ofHuman) addVisit(visits, event)
  }
  return { visits, records }
}

function addRecords(records: Map<string, ExpectedRecord>, group: SimEvent[], sites: string[] | undefined) {
  const last = group.at(-1)
  if (!last) return
  const names = group.map((event) => displayName(event.person))
  const name = displayName(last.person)
  const own = sites ?? [last.encounter.department.siteCode]
  for (const site of own) {
    const number = recordNumber(last.person, site)
    records.set(`${site}|${number}`, {
      site,
      recordNumber: number,
      name,
      sex: last.person.sex === 'M' ? 'male' : 'female',
      birthDate: last.person.birthDate,
      deceasedAt: group.findLast((event) => event.person.deceasedAt)?.person.deceasedAt?.getTime() ?? null,
      phones: new Set(group.flatMap(({ person }) => (person.phone ? [`+86${person.phone}`] : []))),
      formerNames: new Set(names.filter((one) => one !== name)),
      oneLane: own.length === 1,
      mayBeApart: own.length > 1 && new Set(names).size > 1,
      person: last.person.index,
    })
  }
}

function addVisit(visits: Map<string, ExpectedVisit>, { type, encounter, person }: SimEvent): void {
  const site = encounter.department.siteCode
  const key = `${site}|${encounter.visitNumber}`
  const before = visits.get(key)
  const events = { ...before?.events }
  const count = (kind: string) => (events[kind] = (events[kind] ?? 0) + 1)
  if (!before) count(type === 'A01' ? 'encounter.admitted' : 'encounter.registered')
  if (type === 'A03') count('encounter.discharged')
  visits.set(key, {
    site,
    visitNumber: encounter.visitNumber,
    class: classes[encounter.class],
    status: type === 'A03' ? 'finished' : (before?.status ?? 'in-progress'),
    startsAt: encounter.admittedAt.getTime(),
    endsAt: encounter.dischargedAt?.getTime() ?? before?.endsAt ?? null,
    department: encounter.department.code,
    attending: encounter.attending.code,
    disposition: encounter.disposition ?? before?.disposition ?? null,
    conditionText: encounter.diagnoses[0]?.name ?? before?.conditionText ?? null,
    events,
    person: person.index,
  })
}

/** Chinese names have no space; Latin ones put the given name first. */
function displayName(person: Person): string {
  const { family, given } = person.name
  return /\p{Script=Han}/u.test(family + given) ? family + given : [given, family].filter(Boolean).join(' ')
}

/** Whose follow-up must exist: discharged alive from an inpatient stay since `from`, and whether something later must have stopped it. */
export function expectedFollowUps(
  expected: Expected,
  from: number,
): { key: string; mayBeMissing: boolean; mayBeStopped: boolean; mustBeStopped: boolean }[] {
  const all = [...expected.visits.values()]
  const byPerson = Map.groupBy(all, (visit) => visit.person)
  const recordsOf = Map.groupBy(expected.records.values(), (record) => record.person)
  return all
    .filter((one) => one.class === 'inpatient' && one.status === 'finished' && one.disposition !== '20')
    .filter((one) => (one.endsAt ?? 0) > from)
    .map((one) => {
      const records = recordsOf.get(one.person) ?? []
      const died = records.some((record) => record.deceasedAt !== null)
      const again = (byPerson.get(one.person) ?? []).some(
        (other) => other !== one && other.class === 'inpatient' && other.startsAt > (one.endsAt ?? 0),
      )
      const certain = records.length === 1 && records.every((record) => record.oneLane)
      return {
        key: `${one.site}|${one.visitNumber}`,
        // Messages about several records are applied beside each other: the reason may be known before the discharge is.
        mayBeMissing: !certain && (died || again),
        mayBeStopped: died || again,
        mustBeStopped: certain && (died || again),
      }
    })
}
