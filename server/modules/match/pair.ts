import { sql } from 'kysely'
import type { Db, Trx } from '../../platform/db.ts'
import { compare, fieldNames, levelsOf, type Pattern } from './compare.ts'
import { fingerprintOf } from './input.ts'
import { type Model, probabilityOf, startingModel } from './model.ts'
import type { MatchInput, MatchRecord } from './record.ts'

export type FoundPair = {
  left: MatchInput
  right: MatchInput
  pattern: Pattern
  probability: number
  rule: string | null
}

/** The latest model estimated from this site's data, else the starting model. */
export async function currentModel(db: Db): Promise<Model> {
  const row = await db
    .selectFrom('match_model')
    .select('parameters')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return (row?.parameters as unknown as Model | undefined) ?? startingModel
}

/**
 * Deterministic rule, applied before any probability: name, birth date and a telephone number agree, and nothing contradicts. Twins share
 * birth date and telephone, but not the given name.
 */
export function ruleOf(pattern: Pattern): string | null {
  const at = levelsByField(pattern)
  const agree = at['family'] === 4 && at['given'] === 4 && at['birth'] === 4 && at['phone'] === 3
  const against = at['sex'] === 1 || at['identifier'] === 1
  return agree && !against ? 'name-birth-phone' : null
}

/**
 * Twins share everything but the given name: the evidence by field is overwhelming, and wrong. Chinese given names are not shortened or
 * anglicised, so a different one means a different person.
 */
export function areTwins(one: MatchRecord, other: MatchRecord, pattern: Pattern): boolean {
  return one.han && other.han && patternOfTwins(pattern)
}

/**
 * Newborns registered after their mother have her telephone, address and perhaps number, and one birth date: two of them are as likely twins as
 * one child, so that only a number of their own is evidence.
 */
export function areNameless(one: MatchRecord, other: MatchRecord, pattern: Pattern): boolean {
  return (one.nameless || other.nameless) && levelsOf(pattern)[fieldNames.indexOf('identifier')] !== 3
}

/** The same for two Chinese names. */
export function patternOfTwins(pattern: Pattern): boolean {
  const [family = 0, given, birth] = levelsOf(pattern)
  return family >= 3 && given === 1 && birth === 4
}

/** Compares two persons; null when too unlikely for review. */
export function judge(
  model: Model,
  [left, one]: [MatchInput, MatchRecord],
  [right, other]: [MatchInput, MatchRecord],
  least: number,
): FoundPair | null {
  const pattern = compare(one, other)
  if (areTwins(one, other, pattern) || areNameless(one, other, pattern)) return null
  const probability = probabilityOf(model, pattern)
  const rule = ruleOf(pattern)
  if (probability < least && !rule) return null
  return left.id < right.id
    ? { left, right, pattern, probability, rule }
    : { left: right, right: left, pattern, probability, rule }
}

/**
 * Puts pairs on the review list, in one statement. A decision stays until the data of one of them change; records separated by hand count
 * as decided to be different.
 * @returns how many pairs are open
 */
export async function storePairs(trx: Trx, pairs: FoundPair[]): Promise<number> {
  if (pairs.length === 0) return 0
  const { rows } = await sql<{ status: string }>`
    insert into match_pair as m (left_id, right_id, probability, rule, levels, fingerprint, status)
    select w.*, case when exists (select 1 from person_merge g where g.undone_at is not null
      and ((g.survivor_id = w.left_id and g.merged_id = w.right_id) or (g.survivor_id = w.right_id and g.merged_id = w.left_id)))
      then 'different' else 'open' end
    from unnest(
      ${pairs.map((pair) => pair.left.id)}::bigint[], ${pairs.map((pair) => pair.right.id)}::bigint[],
      ${pairs.map((pair) => pair.probability)}::real[], ${pairs.map((pair) => pair.rule)}::text[],
      ${pairs.map((pair) => JSON.stringify(levelsByField(pair.pattern)))}::jsonb[],
      ${pairs.map((pair) => fingerprintOf(pair.left, pair.right))}::text[])
      as w(left_id, right_id, probability, rule, levels, fingerprint)
    on conflict (left_id, right_id) do update set probability = excluded.probability, rule = excluded.rule, levels = excluded.levels,
      fingerprint = excluded.fingerprint,
      status = case when m.fingerprint = excluded.fingerprint then m.status else 'open' end,
      found_at = case when m.fingerprint = excluded.fingerprint then m.found_at else now() end
    where m.fingerprint <> excluded.fingerprint or m.probability <> excluded.probability
    returning m.status`.execute(trx)
  return rows.filter((row) => row.status === 'open').length
}

function levelsByField(pattern: Pattern): Record<string, number> {
  const levels = levelsOf(pattern)
  return Object.fromEntries(fieldNames.map((name, at) => [name, levels[at] ?? 0]))
}
