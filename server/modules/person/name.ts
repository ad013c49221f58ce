import { Converter } from 'opencc-js/t2cn'
import { pinyin } from 'pinyin-pro'

const simplified = Converter({ from: 'tw', to: 'cn' })

/** What a name is found by: simplified characters, full pinyin without tones, and initials. */
export type SearchName = { search_name: string; pinyin: string; initials: string }

const han = /\p{Script=Han}/u

/**
 * Search forms of a person's name. Traditional characters are found by simplified ones and the other way round; surnames are read
 * as surnames (单 shàn, 曾 zēng). Latin names stand for their own pinyin, lower case.
 */
export function searchName(name: string): SearchName {
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

/** One form for one name: NFKC, one kind of middle dot, single spaces. */
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
