import { type IntakeMessage, listIntakeMessages } from '../../../contract/intake.ts'
import { call } from '../../api.ts'

/** As many as one replay takes. */
export const replayLimit = 1000

export type DeadFilter = { messageType?: string; sender?: string; controlId?: string }

/** The dead letters that a bulk replay would touch; `more` when there are others beyond the limit. */
export async function collectDead(filter: DeadFilter, signal: AbortSignal) {
  const found: IntakeMessage[] = []
  let cursor: string | undefined
  do {
    const page = await call(
      listIntakeMessages,
      { query: { ...filter, status: ['dead'], limit: 200, ...(cursor ? { cursor } : {}) } },
      { signal },
    )
    found.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor && found.length < replayLimit)
  return { messages: found.slice(0, replayLimit), more: cursor !== undefined || found.length > replayLimit }
}

/** Most frequent reason first. */
export function countByReason(
  messages: readonly { reason: string | null }[],
): { reason: string | null; n: number }[] {
  const counts = new Map<string | null, number>()
  for (const { reason } of messages) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return Array.from(counts, ([reason, n]) => ({ reason, n })).sort((a, b) => b.n - a.n)
}
