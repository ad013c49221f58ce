import { isPlaceholderNumber } from '../person/identity-number.ts'
import { familyLength, foldedWords, searchName } from '../person/name.ts'
import { isPlaceholderDate, isPlaceholderName } from '../person/placeholder.ts'
import { bigramsOf, hashOf, loosePinyin, soundex } from '../person/text.ts'

/** Matching data of one person. */
export type MatchInput = {
  id: number
  name: string
  sex: string
  /** `1970-01-02` */
  birthDate: string | null
  phones: string[]
  /** Identity numbers and the like as `system|number`; not record numbers, which always differ. */
  identifiers: string[]
  address: string | null
  /** District, town or suburb. */
  place: string | null
  postalCode: string | null
}

/** The same, prepared for a million comparisons. */
export type MatchRecord = {
  id: number
  han: boolean
  /** Registered under a name that tells nothing, such as a newborn after its mother; see `person/placeholder.ts`. */
  nameless: boolean
  family: string
  given: string
  /** Sound of both: loose pinyin of Chinese names, soundex of Latin ones. */
  familySound: string
  givenSound: string
  sex: string
  /** `19700102` */
  birth: string
  phones: string[]
  identifiers: string[]
  /** Bigrams of the whole address, see `bigramsOf`. */
  street: string
  /** Hashes of number and beginning of the street, and of the beginning of the rest; sharing one means the same house. */
  houses: number[]
  /** Sounds of the words of a Latin address and of the town, without kinds of streets. */
  words: string[]
  place: string
  postalCode: string
}

const known = new Map<string, string>()

/** Interned strings: most of a million persons share family name, town and year with thousands of others. */
function shared(word: string): string {
  const first = known.get(word)
  if (first !== undefined) return first
  if (known.size > 500_000) known.clear()
  known.set(word, word)
  return word
}

const streets = new Map<string, string>()

function streetOf(address: string): string {
  let street = streets.get(address)
  if (street === undefined) {
    street = bigramsOf(address)
    if (streets.size > 200_000) streets.clear()
    streets.set(address, street)
  }
  return street
}

const pinyinOf = new Map<string, string>()

/** Pinyin of one or two characters, cached: there are a few thousand, and the library is slow. */
function soundOf(han: string): string {
  let sound = pinyinOf.get(han)
  if (sound === undefined) {
    sound = loosePinyin(searchName(han).pinyin)
    if (pinyinOf.size > 200_000) pinyinOf.clear()
    pinyinOf.set(han, sound)
  }
  return sound
}

/** Chinese names begin with the family name, Latin ones end with it. */
function splitName(name: string): { han: boolean; family: string; given: string } {
  const { search_name: plain } = searchName(name)
  if (/\p{Script=Han}/u.test(plain)) {
    const family = plain.slice(0, familyLength(plain))
    return { han: true, family, given: plain.slice(family.length) }
  }
  const words = foldedWords(name)
  return {
    han: false,
    family: words.length > 1 ? (words.at(-1) ?? '') : '',
    given: words.slice(0, Math.max(1, words.length - 1)).join(''),
  }
}

/** Kinds of streets and places, which tell nothing. */
const kinds = new Set(
  'street road avenue place crescent close court circuit drive lane way parade terrace square village estate north south east west flat unit'.split(
    ' ',
  ),
)

/** The first words are what an address is known by; three sounds keep what a slip at the end of a word spoils. */
function soundsOf(address: string, town: string): string[] {
  if (/\p{Script=Han}/u.test(address)) return []
  const words = address.split(/[^a-z]+/).filter((word) => word.length > 3 && !kinds.has(word))
  const [first = ''] = town.split(/[^a-z]+/).filter((word) => word.length > 3)
  return [...new Set([...words.slice(0, 3), first].map((word) => soundex(word).slice(0, 4)))].filter(Boolean)
}

/** A blank in the middle of a word is a slip, and one between two words tells nothing. */
const dense = (text: string) => text.replaceAll(' ', '').toLowerCase()

/** Two keys of an address: its number with the first letters, and its last letters with the town. */
function housesOf(address: string, town: string): number[] {
  const number = /\d+/.exec(address)?.[0]
  const words = address.replaceAll(/[\d\s]/g, '')
  return [
    ...(number && words.length >= 4 ? [hashOf(number, words.slice(0, 5))] : []),
    ...(town && words.length >= 8 ? [hashOf(town.slice(0, 4), words.slice(-6))] : []),
  ]
}

/** @param input family and given name where they are known apart */
export function prepare(input: MatchInput & { family?: string; given?: string }): MatchRecord {
  const nameless = input.name !== '' && isPlaceholderName(input.name)
  const { han, family, given } =
    input.family === undefined
      ? splitName(nameless ? '' : input.name)
      : { han: false, family: dense(input.family), given: dense(input.given ?? '') }
  const address = input.address?.toLowerCase() ?? ''
  return {
    id: input.id,
    han,
    nameless,
    family: shared(family),
    given: shared(given),
    familySound: shared(han ? soundOf(family) : soundex(family)),
    givenSound: shared(han ? soundOf(given) : soundex(given)),
    sex: input.sex === 'unknown' ? '' : shared(input.sex),
    birth: shared(
      input.birthDate === null || isPlaceholderDate(input.birthDate)
        ? ''
        : input.birthDate.replaceAll(/\D/g, ''),
    ),
    phones: input.phones.filter((phone) => !isPlaceholderNumber(phone.replace(/;.*/, ''))),
    identifiers: input.identifiers.filter((one) => !isPlaceholderNumber(one.slice(one.indexOf('|') + 1))),
    houses: housesOf(address, input.place ?? input.postalCode ?? ''),
    street: streetOf(address),
    words: soundsOf(address, (input.place ?? '').toLowerCase()),
    place: shared(dense(input.place ?? '')),
    postalCode: shared(dense(input.postalCode ?? '')),
  }
}
