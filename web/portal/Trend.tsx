/** A line of how a value went, small enough to stand in a row; what it says stands in the values. */
export function Trend({ points, label }: { points: { at: string; value: number }[]; label: string }) {
  const [width, height, edge] = [280, 56, 6]
  const values = points.map((one) => one.value)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const x = (at: number) => edge + (at * (width - 2 * edge)) / Math.max(1, points.length - 1)
  const y = (value: number) =>
    high === low ? height / 2 : height - edge - ((value - low) * (height - 2 * edge)) / (high - low)
  return (
    <svg
      className="portal-trend"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${label}: ${values.join(' → ')}`}
    >
      <polyline points={points.map((one, at) => `${x(at)},${y(one.value)}`).join(' ')} />
      {points.map((one, at) => (
        <circle key={one.at} cx={x(at)} cy={y(one.value)} r={at === points.length - 1 ? 4 : 2.5} />
      ))}
    </svg>
  )
}
