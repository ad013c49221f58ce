import { type ClaimField, claimFields } from '../../../contract/provenance.ts'
import type { StatedAt } from '../../platform/statement.ts'
import { wasAside } from '../../platform/statement.ts'

/**
 * A value stated by a source, with the first and last time of the statement (epoch milliseconds). For `deceased` the value is the time of
 * death (ISO 8601), `true` if that is unknown, or `false` if staff withdrew the death; for `address` a packed address. Empty: staff marked
 * the known value as wrong and have no better one, or a source deleted what it had stated.
 */
export type Claim = { source: string; value: string; first: number; last: number }

/** How a field is decided when sources differ. */
export const claimRules = ['staff-holds', 'newest', 'trusted'] as const
export type ClaimRule = (typeof claimRules)[number]
export type FieldRule = {
  rule: ClaimRule
  /** Sources in order of trust, by full name or the part before the colon; others come last. */
  trusted: readonly string[]
}

/** Limit per field; beyond it the oldest claims that no longer count are dropped. */
const mostClaims = 12

const isStaff = (source: string) => source === 'staff' || source.startsWith('staff:')
/** Staff count as one source: a later correction replaces an earlier one. */
const voice = (source: string) => (isStaff(source) ? 'staff' : source)

/**
 * Adds a statement. The result does not depend on the order of arrival, except for two statements of one source with the same time: there
 * the later arrival counts. A secondary statement (see `aside`) that only repeats a primary one is no claim of its own.
 */
export function addClaim(
  claims: readonly Claim[],
  { source, value, at }: { source: string; value: string; at: number },
): Claim[] {
  const known = claims.find((one) => one.source === source && one.value === value)
  if (known && known.first <= at && at <= known.last) return [...claims]
  // An earlier secondary statement does not extend a primary one.
  const alike = known !== undefined && wasAside(known.last) === wasAside(at)
  if (known && !alike && wasAside(at)) return [...claims]
  const next: Claim = alike
    ? { source, value, first: Math.min(at, known.first), last: Math.max(at, known.last) }
    : { source, value, first: at, last: at }
  // A claim whose last time does not change keeps its place among equals.
  const joined =
    known && at < known.last
      ? claims.map((one) => (one === known ? next : one))
      : [...claims.filter((one) => one !== known), next]
  const proper = new Set(joined.filter((one) => !wasAside(one.last)).map((one) => one.value))
  const kept = joined
    .filter((one) => !wasAside(one.last) || !proper.has(one.value))
    .sort((one, other) => one.last - other.last)
  return capped(kept)
}

function capped(claims: Claim[]): Claim[] {
  if (claims.length <= mostClaims) return claims
  const current = new Set(currentClaims(claims))
  const oldest = claims.find((one) => !current.has(one)) ?? claims[0]
  return claims.filter((one) => one !== oldest)
}

/** The newest claim of each source. Claims are sorted by their last time. */
export function currentClaims(claims: readonly Claim[]): Claim[] {
  return [...new Map(claims.map((one) => [voice(one.source), one])).values()]
}

/** Whether a source deleted its own statement, so that it has none. */
const isDeleted = (claim: Claim) => claim.value === '' && !isStaff(claim.source)

/** The newest; of equally new ones staff first, then by name, so that the order of arrival does not matter. */
function newest(claims: readonly Claim[]): Claim | null {
  const rank = (one: Claim, other: Claim) =>
    other.last - one.last ||
    Number(isStaff(other.source)) - Number(isStaff(one.source)) ||
    (one.source < other.source ? -1 : 1)
  return [...claims].sort(rank)[0] ?? null
}

/**
 * Which claim counts. Pure: the same claims and the same rule give the same answer. `newest`: the latest statement, by its own time.
 * `staff-holds`: the same, but a correction by staff holds against earlier values of a source, even when repeated; only a new value
 * replaces it. `trusted`: like `staff-holds`, but the first source in the site's order counts.
 */
export function decide(claims: readonly Claim[], { rule, trusted }: FieldRule): Claim | null {
  const proper = claims.filter((one) => !wasAside(one.last))
  const current = currentClaims(proper.length > 0 ? proper : claims).filter((one) => !isDeleted(one))
  const best = (among: readonly Claim[]) => (rule === 'trusted' ? mostTrusted(among, trusted) : newest(among))
  const staff = current.find((one) => isStaff(one.source))
  if (!staff || rule === 'newest') return best(current)
  return best(current.filter((one) => one !== staff && isNews(one, staff))) ?? staff
}

/** Whether a source's current value is new since the correction by staff. */
export function isNews(claim: Claim, staff: Claim): boolean {
  return claim.first > staff.last
}

function mostTrusted(claims: readonly Claim[], order: readonly string[]): Claim | null {
  const place = (one: Claim) => {
    const at = order.findIndex((name) => name === one.source || name === one.source.split(':')[0])
    return at < 0 ? order.length : at
  }
  const first = Math.min(...claims.map(place))
  return newest(claims.filter((one) => place(one) === first))
}

/**
 * Whether somebody died, and when. Sources only state deaths; only staff can withdraw one. A withdrawn death returns when a source states
 * it anew: with another time of death or, under the rule `newest`, at all.
 */
