import { createHash } from 'node:crypto'
import iconv from 'iconv-lite'
import { beforeAll, expect, test } from 'vitest'
import { ageAt, DAY } from './clock.ts'
import { diseases } from './diseases.ts'
import { encodeEvent, escapeHl7 } from './hl7.ts'
import { createWorld, lifeEvents, type SimEvent } from './life.ts'
import { liveEvents } from './live.ts'
import { firstContact } from './world.ts'

const now = new Date('2025-06-01T02:00:00Z')
const world = createWorld({ now, people: 3000, seed: 7 })
let whole: SimEvent[] = []

beforeAll(() => {
  whole = [...lifeEvents(world)]
})

function digest(events: Iterable<SimEvent>): string {
  const hash = createHash('sha256')
  for (const event of events) hash.update(encodeEvent(event))
  return hash.digest('hex')
}

function byPerson(events: SimEvent[]): Map<number, SimEvent[]> {
  return Map.groupBy(events, (event) => event.person.index)
}

test('the same seed gives the same bytes and another seed gives others', () => {
  expect(digest(lifeEvents(createWorld({ now, people: 3000, seed: 7 })))).toBe(digest(whole))
  expect(digest(lifeEvents(createWorld({ now, people: 3000, seed: 8 })))).not.toBe(digest(whole))
})

test('a window tells the same as that part of the whole run', () => {
  const from = new Date(now.getTime() - 30 * DAY)
  expect(digest(lifeEvents(world, { from }))).toBe(digest(whole.filter((event) => event.at >= from)))
})

test('events come in the order of time and never after now', () => {
  whole.forEach((event, i) => {
    expect(event.at.getTime()).toBeGreaterThanOrEqual(whole[i - 1]?.at.getTime() ?? 0)
    expect(event.at.getTime()).toBeLessThan(now.getTime())
  })
})

