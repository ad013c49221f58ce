import { Button } from 'antd'
import { type MouseEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { distanceKm, type Point } from '../../../contract/geo.ts'
import type { VisitZone } from '../../../contract/visit.ts'

type Marker = { point: Point; label: string; title: string; tone: number }
type MapProps = {
  base: Point | null
  zones?: Pick<VisitZone, 'id' | 'name' | 'shape'>[]
  /** Polylines from the base and back. */
  lines?: { points: Point[]; tone: number }[]
  markers?: Marker[]
  height?: number
  onPick?: (point: Point) => void
}

const width = 800
const margin = 36

/** Points to a flat map: degrees of longitude shrink with the cosine of the latitude. */
function projection(points: Point[], height: number, near: { centre: Point | null; zoom: number }) {
  const [south, north] = [
    Math.min(...points.map((one) => one.latitude)),
    Math.max(...points.map((one) => one.latitude)),
  ]
  const [west, east] = [
    Math.min(...points.map((one) => one.longitude)),
    Math.max(...points.map((one) => one.longitude)),
  ]
  const whole = { latitude: (south + north) / 2, longitude: (west + east) / 2 }
  const middle = near.zoom > 1 ? (near.centre ?? whole) : whole
  const shrink = Math.cos((middle.latitude * Math.PI) / 180)
  // A single point still gets some country around it.
  const spanY = Math.max(north - south, 0.02)
  const spanX = Math.max((east - west) * shrink, 0.02)
  const scale = near.zoom * Math.min((width - 2 * margin) / spanX, (height - 2 * margin) / spanY)
  return {
    x: (point: Point) => width / 2 + (point.longitude - middle.longitude) * shrink * scale,
    y: (point: Point) => height / 2 - (point.latitude - middle.latitude) * scale,
    at: (x: number, y: number): Point => ({
      latitude: middle.latitude - (y - height / 2) / scale,
      longitude: middle.longitude + (x - width / 2) / scale / shrink,
    }),
    kmPerPixel:
      distanceKm(middle, { latitude: middle.latitude + 0.01, longitude: middle.longitude }) / (0.01 * scale),
  }
}

function outlineOf({ shape }: Pick<VisitZone, 'shape'>): Point[] {
  if (shape.kind === 'districts') return []
  if (shape.kind === 'polygon') return shape.points.map(([latitude, longitude]) => ({ latitude, longitude }))
  const north = shape.radiusKm / 111.195
  const east = north / Math.cos((shape.latitude * Math.PI) / 180)
  return Array.from({ length: 48 }, (_, step) => {
    const angle = (step / 48) * 2 * Math.PI
    return {
      latitude: shape.latitude + Math.sin(angle) * north,
      longitude: shape.longitude + Math.cos(angle) * east,
    }
  })
}

/** Whole km that make a bar of about a hundred pixels. */
function barOf(kmPerPixel: number): number {
  const wanted = kmPerPixel * 110
  const power = 10 ** Math.floor(Math.log10(wanted))
  return [5, 2, 1].map((step) => step * power).find((km) => km <= wanted) ?? power
}

/** Our own drawing: hospital networks reach no map server, and addresses must not leave the house. */
export function VisitMap({ base, zones = [], lines = [], markers = [], height = 420, onPick }: MapProps) {
  const { t } = useTranslation()
  const id = useId()
  const [zoom, setZoom] = useState(1)
  const outlines = zones
    .map((zone) => ({ zone, points: outlineOf(zone) }))
    .filter((one) => one.points.length > 0)
  const all = [
    ...(base ? [base] : []),
    ...outlines.flatMap((one) => one.points),
    ...lines.flatMap((one) => one.points),
    ...markers.map((one) => one.point),
  ]
  // Somewhere in China, for the very first click.
  const { x, y, at, kmPerPixel } = projection(
    all.length > 0 ? all : [{ latitude: 30.6, longitude: 104.06 }],
    height,
    { centre: base, zoom },
  )
  const path = (points: Point[]) => points.map((one) => `${x(one).toFixed(1)},${y(one).toFixed(1)}`).join(' ')
  const km = barOf(kmPerPixel)
  const pick = (event: MouseEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const scale = Math.min(box.width / width, box.height / height)
    const left = (box.width - width * scale) / 2
    const top = (box.height - height * scale) / 2
    const point = at((event.clientX - box.left - left) / scale, (event.clientY - box.top - top) / scale)
    const round = (degrees: number) => Math.round(degrees * 100_000) / 100_000
    onPick?.({ latitude: round(point.latitude), longitude: round(point.longitude) })
  }
  return (
    <figure className="visit-map">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-labelledby={id}
        className={onPick ? 'is-pick' : undefined}
        onClick={onPick && pick}
      >
        <title id={id}>{t('visits.map')}</title>
        {outlines.map(({ zone, points }) => (
          <g key={zone.id}>
            <polygon className="visit-map-zone" points={path(points)} />
            <text
              className="visit-map-name"
              x={points.reduce((sum, one) => sum + x(one), 0) / points.length}
              y={Math.min(...points.map(y)) + 16}
            >
              {zone.name}
            </text>
          </g>
        ))}
        {lines.map((line, index) => (
          <polyline
            key={index}
            className={`visit-map-line tone-${line.tone % 6}`}
            points={path(line.points)}
          />
        ))}
        {markers.map((marker, index) => (
          <g key={index} transform={`translate(${x(marker.point).toFixed(1)} ${y(marker.point).toFixed(1)})`}>
            <title>{marker.title}</title>
            <circle className={`visit-map-stop tone-${marker.tone % 6}`} r="11" />
            <text className="visit-map-label" dy="4">
              {marker.label}
            </text>
          </g>
        ))}
        {base && (
          <g transform={`translate(${x(base).toFixed(1)} ${y(base).toFixed(1)})`}>
            <title>{t('visits.base')}</title>
            <path className="visit-map-base" d="M-11 9V-3L0-12L11-3V9Z" />
            <path className="visit-map-cross" d="M0-5V5M-5 0H5" />
          </g>
        )}
        <g transform={`translate(${margin / 2} ${height - 14})`}>
          <path className="visit-map-bar" d={`M0-5V0H${(km / kmPerPixel).toFixed(1)}V-5`} />
          <text className="visit-map-name is-bar" x={km / kmPerPixel + 6} y="0">
            {km} km
          </text>
        </g>
      </svg>
      <figcaption className="secondary small">
        <Button aria-label={t('visits.nearer')} disabled={zoom >= 64} onClick={() => setZoom(zoom * 2)}>
          +
        </Button>{' '}
        <Button aria-label={t('visits.farther')} disabled={zoom <= 1} onClick={() => setZoom(zoom / 2)}>
          −
        </Button>{' '}
        {t('visits.mapHint')}
      </figcaption>
    </figure>
  )
}
