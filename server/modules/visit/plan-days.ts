import { distanceKm, type Point } from '../../../contract/geo.ts'
import { measure, shorten, type VisitRules } from './route.ts'

/** One visit to plan; days as `YYYY-MM-DD`. */
export type VisitToPlan = Point & {
  taskId: number
  /** Null: any team. */
  teamId: number | null
  earliest: string
  due: string
}

export type TeamToPlan = { id: number; visitsPerDay: number }
export type DayRoute = { teamId: number; date: string; stops: VisitToPlan[] }
export type Days = { routes: DayRoute[]; left: { taskId: number; reason: 'too-far' | 'no-capacity' }[] }

type Input = {
  base: Point
  /** In list order. */
  visits: readonly VisitToPlan[]
  teams: readonly TeamToPlan[]
  /** Working days, ascending. */
  dates: readonly string[]
  rules: VisitRules
}

type Fill = (pool: VisitToPlan[], team: TeamToPlan, date: string) => VisitToPlan[]

/**
 * Assigns visits to teams and days: the urgent ones first, then their neighbours, up to the limits of working day and team; each day in a
 * short order. If list order is shorter for the same visits, it is used instead.
 */
export function planDays(input: Input): Days {
  const near = deal(input, byNeighbourhood(input))
  const listed = improved(input, listOrder(input))
  const late = (days: Days) =>
    days.routes.flatMap(({ date, stops }) => stops.filter((one) => one.due < date)).length
  const placed = (days: Days) => days.routes.reduce((sum, route) => sum + route.stops.length, 0)
  const asGood = placed(listed) >= placed(near) && late(listed) <= late(near)
  return asGood && kmOf(input, listed) < kmOf(input, near) ? listed : near
}

/** The same visits assigned and driven in list order, as a baseline. */
export function listOrder(input: Input): Days {
  return deal(input, (pool, team) => {
    const day: VisitToPlan[] = []
    for (const one of pool) {
      if (day.length >= team.visitsPerDay) break
      if (!fits(input, [...day, one])) break
      day.push(one)
    }
    return day
  })
}

export function kmOf({ base, rules }: Pick<Input, 'base' | 'rules'>, days: Days): number {
  return days.routes.reduce((sum, route) => sum + measure(base, route.stops, rules).km, 0)
}

const improved = ({ base }: Input, days: Days): Days => ({
  ...days,
  routes: days.routes.map((route) => ({ ...route, stops: shorten(base, route.stops) })),
})

const fits = ({ base, rules }: Input, stops: readonly VisitToPlan[]) =>
  measure(base, stops, rules).minutes <= rules.dayMinutes

function deal(input: Input, fill: Fill): Days {
  const { visits, teams, dates } = input
  const left: Days['left'] = []
  const waiting = new Set<VisitToPlan>()
  for (const visit of visits)
    if (fits(input, [visit])) waiting.add(visit)
    else left.push({ taskId: visit.taskId, reason: 'too-far' })
  const routes: DayRoute[] = []
  for (const date of dates)
    for (const team of waiting.size > 0 ? teams : []) {
      const pool = [...waiting].filter(
        (one) => one.earliest <= date && (one.teamId === null || one.teamId === team.id),
      )
      const stops = fill(pool, team, date)
      if (stops.length === 0) continue
      for (const stop of stops) waiting.delete(stop)
      routes.push({ teamId: team.id, date, stops })
    }
  for (const visit of waiting) left.push({ taskId: visit.taskId, reason: 'no-capacity' })
  return { routes, left }
}

/** The most urgent visit (the farthest among equals), then those nearest to the route, as long as no deadline is missed. */
function byNeighbourhood(input: Input): Fill {
  const { base } = input
  return (pool, team, date) => {
    const urgency = [...pool].sort(
      (a, b) =>
        a.due.localeCompare(b.due) || distanceKm(base, b) - distanceKm(base, a) || a.taskId - b.taskId,
    )
    const must = urgency.slice(0, mustGo(urgency, team, input, date))
    let day: VisitToPlan[] = []
    const take = (candidates: VisitToPlan[]) => {
      const left = new Set(candidates)
      // Sorted by detour: when several in a row do not fit, the rest will not either.
      for (let misses = 0; day.length < team.visitsPerDay && left.size > 0 && misses < 4;) {
        const next = nearestToWay(base, day, [...left])
        left.delete(next)
        const longer = shorten(base, [...day, next])
        const fit = fits(input, longer)
        misses = fit ? 0 : misses + 1
        if (fit) day = longer
      }
    }
    const [seed] = urgency
    if (!seed) return []
    day = [seed]
    take(must.filter((one) => one !== seed))
    take(urgency.filter((one) => !day.includes(one) && !must.includes(one)))
    return day
  }
}

/**
 * How many of the most urgent must go today because the days until their deadlines are otherwise full. Visits for any team are shared by
 * all teams.
 */
function mustGo(urgency: VisitToPlan[], team: TeamToPlan, { teams, dates }: Input, date: string): number {
  const ahead = dates.filter((one) => one >= date)
  const together = teams.reduce((sum, one) => sum + one.visitsPerDay, 0)
  const own = urgency.filter((one) => one.teamId !== null)
  const tooMany = (visits: VisitToPlan[], perDay: number) => {
    let due = 0
    return ahead.reduce((most, until, index) => {
      while ((visits[due]?.due ?? '9999') <= until) due++
      return Math.max(most, due - index * perDay)
    }, 0)
  }
  return Math.min(team.visitsPerDay, Math.max(tooMany(own, team.visitsPerDay), tooMany(urgency, together)))
}

/**
 * Cheapest insertion into the current route. Only the order matters, so a flat approximation is enough; this runs a thousand times per day
 * planned.
 */
function nearestToWay(base: Point, day: readonly VisitToPlan[], candidates: VisitToPlan[]): VisitToPlan {
  const way = [base, ...day, base]
  const shrink = Math.cos((base.latitude * Math.PI) / 180)
  const between = (a: Point, b: Point) => {
    const [north, east] = [a.latitude - b.latitude, (a.longitude - b.longitude) * shrink]
    return Math.sqrt(north * north + east * east)
  }
  const legs = way.slice(1).map((to, index) => between(way[index] ?? base, to))
  const extra = (one: Point) => {
    let least = Infinity
    let before = between(base, one)
    for (const [index, leg] of legs.entries()) {
      const after = between(one, way[index + 1] ?? base)
      least = Math.min(least, before + after - leg)
      before = after
    }
    return least
  }
  const costs = candidates.map((one) => ({ one, cost: extra(one) }))
  return costs.reduce((best, next) => (next.cost < best.cost ? next : best)).one
}
