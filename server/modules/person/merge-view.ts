import { sql } from 'kysely'
import type {
  Agreement,
  ComparedField,
  PersonMerge,
  PersonPair,
  RecordCounts,
} from '../../../contract/match.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { oneSlip } from './text.ts'
import { maskAddress, maskEmail, maskIdentifier, maskPhone } from './mask.ts'
import { searchName } from './name.ts'
import { loadPerson, type PersonRow, viewPerson } from './person.ts'
import { timelineOf } from '../event/event.ts'
import { recordsOf } from '../event/record.ts'
import { assertWithin } from './scope.ts'

/** Two persons side by side. Values are compared here, before masking. @throws {AppError} not-found */
export async function comparePersons(
  db: Db,
  actor: Actor,
  leftId: number,
  rightId: number,
): Promise<PersonPair> {
  const left = await loadPerson(db, actor, leftId, 'person.merge')
  const right = await loadPerson(db, actor, rightId, 'person.merge')
  const counted = await countRows(db, [left.person.id, right.person.id])
  const entry = { action: 'person.compare', fields: ['demographics', 'contacts-masked'] }
  await audit(db, actor, { ...entry, personId: left.person.id }, { ...entry, personId: right.person.id })
  const sideOf = (row: PersonRow) => ({
    person: viewPerson(row, actor),
    counts: counted.get(row.person.id) ?? none,
    mergedRecords: row.merges.length,
  })
  return {
    left: sideOf(left),
    right: sideOf(right),
    merged: left.person.id === right.person.id,
    rows: compareRows(left, right),
  }
}

type Values = { shown: string[]; keys: string[] }

/** Values of one field: as shown, and as compared. */
function valuesOf(row: PersonRow): Record<ComparedField, Values> {
  const identifiers = (wanted: (system: string) => boolean) =>
    row.identifiers.filter((one) => wanted(one.system))
  const telecoms = (system: string) => row.telecoms.filter((one) => one.system === system && one.valid)
  const valuesOf = (value: string | null, shown = value): Values =>
    value === null ? { shown: [], keys: [] } : { shown: [shown ?? value], keys: [value] }
  const masked = (all: { value: string }[], mask: (value: string) => string): Values => ({
    shown: all.map((one) => mask(one.value)),
    keys: all.map((one) => one.value),
  })
  return {
    name: {
      shown: [row.person.name, ...row.names.map((one) => one.text)],
      keys: [row.person.name, ...row.names.map((one) => one.text)].map(
        (name) => searchName(name).search_name,
      ),
    },
    sex: row.person.sex === 'unknown' ? valuesOf(null) : valuesOf(row.person.sex),
    birthDate: valuesOf(row.person.birth_date),
    'national-id': masked(
      identifiers((system) => system === 'national-id'),
      maskIdentifier,
    ),
    'other-id': masked(
      identifiers((system) => system !== 'national-id' && !system.startsWith('mrn:')),
      maskIdentifier,
    ),
    recordNumber: masked(
      identifiers((system) => system.startsWith('mrn:')),
      (value) => value,
    ),
    phone: masked(telecoms('phone'), maskPhone),
    email: masked(telecoms('email'), maskEmail),
    address: {
      shown: row.addresses.map(maskAddress),
      keys: row.addresses.map((one) => one.text.replaceAll(/\s/g, '')),
    },
  }
}

function compareRows(left: PersonRow, right: PersonRow): PersonPair['rows'] {
  const [one, other] = [valuesOf(left), valuesOf(right)]
  return (Object.keys(one) as ComparedField[]).flatMap((field) => {
    const [mine, theirs] = [one[field], other[field]]
    if (mine.keys.length + theirs.keys.length === 0) return []
    return [
      { field, left: mine.shown, right: theirs.shown, agreement: agreementOf(field, mine.keys, theirs.keys) },
    ]
  })
}

function agreementOf(field: ComparedField, left: string[], right: string[]): Agreement {
  if (left.length === 0 || right.length === 0) return 'missing'
  if (left.some((value) => right.includes(value))) return 'same'
  // Record numbers of two records always differ, so they are no evidence.
  if (field === 'recordNumber') return 'missing'
  const alike = (one: string, two: string) =>
    field === 'name' ? searchName(one).pinyin === searchName(two).pinyin : oneSlip(one, two)
  return field !== 'sex' && left.some((value) => right.some((them) => alike(value, them)))
    ? 'similar'
    : 'different'
}

