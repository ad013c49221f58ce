const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

export const nothing = '—'

/** `12,345`: grouped the same way in all our languages. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? nothing : whole.format(value)
}

/** `93.5%`; whole percents without a decimal. Never rounds 99.97 % up to 100 %: a missed target must look missed. */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined) return nothing
  const tenths = value < 1 ? Math.min(Math.round(value * 1000), 999) : Math.round(value * 1000)
  const floored = value > 0 ? Math.max(tenths, 1) : tenths
  return `${(floored / 10).toFixed(floored % 10 === 0 ? 0 : 1)}%`
}

/** `+3.2` / `−0.4` / `0`, with a real minus sign. */
export function signed(value: number, digits = 1): string {
  const rounded = Number(value.toFixed(digits))
  if (rounded === 0) return '0'
  return `${rounded > 0 ? '+' : '−'}${Math.abs(rounded).toLocaleString('en-US', { maximumFractionDigits: digits })}`
}

/** Sizes as people say them: `812 B`, `3.4 kB`, `1.2 MB`. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`
  if (value < 1_000_000) return `${(value / 1000).toFixed(1)} kB`
  return `${(value / 1_000_000).toFixed(1)} MB`
}

/** A length of time as a clock counts it: `0:12`, `61:05`. */
export function duration(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
