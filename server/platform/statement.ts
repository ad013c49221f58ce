/**
 * A century: secondary demographics, from a result, an order or a merge, are dated this much earlier. They create a person and fill gaps,
 * but never override the registration (ADT).
 */
const asideMs = 100 * 365.25 * 86_400_000

export function aside(at: Date): Date {
  return new Date(at.getTime() - asideMs)
}

/** Whether a time (epoch milliseconds) comes from `aside`: no interface has sent anything before 1970. */
export function wasAside(time: number): boolean {
  return time < 0
}

/** The real time of a statement, also of a secondary one. */
export function realTime(time: number): Date {
  return new Date(wasAside(time) ? time + asideMs : time)
}

/** Epoch milliseconds by field, only where they differ from the row's own `source_time`. */
export type StatedAt = Record<string, number>

type Stated = { source_time: Date; said_at: StatedAt }

/**
 * Joins known values with a statement of a given time: for each field the newest statement wins, regardless of the order of arrival.
 * Fields left out are not changed.
 */
export class Statement {
  readonly #row: Stated | undefined
  readonly #at: number
  readonly #times = new Map<string, number>()
  readonly #won = new Set<string>()

  constructor(row: Stated | undefined, at: Date) {
    this.#row = row
    this.#at = at.getTime()
  }

  pick<T>(field: string, stated: T | null, known: T | null): T | null {
    const before =
      known === null ? -Infinity : (this.#row?.said_at[field] ?? this.#row?.source_time.getTime())
    const wins = stated !== null && this.#at >= (before ?? -Infinity)
    if (wins) {
      this.#times.set(field, this.#at)
      this.#won.add(field)
    } else if (known !== null && before !== undefined) this.#times.set(field, before)
    return wins ? stated : known
  }

  /** Whether a field that was picked has the value of this statement. */
  won(field: string): boolean {
    return this.#won.has(field)
  }

  /** The row's new times; call it after every field was picked. */
  times(): Stated {
    const newest = Math.max(this.#at, this.#row?.source_time.getTime() ?? -Infinity)
    return {
      source_time: new Date(newest),
      // In PostgreSQL's key order of jsonb, so that equal values compare equal.
      said_at: Object.fromEntries(
        [...this.#times]
          .filter(([, time]) => time !== newest)
          .sort(([one], [other]) => one.length - other.length || (one < other ? -1 : 1)),
      ),
    }
  }
}
