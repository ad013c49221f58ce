import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { unmergePerson } from '../../modules/person/merge.ts'
import { transaction } from '../../platform/db.ts'
import { about, personOf, receive, receiveText } from '../../../test/support/hl7.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const merge = (event: string, mrn: string, prior: string, controlId?: string) =>
  about(`ADT^${event}`, { mrn, ...(controlId && { controlId }) }, `MRG|${prior}^^^NH^MR||||||旧^名`)

/** The person that a record number leads to, and how many visits and merges that person has. */
async function who(mrn: string) {
  const { rows } = await sql<{ person: number; visits: number; merges: number }>`
    select coalesce(p.survivor_id, p.id) as person, (select count(*) from encounter e join person r on r.id = e.person_id
        where coalesce(r.survivor_id, r.id) = coalesce(p.survivor_id, p.id)) as visits,
      (select count(*) from person_merge m where m.survivor_id = coalesce(p.survivor_id, p.id)) as merges
    from person p where p.id = ${await personOf(app, mrn)}`.execute(app.db)
  return rows[0]
}

test.each(['A40', 'A34'])(
  '%s makes two records one person, once, and later messages under either number find it',
  async (event) => {
    const [kept, prior] = [`${event}-new`, `${event}-old`]
    await receive(app, { mrn: kept, visit: `${event}-1` }, { mrn: prior, visit: `${event}-2` })
    await receiveText(app, merge(event, kept, prior))
    await receiveText(app, merge(event, kept, prior))
    await receive(app, { mrn: prior, visit: `${event}-3` })
    const person = await personOf(app, kept)
    expect(await who(kept)).toEqual({ person, visits: 3, merges: 1 })
    expect(await who(prior)).toEqual({ person, visits: 3, merges: 1 })
  },
)

test('a merge that arrives before anything was heard of the old record counts for what arrives under it later', async () => {
  await receiveText(app, merge('A40', 'M-new', 'M-old'))
  await receive(app, { mrn: 'M-old', visit: 'M-1', name: '旧名' })
  expect(await who('M-old')).toEqual({ person: await personOf(app, 'M-new'), visits: 1, merges: 1 })
})

test('who was separated by hand stays separated when the HIS repeats what it said before, and is joined when it says so again', async () => {
  const hour = (n: number) => new Date(Date.now() + n * 3600_000)
  const says = (at: Date) => about('ADT^A40', { mrn: 'B-1', at }, 'MRG|B-2^^^NH^MR')
  await receive(app, { mrn: 'B-1' }, { mrn: 'B-2' })
  await receiveText(app, says(hour(-5)))
  const [merged] = (
    await sql<{
      id: number
    }>`select id from person_merge where survivor_id = ${await personOf(app, 'B-1')}`.execute(app.db)
  ).rows
  await transaction(app.db, (trx) =>
    unmergePerson(trx, testActor, { mergeId: merged?.id ?? 0, reason: '并错了' }),
  )
  await receiveText(app, says(hour(-4)))
  expect((await who('B-2'))?.person).not.toBe((await who('B-1'))?.person)
  await receiveText(app, says(hour(1)))
  expect((await who('B-2'))?.person).toBe((await who('B-1'))?.person)
})

test('several records are merged by one message', async () => {
  await receive(app, { mrn: 'S-1', visit: 'S-1' }, { mrn: 'S-2', visit: 'S-2' }, { mrn: 'S-3', visit: 'S-3' })
  await receiveText(app, about('ADT^A40', { mrn: 'S-1' }, 'MRG|S-2^^^NH^MR', 'MRG|S-3^^^NH^MR'))
  expect(await who('S-3')).toEqual({ person: await personOf(app, 'S-1'), visits: 3, merges: 2 })
})

test('a record is not merged with itself', async () => {
  await receiveText(app, merge('A40', 'self', 'self', 'merge-self'))
  const { rows } =
    await sql`select status, location from inbound_message where control_id = 'merge-self'`.execute(app.db)
  expect(rows).toEqual([{ status: 'dead', location: 'MRG-1' }])
})

test('results after a merge stand under the surviving person, under the visit of either record', async () => {
  await receive(app, { mrn: 'R-new' }, { mrn: 'R-old', visit: 'R-visit' })
  await receiveText(app, merge('A40', 'R-new', 'R-old'))
  await receiveText(
    app,
    about(
      'ORU^R01',
      { mrn: 'R-new' },
      'PV1|1|I|||||||||||||||||R-visit',
      'OBR|1||RR|G^糖',
      'OBX|1|NM|G^糖||6.1|mmol/L|||||F',
    ),
  )
  const { rows } = await sql`
    select coalesce(p.survivor_id, p.id) as person_id, n.visit_number from timeline e join encounter n on n.id = e.encounter_id
    join person p on p.id = e.person_id where e.kind = 'observation.recorded'`.execute(app.db)
  expect(rows).toEqual([{ person_id: await personOf(app, 'R-new'), visit_number: 'R-visit' }])
})
