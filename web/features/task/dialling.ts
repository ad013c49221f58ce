/** The number dialled last for a person and when, until the result is written down. */
let dialled: { personId: number; telecomId: number; at: number } | null = null

export function rememberDialled(personId: number, telecomId: number) {
  dialled = { personId, telecomId, at: Date.now() }
}

export function diallingOf(personId: number): { telecomId?: number; durationSeconds?: number } {
  if (dialled?.personId !== personId) return {}
  return { telecomId: dialled.telecomId, durationSeconds: Math.round((Date.now() - dialled.at) / 1000) }
}
