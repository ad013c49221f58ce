import pg from 'pg'
import { recordNumber, type Person } from '../sim/people.ts'
import type { SimEvent } from '../sim/life.ts'
import { careloop } from '../test/support/process.ts'
import { deviations } from '../torture/check.ts'
import type { Installation } from '../torture/installation.ts'
import { type Expected, expectedFrom } from '../torture/model.ts'

export type Merge = { mergeId: number; survivorId: number; mergedId: number; undone: boolean }

/** So many of the persons made of several records are read as staff read them. */
const read = 200

/** What is lost, doubled or misplaced after these messages and merges. @returns one sentence per kind of deviation */
export async function deviationsBeside(
  installation: Installation,
  events: SimEvent[],
  windowStart: number,
  merges: Merge[],
): Promise<string[]> {
  const url = await installation.databaseUrl()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const people = new Map(events.map(({ person }) => [person.index, person]))
    const expected = expectedFrom(events)
    const recordOf = await recordsByNumber(client)
    const persons = personsAfter(merges)
    const found: string[] = []
    const say = (kind: string, list: string[]) => {
      if (list.length > 0) found.push(`${kind}: ${list.length}, e.g. ${list.slice(0, 3).join('; ')}`)
    }
    say('visits on another record', await misplaced(client, expected, people, recordOf))
    say('what merges left behind', await wrongTraces(client, merges))
    say('persons of other records', await wrongPersons(client, persons))
    say('persons that do not show all', await hidden(client, installation, persons))
    joinModel(expected, people, recordOf, persons)
    return [...found, ...(await deviations(url, expected, events.length, windowStart))]
  } finally {
    await client.end()
  }
}

async function recordsByNumber(client: pg.Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ key: string; person: string }>(`
    select s.code || '|' || i.value as key, i.person_id as person
    from person_identifier i join site s on s.id = i.site_id where i.system like 'mrn:%'`)
  return new Map(rows.map((row) => [row.key, Number(row.person)]))
}

/** The records of every person whom merges were about, as they are at the end: what was merged last stands first. */
function personsAfter(merges: Merge[]): number[][] {
  const rootOf = new Map<number, number>()
  const root = (id: number): number => (rootOf.has(id) ? root(rootOf.get(id) ?? id) : id)
  for (const { survivorId, mergedId, undone } of merges) if (!undone) rootOf.set(mergedId, survivorId)
  const records = new Set(merges.flatMap(({ survivorId, mergedId }) => [survivorId, mergedId]))
  return [...Map.groupBy([...records], root).values()].map((ids) => ids.sort((a, b) => a - b))
}

async function misplaced(
  client: pg.Client,
  { visits }: Expected,
  people: Map<number, Person>,
  recordOf: Map<string, number>,
): Promise<string[]> {
  const { rows } = await client.query<{ key: string; person: string; elsewhere: string }>(`
    select s.code || '|' || n.visit_number as key, n.person_id as person,
      (select count(*) from event e where e.encounter_id = n.id and e.person_id <> n.person_id)
        + (select count(*) from enrollment e where e.encounter_id = n.id and e.person_id <> n.person_id)
        + (select count(*) from task t where t.encounter_id = n.id and t.person_id <> n.person_id)
        + (select count(*) from condition c where c.encounter_id = n.id and c.person_id <> n.person_id) as elsewhere
    from encounter n join site s on s.id = n.site_id`)
  return rows.flatMap(({ key, person, elsewhere }) => {
    const visit = visits.get(key)
    const human = visit && people.get(visit.person)
    const should = human && recordOf.get(`${visit.site}|${recordNumber(human, visit.site)}`)
    if (Number(elsewhere) > 0) return [`${key}: ${elsewhere} of its rows belong to another record`]
    return Number(person) === should ? [] : [`${key} is of record ${person}, was said of ${should}`]
  })
}

