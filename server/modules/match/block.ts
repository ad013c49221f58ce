import type { MatchRecord } from './record.ts'

/** Keys of a pass from coarse to fine: a block that is too large is split by the next one. Empty = the record is not in this pass. */
type Pass = ((record: MatchRecord) => string[])[]

const one = (...parts: string[]): string[] => (parts.some((part) => part === '') ? [] : [parts.join('|')])

/**
 * Who is compared with whom: whoever shares a key of at least one pass. Each pass survives another kind of mistake: the phone number one in
 * the name, the name one in the birth date, the address one in both.
 */
const passes: Pass[] = [
  [(record) => record.identifiers],
  [(record) => record.phones, (record) => one(record.phones[0] ?? '', record.givenSound)],
  [
    (record) => one(record.birth),
    (record) => one(record.birth, record.givenSound.slice(0, 2)),
    (record) => one(record.birth, record.familySound.slice(0, 2), record.givenSound),
  ],
  [
    (record) => one(record.birth, record.familySound.slice(0, 2)),
    (record) => one(record.birth, record.familySound, record.sex),
  ],
  [
    (record) => one(record.familySound, record.givenSound),
    (record) => one(record.familySound, record.givenSound, record.birth.slice(0, 4)),
    (record) => one(record.family, record.given, record.birth.slice(0, 6)),
  ],
  [
    (record) => one(record.postalCode, record.familySound),
    (record) => one(record.postalCode, record.familySound, record.givenSound.slice(0, 1)),
  ],
  [
    (record) => one(record.postalCode, record.givenSound),
    (record) => one(record.postalCode, record.givenSound, record.birth.slice(0, 4)),
  ],
  [
    (record) => one(record.place, record.familySound),
    (record) => one(record.place, record.familySound, record.birth.slice(0, 4)),
  ],
  [
    (record) => one(record.place, record.givenSound),
    (record) => one(record.place, record.givenSound, record.birth.slice(0, 4)),
  ],
  // Family and given name exchanged.
  [(record) => one([record.familySound, record.givenSound].sort().join('/'), record.birth.slice(0, 4))],
  [
    (record) =>
      record.familySound && record.givenSound
        ? one([record.familySound, record.givenSound].sort().join('/'), record.place || record.postalCode)
        : [],
  ],
  [(record) => one(record.postalCode, record.birth.slice(4))],
  // The same house: estate, street and number survive another family name and birth date.
  [(record) => record.houses, (record) => record.houses.map((house) => `${house}|${record.givenSound}`)],
]

/** Larger blocks are split by a finer key; what is still larger after the finest is common rather than telling, and left out. */
export const largestBlock = 60

type Blocks = {
  /** Block of each record in one pass, up to `width` of them; -1 = none. */
  width: number
  of: Int32Array
  members: Int32Array[]
}

function blocksOf(records: readonly MatchRecord[], pass: Pass): Blocks {
  const width = 3
  const of = new Int32Array(records.length * width).fill(-1)
  const members: Int32Array[] = []
  let pending: { record: number; slot: number }[] | undefined
  for (const keysOf of pass) {
    const groups = new Map<string, number[]>()
    const put = (record: number) => {
      const all = keysOf(records[record] as MatchRecord)
      for (let slot = 0; slot < all.length && slot < width; slot++) {
        const key = all[slot] ?? ''
        const group = groups.get(key)
        if (group) group.push(record)
        else groups.set(key, [record])
      }
    }
    if (pending) for (const { record } of pending) put(record)
    else for (let record = 0; record < records.length; record++) put(record)
    const tooLarge = new Set<number>()
    for (const group of groups.values()) {
      if (group.length < 2) continue
      if (group.length > largestBlock) {
        for (const record of group) tooLarge.add(record)
        continue
      }
      const block = members.length
      members.push(Int32Array.from(group))
      for (const record of group) {
        let slot = record * width
        while (slot < (record + 1) * width && of[slot] !== -1) slot++
        if (slot < (record + 1) * width) of[slot] = block
      }
    }
    pending = [...tooLarge].map((record) => ({ record, slot: 0 }))
    if (pending.length === 0) break
  }
  return { width, of, members }
}

/** The first block that both are in, or -1. */
function shared({ width, of }: Blocks, left: number, right: number): number {
  for (let slot = left * width; slot < (left + 1) * width; slot++) {
    const block = of[slot] ?? -1
    if (block === -1) return -1
    for (let there = right * width; there < (right + 1) * width; there++)
      if (of[there] === block) return block
  }
  return -1
}

/**
 * Every pair worth comparing, once, in chunks of whole blocks so that the caller can look up between them. Indexes into `records`.
 * @param visit called for each pair
 * @returns how far it is, 0 to 1
 */
export function* candidatePairs(
  records: readonly MatchRecord[],
  visit: (left: number, right: number) => void,
): Generator<number> {
  const earlier: Blocks[] = []
  for (const [at, pass] of passes.entries()) {
    const blocks = blocksOf(records, pass)
    yield at / passes.length
    let compared = 0
    for (const [block, members] of blocks.members.entries()) {
      for (let i = 0; i < members.length; i++)
        for (let j = i + 1; j < members.length; j++) {
          const [left, right] = [members[i] ?? 0, members[j] ?? 0]
          if (left === right || shared(blocks, left, right) !== block) continue
          if (earlier.some((before) => shared(before, left, right) !== -1)) continue
          visit(left, right)
        }
      compared += members.length
      if (compared > 20_000) {
        compared = 0
        yield (at + block / blocks.members.length) / passes.length
      }
    }
    earlier.push(blocks)
  }
}
