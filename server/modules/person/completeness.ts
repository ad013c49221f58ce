import { type Gap, gaps } from '../../../contract/provenance.ts'
import type { Db } from '../../platform/db.ts'
import { settingDefinitions } from '../setting/definitions.ts'
import { readSettings } from '../setting/setting.ts'
import type { PersonInput } from './upsert.ts'

/** The site's weights. */
export type Weights = Record<Gap, number>

const keyOf = (gap: Gap) => `completeness.${gap}` as const

/** Bits of the view `person_gap`, the only definition of what is missing. */
const bits: Record<Gap, number> = {
  name: 1,
  birthDate: 2,
  sex: 4,
  identity: 8,
  phone: 16,
  address: 32,
  contact: 64,
  email: 128,
}
const allMasks = Array.from({ length: 256 }, (_, mask) => mask)

/** Gaps that a statement could fill, as bits; may be too many, never too few. Where none of these is missing, the view need not be read. */
export function mayFill(
  input: Omit<PersonInput, 'identifiers'> & { identifiers: { system: string }[] },
): number {
  const there: Record<Gap, boolean> = {
    name: input.name !== null,
    birthDate: input.birthDate !== null,
    sex: input.sex !== null,
    identity: input.identifiers.some((one) => !one.system.startsWith('mrn:')),
    phone: input.telecoms.some((one) => one.system === 'phone'),
    address: input.addresses.length > 0,
    contact: input.relationships.some((one) => one.phone !== null),
    email: input.telecoms.some((one) => one.system === 'email'),
  }
  return gaps.reduce((mask, gap) => (there[gap] ? mask | bits[gap] : mask), 0)
}

export async function readWeights(db: Db): Promise<Weights> {
  return weightsFrom(await readSettings(db, gaps.map(keyOf)))
}

/** Weights from the settings; defaults for the rest. */
export function weightsFrom(set: Record<string, unknown>): Weights {
  const weight = (gap: Gap) => Number(set[keyOf(gap)] ?? settingDefinitions[keyOf(gap)].defaultValue)
  return Object.fromEntries(gaps.map((gap) => [gap, weight(gap)])) as Weights
}

/** Missing things with a weight, the heaviest first. */
export function missingOf(mask: number, weights: Weights): Gap[] {
  return gaps
    .filter((gap) => (mask & bits[gap]) !== 0 && weights[gap] > 0)
    .sort((one, other) => weights[other] - weights[one])
}

/** Share of the weights that is present, 0 to 100; 100 only when nothing with a weight is missing. */
export function scoreOf(mask: number, weights: Weights): number {
  const total = gaps.reduce((sum, gap) => sum + weights[gap], 0)
  const there = gaps.reduce((sum, gap) => sum + ((mask & bits[gap]) === 0 ? weights[gap] : 0), 0)
  return total === 0 ? 100 : Math.floor((100 * there) / total)
}

/** All matching bit sets, so that a filter by score is a look-up. */
export function masksWithin(
  weights: Weights,
  {
    from = 0,
    to = 100,
    missing,
  }: { from?: number | undefined; to?: number | undefined; missing?: Gap | undefined },
): number[] {
  return allMasks.filter((mask) => {
    const score = scoreOf(mask, weights)
    return score >= from && score <= to && (missing === undefined || (mask & bits[missing]) !== 0)
  })
}
