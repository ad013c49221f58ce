import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getPerson, listPersons, setOptOut, updatePerson } from '../../../contract/person.ts'
import { holdTask, recordAttempt } from '../../../contract/task.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { discharged } from '../../../test/support/hospital.ts'
import { type Adt, personOf, receive, store } from '../../../test/support/hl7.ts'
import { applyWaiting } from '../../feeds/hl7/apply.ts'
import { type Db, isTransient, openDatabase, transaction } from '../../platform/db.ts'
import { mergePersons, unmergePerson } from './merge.ts'

let app: TestApp
let centre: string
beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
})
afterAll(() => app.close())

const merge = (survivorId: number, mergedId: number) =>
  transaction(app.db, (trx) =>
    mergePersons(trx, testActor, { survivorId, mergedId, source: 'manual', reason: '同一人' }),
  )
const unmerge = (mergeId: number) =>
  transaction(app.db, (trx) => unmergePerson(trx, testActor, { mergeId, reason: '并错了' }))

/** All that a record has, in words that do not depend on ids: `-7j` at the end of a number tells only the run and the trio. */
async function snapshot(id: number): Promise<unknown> {
  const { rows } = await sql<{ all: unknown }>`
    select jsonb_build_object(
      'person', (select to_jsonb(p) - '{id,version,created_at,updated_at,source_time,said_at,source,claims}'::text[] from person p where p.id = ${id}),
      -- Who says what, and when, where that does not hang on when the test called it.
      'claims', (select jsonb_agg(case when c ->> 0 like 'staff%' then c - 2 - 1 else c end order by c::text) from person p,
        jsonb_array_elements(p.claims) c where p.id = ${id}),
      'identifiers', (select jsonb_agg(jsonb_build_array(system, value) order by 1) from person_identifier where person_id = ${id}),
      'names', (select jsonb_agg(jsonb_build_array(use, text) order by use, text) from person_name where person_id = ${id}),
      'telecoms', (select jsonb_agg(jsonb_build_array(value, valid) order by value) from person_telecom where person_id = ${id}),
      'optOuts', (select jsonb_agg(jsonb_build_array(channel, purpose) order by 1) from opt_out where person_id = ${id}),
      'facts', (select to_jsonb(f) - '{person_id,updated_at}'::text[] from person_facts f where person_id = ${id}),
      'encounters', (select jsonb_agg(to_jsonb(e) - '{id,person_id}'::text[] order by visit_number) from encounter e where person_id = ${id}),
      'conditions', (select jsonb_agg(jsonb_build_array(c.code, e.visit_number) order by e.visit_number, c.code)
        from condition c join encounter e on e.id = c.encounter_id where c.person_id = ${id}),
      'enrollments', (select jsonb_agg(jsonb_build_array(m.pathway_id, m.status, m.step_key, m.waiting_for, m.subject_id, e.visit_number)
        order by e.visit_number, m.pathway_id) from enrollment m left join encounter e on e.id = m.encounter_id where m.person_id = ${id} and m.status <> 'stopped'),
      'tasks', (select jsonb_agg(jsonb_build_array(t.kind, t.level, t.status, t.attempts, t.outcome, t.subject_id, e.visit_number)
        order by e.visit_number, t.level, t.kind) from task t left join encounter e on e.id = t.encounter_id where t.person_id = ${id} and t.status <> 'cancelled'),
      'attempts', (select jsonb_agg(jsonb_build_array(a.outcome, e.visit_number) order by e.visit_number, a.number)
        from task_attempt a join task t on t.id = a.task_id left join encounter e on e.id = t.encounter_id where t.person_id = ${id}),
      'events', (select jsonb_agg(told order by told::text) from (
        select jsonb_build_array(e.kind, e.source, e.subject_id, n.visit_number, e.data - '{enrollmentId,responseId,messageId}'::text[],
          case when e.source like 'hl7%' then e.at end) as told
        from event e left join encounter n on n.id = e.encounter_id where e.person_id = ${id}
          -- What tells of the merge itself, and of work that it held up: a pathway that is stopped in the end may have stopped earlier.
          and e.kind not like 'enrollment.%'
          and e.kind not in ('person.merged', 'person.unmerged', 'task.cancelled', 'message.suppressed')) x)
    ) as all`.execute(app.db)
  return JSON.parse(JSON.stringify(rows[0]?.all).replaceAll(/-\d+[jc]"/g, '"'))
}

type Command =
  | { kind: 'message'; who: number; event: string; visit: number; hoursAgo: number; said: Adt; dies: boolean }
  | { kind: 'note' | 'phone' | 'opt-out'; who: number; text: string }
  | { kind: 'attempt'; who: number; outcome: string }
  | { kind: 'merge'; who: number; into: number }
  | { kind: 'unmerge'; pick: number }
  | { kind: 'process' }

const who = fc.nat({ max: 2 })
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('message' as const),
      who,
      event: fc.constantFrom('A01', 'A03', 'A04', 'A08'),
      visit: fc.integer({ min: 1, max: 3 }),
      hoursAgo: fc.integer({ min: 1, max: 90 }),
      said: fc.record(
        {
          name: fc.constantFrom('钱一', '孙二', '李三'),
          sex: fc.constantFrom('M', 'F'),
          phone: fc.constantFrom('13800000001', '13800000002'),
          birth: fc.constantFrom('19700102', '19800304'),
          diagnoses: fc.constantFrom<Adt['diagnoses']>([['I10', '高血压']], [['E11', '糖尿病']]),
        },
        { requiredKeys: [] },
      ),
      dies: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('note' as const, 'phone' as const, 'opt-out' as const),
      who,
      text: fc.constantFrom('13911110001', '13911110002'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('attempt' as const),
      who,
      outcome: fc.constantFrom('unreached', 'refused', 'deceased', 'readmitted', 'other'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('merge' as const), who, into: who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unmerge' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('process' as const) }) },
)

/** Three records that are merged and separated, or three that never are: the same life otherwise. */
class Trio {
  readonly ids: number[] = []
  readonly #tag: string
  readonly #now: Date

  constructor(tag: string, now: Date) {
    this.#tag = tag
    this.#now = now
  }

  #hoursAgo(hours: number): Date {
    return new Date(this.#now.getTime() - hours * 3_600_000)
  }

  async begin(): Promise<this> {
    const mrns = [0, 1, 2].map((n) => `M${n}-${this.#tag}`)
    await receive(
      app,
      ...mrns.map((mrn, n) => ({
        event: 'A03',
        mrn,
        visit: `V${n}-0-${this.#tag}`,
        at: this.#hoursAgo(100),
        phone: `1370000000${n}`,
      })),
    )
    for (const mrn of mrns) this.ids.push(await personOf(app, mrn))
    return this
  }

  async message({ who, event, visit, hoursAgo, said, dies }: Command & { kind: 'message' }): Promise<void> {
    const at = this.#hoursAgo(hoursAgo)
    await receive(app, {
      ...said,
      event,
      at,
      mrn: `M${who}-${this.#tag}`,
      visit: `V${who}-${visit}-${this.#tag}`,
      ...(dies && { diedAt: at }),
    })
  }

  async byHand(command: Command & { kind: 'note' | 'phone' | 'opt-out' }): Promise<void> {
    const params = { id: this.ids[command.who] }
    if (command.kind === 'opt-out') {
      const body = { channel: 'all', purpose: 'all', active: true, reason: command.text }
      await app.request(centre, setOptOut, { params, body })
      return
    }
    const { version } = (await app.request(centre, getPerson, { params })).body
    const body = {
      version,
      ...(command.kind === 'note' ? { note: command.text } : { addPhone: command.text }),
    }
    await app.request(centre, updatePerson, { params, body })
  }

  /** The earliest open call about that record, told by its visit. */
  async openCall(who: number): Promise<{ id: number; visit: string } | undefined> {
    const { rows } = await sql<{ id: number; visit: string }>`
      select t.id, e.visit_number as visit from task t join encounter e on e.id = t.encounter_id
      where coalesce(t.subject_id, t.person_id) = ${this.ids[who]} and t.status in ('requested', 'in-progress') and t.kind = 'follow-up-call'
      order by e.visit_number, t.level limit 1`.execute(app.db)
    return rows[0] && { id: rows[0].id, visit: rows[0].visit.replace(/-\d+[jc]$/, '') }
  }

  async attempt(who: number, outcome: string): Promise<void> {
    const params = { id: (await this.openCall(who))?.id }
    await app.request(centre, holdTask, { params })
    await app.request(centre, recordAttempt, { params, body: { outcome, optOut: true } })
  }
}

let runs = 0

test('merge, random events by message and by hand, and un-merge give back every person exactly, each event at its true owner', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { minLength: 6, maxLength: 22 }),
      fc.nat(),
      async (commands, order) => {
        const now = new Date(Math.floor(Date.now() / 1000) * 1000)
        runs += 1
        const joined = await new Trio(`${runs}j`, now).begin()
        const control = await new Trio(`${runs}c`, now).begin()
        const merges: { id: number; child: number; parent: number }[] = []
        const rootOf = (who: number): number => {
          const up = merges.find((one) => one.child === who)
          return up ? rootOf(up.parent) : who
        }
        const separate = async (pick: number) => {
          const [one] = merges.splice(pick % merges.length, 1)
          if (one) await unmerge(one.id)
        }
        // Every run has a merge, and something after it.
        for (const one of [
          ...commands,
          { kind: 'merge', who: 0, into: 1 } as const,
          ...commands.slice(0, 4),
        ]) {
          if (one.kind === 'message') for (const trio of [joined, control]) await trio.message(one)
          else if (one.kind === 'merge') {
            const [child, parent] = [rootOf(one.who), rootOf(one.into)]
            const merged = await merge(joined.ids[one.into] ?? 0, joined.ids[one.who] ?? 0)
            expect(merged).toMatchObject({ survivorId: joined.ids[parent] })
            if (child === parent) expect(merged.mergeId).toBeNull()
            else merges.push({ id: merged.mergeId ?? 0, child, parent })
          } else if (one.kind === 'unmerge') {
            if (merges.length > 0) await separate(one.pick)
          } else if (one.kind === 'process') await app.processAll()
          else if (one.kind === 'attempt') {
            // Work that the merge holds up cannot be done; and what is open now must be open without a merge, too.
            const [open, same] = [await joined.openCall(one.who), await control.openCall(one.who)]
            if (open && open.visit === same?.visit)
              for (const trio of [joined, control]) await trio.attempt(one.who, one.outcome)
          } else {
            // What somebody writes on the page of a person belongs to the record that survived.
            await joined.byHand(one)
            await control.byHand({ ...one, who: rootOf(one.who) })
          }
        }
        while (merges.length > 0) await separate(order)
        await app.processAll()
        for (const at of [0, 1, 2])
          expect(await snapshot(joined.ids[at] ?? 0)).toEqual(await snapshot(control.ids[at] ?? 0))
      },
    ),
    { numRuns: 8, endOnFailure: true },
  )
  const { rows } = await sql`select 1 from inbound_message where status <> 'applied'`.execute(app.db)
  expect(rows).toEqual([])
}, 120_000)

