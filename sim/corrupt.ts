import { chance, int, type Prng, prng } from './prng.ts'

const letters = 'abcdefghijklmnopqrstuvwxyz'
const oneOf = (values: readonly string[], random: Prng) => values[int(random, 0, values.length - 1)] ?? ''

/** One slip of a typist, or a value lost or taken from somebody else, in about the shares of FEBRL's generator (Christen 2005). */
function spoil(value: string, others: readonly string[], random: Prng): string {
  const kind = random()
  if (kind < 0.12) return ''
  if (kind < 0.2) return oneOf(others, random)
  if (value.length < 2) return value
  const at = int(random, 0, value.length - 1)
  const sign = /^\d+$/.test(value) ? String(int(random, 0, 9)) : (letters[int(random, 0, 25)] ?? '')
  const [before, after] = [value.slice(0, at), value.slice(at + 1)]
  if (kind < 0.4) return before + sign + after
  if (kind < 0.55) return before + sign + value.slice(at)
  if (kind < 0.7) return before + after
  if (kind < 0.85) return before + after.slice(0, 1) + (value[at] ?? '') + after.slice(1)
  return value.includes(' ') ? value.replace(' ', '') : `${before} ${value.slice(at)}`
}

/** Columns of a row: given name, surname, street number, street, estate, suburb, postal code, state, date of birth. */
export type AddressedRow = readonly string[]

/**
 * A register with one to three duplicates of everybody, each with up to `most` slips, at most two in a field; sometimes with the names or the
 * two parts of the address exchanged. The same seed makes the same register.
 * @returns rows with the position of their original
 */
export function corrupted(
  originals: readonly AddressedRow[],
  most: number,
  seed: number,
): { owner: number; cells: string[] }[] {
  const columns = (originals[0] ?? []).map((_, at) => originals.map((row) => row[at] ?? ''))
  return originals.flatMap((row, owner) => {
    const random = prng(seed, owner)
    const duplicates = Array.from({ length: int(random, 1, 3) }, () => {
      const cells = [...row]
      const slips = cells.map(() => 0)
      for (let left = int(random, 1, most); left > 0; left--) {
        const at = int(random, 0, cells.length - 1)
        if (slips[at] === 2) continue
        slips[at] = (slips[at] ?? 0) + 1
        cells[at] = spoil(cells[at] ?? '', columns[at] ?? [], random)
      }
      if (chance(random, 0.04)) exchange(cells, 0, 1)
      if (chance(random, 0.05)) exchange(cells, 3, 4)
      return { owner, cells }
    })
    return [{ owner, cells: [...row] }, ...duplicates]
  })
}

function exchange(cells: string[], one: number, other: number): void {
  ;[cells[one], cells[other]] = [cells[other] ?? '', cells[one] ?? '']
}
