/** WGS 84, degrees. */
export type Point = { latitude: number; longitude: number }

/** Mean radius of the earth, km (IUGG). */
const earthRadius = 6371.0088
const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Great-circle distance, km (haversine). */
export function distanceKm(a: Point, b: Point): number {
  const [north, east] = [radians(b.latitude - a.latitude) / 2, radians(b.longitude - a.longitude) / 2]
  const h =
    Math.sin(north) ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(east) ** 2
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(h)))
}
