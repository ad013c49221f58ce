import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listMatchPairs } from '../../../contract/match.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { type Adt, personOf, receive } from '../../../test/support/hl7.ts'
import { transaction } from '../../platform/db.ts'
import { matchArrived } from '../match/arrival.ts'
import { updateSetting } from '../setting/setting.ts'

let app: TestApp
let centre: string
beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  await setting('match.link-sure', true)
  await setting('follow-up.ladder.letter-phone', '0574-88880000（客服中心）')
})
afterAll(() => app.close())

async function setting(key: string, value: unknown): Promise<void> {
  await transaction(app.db, (trx) => updateSetting(trx, testActor, 'secret', key, { value, version: 0 }))
}

let count = 0
/** Two registrations; whether they are one person afterwards, or proposed as one. */
async function outcome(one: Adt, other: Adt): Promise<'joined' | 'proposed' | 'apart'> {
  count += 1
  const mrns = [`I${count}a`, `I${count}b`] as const
  await receive(app, { ...one, mrn: mrns[0] })
  await receive(app, { ...other, mrn: mrns[1] })
  while ((await matchArrived(app.db)) > 0);
  const ids = await Promise.all(mrns.map((mrn) => personOf(app, mrn)))
  const { rows } = await sql<{ id: number }>`
    select distinct coalesce(survivor_id, id) as id from person where id = any(${ids}::bigint[])`.execute(
    app.db,
  )
  if (rows.length === 1) return 'joined'
  const { body } = await app.request(centre, listMatchPairs, { query: { status: 'open', limit: 100 } })
  return body.items.some((pair) => [pair.left.id, pair.right.id].every((id) => ids.includes(id)))
    ? 'proposed'
    : 'apart'
}

const newborn: Adt = { birth: '20261101', sex: 'M', phone: '13957410001', address: '人民路88号2幢' }
test.each<[string, Adt, Adt]>([
  ['newborns of one mother', { ...newborn, name: '高洁之子' }, { ...newborn, name: '高洁之子' }],
  [
    'twins told apart by a letter',
    { ...newborn, name: '高洁之女A', phone: '13957410002' },
    { ...newborn, name: '高洁之女B', phone: '13957410002' },
  ],
  [
    'newborns with a Latin placeholder',
    { ...newborn, name: 'BabyBoy Gao', phone: '13957410003' },
    { ...newborn, name: 'BabyBoy Gao', phone: '13957410003' },
  ],
  [
    'unknown persons of one night',
    { ...newborn, name: '无名氏', birth: '19000101', phone: '13957410004' },
    { ...newborn, name: '无名氏', birth: '19000101', phone: '13957410004' },
  ],
  [
    'namesakes without a birth date',
    { name: '陈静', birth: '19000101', phone: null },
    { name: '陈静', birth: '19000101', phone: null },
  ],
  [
    'namesakes with the hospital’s telephone',
    { name: '何平', birth: '19610101', phone: '057488880000' },
    { name: '何平', birth: '19880707', phone: '057488880000' },
  ],
  [
    'people with one number of zeros',
    { name: '甘来', birth: '19610101', nationalId: '000000000000000000' },
    { name: '史前', birth: '19610102', nationalId: '000000000000000000' },
  ],
])('%s stay apart', async (_, one, other) => {
  expect(await outcome(one, other)).toBe('apart')
})

test('twins registered under their mother’s number are never joined', async () => {
  const number = '330203199001012345'
  const twin: Adt = { ...newborn, name: '苏云之子', phone: '13957410009', nationalId: number }
  expect(await outcome(twin, twin)).not.toBe('joined')
  const boy: Adt = { ...newborn, name: '苏大宝', phone: '13957410010', nationalId: '330203199001012353' }
  expect(await outcome(boy, { ...boy, name: '苏二宝' })).not.toBe('joined')
})

test.each([
  ['blanks', '330203 19720307 081X', '33020319720307081X'],
  ['full-width digits', '３３０２０３１９７２０３０７０８２Ｘ', '33020319720307082X'],
  ['a small x', '33020319720307083x', '33020319720307083X'],
  ['fifteen digits', '110105491231002', '11010519491231002X'],
])('an identity number with %s is the same number', async (_, written, whole) => {
  count += 1
  const person: Adt = { name: '艾克斯', birth: '19720307', sex: 'M' }
  expect(await outcome({ ...person, nationalId: whole }, { ...person, nationalId: written })).toBe('joined')
})

test('a number stated for a second person is evidence: the two are proposed', async () => {
  const one: Adt = { name: '尤佳音', birth: '19660606', sex: 'F', phone: '13957410020' }
  const other: Adt = { name: '游佳茵', birth: '19660616', sex: 'F', phone: '13957410021' }
  expect(
    await outcome(
      { ...one, identifiers: `I${count + 1}a^^^NH^MR~G55512345^^^CHN^PPN` },
      { ...other, identifiers: `I${count + 1}b^^^NH^MR~g55512345^^^CHN^PPN` },
    ),
  ).toBe('proposed')
})
