import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ambiguous, type DateOrders, ordersIn, readDay, readInstant } from './when.ts'

const zone = 'Asia/Shanghai'

test.each([
  ['2026-3-5', '2026-03-05'],
  ['2026/03/05', '2026-03-05'],
  ['2026.3.5', '2026-03-05'],
  ['2026 - 3 - 5', '2026-03-05'],
  ['20260305', '2026-03-05'],
  ['20260305083000', '2026-03-05'],
  ['2026年3月5日', '2026-03-05'],
  ['2026 年 3 月 5 號', '2026-03-05'],
  ['２０２６－０３－０５', '2026-03-05'],
  ['2026-03-05 星期四', '2026-03-05'],
  ['2026/3/5 (四)', '2026-03-05'],
  ['2026-03-05 星期五', null],
  ['民國75年3月2日', '1986-03-02'],
  ['民国 74/3/15', '1985-03-15'],
  ['Mar 15 1985', '1985-03-15'],
  ['March 15th, 1985', '1985-03-15'],
  ['15-Mar-1985', '1985-03-15'],
  ['15 September 1985', '1985-09-15'],
  ['Fri, 15 Mar 1985', '1985-03-15'],
  ['Mon, 15 Mar 1985', null],
  ['15-3月 -1985', '1985-03-15'],
  ['15/03/1985', '1985-03-15'],
  ['03/15/1985', '1985-03-15'],
  ['15.03.1985', '1985-03-15'],
  ['05/05/1985', '1985-05-05'],
  ['1985-3-15 00:00:00', '1985-03-15'],
  ['1985-03-14T16:00:00Z', '1985-03-15'],
  ['03/04/1985', ambiguous],
  ['03.04.1985', ambiguous],
  ['85-3-15', ambiguous],
  ['3/5/26', ambiguous],
  ['15-Mar-85', ambiguous],
  ['85年3月15日', ambiguous],
  ['1985-1-123', null],
  ['19850315123', null],
  ['1985031', null],
  ['0740315', null],
  ['2026-02-29', null],
  ['1985-13-01', null],
  ['13/13/1985', null],
  ['1985-03/15', null],
  ['Marble 15 1985', null],
  ['1985-03-15?', null],
  ['约1985-03-15', null],
  ['1985-03-15, 1986-01-01', null],
  ['2026', null],
  ['31121', null],
] as const)('%s is the day %s', (text, day) => {
  expect(readDay(text, zone)).toBe(day)
})

test.each([
  ['2026/11/20 下午 3:20', '2026-11-20T15:20:00+08:00'],
  ['2026/11/20 下午3:20', '2026-11-20T15:20:00+08:00'],
  ['2026-11-20 下午3点20分', '2026-11-20T15:20:00+08:00'],
  ['2026-11-20 下午三点', null],
  ['2026/11/20 3:20 PM', '2026-11-20T15:20:00+08:00'],
  ['2026/11/20 3:20p.m.', '2026-11-20T15:20:00+08:00'],
  ['2026/11/20 03:20:15 PM', '2026-11-20T15:20:15+08:00'],
  ['2026/11/20 15:20 PM', '2026-11-20T15:20:00+08:00'],
  ['2026/11/20 15:20 AM', null],
  ['2026-11-20 3 pm', '2026-11-20T15:00:00+08:00'],
  ['11/20/2026, 3:20:00 PM', '2026-11-20T15:20:00+08:00'],
  ['2026-11-20T15:20:00Z', '2026-11-20T23:20:00+08:00'],
  ['2026-11-20T15:20:00.123Z', '2026-11-20T23:20:00+08:00'],
  ['2026-11-20 15:20:00+08:00', '2026-11-20T15:20:00+08:00'],
  ['2026-11-20 15:20 +0530', '2026-11-20T15:20:00+05:30'],
  ['2026-11-20 15:20 GMT+8', '2026-11-20T15:20:00+08:00'],
  ['Fri Nov 20 2026 15:20:00 GMT+0800', '2026-11-20T15:20:00+08:00'],
  ['2026-11-20 15:20 +25:00', null],
  ['2026/11/20 上午 12:05', '2026-11-20T00:05:00+08:00'],
  ['2026-11-20 12:05 AM', '2026-11-20T00:05:00+08:00'],
  ['2026-11-20 12:05 PM', '2026-11-20T12:05:00+08:00'],
  ['2026-11-20 中午12:30', '2026-11-20T12:30:00+08:00'],
  ['2026-11-20 中午1点', '2026-11-20T13:00:00+08:00'],
  ['2026-11-20 凌晨2点半', '2026-11-20T02:30:00+08:00'],
  ['2026-11-20 晚上8点', '2026-11-20T20:00:00+08:00'],
  ['2026-11-20 晚上12点', ambiguous],
  ['2026年11月20日15时20分', '2026-11-20T15:20:00+08:00'],
  ['2026年11月20日 15時20分08秒', '2026-11-20T15:20:08+08:00'],
  ['2026年11月20日15时', '2026-11-20T15:00:00+08:00'],
  ['2026-11-20 15.20', '2026-11-20T15:20:00+08:00'],
  ['2026-11-20 1520', '2026-11-20T15:20:00+08:00'],
  ['2026-11-20 152', null],
  ['20261120152000', '2026-11-20T15:20:00+08:00'],
  ['202611201520', '2026-11-20T15:20:00+08:00'],
  ['20261120T152000', '2026-11-20T15:20:00+08:00'],
  ['20261120152000+0800', '2026-11-20T15:20:00+08:00'],
  ['20261120 15:20', '2026-11-20T15:20:00+08:00'],
  ['2026/11/20  15：20', '2026-11-20T15:20:00+08:00'],
  ['2026-11-20 24:00', '2026-11-21T00:00:00+08:00'],
  ['2026-11-20 24:00:01', null],
  ['2026-11-20 25:00', null],
  ['2026-11-20 15:60', null],
  ['2026-11-20 15', null],
  ['2026-11-20 下午3:20 PM', null],
  ['2026-11-20 15:20 CST', null],
  ['2026-11-20 15:20-15:40', null],
  ['2026-11-20', '2026-11-20T00:00:00+08:00'],
  ['15:20', null],
] as const)('%s is the moment %s', (text, at) => {
  const read = readInstant(text, zone)
  expect(read instanceof Date ? read.toISOString() : read).toBe(
    typeof at === 'string' ? new Date(at).toISOString() : at,
  )
})

