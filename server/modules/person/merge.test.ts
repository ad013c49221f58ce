import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getPerson, listPersons } from '../../../contract/person.ts'
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
      -- Every chain ends at a survivor.
      (select count(*)::int from person p join person s on s.id = p.survivor_id where s.survivor_id is not null) as broken,
      (select count(*)::int from person p join person m on m.id = p.merged_into
        where coalesce(m.survivor_id, m.id) <> p.survivor_id) as astray,
      -- What is about a visit is of the record that the visit is of, whoever that was merged with meanwhile.
      (select count(*)::int from (
        select person_id, encounter_id from timeline union all select person_id, encounter_id from task
        union all select person_id, encounter_id from enrollment union all select person_id, encounter_id from condition) r
        join encounter e on e.id = r.encounter_id where e.person_id <> r.person_id) as orphans,
      -- Each visit is of the record that it was said of.
      (select count(*)::int from encounter e join person_identifier i
        on i.system = 'mrn:NH' and i.value = split_part(e.visit_number, '-', 1)
        where e.visit_number ~ '^S\\d' and e.person_id <> i.person_id) as misowned,
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
  const { rows: left } = await sql`select 1 from person where survivor_id is not null`.execute(app.db)
  expect(left).toEqual([])
}, 600_000)

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
