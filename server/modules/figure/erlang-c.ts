import { AppError } from '../../platform/errors.ts'

/** What comes in: so many calls in so many minutes, each taking so many seconds of an agent. */
export type Load = { calls: number; aht: number; minutes: number }
/** So large a share of calls is to be answered within so many seconds. */
export type Target = { share: number; seconds: number }

export type Waiting = {
  /** Calls that talk at the same time on average (Erlang). */
  traffic: number
  agents: number
  /** Share of their time that agents talk. */
  occupancy: number
  /** Probability that a caller waits. */
  waitProbability: number
  /** Share of callers answered within the target's seconds. */
  serviceLevel: number
  /** Seconds; null where the queue grows without end. */
  averageSpeedOfAnswer: number | null
}

/** @throws {AppError} invalid, naming what cannot be */
export function trafficOf({ calls, aht, minutes }: Load): number {
  for (const [path, value] of [
    ['calls', calls],
    ['aht', aht],
    ['minutes', minutes],
  ] as const)
    if (!Number.isFinite(value) || value < 0 || (path !== 'calls' && value === 0))
      throw new AppError('invalid', `${path} must be a number above zero.`)
  return (calls * aht) / (minutes * 60)
}

/**
 * Erlang's B formula, the probability that all of `agents` are busy where nobody waits, by the recursion that neither overflows nor cancels
 * (Jagerman 1974).
 */
export function erlangB(traffic: number, agents: number): number {
  let blocked = 1
  for (let n = 1; n <= agents; n++) blocked = (traffic * blocked) / (n + traffic * blocked)
  return blocked
}

/** Erlang's C formula, the probability that a caller waits; 1 where there are no more agents than traffic. */
export function erlangC(traffic: number, agents: number): number {
  if (traffic === 0) return 0
  return fromB(erlangB(traffic, agents), traffic, agents)
}

function fromB(blocked: number, traffic: number, agents: number): number {
  if (agents <= traffic) return 1
  return blocked / (1 - (traffic / agents) * (1 - blocked))
}

/** How callers wait with so many agents (M/M/n, nobody gives up). */
export function waitingOf(load: Load, agents: number, seconds: number): Waiting {
  const traffic = trafficOf(load)
  return measure(traffic, agents, erlangC(traffic, agents), load.aht, seconds)
}

function measure(traffic: number, agents: number, waits: number, aht: number, seconds: number): Waiting {
  const spare = agents - traffic
  const stable = spare > 0
  return {
    traffic,
    agents,
    occupancy: agents === 0 ? 1 : Math.min(1, traffic / agents),
    waitProbability: waits,
    serviceLevel: stable ? 1 - waits * Math.exp((-spare * seconds) / aht) : 0,
    averageSpeedOfAnswer: stable ? (waits * aht) / spare : null,
  }
}

/** More agents than any centre has. */
const mostAgents = 100_000

/** The fewest agents with which the target is met. @throws {AppError} invalid for a target that no number meets */
export function agentsNeeded(load: Load, { share, seconds }: Target): Waiting {
  if (!(share > 0 && share < 1) || seconds < 0)
    throw new AppError('invalid', 'The target is a share between 0 and 1, and seconds that are not negative.')
  const traffic = trafficOf(load)
  let blocked = 1
  for (let agents = 1; agents <= mostAgents; agents++) {
    blocked = (traffic * blocked) / (agents + traffic * blocked)
    const met = measure(traffic, agents, fromB(blocked, traffic, agents), load.aht, seconds)
    if (met.serviceLevel >= share) return met
  }
  throw new AppError('invalid', 'So many calls need more agents than can be counted.')
}
