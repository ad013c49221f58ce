/** How often a property on the real database is tried: a few times here, `CARELOOP_PROPERTY_FACTOR` times as often in `npm run torture`. */
export function tries(few: number): number {
  return few * Number(process.env.CARELOOP_PROPERTY_FACTOR ?? 1)
}
