import { Converter } from 'opencc-js/t2cn'
import { pinyin } from 'pinyin-pro'

const simplified = Converter({ from: 'tw', to: 'cn' })

/** Search forms of a name: simplified characters, full pinyin without tones, and initials. */
export type SearchName = Readonly<{ search_name: string; pinyin: string; initials: string }>

const han = /\p{Script=Han}/u

/**
 * Search forms of a person's name. Traditional characters are found by simplified ones and the other way round; surnames are read as
 * surnames (单 shàn, 曾 zēng). Latin names serve as their own pinyin, in lower case.
 */
export function searchName(name: string): SearchName {
  let forms = known.get(name)
  if (!forms) {
    forms = formsOf(name)
    // The same names recur, and there are few of them in a hospital's day.
    if (known.size > 20_000) known.clear()
    known.set(name, forms)
  }
  return forms
}

const known = new Map<string, SearchName>()

function formsOf(name: string): SearchName {
  const search = simplified(normalise(name)).toLowerCase().replaceAll(' ', '')
  if (!han.test(search)) {
    const words = normalise(name)
      .toLowerCase()
      .split(/[\s·.-]+/)
      .filter(Boolean)
    return {
      search_name: search,
      pinyin: words.join(''),
      initials: words.map((word) => word[0] ?? '').join(''),
    }
  }
  const letters = search.replaceAll('·', '')
  const syllables = pinyin(letters, { toneType: 'none', type: 'array', surname: 'head', v: true })
  return {
    search_name: search,
    pinyin: syllables.join('').toLowerCase(),
    initials: syllables
      .map((syllable) => syllable[0] ?? '')
      .join('')
      .toLowerCase(),
  }
}

/** Normal form of a name: NFKC, one kind of middle dot, single spaces. */
export function normalise(name: string): string {
  return name
    .normalize('NFKC')
    .replaceAll(/[•‧・･∙⋅]/g, '·')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

export function isHan(word: string): boolean {
  return han.test(word)
}

const compound =
  /^(欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|司空|夏侯|端木|南宫|西门|独孤|轩辕|百里|呼延|东郭|澹台|公冶|宗政|濮阳|淳于|单于|太叔|申屠|钟离|闻人|赫连|拓跋)/

/** Length of the family name in a Chinese name in simplified characters, in UTF-16 units. */
export function familyLength(plain: string): number {
  return (compound.exec(plain)?.[0] ?? [...plain][0] ?? '').length
}

/** Family and given name for HL7: Chinese names begin with the family name, Latin ones end with it. */
export function nameParts(name: string): { family: string; given: string } {
  if (han.test(name)) {
    const length = familyLength(simplified(name))
    return { family: name.slice(0, length), given: name.slice(length) }
  }
  const words = name.split(' ')
  return { family: words.at(-1) ?? '', given: words.slice(0, -1).join(' ') }
}