test('a storm of merges beside messages for the same people leaves no orphan and a complete trail', async () => {
  const count = 24
  const mrn = (n: number) => `S${n}`
  await receive(
    app,
    ...Array.from({ length: count }, (_, n) => ({ event: 'A03', mrn: mrn(n), visit: mrn(n) })),
  )
  await app.processAll()
  const ids = await Promise.all(Array.from({ length: count }, (_, n) => personOf(app, mrn(n))))
  const second = openDatabase(app.services.database.url, { max: 6 })
  const step = fc.sample(fc.tuple(fc.nat(count - 1), fc.nat(count - 1), fc.nat(3)), {
    numRuns: 160,
    seed: 11,
  })
  const messages = step.map(([n, , what], at): Adt => ({
    event: what === 0 ? 'A03' : what === 1 ? 'A01' : 'A08',
    mrn: mrn(n),
    visit: `${mrn(n)}-${what}`,
    phone: `139${String(10_000_000 + at)}`,
    at: new Date(Date.now() - 3_600_000 + at * 1000),
  }))
  await store(app, ...messages)
  const wanted = step.filter(([one, other]) => one !== other).slice(0, 40)
  const merging = async (db: Db, pairs: typeof wanted) => {
    for (const [one, other] of pairs)
      await transaction(db, (trx) =>
        mergePersons(trx, testActor, {
          survivorId: ids[one] ?? 0,
          mergedId: ids[other] ?? 0,
          source: 'hl7',
          reason: 'A40',
        }),
      )
  }
  const applying = async (db: Db) => {
    for (let idle = 0; idle < 3;) {
      const applied = await applyWaiting(db).catch((error: unknown) => {
        if (isTransient(error)) return 1
        throw error
      })
      idle = applied === 0 ? idle + 1 : 0
    }
  }
  await Promise.all([
    applying(app.db),
    applying(second.db),
    ...[0, 1, 2, 3].map((n) =>
      merging(
        n % 2 ? app.db : second.db,
        wanted.filter((_, at) => at % 4 === n),
      ),
    ),
  ])
  await applying(app.db)
  await second.close()

  const [state] = (
    await sql`select
      (select count(*)::int from inbound_message where status <> 'applied') as unapplied,
      -- Every chain ends at a survivor, and nothing but identity hangs on a merged record.
      (select count(*)::int from person p join person s on s.id = p.survivor_id where s.survivor_id is not null) as broken,
      (select count(*)::int from person p join person m on m.id = p.merged_into
        where coalesce(m.survivor_id, m.id) <> p.survivor_id) as astray,
      (select count(*)::int from (
        select person_id, subject_id from encounter union all select person_id, subject_id from event
        union all select person_id, subject_id from task union all select person_id, subject_id from enrollment
        union all select person_id, subject_id from condition union all select person_id, subject_id from message) r
        join person p on p.id = r.person_id left join person o on o.id = r.subject_id
        where p.survivor_id is not null or o.survivor_id <> p.id or (o.id is not null and o.survivor_id is null)) as orphans,
      -- Each visit still knows whose it truly is.
      (select count(*)::int from encounter e join person_identifier i
        on i.system = 'mrn:NH' and i.value = split_part(e.visit_number, '-', 1)
        where e.visit_number ~ '^S\\d' and coalesce(e.subject_id, e.person_id) <> i.person_id) as misowned,
      (select count(*)::int from person where merged_into is not null)
        - (select count(*)::int from person_merge where undone_at is null) as untold,
      (select count(*)::int from person_merge m where undone_at is null and not exists (
        select 1 from event e where e.kind = 'person.merged' and (e.data ->> 'mergeId')::bigint = m.id)) as silent,
      (select count(*)::int from person_merge m where undone_at is null and (
        select count(*) from audit_event a where a.action = 'person.merge' and a.subject like 'merge:' || m.id || ' %') <> 2) as unaudited`.execute(
      app.db,
    )
  ).rows
  expect(state).toEqual({
    unapplied: 0,
    broken: 0,
    astray: 0,
    orphans: 0,
    misowned: 0,
    untold: 0,
    silent: 0,
    unaudited: 0,
  })

  const { rows: merges } = await sql<{ id: number }>`
    select id from person_merge where undone_at is null and reason = 'A40' order by id`.execute(app.db)
  expect(merges.length).toBeGreaterThan(15)
  for (const { id } of merges) await unmerge(id)
  const { rows: left } = await sql`
    select 1 from (select subject_id from encounter union all select subject_id from event union all select subject_id from task) x
    where subject_id is not null union all select 1 from person where survivor_id is not null`.execute(app.db)
  expect(left).toEqual([])
}, 60_000)