const none: RecordCounts = { encounters: 0, events: 0, tasks: 0, enrollments: 0, messages: 0, responses: 0 }

/** Counts of rows of these persons' records by kind, in one statement. */
async function countRows(db: Db, ids: number[]): Promise<Map<number, RecordCounts>> {
  const { rows } = await sql<RecordCounts & { id: number }>`
    select w.id,
      (select count(*) from encounter x where x.person_id = any(g.records)) as encounters,
      (select count(*) from ${timelineOf(sql`g.records`)} x) as events,
      (select count(*) from task x where x.person_id = any(g.records)) as tasks,
      (select count(*) from enrollment x where x.person_id = any(g.records)) as enrollments,
      (select count(*) from message x where x.person_id = any(g.records)) as messages,
      (select count(*) from questionnaire_response x where x.person_id = any(g.records)) as responses
    from unnest(${ids}::bigint[]) as w(id) cross join lateral (select ${recordsOf(sql`w.id`)} as records) g`.execute(
    db,
  )
  return new Map(rows.map(({ id, ...counts }) => [id, counts]))
}

type MergeRow = {
  id: number
  root_id: number
  root_name: string
  merged_id: number
  merged_name: string
  record_numbers: string[]
  source: 'manual' | 'hl7' | 'match'
  reason: string
  merged_at: Date
  merged_by_name: string
  undone_at: Date | null
  undone_by_name: string | null
} & RecordCounts

/** A merge, and what an undo would move back with the merged record. @throws {AppError} not-found */
export async function getPersonMerge(db: Db, actor: Actor, id: number): Promise<PersonMerge> {
  const reach = authorize(actor, 'person.merge')
  const { rows } = await sql<MergeRow>`
    with recursive part(id) as (
      select merged_id from person_merge where id = ${id}
      union select p.id from person p join part on p.merged_into = part.id
    )
    select m.id, r.id as root_id, r.name as root_name, g.id as merged_id, g.name as merged_name, m.source, m.reason, m.merged_at,
      m.merged_by_name, m.undone_at, m.undone_by_name,
      array(select i.value from person_identifier i where i.person_id = g.id and i.system like 'mrn:%' order by 1) as record_numbers,
      (select count(*) from encounter x where x.person_id in (select part.id from part)) as encounters,
      (select count(*) from ${timelineOf(sql`array(select part.id from part)`)} x) as events,
      (select count(*) from task x where x.person_id in (select part.id from part)) as tasks,
      (select count(*) from enrollment x where x.person_id in (select part.id from part)) as enrollments,
      (select count(*) from message x where x.person_id in (select part.id from part)) as messages,
      (select count(*) from questionnaire_response x where x.person_id in (select part.id from part)) as responses
    from person_merge m join person g on g.id = m.merged_id
    join person s on s.id = m.survivor_id join person r on r.id = coalesce(g.survivor_id, s.survivor_id, s.id)
    where m.id = ${id}`.execute(db)
  const row = found(rows[0])
  await assertWithin(db, reach, [row.root_id])
  const all = (await countRows(db, [row.root_id])).get(row.root_id) ?? none
  const { encounters, events, tasks, enrollments, messages, responses } = row
  const goes = { encounters, events, tasks, enrollments, messages, responses }
  const entry = { action: 'person.merge-read', subject: `merge:${id}` }
  await audit(db, actor, { ...entry, personId: row.root_id }, { ...entry, personId: row.merged_id })
  return {
    id,
    survivor: { id: row.root_id, name: row.root_name },
    merged: { id: row.merged_id, name: row.merged_name, recordNumbers: row.record_numbers },
    source: row.source,
    reason: row.reason,
    mergedAt: row.merged_at.toISOString(),
    mergedByName: row.merged_by_name,
    undoneAt: row.undone_at?.toISOString() ?? null,
    undoneByName: row.undone_by_name,
    goes,
    stays: {
      encounters: all.encounters - encounters,
      events: all.events - events,
      tasks: all.tasks - tasks,
      enrollments: all.enrollments - enrollments,
      messages: all.messages - messages,
      responses: all.responses - responses,
    },
  }
}
