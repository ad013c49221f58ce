import { pinyin } from 'pinyin-pro'
import { simplified } from '../../platform/simplified.ts'
import { withoutSigns } from './text.ts'

/**
 * Search forms of a name, all folded: `search_name` in simplified characters, Latin names with the family name first; `pinyin` in full without
 * tones, Latin names in their own order; initials.
 */
export type SearchName = Readonly<{ search_name: string; pinyin: string; initials: string }>

const han = /\p{Script=Han}/u

/**
 * Search forms of a person's name. Traditional characters are found by simplified ones and the other way round; surnames are read as
 * surnames (单 shàn, 曾 zēng). Latin names serve as their own pinyin.
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

/** The same of an organisation, whose name has no family name: its words keep their order. */
export function searchOrganisation(name: string): SearchName {
  return { ...searchName(name), search_name: foldedWords(name).join('') }
}

const known = new Map<string, SearchName>()

function formsOf(name: string): SearchName {
  const words = foldedWords(name)
  const search = words.join('')
  if (!han.test(search))
    return {
      search_name: familyFirst(words).join(''),
      pinyin: search,
      initials: words.map((word) => [...word][0] ?? '').join(''),
    }
  const syllables = pinyin(search, { toneType: 'none', type: 'array', surname: 'head', v: true })
  return {
    search_name: search,
    pinyin: syllables.join('').toLowerCase(),
    initials: syllables
      .map((syllable) => syllable[0] ?? '')
      .join('')
      .toLowerCase(),
  }
}

const familyFirst = (words: string[]) => [...words.slice(-1), ...words.slice(0, -1)]

/**
 * Words of a name in the one form in which names are stored for comparison and looked for: without width, case, accents, apostrophes,
 * invisible signs, and in simplified characters. Dots, dashes and blanks part words.
 */
export function foldedWords(name: string): string[] {
  const plain = withoutSigns(name).toLowerCase()
  const folded = /^[a-z\d\p{Script=Han}]*$/u.test(plain) ? plain : withoutAccents(plain)
  return simplified(folded)
    .split(/[^\p{L}\p{M}\p{N}\p{Co}]+/u)
    .filter(Boolean)
}

/** Marks only on letters whose alphabet is the same without them: elsewhere they are vowels or change the sound (ガ, カ). */
function withoutAccents(text: string): string {
  return text
    .replaceAll(/['’‘`´\u02B0-\u02FF]/g, '')
    .normalize('NFD')
    .replaceAll(/([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu, '$1')
    .normalize('NFC')
    .replaceAll(/[ßæœøðđłþıħŋ]/g, (letter) => undecomposed[letter] ?? letter)
}

const undecomposed: Record<string, string> = {
  ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ð: 'd', đ: 'd', ł: 'l', þ: 'th', ı: 'i', ħ: 'h', ŋ: 'n',
} // prettier-ignore

/** Whether two names are the same but for writing and, of Latin names, the order of their words. */
export function sameName(one: string, other: string): boolean {
  const [left, right] = [foldedWords(one), foldedWords(other)]
  if (left.join('') === right.join('')) return true
  return !han.test(left.join('')) && left.sort().join(' ') === right.sort().join(' ')
}

/** Beginnings of stored names that a typed word may mean, per column. */
export type TypedForms = {
  search_name: string[]
  pinyin: string[]
  initials: string[]
  /** Of `pinyin` too, but only of Latin names: with them every 薛 (xue) would be a 徐 (xu). */
  latin: string[]
}

/**
 * What a typed word may mean. German ä, ö and ü are also typed as two letters and as one; ü after l and n is pinyin's v. Latin names are typed
 * in either order.
 */
export function typedForms(word: string): TypedForms {
  const words = foldedWords(word)
  const plain = words.join('')
  if (plain === '' || isHan(plain))
    return { search_name: plain ? [plain] : [], pinyin: [], initials: [], latin: [] }
  const composed = word.normalize('NFC')
  const respelt = (sign: RegExp, by: string) => foldedWords(composed.replaceAll(sign, by)).join('')
  const orders = [plain, familyFirst(words).join('')]
  const german = [respelt(/[äöü]/gi, '$&e'), plain.replaceAll(/([aou])e/g, '$1')]
  return {
    search_name: [...new Set([...orders, ...german])],
    pinyin: [...new Set([...orders, respelt(/(?<=[ln])ü/gi, 'v')])],
    initials: [plain],
    latin: [...new Set(german)].filter((one) => !orders.includes(one)),
  }
}

/** Normal form of a name as it is kept and shown: NFKC, one kind of middle dot, single spaces, nothing invisible. */
export function normalise(name: string): string {
  return withoutSigns(name)
    .replaceAll(/[•‧・･∙⋅]/g, '·')
    .replaceAll(/(?<=\p{Script=Han})[.。—](?=\p{Script=Han})/gu, '·')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

export function isHan(word: string): boolean {
  return han.test(word)
}

/**
 * Surnames of two and more characters: those of the Hundred Family Surnames, and others that people bear today. Left out are those that are as
 * often a surname of one character with the beginning of a given name (王孙, 金城, 高堂).
 */
const compound = new RegExp(
  `^(?:${[
    '万俟 司马 上官 欧阳 夏侯 诸葛 闻人 东方 赫连 皇甫 尉迟 公羊 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 公孙 仲孙 轩辕 令狐 钟离 宇文 长孙 慕容 鲜于',
    '闾丘 闾邱 司徒 司空 亓官 司寇 仉督 子车 颛孙 端木 巫马 公西 漆雕 乐正 壤驷 公良 拓跋 拓拔 夹谷 宰父 谷梁 榖梁 段干 百里 东郭 南门 呼延 羊舌 微生',
    '梁丘 梁邱 左丘 左邱 东门 西门 伯赏 南宫 第五 独孤',
    '叔孙 季孙 公输 公仪 公户 北宫 南荣 东里 西陵 即墨 达奚 褚师 相里 胡母 毌丘 毋丘 有琴 尔朱 贺兰 贺若 哥舒 斛律 库狄 叱干 完颜 耶律 纳兰 那拉 叶赫那拉',
    '爱新觉罗 钮祜禄 瓜尔佳 富察 蒲察 宿沙 东野 南郭 北郭',
  ]
    .flatMap((line) => line.split(' '))
    .sort((one, other) => other.length - one.length)
    .join('|')})`,
)

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
