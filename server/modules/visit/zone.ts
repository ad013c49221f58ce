import { distanceKm, type Point } from '../../../contract/geo.ts'
import type { ZoneShape } from '../../../contract/visit.ts'

/** Whether an address is inside a zone; on the border it may be either. */
export function lies(at: Point, address: string, shape: ZoneShape): boolean {
  if (shape.kind === 'districts') return shape.names.some((name) => address.includes(name))
  if (shape.kind === 'circle') return distanceKm(at, shape) <= shape.radiusKm
  // Even-odd rule over degrees: zones are small against the earth.
  let inside = false
  const { points } = shape
  for (const [index, [lat, lon]] of points.entries()) {
    const [lat2, lon2] = points[(index + 1) % points.length] ?? [lat, lon]
    const crosses = lat > at.latitude !== lat2 > at.latitude
    if (crosses && at.longitude < lon + ((at.latitude - lat) / (lat2 - lat)) * (lon2 - lon)) inside = !inside
  }
  return inside
}
