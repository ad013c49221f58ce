import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distanceKm } from '../../../contract/geo.ts'
import { kmOf, listOrder, planDays, type VisitToPlan } from './plan-days.ts'
import { measure, shorten, type VisitRules } from './route.ts'

const base = { latitude: 30.64, longitude: 104.04 }
const rules: VisitRules = {
  detour: 1.33,
  townKmPerHour: 25,
  roadKmPerHour: 60,
  townKm: 10,
  visitMinutes: 40,
  dayMinutes: 480,
}
const days = Array.from({ length: 10 }, (_, day) => `2026-12-${String(day + 1).padStart(2, '0')}`)
const point = fc.record({
  latitude: fc.double({ min: 28, max: 33, noNaN: true }),
  longitude: fc.double({ min: 102, max: 106, noNaN: true }),
})
const anyDay = fc.constantFrom(...days)
const visits = fc
  .array(fc.tuple(point, fc.option(fc.constantFrom(1, 2)), anyDay, anyDay), { maxLength: 40 })
  .map((all) =>
    all.map(([at, teamId, one, other], index): VisitToPlan => {
      const [earliest = one, due = other] = [one, other].sort()
      return { ...at, taskId: index + 1, teamId, earliest, due }
    }),
  )
const teams = [
  { id: 1, visitsPerDay: 6 },
  { id: 2, visitsPerDay: 3 },
]
const kmAlong = (stops: VisitToPlan[]) => measure(base, stops, rules).km

test('a known distance: Chengdu to Chongqing is some 268 km as the crow flies', () => {
  const km = distanceKm({ latitude: 30.6586, longitude: 104.0647 }, { latitude: 29.563, longitude: 106.5516 })
  expect(km).toBeGreaterThan(266)
  expect(km).toBeLessThan(271)
})

test('the short order has every stop once and is never longer than the order given', () => {
  fc.assert(
    fc.property(visits, (all) => {
      const short = shorten(base, all)
      expect(short.map((one) => one.taskId).sort()).toEqual(all.map((one) => one.taskId).sort())
      expect(kmAlong(short)).toBeLessThanOrEqual(kmAlong(all) + 1e-6)
    }),
  )
})

test('a day starts and ends at the base: one stop is driven to and back', () => {
  const stop = { latitude: 30.74, longitude: 104.04 }
  const { km, minutes, legs } = measure(base, [stop], rules)
  expect(legs).toHaveLength(2)
  expect(km).toBeCloseTo(2 * distanceKm(base, stop) * rules.detour, 6)
  // 14.79 road km: 10 km at 25 km/h and the rest at 60 km/h, twice, and the visit.
  expect(minutes).toBeCloseTo(2 * (24 + (km / 2 - 10)) + 40, 6)
})

test('every visit is planned once or left out with a reason; windows, teams, capacity and working day are kept', () => {
  fc.assert(
    fc.property(visits, (all) => {
      const plan = planDays({ base, visits: all, teams, dates: days, rules })
      const planned = plan.routes.flatMap((route) => route.stops.map((stop) => stop.taskId))
      expect([...planned, ...plan.left.map((one) => one.taskId)].sort((a, b) => a - b)).toEqual(
        all.map((one) => one.taskId),
      )
      for (const { teamId, date, stops } of plan.routes) {
        const team = teams.find((one) => one.id === teamId)
        expect(stops.length).toBeLessThanOrEqual(team?.visitsPerDay ?? 0)
        expect(measure(base, stops, rules).minutes).toBeLessThanOrEqual(rules.dayMinutes)
        for (const stop of stops) {
          expect(stop.earliest <= date).toBe(true)
          expect(stop.teamId === null || stop.teamId === teamId).toBe(true)
        }
      }
      for (const { taskId, reason } of plan.left) {
        const visit = all.find((one) => one.taskId === taskId)
        const alone = visit ? measure(base, [visit], rules).minutes : 0
        expect(reason).toBe(alone > rules.dayMinutes ? 'too-far' : 'no-capacity')
      }
    }),
    { numRuns: 60 },
  )
})

test('the plan is no longer than visiting in list order whenever both place the same visits in time', () => {
  const late = (routes: { date: string; stops: VisitToPlan[] }[]) =>
    routes.flatMap(({ date, stops }) => stops.filter((one) => one.due < date)).length
  fc.assert(
    fc.property(visits, (all) => {
      const input = { base, visits: all, teams, dates: days, rules }
      const [plan, list] = [planDays(input), listOrder(input)]
      if (list.left.length <= plan.left.length && late(list.routes) <= late(plan.routes))
        expect(kmOf(input, plan)).toBeLessThanOrEqual(kmOf(input, list) + 1e-6)
    }),
    { numRuns: 60 },
  )
})

test('what is due first goes first when the days are too few', () => {
  const at = { latitude: 30.7, longitude: 104.1, teamId: null, earliest: days[0] ?? '' }
  const all = Array.from({ length: 12 }, (_, index): VisitToPlan => ({
    ...at,
    taskId: index + 1,
    latitude: at.latitude + index / 100,
    due: days[index < 3 ? 0 : 9] ?? '',
  }))
  const plan = planDays({ base, visits: all, teams: [{ id: 1, visitsPerDay: 3 }], dates: days, rules })
  expect(plan.routes[0]?.stops.map((stop) => stop.taskId).sort()).toEqual([1, 2, 3])
  expect(plan.left).toEqual([])
})

test('a hundred visits round a town are planned in well under a second', () => {
  const all = Array.from({ length: 100 }, (_, index): VisitToPlan => ({
    taskId: index + 1,
    teamId: null,
    latitude: 30.4 + ((index * 37) % 100) / 200,
    longitude: 103.8 + ((index * 61) % 100) / 200,
    earliest: days[0] ?? '',
    due: days[(index * 7) % 10] ?? '',
  }))
  const started = performance.now()
  const input = { base, visits: all, teams, dates: days, rules }
  const plan = planDays(input)
  expect(performance.now() - started).toBeLessThan(3000)
  expect(kmOf(input, plan)).toBeLessThan(kmOf(input, listOrder(input)))
})