export function decideDeath(claims: readonly Claim[], { rule }: FieldRule): Claim | null {
  const current = currentClaims(claims)
  const staff = current.find((one) => isStaff(one.source))
  const deleted = new Set(current.filter(isDeleted).map((one) => one.source))
  const counts = (one: Claim) =>
    one.value !== 'false' &&
    !deleted.has(one.source) &&
    (staff?.value !== 'false' ||
      (!isStaff(one.source) && (rule === 'newest' ? one.last > staff.last : isNews(one, staff))))
  const deaths = claims.filter(counts)
  return newest(deaths.filter((one) => one.value !== 'true')) ?? newest(deaths) ?? staff ?? null
}

/** The claims of a person as stored: `[source, first, last, field, value, field, value, …]`. */
export type PackedClaims = (string | number)[][]

/** Provenance columns of a record. */
export type Stated = {
  source: string
  source_time: Date
  said_at: StatedAt
  claims: PackedClaims | null
}
export type ClaimsByField = Map<ClaimField, Claim[]>

/**
 * The claims of a record. A field without stored claims was stated by one source only: that of the row, or of the address row.
 * @param values current column values; for an address also its source and time
 */
export function claimsOf(
  row: Stated,
  values: Partial<Record<ClaimField, string | null>>,
  address?: { source: string; at: Date },
): ClaimsByField {
  const claims: ClaimsByField = new Map()
  for (const [source, first, last, ...pairs] of row.claims ?? []) {
    for (let at = 0; at < pairs.length; at += 2) {
      const field = pairs[at] as ClaimField
      const all = claims.get(field) ?? []
      all.push({
        source: String(source),
        value: String(pairs[at + 1]),
        first: Number(first),
        last: Number(last),
      })
      claims.set(field, all)
    }
  }
  for (const field of claimFields) {
    const value = values[field]
    if (value === null || value === undefined || claims.has(field)) continue
    const own = field === 'address' ? address : undefined
    const at = own?.at.getTime() ?? row.said_at[field] ?? row.source_time.getTime()
    claims.set(field, [{ source: own?.source ?? row.source, value, first: at, last: at }])
  }
  return claims
}

/** The inverse: null where the columns suffice. */
export function packClaims(claims: ClaimsByField, source: string): PackedClaims | null {
  const groups = new Map<string, (string | number)[]>()
  const kept = claimFields
    .flatMap((field) => {
      const all = claims.get(field) ?? []
      if (!needsClaims(field, all, source)) return []
      // The order of claims with the same time must be kept.
      const tie = (at: number) => all.slice(0, at).filter((one) => one.last === all[at]?.last).length
      return all.map((one, at) => ({ field, ...one, tie: tie(at) }))
    })
    .sort((one, other) => one.last - other.last || one.tie - other.tie)
  for (const one of kept) {
    const key = `${one.first}|${one.last}|${one.tie}|${one.source}`
    const group = groups.get(key) ?? [one.source, one.first, one.last]
    group.push(one.field, one.value)
    groups.set(key, group)
  }
  return groups.size > 0 ? [...groups.values()] : null
}

function needsClaims(field: ClaimField, claims: Claim[], source: string): boolean {
  const [only, ...more] = claims
  if (!only || more.length > 0) return only !== undefined
  // The column is empty for a value that staff removed.
  return (field !== 'address' && only.source !== source) || ['', 'unknown', 'false'].includes(only.value)
}

/**
 * Joins a record's claims with a statement; a null or missing field erases nothing.
 * @returns the deciding claim of each field, and the columns that keep the sources
 */
export function restate(
  row: Stated,
  claims: ClaimsByField,
  statement: { source: string; at: Date; values: Partial<Record<ClaimField, string | null>> },
  rules: Record<ClaimField, FieldRule>,
): { decided: Map<ClaimField, Claim>; stated: Stated } {
  const at = statement.at.getTime()
  const decided = new Map<ClaimField, Claim>()
  const next: ClaimsByField = new Map()
  for (const field of claimFields) {
    const value = statement.values[field] ?? null
    const before = claims.get(field) ?? []
    const after = value === null ? before : addClaim(before, { source: statement.source, value, at })
    if (after.length === 0) continue
    next.set(field, after)
    const winner = field === 'deceased' ? decideDeath(after, rules[field]) : decide(after, rules[field])
    if (winner) decided.set(field, winner)
  }
  const known = row.source_time.getTime()
  const [source, newestTime] = at > known ? [statement.source, at] : [row.source, known]
  return {
    decided,
    stated: {
      source,
      source_time: new Date(newestTime),
      said_at: timesOf(next, decided, source, newestTime),
      claims: packClaims(next, source),
    },
  }
}

/** Times of fields that differ from the row's own and are kept nowhere else, in the order in which PostgreSQL keeps the keys of jsonb. */
function timesOf(
  claims: ClaimsByField,
  decided: Map<ClaimField, Claim>,
  source: string,
  newestTime: number,
): StatedAt {
  const times = [...decided].flatMap(([field, { last }]): [string, number][] =>
    field === 'address' || last === newestTime || needsClaims(field, claims.get(field) ?? [], source)
      ? []
      : [[field, last]],
  )
  return Object.fromEntries(
    times.sort(([one], [other]) => one.length - other.length || (one < other ? -1 : 1)),
  )
}
