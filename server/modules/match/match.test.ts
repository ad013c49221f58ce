import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  cancelMatchRun,
  decideMatchPair,
  getMatchRun,
  listMatchPairs,
  startMatchRun,
  undoPersonMerge,
} from '../../../contract/match.ts'
import { getPerson } from '../../../contract/person.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { type Adt, personOf, receive } from '../../../test/support/hl7.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { makePerson, misspell } from '../../../sim/people.ts'
import { transaction } from '../../platform/db.ts'
import { mergePersons } from '../person/merge.ts'
import { updateSetting } from '../setting/setting.ts'
import { matchArrived } from './arrival.ts'

let app: TestApp
let centre: string
beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
})
afterAll(() => app.close())
beforeEach(async () => {
  await app.db.deleteFrom('match_pair').execute()
})

let count = 0
/** The same person registered twice; the second time as told. */
async function twice(said: Adt, again: Adt): Promise<[string, string]> {
  count += 1
  const [one, other] = [`D${count}a`, `D${count}b`]
  await receive(app, { ...said, mrn: one }, { ...said, ...again, mrn: other })
  while ((await matchArrived(app.db)) > 0);
  return [one, other]
}

const list = async (status = 'open', who = centre) =>
  (await app.request(who, listMatchPairs, { query: { status } })).body.items.map((one) =>
    [...one.left.recordNumbers, ...one.right.recordNumbers].join(' '),
  )
const idsOfPair = async (mrns: [string, string]) => {
  const [leftId, rightId] = (await Promise.all(mrns.map((mrn) => personOf(app, mrn)))).sort((a, b) => a - b)
  return { leftId, rightId }
}
const decide = async (mrns: [string, string], body: object) =>
  app.request(centre, decideMatchPair, { params: await idsOfPair(mrns), body })

const base: Adt = {
  name: '欧阳晓敏',
  birth: '19710304',
  sex: 'F',
  phone: '13811112222',
  address: '人民路88号2幢',
}

test.each<[string, Adt]>([
  ['another character of the same sound', { name: '欧阳小敏' }],
  ['traditional characters', { name: '歐陽曉敏', phone: '13900001111' }],
  ['day and month exchanged', { birth: '19710403' }],
  ['one wrong digit in the birth date and another telephone', { birth: '19710305', phone: '13900002222' }],
  ['another telephone and another house', { phone: '13900003333', address: '中山路1号' }],
])('a person registered again with %s is put on the list', async (_, again) => {
  count += 1
  // Each time people of their own, so that the cases do not find each other.
  const said = { ...base, phone: `1381111${1000 + count}` }
  const [one, other] = await twice(
    { ...said, birth: again.birth ? (said.birth ?? null) : `195001${10 + count}` },
    again,
  )
  expect(await list()).toContain(`${one} ${other}`)
})

test.each<[string, Adt]>([
  ['a twin of the same house', { name: '钱二宝', sex: 'M' }],
  ['a wife with the same telephone and address', { name: '孙丽', sex: 'F', birth: '19750909' }],
  ['a stranger of the same name', { birth: '19440707', phone: '13700009999', address: '解放路3号' }],
])('%s is left alone', async (_, again) => {
  const [one, other] = await twice(
    { name: '钱大宝', birth: '19730101', sex: 'M', phone: '13622221111', address: '大庆路5号' },
    again,
  )
  expect(await list()).not.toContain(`${one} ${other}`)
})

test('"different" is remembered until one of the two says something else', async () => {
  const said: Adt = { ...base, name: '诸葛均', birth: '19610606', phone: '13511110000' }
  const pair = await twice(said, { phone: '13511110001' })
  expect(await list()).toEqual([pair.join(' ')])
  expect((await decide(pair, { decision: 'different' })).body).toEqual({ status: 'different', mergeId: null })
  await app.db
    .insertInto('match_todo')
    .values({ person_id: await personOf(app, pair[0]) })
    .execute()
  await matchArrived(app.db)
  expect(await list()).toEqual([])
  expect(await list('different')).toEqual([pair.join(' ')])
  await receive(app, { ...said, event: 'A08', mrn: pair[1], visit: 'd', name: '诸葛军', at: new Date() })
  await matchArrived(app.db)
  expect(await list()).toEqual([pair.join(' ')])
})

test('"later" puts aside, "same" merges with the score on the trail, and who separates them again is not asked again', async () => {
  const pair = await twice({ ...base, name: '尉迟恭', birth: '19580808', phone: '13433334444' }, {})
  await decide(pair, { decision: 'later' })
  expect([await list(), await list('later')]).toEqual([[], [pair.join(' ')]])
  const { leftId, rightId } = await idsOfPair(pair)
  expect((await decide(pair, { decision: 'same', survivorId: 999_999, reason: '同一人' })).status).toBe(422)
  const { body } = await decide(pair, { decision: 'same', survivorId: rightId, reason: '同一人' })
  expect((await app.request(centre, getPerson, { params: { id: leftId } })).body).toMatchObject({
    id: rightId,
    mergedRecords: [{ mergeId: body.mergeId, source: 'match' }],
  })
  expect((await decide(pair, { decision: 'different' })).error?.id).toBe('already-closed')
  const params = { id: body.mergeId ?? 0 }
  await app.request(centre, undoPersonMerge, { params, body: { reason: '并错了' } })
  expect(await list('different')).toEqual([pair.join(' ')])
})

