/** What decides how many calls may go on at once. */
export type Pace = {
  /** Calls that the site lets go on at once. */
  lines: number
  /** Calls that are dialling or talking. */
  live: number
  /** Agents without a call; null: nobody takes calls over, so there is nobody to run out of. */
  freeAgents: number | null
  /** Answered calls of late, and how many of them were handed over. */
  answered: number
  handedOver: number
  /** How many of these handed over gave up before an agent took them. */
  abandoned: number
  /** The share of calls handed over that may be lost. */
  limit: number
}

/** What is believed of hand-overs before any were seen: one of eight calls, as if eight had been watched. */
const before = { answered: 8, handedOver: 1 }
/** Hand-overs from which on their own count decides. */
const enough = 20

/**
 * How many calls may be begun now. As many go on as leave the share of hand-overs that would find no free agent within the limit, by the
 * binomial distribution; where the calls of late were lost more often than that, each call has an agent of its own until they are not.
 */
export function callsAllowed({ lines, live, freeAgents, limit, ...seen }: Pace): number {
  if (freeAgents === null) return Math.max(0, lines - live)
  const tooMany = seen.handedOver >= enough && seen.abandoned > limit * seen.handedOver
  const most = tooMany
    ? freeAgents
    : mostFor(freeAgents, cautiousShare(seen.answered, seen.handedOver), limit, lines)
  return Math.max(0, Math.min(lines, most) - live)
}

/** One standard error above the estimate, so that a quiet hour does not make us bold. */
function cautiousShare(answered: number, handedOver: number): number {
  const n = answered + before.answered
  const share = (handedOver + before.handedOver) / n
  return Math.min(1, share + Math.sqrt((share * (1 - share)) / n))
}

function mostFor(agents: number, share: number, limit: number, lines: number): number {
  let most = Math.min(agents, lines)
  while (most < lines && lostShare(most + 1, agents, share) <= limit) most += 1
  return most
}

/** The expected share of hand-overs beyond the free agents, of so many calls that are each handed over with this probability. */
export function lostShare(calls: number, agents: number, share: number): number {
  if (share <= 0) return 0
  if (share >= 1) return Math.max(0, calls - agents) / calls
  let probability = (1 - share) ** calls
  let lost = 0
  for (let n = 0; n <= calls; n++) {
    if (n > agents) lost += (n - agents) * probability
    probability *= ((calls - n) / (n + 1)) * (share / (1 - share))
  }
  return lost / (calls * share)
}