async function wrongTraces(client: pg.Client, merges: Merge[]): Promise<string[]> {
  const undone = merges.filter((one) => one.undone).length
  const { rows } = await client.query<{ what: string; n: string }>(`
    select 'merges' as what, count(*) as n from person_merge
    union all select 'merges taken back', count(*) from person_merge where undone_at is not null
    union all select kind, count(*) from event where kind in ('person.merged', 'person.unmerged') group by kind
    union all select action, count(*) from audit_event where action in ('person.merge', 'person.unmerge') group by action`)
  const is = new Map(rows.map(({ what, n }) => [what, Number(n)]))
  const should: [string, number][] = [
    ['merges', merges.length],
    ['merges taken back', undone],
    ['person.merged', merges.length],
    ['person.unmerged', 2 * undone],
    // One line for each of both persons.
    ['person.merge', 2 * merges.length],
    ['person.unmerge', 2 * undone],
  ]
  return should.flatMap(([what, n]) =>
    (is.get(what) ?? 0) === n ? [] : [`${what}: ${is.get(what) ?? 0} instead of ${n}`],
  )
}

async function wrongPersons(client: pg.Client, persons: number[][]): Promise<string[]> {
  const { rows } = await client.query<{ records: string }>(`
    select string_agg(id::text, ' ' order by id) as records from person group by coalesce(survivor_id, id)`)
  const are = new Set(rows.map((row) => row.records))
  return persons.map((ids) => ids.join(' ')).filter((ids) => !are.has(ids))
}

/** Reads persons over HTTP: visits, enrolments and tasks of all their records must be there. */
async function hidden(
  client: pg.Client,
  { port, env }: Installation,
  persons: number[][],
): Promise<string[]> {
  const made = await careloop(['api-key', 'create', '--name', 'bench', '--role', 'service-centre'], env).ended
  const headers = { authorization: `Bearer ${made.output.trim()}` }
  const idsOf = async (path: string, query: string, id: string): Promise<unknown[]> => {
    const ids: unknown[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = `${query}&limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}?${page}`, { headers })
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      const body = (await answer.json()) as { items: Record<string, unknown>[]; nextCursor: string | null }
      ids.push(...body.items.map((item) => item[id]).filter((one) => one !== null))
      cursor = body.nextCursor
    }
    return ids
  }
  const wrong: string[] = []
  const joined = persons.filter((ids) => ids.length > 1)
  const step = Math.max(1, Math.floor(joined.length / read))
  for (const ids of joined.filter((_, at) => at % step === 0)) {
    const { rows } = await client.query<{
      person: string
      visits: number[]
      enrollments: number[]
      tasks: number[]
    }>(
      `select (select coalesce(survivor_id, id) from person where id = ($1::bigint[])[1]) as person,
         array(select id::int from encounter where person_id = any($1) order by 1) as visits,
         array(select id::int from enrollment where person_id = any($1) order by 1) as enrollments,
         array(select id::int from task where person_id = any($1) and status <> 'cancelled' order by 1) as tasks`,
      [ids],
    )
    const [should] = rows
    const one = `personId=${should?.person}`
    const is = {
      visits: new Set(await idsOf(`/persons/${should?.person}/timeline`, '', 'encounterId')),
      enrollments: await idsOf('/enrollments', one, 'id'),
      tasks: [
        ...(await idsOf('/tasks', `${one}&whose=team&view=all`, 'id')),
        ...(await idsOf('/tasks', `${one}&whose=team&view=done`, 'id')),
      ],
    }
    for (const what of ['visits', 'enrollments', 'tasks'] as const) {
      const shown = [...is[what]].map(Number).sort((a, b) => a - b)
      if (shown.join() !== should?.[what].join())
        wrong.push(`${should?.person} shows ${what} ${shown.join()}, has ${should?.[what].join()}`)
    }
  }
  return wrong
}

/** In the model one human has what several had whose records are one person now, so that a death or readmission of one stops the calls to all. */
function joinModel(
  expected: Expected,
  people: Map<number, Person>,
  recordOf: Map<string, number>,
  persons: number[][],
): void {
  const rootOf = new Map(persons.flatMap((ids) => ids.map((id) => [id, -(ids[0] ?? 0)] as const)))
  const joined = (human: number, site: string) => {
    const person = people.get(human)
    const record = person && recordOf.get(`${site}|${recordNumber(person, site)}`)
    return (record !== undefined && rootOf.get(record)) || human
  }
  for (const one of [...expected.visits.values(), ...expected.records.values()])
    one.person = joined(one.person, one.site)
}
