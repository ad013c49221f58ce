import { distanceKm, type Point } from '../../../contract/geo.ts'

/** Parameters of travel and working time; see the settings of group `visit`. */
export type VisitRules = {
  /** Road km per great-circle km. */
  detour: number
  /** Speed on the first km of a leg (streets of a town) and beyond, km/h. */
  townKmPerHour: number
  roadKmPerHour: number
  townKm: number
  /** At the door, minutes. */
  visitMinutes: number
  /** Maximum time from leaving the base to returning, minutes. */
  dayMinutes: number
}

export type Leg = { km: number; minutes: number }
export type Measured = { km: number; minutes: number; legs: Leg[] }

/** Road distance and driving time of one leg; both the same in either direction. */
export function legOf(a: Point, b: Point, rules: VisitRules): Leg {
  const km = distanceKm(a, b) * rules.detour
  const town = Math.min(km, rules.townKm)
  const hours = town / rules.townKmPerHour + (km - town) / rules.roadKmPerHour
  return { km, minutes: hours * 60 }
}

/** A day's drive from the base over the stops in this order and back; minutes include the visits. */
export function measure(base: Point, stops: readonly Point[], rules: VisitRules): Measured {
  if (stops.length === 0) return { km: 0, minutes: 0, legs: [] }
  const way = [base, ...stops, base]
  const legs = way.slice(1).map((to, index) => legOf(way[index] ?? base, to, rules))
  return {
    km: legs.reduce((sum, leg) => sum + leg.km, 0),
    minutes: legs.reduce((sum, leg) => sum + leg.minutes, 0) + stops.length * rules.visitMinutes,
    legs,
  }
}

/** Nearest neighbour. */
function nearestNeighbour<T extends Point>(base: Point, stops: readonly T[]): T[] {
  const left = [...stops]
  const order: T[] = []
  let here: Point = base
  while (left.length > 0) {
    let best = 0
    for (let index = 1; index < left.length; index++)
      if (distanceKm(here, left[index] ?? base) < distanceKm(here, left[best] ?? base)) best = index
    const [next] = left.splice(best, 1)
    if (next === undefined) break
    order.push(next)
    here = next
  }
  return order
}

/** Reverses segments as long as that shortens the round trip (2-opt, Croes 1958). */
function twoOpt<T extends Point>(base: Point, stops: readonly T[]): T[] {
  const order = [...stops]
  const at = (index: number): Point => order[index] ?? base
  for (let better = true; better;) {
    better = false
    for (let from = 0; from < order.length - 1; from++)
      for (let to = from + 1; to < order.length; to++) {
        const [a, b, c, d] = [at(from - 1), at(from), at(to), at(to + 1)]
        // Ignore minimal gains: rounding could reverse the same segment forever.
        if (distanceKm(a, c) + distanceKm(b, d) < distanceKm(a, b) + distanceKm(c, d) - 1e-9) {
          order.splice(from, to - from + 1, ...order.slice(from, to + 1).reverse())
          better = true
        }
      }
  }
  return order
}

const lengthOf = (base: Point, stops: readonly Point[]) =>
  [...stops, base].reduce(({ km, here }, to) => ({ km: km + distanceKm(here, to), here: to }), {
    km: 0,
    here: base,
  }).km

/** The same stops in a short order: nearest neighbour, then 2-opt; never longer than the order given. */
export function shorten<T extends Point>(base: Point, stops: readonly T[]): T[] {
  const candidates = [twoOpt(base, nearestNeighbour(base, stops)), twoOpt(base, stops)]
  return candidates.reduce(
    (best, one) => (lengthOf(base, one) < lengthOf(base, best) ? one : best),
    [...stops],
  )
}
