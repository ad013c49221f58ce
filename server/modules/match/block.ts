import type { MatchRecord } from './record.ts'
import { hashOf } from '../person/text.ts'

export const largestBlock = 60

/** A key as a number; 0: the record is not in this pass. A hash collision only puts strangers into one block. */
type Key = (record: MatchRecord) => number
/** For multi-valued fields. */
type Keys = (record: MatchRecord) => readonly number[]

/**
 * Keys of a pass from coarse to fine: an oversized block is split by the next key. `width`: how many blocks a record may be in; `most`: larger
 * blocks are split, and those still larger after the finest are too common to be evidence, and skipped.
 */
type Pass = { width: number; most: number; levels: Keys[] }

const one = (...levels: Key[]): Pass => ({
  width: 1,
  most: largestBlock,
  levels: levels.map((key) => {
    const list = [0]
    return (record: MatchRecord) => {
      list[0] = key(record)
      return list
    }
  }),
})
const some = (...levels: Keys[]): Pass => ({ width: 3, most: largestBlock, levels })
/** Many weak keys, each rare enough by itself. */
const wide = (...levels: Keys[]): Pass => ({ width: 8, most: 12, levels })

const turned = ({ familySound, givenSound }: MatchRecord): [string, string] =>
  familySound < givenSound ? [familySound, givenSound] : [givenSound, familySound]

/**
 * Blocking passes: records that share a key in at least one pass are compared. Each pass tolerates a different error: the phone number
 * pass one in the name, the name pass one in the birth date, the address pass both.
 */
const passes: Pass[] = [
  some((r) => r.identifiers.map((number) => hashOf(number))),
  some(
    (r) => r.phones.map((number) => hashOf(number)),
    (r) => [hashOf(r.phones[0] ?? '', r.givenSound)],
  ),
  one(
    (r) => hashOf(r.birth),
    (r) => hashOf(r.birth, r.givenSound.slice(0, 2)),
    (r) => hashOf(r.birth, r.familySound.slice(0, 2), r.givenSound),
  ),
  one(
    (r) => hashOf(r.birth, r.familySound.slice(0, 2)),
    (r) => hashOf(r.birth, r.familySound, r.sex),
  ),
  one(
    (r) => hashOf(r.familySound, r.givenSound),
    (r) => hashOf(r.familySound, r.givenSound, r.birth.slice(0, 4)),
    (r) => hashOf(r.family, r.given, r.birth.slice(0, 6)),
  ),
  one(
    (r) => hashOf(r.postalCode, r.familySound),
    (r) => hashOf(r.postalCode, r.familySound, r.givenSound.slice(0, 1)),
  ),
  one(
    (r) => hashOf(r.postalCode, r.givenSound),
    (r) => hashOf(r.postalCode, r.givenSound, r.birth.slice(0, 4)),
  ),
  one(
    (r) => hashOf(r.place, r.familySound),
    (r) => hashOf(r.place, r.familySound, r.birth.slice(0, 4)),
  ),
  one(
    (r) => hashOf(r.place, r.givenSound),
    (r) => hashOf(r.place, r.givenSound, r.birth.slice(0, 4)),
  ),
  wide(
    (r) => [r.familySound, r.givenSound].flatMap((name) => r.words.map((word) => hashOf(name, word))),
    (r) =>
      [r.familySound, r.givenSound].flatMap((name) =>
        r.words.map((word) => hashOf(name, word, r.birth.slice(0, 4))),
      ),
  ),
  // The same house or street and the birth date in part, whatever the name.
  wide(
    (r) => r.words.flatMap((word) => [hashOf(word, r.birth.slice(0, 4)), hashOf(word, r.birth.slice(4))]),
    (r) => r.words.map((word) => hashOf(word, r.birth)),
  ),
  // Two words of the address.
  wide(
    (r) =>
      r.words.flatMap((one, at) =>
        r.words.slice(at + 1).map((other) => (one < other ? hashOf(one, other) : hashOf(other, one))),
      ),
    (r) => r.words.map((word) => hashOf(word, r.givenSound, r.familySound)),
  ),
  // Family and given name swapped; only one of them may be present.
  one((r) => {
    const [first, second] = turned(r)
    return hashOf(`${first}/${second}`, r.birth.slice(0, 4))
  }),
  one((r) => {
    const [first, second] = turned(r)
    return first === '' ? 0 : hashOf(first, second, r.place || r.postalCode)
  }),
  one((r) => hashOf(r.postalCode, r.birth.slice(4))),
  // The same house: estate, street and number, even with another family name and birth date.
  some(
    (r) => r.houses,
    (r) => r.houses.map((house) => hashOf(String(house), r.givenSound)),
  ),
]

/** Group of each key, in order of first appearance: open addressing over two flat arrays, without garbage. */
class Groups {
  count = 0
  readonly #keys: Float64Array
  readonly #groups: Int32Array
  readonly #mask: number

  constructor(most: number) {
    const size = 2 ** Math.ceil(Math.log2(most * 2 + 2))
    this.#keys = new Float64Array(size)
    this.#groups = new Int32Array(size)
    this.#mask = size - 1
  }

  of(key: number): number {
    let at = (key % 4294967291) & this.#mask
    while (this.#keys[at] !== 0) {
      if (this.#keys[at] === key) return this.#groups[at] ?? 0
      at = (at + 1) & this.#mask
    }
    this.#keys[at] = key
    this.#groups[at] = this.count
    return this.count++
  }
}

type Blocks = {
  members: Int32Array
  /** Where each block begins, and where the last one ends. */ starts: number[]
}

/** All passes of one record side by side, so that checking whether two records met before reads two places of memory. */
class Places {
  readonly #of: Int32Array
  readonly #offsets: number[] = []
  readonly #row: number