test('a merged record is found under its survivor, whose page shows everything of both', async () => {
  await receive(app, {
    event: 'A03',
    mrn: 'P1',
    name: '司马光',
    phone: '13611110001',
    visit: 'P1',
    diagnoses: [['I10', '高血压']],
  })
  await receive(app, { event: 'A03', mrn: 'P2', name: '司馬光一', phone: '13611110002', visit: 'P2' })
  const [kept, gone] = [await personOf(app, 'P1'), await personOf(app, 'P2')]
  const { mergeId } = await merge(kept, gone)
  for (const search of ['P2', '13611110002', '司馬光一']) {
    const { body } = await app.request(centre, listPersons, { query: { search } })
    expect(body.items.map((one) => [one.id, one.name, one.foundAs])).toEqual([
      [kept, '司马光', ['司馬光一 P2']],
    ])
  }
  const { body } = await app.request(centre, getPerson, { params: { id: gone } })
  expect(body).toMatchObject({
    id: kept,
    name: '司马光',
    mergedRecords: [{ mergeId, recordId: gone, intoId: kept }],
  })
  expect(body.encounters).toHaveLength(2)
  expect(body.telecoms).toHaveLength(2)
  expect(body.facts.stays).toBe(2)
  const { body: all } = await app.request(centre, listPersons, { query: { limit: 200 } })
  expect(all.items.map((one) => one.id)).not.toContain(gone)
})

