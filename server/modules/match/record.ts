import { familyLength, searchName } from '../person/name.ts'
import { bigramsOf, loosePinyin, soundex } from './text.ts'

/** What matching looks at of one person. */
export type MatchInput = {
  id: number
  name: string
  sex: string
  /** `1970-01-02` */
  birthDate: string | null
  phones: string[]
  /** Identity numbers and the like; not record numbers, which always differ. */
  identifiers: string[]
  address: string | null
  /** District, town or suburb. */
  place: string | null
  postalCode: string | null
}

/** The same, made ready to be compared a million times. */
export type MatchRecord = {
  id: number
  han: boolean
  family: string
  given: string
  /** How the two are said: loose pinyin of Chinese names, soundex of Latin ones. */
  familySound: string
  givenSound: string
  sex: string
  /** `19700102` */
  birth: string
  phones: string[]
  identifiers: string[]
  street: Uint32Array
  /** Number and beginning of the street, and the beginning of the rest: who shares one lives in one house. */
  houses: string[]
  place: string
  postalCode: string
}

const pinyinOf = new Map<string, string>()

/** Pinyin of one or two characters; there are some thousands of them, and the library takes its time. */
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
    const family = plain.slice(0, familyLength(plain)).replaceAll('·', '')
    return { han: true, family, given: plain.slice(family.length) }
  }
  const words = name.toLowerCase().split(/\s+/).filter(Boolean)
  return {
    han: false,
    family: words.length > 1 ? (words.at(-1) ?? '') : '',
    given: words.slice(0, Math.max(1, words.length - 1)).join(' '),
  }
}

/** Two keys of an address: its number with the first letters, and its last letters with the town. */
function housesOf(address: string, town: string): string[] {
  const number = /\d+/.exec(address)?.[0]
  const words = address.replaceAll(/[\d\s]/g, '')
  return [
    ...(number && words.length >= 4 ? [`${number}${words.slice(0, 5)}`] : []),
    ...(town && words.length >= 8 ? [`${town.slice(0, 4)}${words.slice(-6)}`] : []),
  ]
}

export function prepare(input: MatchInput & { family?: string; given?: string }): MatchRecord {
  const { han, family, given } =
    input.family === undefined
      ? splitName(input.name)
      : { han: false, family: input.family, given: input.given ?? '' }
  return {
    id: input.id,
    han,
    family,
    given,
    familySound: han ? soundOf(family) : soundex(family),
    givenSound: han ? soundOf(given) : soundex(given),
    sex: input.sex === 'unknown' ? '' : input.sex,
    birth: input.birthDate?.replaceAll('-', '') ?? '',
    phones: input.phones,
    identifiers: input.identifiers,
    houses: housesOf(input.address?.toLowerCase() ?? '', input.place ?? input.postalCode ?? ''),
    street: bigramsOf(input.address?.toLowerCase() ?? ''),
    place: input.place?.toLowerCase() ?? '',
    postalCode: input.postalCode ?? '',
  }
}
