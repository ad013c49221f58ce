/** One measured number and the limit it is held against. */
export type Figure = {
  name: string
  value: number
  unit: string
  /** What the issue asks for; `least` = at least, `most` = at most. */
  aim?: { least: number } | { most: number }
}

/** How many times better than the aim: 1 is exactly met, below 1 is missed. */
export function ratioOf({ value, aim }: Pick<Figure, 'value' | 'aim'>): number | undefined {
  if (!aim) return undefined
  return 'least' in aim ? value / aim.least : aim.most / value
}

export function line(figure: Figure): string {
  const ratio = ratioOf(figure)
  const aim = figure.aim && ('least' in figure.aim ? `≥ ${figure.aim.least}` : `≤ ${figure.aim.most}`)
  const verdict =
    ratio === undefined ? '' : `   aim ${aim ?? ''}, ratio ${ratio.toFixed(2)}${ratio < 1 ? ' MISSED' : ''}`
  return `${figure.name}: ${round(figure.value)} ${figure.unit}${verdict}`
}

export function round(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/** The value below which a share of the sorted values lies. */
export function quantile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

export function median(values: number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  )
}

/** Runs a benchmark when its file is the program: `node bench/x.ts`. */
export async function whenMain(url: string, bench: () => Promise<Figure[]>): Promise<void> {
  if (process.argv[1] === undefined || new URL(url).pathname !== process.argv[1]) return
  for (const figure of await bench()) console.log(line(figure))
}