  constructor(records: number) {
    let row = 0
    for (const { width } of passes) {
      this.#offsets.push(row)
      row += width
    }
    this.#row = row
    this.#of = new Int32Array(records * row).fill(-1)
  }

  put(pass: number, record: number, block: number): void {
    const first = record * this.#row + (this.#offsets[pass] ?? 0)
    const width = passes[pass]?.width ?? 0
    for (let slot = first; slot < first + width; slot++)
      if (this.#of[slot] === -1) {
        this.#of[slot] = block
        return
      }
  }

  /** The first common block in that pass, or -1. */
  shared(pass: number, left: number, right: number): number {
    const of = this.#of
    const width = passes[pass]?.width ?? 0
    const offset = this.#offsets[pass] ?? 0
    const mine = left * this.#row + offset
    const theirs = right * this.#row + offset
    if (width === 1) {
      const block = of[mine] ?? -1
      return block === of[theirs] ? block : -1
    }
    for (let slot = mine; slot < mine + width; slot++) {
      const block = of[slot] ?? -1
      if (block === -1) return -1
      for (let there = theirs; there < theirs + width; there++) if (of[there] === block) return block
    }
    return -1
  }

  metBefore(pass: number, left: number, right: number): boolean {
    for (let before = 0; before < pass; before++) if (this.shared(before, left, right) !== -1) return true
    return false
  }
}

/** Yields regularly, so that the thread can do other work. */
function* blocksOf(records: readonly MatchRecord[], places: Places, at: number): Generator<void, Blocks> {
  const { width, most, levels } = passes[at] as Pass
  const starts = [0]
  const found: Int32Array[] = []
  let pending: Int32Array | undefined
  for (const keysOf of levels) {
    const entries = pending?.length ?? records.length
    const { groups, slots, sizes } = yield* groupBy(entries, width, (entry) =>
      keysOf(records[pending ? (pending[entry] ?? 0) : entry] as MatchRecord),
    )
    // Most registers have no words of addresses.
    if (groups === 0) break
    yield
    // Members of all groups, group by group, each in record order.
    const ends = new Int32Array(groups)
    let total = 0
    for (let group = 0; group < groups; group++) {
      ends[group] = total
      total += sizes[group] ?? 0
    }
    const members = new Int32Array(total)
    for (let slot = 0; slot < slots.length; slot++) {
      const group = slots[slot] ?? -1
      if (group === -1) continue
      const entry = Math.floor(slot / width)
      members[ends[group] ?? 0] = pending ? (pending[entry] ?? 0) : entry
      ends[group] = (ends[group] ?? 0) + 1
    }
    const kept = new Int32Array(total)
    const tooLarge = new Set<number>()
    let length = 0
    for (let group = 0; group < groups; group++) {
      const [size, end] = [sizes[group] ?? 0, ends[group] ?? 0]
      if (size < 2) continue
      for (let member = end - size; member < end; member++) {
        const record = members[member] ?? 0
        if (size > most) tooLarge.add(record)
        else {
          places.put(at, record, starts.length - 1)
          kept[length++] = record
        }
      }
      if (size <= most) starts.push((starts.at(-1) ?? 0) + size)
    }
    found.push(kept.slice(0, length))
    if (tooLarge.size === 0) break
    pending = Int32Array.from(tooLarge)
  }
  const members = new Int32Array(starts.at(-1) ?? 0)
  let to = 0
  for (const part of found) {
    members.set(part, to)
    to += part.length
  }
  return { members, starts }
}

/** The group of each key of each entry (-1: none), and how large the groups are. */
function* groupBy(entries: number, width: number, keysOf: (entry: number) => readonly number[]) {
  const table = new Groups(entries * width)
  const slots = new Int32Array(entries * width).fill(-1)
  const sizes = new Int32Array(entries * width)
  for (let entry = 0; entry < entries; entry++) {
    if (entry % 50_000 === 49_999) yield
    const keys = keysOf(entry)
    for (let slot = 0; slot < keys.length && slot < width; slot++) {
      const key = keys[slot] ?? 0
      if (key === 0) continue
      const group = table.of(key)
      slots[entry * width + slot] = group
      sizes[group] = (sizes[group] ?? 0) + 1
    }
  }
  return { groups: table.count, slots, sizes }
}

/**
 * Every candidate pair once, in chunks of whole blocks so that the caller gets control in between. Indexes into `records`.
 * @param visit called for each pair
 * @returns progress, 0 to 1
 */
export function* candidatePairs(
  records: readonly MatchRecord[],
  visit: (left: number, right: number) => void,
): Generator<number> {
  const places = new Places(records.length)
  for (const [at, { width }] of passes.entries()) {
    const building = blocksOf(records, places, at)
    let built = building.next()
    for (; !built.done; built = building.next()) yield at / passes.length
    const { members, starts } = built.value
    let compared = 0
    for (let block = 0; block + 1 < starts.length; block++) {
      const [start = 0, end = 0] = [starts[block], starts[block + 1]]
      for (let i = start; i < end; i++)
        for (let j = i + 1; j < end; j++) {
          const [left, right] = [members[i] ?? 0, members[j] ?? 0]
          if (left === right || (width > 1 && places.shared(at, left, right) !== block)) continue
          if (!places.metBefore(at, left, right)) visit(left, right)
        }
      compared += ((end - start) * (end - start - 1)) / 2
      // About thirty milliseconds of comparing.
      if (compared > 20_000) {
        compared = 0
        yield (at + block / starts.length) / passes.length
      }
    }
  }
}