test('every control id is unique and short enough for MSH-10', () => {
  const ids = whole.map((event) => event.messageControlId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(Math.max(...ids.map((id) => id.length))).toBeLessThanOrEqual(20)
})

test('three years of three thousand people have a hospital’s volume and about a quarter of it are admissions', () => {
  expect(whole.length / 3000).toBeGreaterThan(3)
  expect(whole.length / 3000).toBeLessThan(4.5)
  const started = whole.filter((event) => event.type === 'A01' || event.type === 'A04')
  const inpatients = started.filter((event) => event.encounter.class === 'I').length
  expect(inpatients / started.length).toBeGreaterThan(0.2)
  expect(inpatients / started.length).toBeLessThan(0.32)
})

test('every diagnosis fits the age and the sex of the person when it is first made', () => {
  const known = new Map(diseases.map((disease) => [disease.code, disease]))
  for (const event of whole.filter((e) => e.type === 'A04')) {
    const disease = known.get(event.encounter.diagnoses[0]?.code ?? '')
    if (!disease) continue
    const age = ageAt(event.person.birthDate, event.at.getTime())
    expect(disease.sex ?? event.person.sex, `${disease.name} ${event.person.sex}`).toBe(event.person.sex)
    expect(age, disease.name).toBeGreaterThanOrEqual(disease.minAge)
    // A review or a chronic disease may outlast the age at which it begins.
    expect(age, disease.name).toBeLessThanOrEqual(disease.maxAge + 4)
  }
})

test('an admission is discharged once, after it began, and the dead are not heard of again', () => {
  let deaths = 0
  for (const events of byPerson(whole).values()) {
    const open = new Set<string>()
    events.forEach((event, i) => {
      const { visitNumber, admittedAt, dischargedAt } = event.encounter
      if (event.type === 'A01') open.add(visitNumber)
      if (event.type === 'A03') {
        expect(open.delete(visitNumber)).toBe(true)
        expect(dischargedAt?.getTime()).toBeGreaterThan(admittedAt.getTime())
      }
      if (!event.person.deceasedAt) return
      deaths++
      expect(i).toBe(events.length - 1)
      expect(event.person.deceasedAt.getTime()).toBeLessThanOrEqual(event.at.getTime())
    })
  }
  expect(deaths).toBeGreaterThan(20)
})

test('nobody shares a bed', () => {
  const taken = new Map<string, string>()
  for (const { type, encounter } of whole) {
    if (encounter.class !== 'I' || type === 'A08') continue
    const bed = `${encounter.department.code} ${encounter.bed ?? 'none'}`
    if (type === 'A01') expect(taken.has(bed), bed).toBe(false)
    if (type === 'A01') taken.set(bed, encounter.visitNumber)
    else taken.delete(bed)
  }
})

test('respiratory infections are a winter matter', () => {
  const months = whole
    .filter((e) => e.encounter.diagnoses[0]?.code.startsWith('J06') && e.type === 'A04')
    .map((e) => e.at.getUTCMonth())
  const winter = months.filter((m) => m === 11 || m === 0 || m === 1).length
  const summer = months.filter((m) => m >= 5 && m <= 7).length
  expect(winter).toBeGreaterThan(summer * 1.4)
})

test('the future goes on from the past without a seam, with its inpatients and with new people', async () => {
  const until = now.getTime() + 40 * DAY
  const live: SimEvent[] = []
  for await (const event of liveEvents(world)) {
    if (event.at.getTime() >= until) break
    live.push(event)
  }
  expect(digest(live)).toBe(digest(lifeEvents(world, { from: now, to: new Date(until) })))
  expect(live.some((event) => event.person.index >= world.people)).toBe(true)
  const admitted = new Set(whole.filter((e) => e.type === 'A01').map((e) => e.encounter.visitNumber))
  expect(live.some((e) => e.type === 'A03' && admitted.has(e.encounter.visitNumber))).toBe(true)
  const ids = [...whole, ...live].map((event) => event.messageControlId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('people after now first come after now', () => {
  for (let i = 0; i < 50; i++)
    expect(firstContact(world, world.people + i)).toBeGreaterThanOrEqual(now.getTime())
})

test('GB18030 messages say so and carry the same text as UTF-8 ones', () => {
  for (const event of whole.slice(0, 500)) {
    const chinese = iconv.decode(encodeEvent(event, 'gb18030'), 'gb18030')
    expect(chinese).toContain('|GB 18030-2000\r')
    expect(chinese.replace('GB 18030-2000', 'UNICODE UTF-8')).toBe(encodeEvent(event).toString())
  }
})

test('a discharge stands in the standard fields', () => {
  const event = whole.find((e) => e.type === 'A03' && e.encounter.disposition === '20')
  if (!event) throw new Error('Nobody died in hospital')
  const segments = encodeEvent(event).toString().split('\r')
  const field = (name: string, number: number) => {
    const found = segments.find((segment) => segment.startsWith(name))?.split('|')
    return found?.[name === 'MSH' ? number - 1 : number] ?? ''
  }
  expect(field('MSH', 9)).toBe('ADT^A03^ADT_A03')
  expect(field('MSH', 10)).toBe(event.messageControlId)
  expect(field('MSH', 12)).toBe('2.5')
  expect(field('MSH', 18)).toBe('UNICODE UTF-8')
  expect(field('PID', 3)).toMatch(/^[12]\d{8}\^\^\^GH0[12]\^MR/)
  expect(field('PID', 5).split('^')[6]).toBe('L')
  expect(field('PID', 29)).toBe(field('PV1', 45))
  expect(field('PID', 30)).toBe('Y')
  expect(field('PV1', 2)).toBe('I')
  expect(field('PV1', 3).split('^')).toHaveLength(9)
  expect(field('PV1', 19)).toContain(event.encounter.visitNumber)
  expect(field('PV1', 36)).toBe('20')
  expect(field('PV1', 44)).toMatch(/^\d{14}\+0800$/)
  expect(field('DG1', 6)).toBe('F')
})

test('delimiters and line ends inside of text are escaped', () => {
  expect(escapeHl7('a|b^c~d\\e&f\r\n')).toBe('a\\F\\b\\S\\c\\R\\d\\E\\e\\T\\f\\X0D\\\\X0A\\')
})