test('who was merged without a proposal and separated again is not proposed either', async () => {
  const said: Adt = { ...base, name: '令狐冲', birth: '19570707', phone: '13611112222' }
  await receive(app, { ...said, mrn: 'sep-1' }, { ...said, mrn: 'sep-2' })
  const [survivorId, mergedId] = [await personOf(app, 'sep-1'), await personOf(app, 'sep-2')]
  const merge = { survivorId, mergedId, source: 'manual' as const, reason: '同一人' }
  const { mergeId } = await transaction(app.db, (trx) => mergePersons(trx, testActor, merge))
  await matchArrived(app.db)
  const params = { id: mergeId ?? 0 }
  await app.request(centre, undoPersonMerge, { params, body: { reason: '并错了' } })
  await app.db
    .insertInto('match_todo')
    .values([{ person_id: survivorId }, { person_id: mergedId }])
    .onConflict((c) => c.doNothing())
    .execute()
  await matchArrived(app.db)
  expect(await list()).not.toContain('sep-1 sep-2')
  expect(await list('different')).toContain('sep-1 sep-2')
})

test('nobody sees or decides pairs beyond the own reach', async () => {
  const said: Adt = { ...base, name: '司徒空', birth: '19590909', phone: '13233334444' }
  await receive(app, { ...said, mrn: 'near-1' })
  await receive(app, { ...said, mrn: 'east-1', site: 'EAST', department: 'EYE', doctor: 'E1' })
  await matchArrived(app.db)
  const { site } = await idsOf(app)
  const near = await app.signInAs('service-centre', { site: site('NH') })
  expect((await list()).length).toBeGreaterThan(0)
  expect(await list('open', near)).toEqual([])
  expect((await app.request(near, startMatchRun)).status).toBe(403)
})

test('a rule that holds links by itself only where the site wants that', async () => {
  const set = (value: boolean, version: number) =>
    transaction(app.db, (trx) => updateSetting(trx, testActor, 'x', 'match.link-sure', { value, version }))
  await set(true, 0)
  const pair = await twice(
    { ...base, name: '宇文化', birth: '19520202', phone: '13122223333' },
    { address: '别处9号' },
  )
  const { leftId, rightId } = await idsOfPair(pair)
  const { body } = await app.request(centre, getPerson, { params: { id: rightId } })
  expect(body).toMatchObject({ id: leftId, mergedRecords: [{ reason: 'name-birth-phone', source: 'match' }] })
  // Another sex speaks against it: a human looks.
  const doubtful = await twice(
    { ...base, name: '慕容白', birth: '19520303', phone: '13122224444' },
    { sex: 'M' },
  )
  expect(
    (await app.request(centre, getPerson, { params: { id: (await idsOfPair(doubtful)).rightId } })).body
      .mergedRecords,
  ).toEqual([])
  await set(false, 1)
})

test('a comparison of all finds what was registered twice, tells how far it is, and can be cancelled', async () => {
  const told = (index: number, tag: string, wrong: boolean): Adt => {
    const person = makePerson(5, index, 0)
    const { name, sex, birthDate, phone, address } = (wrong && misspell(person)) || person
    return {
      mrn: `${tag}${index}`,
      name: name.family + name.given,
      sex,
      birth: birthDate.replaceAll('-', ''),
      phone: phone ?? null,
      address: address.street,
    }
  }
  const people = Array.from({ length: 150 }, (_, index) => index)
  await receive(
    app,
    ...people.map((index) => told(index, 'X', false)),
    ...people.slice(0, 40).map((index) => told(index, 'Y', true)),
  )
  await app.db.deleteFrom('match_todo').execute()
  const first = await app.request(centre, startMatchRun)
  expect(first.body).toMatchObject({ status: 'waiting', progress: 0 })
  expect((await app.request(centre, startMatchRun)).error?.id).toBe('already-exists')
  await app.request(centre, cancelMatchRun, { params: { id: first.body.id } })
  await app.processAll()
  expect((await app.request(centre, getMatchRun)).body.run).toMatchObject({ status: 'cancelled', found: 0 })
  await app.request(centre, startMatchRun)
  await app.processAll()
  const { run } = (await app.request(centre, getMatchRun)).body
  expect(run).toMatchObject({ status: 'finished', progress: 1 })
  expect(run?.persons).toBeGreaterThanOrEqual(190)
  const pairs = await app.request(centre, listMatchPairs, { query: { limit: 200 } })
  const found = pairs.body.items.map((one) =>
    [...one.left.recordNumbers, ...one.right.recordNumbers].sort().join(' '),
  )
  const twiceRegistered = people.slice(0, 40).map((index) => `X${index} Y${index}`)
  expect(twiceRegistered.filter((one) => found.includes(one)).length).toBeGreaterThanOrEqual(38)
  expect((await app.request(centre, cancelMatchRun, { params: { id: run?.id } })).error?.id).toBe(
    'already-closed',
  )
})
