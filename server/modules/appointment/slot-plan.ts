import type { BookingChannel, Quota } from '../../../contract/clinic-schedule.ts'

export type PlannedSlot = {
  /** Minutes after the session begins. */
  from: number
  to: number
  number: number
  overbooked: boolean
  channel: BookingChannel | null
  /** Hours before the session at which everybody may have it; null without a channel. */
  releaseHours: number | null
}

export type SlotRules = {
  minutes: number
  slotMinutes: number
  places: number
  overbook: number
  quotas: Quota[]
}

/** How many patients a session has room for, without those above its places. */
export const capacityOf = ({ minutes, slotMinutes, places }: SlotRules): number =>
  Math.floor(minutes / slotMinutes) * places

/**
 * The slots of a session, numbered in the order of time; those above the places come last, spread over the session. The places of each channel
 * lie evenly between the others, so that no channel is left with the last hour.
 * @param rules minutes: length of the session; the quotas together are no more than its capacity
 */
export function planSlots(rules: SlotRules): PlannedSlot[] {
  const capacity = capacityOf(rules)
  const channels = spread(capacity, rules.quotas)
  const at = (index: number) => Math.floor(index / rules.places) * rules.slotMinutes
  const usual = Array.from({ length: capacity }, (_, index): PlannedSlot => {
    const quota = channels[index]
    return {
      from: at(index),
      to: at(index) + rules.slotMinutes,
      number: index + 1,
      overbooked: false,
      channel: quota?.channel ?? null,
      releaseHours: quota?.releaseHours ?? null,
    }
  })
  const times = Math.floor(rules.minutes / rules.slotMinutes)
  if (times === 0) return usual
  const above = Array.from({ length: rules.overbook }, (_, index): PlannedSlot => {
    const from = Math.floor((index * times) / rules.overbook) * rules.slotMinutes
    return {
      from,
      to: from + rules.slotMinutes,
      number: capacity + index + 1,
      overbooked: true,
      channel: null,
      releaseHours: null,
    }
  })
  return [...usual, ...above]
}

/** Gives each quota its places, the largest first, each as near as possible to where an even spread would put it. */
function spread(capacity: number, quotas: Quota[]): (Quota | undefined)[] {
  const taken = new Array<Quota | undefined>(capacity).fill(undefined)
  for (const quota of quotas.toSorted((a, b) => b.places - a.places))
    for (let nth = 0; nth < quota.places; nth++) {
      const wish = Math.floor(((nth + 0.5) * capacity) / quota.places)
      const free = [...taken.keys()].filter((index) => taken[index] === undefined)
      const [nearest] = free.toSorted((a, b) => Math.abs(a - wish) - Math.abs(b - wish))
      if (nearest !== undefined) taken[nearest] = quota
    }
  return taken
}