test('a death or a refusal on either record holds for both, and only as long as they are one', async () => {
  const { person: kept } = await discharged(app, 'Q1')
  const { person: gone } = await discharged(app, 'Q2')
  const open = async (id: number) =>
    (
      await app.db
        .selectFrom('task')
        .select('id')
        .where('person_id', '=', id)
        .where('status', 'in', ['requested', 'in-progress'])
        .execute()
    ).length
  expect([await open(kept), await open(gone)]).toEqual([1, 1])
  await receive(app, { event: 'A08', mrn: 'Q2', visit: 'Q2', diedAt: new Date() })
  const { mergeId } = await merge(kept, gone)
  const { body } = await app.request(centre, getPerson, { params: { id: kept } })
  expect(body.deceased).toBe(true)
  expect(body.tags).toContain('deceased')
  expect(await open(kept)).toBe(0)
  await unmerge(mergeId ?? 0)
  expect([await open(kept), await open(gone)]).toEqual([1, 0])
  expect((await app.request(centre, getPerson, { params: { id: kept } })).body.deceased).toBe(false)
})

test('after a merge the HIS may name a visit of the merged record by the number of the survivor', async () => {
  await receive(app, { event: 'A01', mrn: 'T1', visit: 'T1' }, { event: 'A01', mrn: 'T2', visit: 'T2' })
  const [kept, gone] = [await personOf(app, 'T1'), await personOf(app, 'T2')]
  const { mergeId } = await merge(kept, gone)
  await receive(app, { event: 'A03', mrn: 'T1', visit: 'T2', phone: '13500001111', at: new Date() })
  const { rows: dead } = await sql`select reason from inbound_message where status = 'dead'`.execute(app.db)
  expect(dead).toEqual([])
  await unmerge(mergeId ?? 0)
  const { body } = await app.request(centre, getPerson, { params: { id: gone } })
  expect(body.encounters).toMatchObject([{ visitNumber: 'T2', status: 'finished' }])
})