test('the other values of a column decide what 03/04/1985 is, if they all agree and use the same sign', () => {
  const decided = (...values: string[]) => readDay('03/04/1985', zone, ordersIn(values))
  expect(decided('15/03/1985', '03/04/1985')).toBe('1985-04-03')
  expect(decided('03/15/1985 08:00')).toBe('1985-03-04')
  expect(decided('15/03/1985', '03/15/1985')).toBe(ambiguous)
  expect(decided('15.03.1985', '01/02/1985', '05/05/1985')).toBe(ambiguous)
  // Once decided, the other order is a slip of somebody.
  expect(readDay('03/15/1985', zone, { '/': 'dmy' })).toBeNull()
})

const two = (n: number) => String(n).padStart(2, '0')
const english = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
type Parts = { y: number; m: number; d: number }
const dayForms: ((parts: Parts) => string)[] = [
  ({ y, m, d }) => `${y}-${m}-${d}`,
  ({ y, m, d }) => `${y}/${two(m)}/${two(d)}`,
  ({ y, m, d }) => `${y}.${m}.${two(d)}`,
  ({ y, m, d }) => `${y}年${m}月${d}日`,
  ({ y, m, d }) => `民國${y - 1911}年${m}月${d}日`,
  ({ y, m, d }) => `${y}${two(m)}${two(d)}`,
  ({ y, m, d }) => `${english[m - 1]} ${d}, ${y}`,
  ({ y, m, d }) => `${d}-${english[m - 1]}-${y}`,
  ({ y, m, d }) => `${two(d)}/${two(m)}/${y}`,
]
const dayFirst: DateOrders = { '/': 'dmy' }
type Clock = { h: number; min: number; s: number }
const clockForms: ((clock: Clock) => string)[] = [
  ({ h, min, s }) => `${h}:${two(min)}:${two(s)}`,
  ({ h, min, s }) => `${two(h)}.${two(min)}.${two(s)}`,
  ({ h, min, s }) => `${h}时${two(min)}分${two(s)}秒`,
  ({ h, min, s }) => `${two(h)}${two(min)}${two(s)}`,
  ({ h, min, s }) => `${h % 12 || 12}:${two(min)}:${two(s)} ${h < 12 ? 'AM' : 'PM'}`,
  ({ h, min, s }) => `${h < 12 ? '上午' : '下午'} ${h % 12 || 12}:${two(min)}:${two(s)}`,
  ({ h, min, s }) => `${two(h)}:${two(min)}:${two(s)}+08:00`,
]
const someDay = fc
  .date({ min: new Date('1912-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((at): Parts => ({ y: at.getUTCFullYear(), m: at.getUTCMonth() + 1, d: at.getUTCDate() }))
const someClock = fc.record({
  h: fc.integer({ min: 0, max: 23 }),
  min: fc.integer({ min: 0, max: 59 }),
  s: fc.integer({ min: 0, max: 59 }),
})
// Letters and signs that end no form; a digit more makes another year, day or fraction.
const garbage = fc.constantFrom('x', '?', '~', '不详', '/', ' 又', '1x', '#', '（入院）', ' 2', '12345')

test('a day reads the same in each form, and not at all with anything behind it', () => {
  fc.assert(
    fc.property(someDay, fc.constantFrom(...dayForms), garbage, (parts, form, more) => {
      const day = `${parts.y}-${two(parts.m)}-${two(parts.d)}`
      expect(readDay(form(parts), zone, dayFirst)).toBe(day)
      expect(readDay(`${form(parts)}${more}`, zone, dayFirst)).toBeNull()
    }),
    { numRuns: 2000 },
  )
})

test('a moment reads the same in each form, and not at all with anything behind it', () => {
  fc.assert(
    fc.property(
      someDay,
      someClock,
      fc.constantFrom(...dayForms),
      fc.constantFrom(...clockForms),
      garbage,
      (parts, clock, dayForm, clockForm, more) => {
        // Since 1992 the clocks of Shanghai stand still, eight hours ahead.
        const day = { ...parts, y: Math.max(parts.y, 1992), d: Math.min(parts.d, 28) }
        const at = Date.UTC(day.y, day.m - 1, day.d, clock.h - 8, clock.min, clock.s)
        const text = `${dayForm(day)} ${clockForm(clock)}`
        const read = readInstant(text, zone, dayFirst)
        expect([text, read instanceof Date && read.getTime()]).toEqual([text, at])
        expect(readInstant(`${text}${more}`, zone, dayFirst)).toBeNull()
      },
    ),
    { numRuns: 2000 },
  )
})
