import type { Question } from '../../../contract/questionnaire.ts'
import type { VoiceLanguage } from './phrases.ts'

/** Where words are heard, and so what they can mean. */
export type Place =
  | { kind: 'language'; languages: readonly VoiceLanguage[] }
  | { kind: 'identity' }
  | { kind: 'question'; item: Question }

/** What somebody meant: keys that they would have pressed, or one of the things that can be asked for everywhere. */
export type Meant =
  { kind: 'typed'; typed: string } | { kind: 'person' } | { kind: 'repeat' } | { kind: 'stranger' }

/** Without punctuation; Latin words keep their blanks. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/(?<!\d)\.|\.(?!\d)|[^\p{L}\p{N}.' ]/gu, ' ')
    .replaceAll(/(?<=[\u3400-\u9fff〇])\s+|\s+(?=[\u3400-\u9fff〇])/gu, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^(?:嗯|呃|啊|哦|噢|额|那个|um|uh|er|well)+ ?(?=.)/u, '')
}

const politeness = /(?:了|啊|呀|的|吧|呢|哦|嘛|谢谢|请| please| thank you| thanks)+$/u
const digitOf: Record<string, string> = {
  ...Object.fromEntries(Array.from('零一二三四五六七八九').map((sign, digit) => [sign, String(digit)])),
  ...{ 〇: '0', 洞: '0', 幺: '1', 两: '2', 俩: '2' },
  ...Object.fromEntries(Array.from('0123456789').map((sign) => [sign, sign])),
}
const digitWords = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
const teens = [
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
]
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']

/** What words mean in a place; undefined: nothing that one may act upon. */
export function understand(said: string, place: Place): Meant | undefined {
  const text = plain(said)
  if (text === '') return undefined
  if (wantsPerson(text)) return { kind: 'person' }
  if (wantsAgain(text)) return { kind: 'repeat' }
  if (place.kind === 'language') return typed(languageKey(text, place.languages))
  if (place.kind === 'identity') {
    if (/打错|不认识|没有这个人|wrong number|don't know (?:him|her|them|the patient)/u.test(text))
      return { kind: 'stranger' }
    const year = yearOf(text)
    return typed(year !== undefined && /^(?:19|20)/.test(year) ? year : undefined)
  }
  return typed(answerTo(text, place.item))
}

const typed = (keys: string | undefined): Meant | undefined =>
  keys === undefined ? undefined : { kind: 'typed', typed: keys }

const wantsPerson = (text: string) =>
  (/人工|真人/u.test(text) && !/(?:不要|不用|不想|不需要|别|无需)(?:转|找)?(?:人工|真人)/u.test(text)) ||
  /^(?:please |i want |i need |give me |let me )*(?:to )?(?:speak to |talk to |get )?(?:a |an |the )?(?:real )?(?:person|operator|agent|human)(?: please)?$/.test(
    text,
  )

const wantsAgain = (text: string) =>
  /^(?:请|麻烦)?(?:你|您)?(?:再说|再讲|重复|重说|再读|再问)(?:一遍|一次|一下)?(?:好吗|吧|啊)?$|没听清|没听见|听不清/u.test(
    text,
  ) || /^(?:please )?(?:repeat|say (?:that|it) again|pardon|come again)(?: that| it)?(?: please)?$/.test(text)

function languageKey(text: string, languages: readonly VoiceLanguage[]): string | undefined {
  const wanted = /english|英语|英文/u.test(text)
    ? 'en'
    : /普通话|中文|国语|汉语|chinese|mandarin/u.test(text)
      ? 'zh-CN'
      : undefined
  const both = /english|英语|英文/u.test(text) && /普通话|中文|国语|汉语|chinese|mandarin/u.test(text)
  const at = wanted && !both ? languages.indexOf(wanted) : -1
  return at >= 0 ? String(at + 1) : undefined
}

function answerTo(text: string, item: Question): string | undefined {
  switch (item.type) {
    case 'boolean': {
      const yes = yesOrNo(text)
      return yes === undefined ? undefined : yes ? '1' : '2'
    }
    case 'choice':
      return choiceOf(text, item)
    case 'multiple':
      return choicesOf(text, item)
    case 'integer':
    case 'decimal':
    case 'scale':
      return numberOf(text)
    case 'date':
      return dateOf(text)
    default:
      return undefined
  }
}

/** Yes or no, only where nothing in the sentence says otherwise: `没有不舒服` is a no, `不是没有` and `没有，就是有点疼` are neither. */
export function yesOrNo(said: string): boolean | undefined {
  const text = plain(said)
  if (/^[a-z' ]+$/.test(text)) return yesOrNoInEnglish(text)
  if (
    /^(?:有没|是不是|会不会|能不能|对不对|不是没|没有不是|是没|并非没|不得不)|但|不过|只是|就是|除了|有时|不知道|不清楚|不确定/u.test(
      text,
    )
  )
    return undefined
  const bare = text.replace(politeness, '')
  if (/^(?:不|不是|不会|不能|不用|不要|不可以|否)$/u.test(bare)) return false
  const no = /^(?:都|全都|真的|从来)?(?:没有|没得|没|无)(.*)$/u.exec(bare)
  if (no) {
    const rest = (no[1] ?? '').replaceAll(/没有|没/gu, '')
    // An object may begin with a negation of its own (不舒服); an answer of the other kind may not follow.
    return /^(?:有|是|对)|是的|有的/u.test(rest) ? undefined : false
  }
  const yes = /^(?:有|是|对|会|能|可以)(.*)$/u.exec(bare)
  if (yes) return /没|不是|没有|^不/u.test(yes[1] ?? '') ? undefined : true
  return undefined
}

function yesOrNoInEnglish(text: string): boolean | undefined {
  const no = /\b(?:no|nope|not|none|never|nothing)\b|n't\b/.test(text)
  const yes = /\b(?:yes|yeah|yep|yup|correct|sure)\b|^i (?:do|have|am|did|can)$/.test(text)
  if (no === yes || /\b(?:but|maybe|sometimes|except|know)\b/.test(text)) return undefined
  if (yes) return /^(?:yes|yeah|yep|yup|correct|sure|i )/.test(text) ? true : undefined
  return /^(?:no|nope|none|never|not at all|nothing|i (?:do|did|have|am|was)(?: not|n't))/.test(text)
    ? false
    : undefined
}

const numeral = '[一二三四五六七八九幺两1-9]'
const single = new RegExp(`^(?:我)?(?:选择|选|按|第)?(${numeral})(?:个|项|号)?$`, 'u')
const english = new RegExp(
  `^(?:i choose |choose )?(?:option |number |press )?(${digitWords.slice(1).join('|')}|[1-9])$`,
)

function keyIn(text: string): string | undefined {
  const sign = single.exec(text.replace(politeness, ''))?.[1]
  if (sign !== undefined) return digitOf[sign]
  const word = english.exec(text)?.[1]
  if (word === undefined) return undefined
  return digitWords.includes(word) ? String(digitWords.indexOf(word)) : word
}

function choiceOf(text: string, item: Question): string | undefined {
  const options = item.options ?? []
  const key = keyIn(text)
  if (key !== undefined) return options[Number(key) - 1] ? key : undefined
  const named = optionsNamed(text, item)
  if (named.length === 1) return String((named[0] ?? 0) + 1)
  return named.length === 0 ? noneOf(text, item) : undefined
}

function choicesOf(text: string, item: Question): string | undefined {
  const options = item.options ?? []
  const many = new RegExp(`^(?:选|按)?${numeral}(?:(?:和|跟|还有|,| )*${numeral})*$`, 'u').test(text)
  if (many) {
    const keys = [...text].flatMap((sign) => digitOf[sign] ?? [])
    return keys.every((key) => options[Number(key) - 1]) ? keys.join('') : undefined
  }
  const key = keyIn(text)
  if (key !== undefined) return options[Number(key) - 1] ? key : undefined
  const named = optionsNamed(text, item)
  const none = noneAt(item)
  if (named.length === 0) return noneOf(text, item)
  // None of these, and one of them: somebody has to ask again.
  if (named.length > 1 && none !== undefined && named.includes(none)) return undefined
  return named.map((at) => String(at + 1)).join('')
}

const isNone = (label: string) => /^(?:以上)?(?:都|均|全)?(?:没有|无)$|^none(?: of these)?$/u.test(label)

function noneAt(item: Question): number | undefined {
  const at = (item.options ?? []).findIndex((one) => labelsOf(one.text).some(isNone))
  return at < 0 ? undefined : at
}

/** A plain no chooses the option that says no. */
function noneOf(text: string, item: Question): string | undefined {
  const at = noneAt(item)
  const plainNo =
    /^(?:都|全都|这些都|什么都)?(?:没有|没|无)(?:什么)?(?:不舒服|不适|问题|情况|症状)?$/u.test(
      text.replace(politeness, ''),
    ) || /^(?:no|none|none of (?:these|them|those)|no none|nothing)$/.test(text)
  return at !== undefined && plainNo ? String(at + 1) : undefined
}

const labelsOf = (text: Question['text']) =>
  [text['zh-CN'], text.en].flatMap((one) => (one === undefined || one === '' ? [] : [plain(one)]))

/** The parts of a label that stand for it: `胸痛、胸闷` is said by either. */
const partsOf = (text: Question['text']): string[] =>
  [text['zh-CN'], text.en].flatMap((one) => {
    if (one === undefined) return []
    const parts = one.split(/[、，,/]|或者|或| or /u).map(plain)
    return [plain(one), ...parts].filter((part) => part.length >= 2)
  })

const negation = /(?:没有|没|不|无|未|不是|并非|no|not|never|without|n't)\s?(?:什么|any|a|the)?\s?$/u

/** Options that are named without a negation before them; what is part of a longer one that is named does not count. */
function optionsNamed(text: string, item: Question): number[] {
  const found = (item.options ?? []).flatMap((option, at) =>
    partsOf(option.text).flatMap((part) => {
      const from = text.indexOf(part)
      if (from < 0) return []
      const isWord =
        !/^[a-z]/.test(part) ||
        new RegExp(`\\b${part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}\\b`).test(text)
      const negated = negation.test(text.slice(0, from))
      return isWord ? [{ at, from, to: from + part.length, negated }] : []
    }),
  )
  const whole = found.filter(
    (one) =>
      !found.some(
        (other) =>
          other.at !== one.at &&
          other.from <= one.from &&
          other.to >= one.to &&
          other.to - other.from > one.to - one.from,
      ),
  )
  // A sentence that denies one thing and names another says more than one can take from it by itself.
  if (whole.some((one) => one.negated) && new Set(whole.map((one) => one.at)).size > 1) return []
  return [...new Set(whole.filter((one) => !one.negated).map((one) => one.at))].sort((a, b) => a - b)
}

/** Four digits of a year, said one by one or, in English, in two halves. */
export function yearOf(said: string): string | undefined {
  const text = plain(said)
  const signs = Object.keys(digitOf).join('')
  const year = new RegExp(`^(?:我|是|患者|他|她)*([${signs}]{4})(?:年)?(?:出生|生)?$`, 'u').exec(
    text.replace(politeness, ''),
  )?.[1]
  if (year !== undefined) return [...year].map((sign) => digitOf[sign]).join('')
  const words = text.replace(/^(?:in |it's |born in )/, '').split(' ')
  const single = words.map((word) => digitWords.indexOf(word))
  if (words.length === 4 && single.every((digit) => digit >= 0)) return single.join('')
  const [century = '', ...rest] = words
  const first = century === 'nineteen' ? '19' : century === 'twenty' ? '20' : undefined
  if (first === undefined) return undefined
  const value = rest[0] === 'oh' && rest[1] !== undefined ? digitWords.indexOf(rest[1]) : smallNumber(rest)
  return value === undefined || value < 0 || value > 99
    ? undefined
    : `${first}${String(value).padStart(2, '0')}`
}

/** Up to 99, of English words. */
function smallNumber(words: string[]): number | undefined {
  const [first = '', second, ...more] = words
  if (more.length > 0) return undefined
  const [ten, teen, digit] = [tens.indexOf(first), teens.indexOf(first), digitWords.indexOf(first)]
  if (second === undefined)
    return ten >= 2 ? ten * 10 : teen >= 0 ? teen + 10 : digit >= 0 ? digit : undefined
  const unit = digitWords.indexOf(second)
  return ten >= 2 && unit >= 1 ? ten * 10 + unit : undefined
}

const units = '(?:分|度|次|天|岁|公斤|斤|千克|个|片|粒|小时|毫米汞柱|左右|points?|times|days|degrees)*'

/** A number as it would be typed, with a point. */
export function numberOf(said: string): string | undefined {
  const text = plain(said).replace(politeness, '')
  const bare = text.replace(/^(?:大概|大约|差不多|应该|我|是|有|about |around |it's |maybe )+/u, '')
  const figures = new RegExp(`^(\\d{1,9}(?:\\.\\d{1,3})?)\\s?${units}$`, 'u').exec(bare)?.[1]
  if (figures !== undefined) return figures
  const chinese = new RegExp(`^([零〇一二三四五六七八九两幺十百千点]+)${units}$`, 'u').exec(bare)?.[1]
  if (chinese !== undefined) return chineseNumber(chinese)
  const words = bare.replace(/ (?:points?|times|days|degrees)$/, '').split(' ')
  const value = smallNumber(words)
  return value === undefined || value < 0 ? undefined : String(value)
}

function chineseNumber(text: string): string | undefined {
  const [whole = '', part, ...more] = text.split('点')
  if (more.length > 0 || whole === '') return undefined
  const value = wholeNumber(whole)
  if (value === undefined) return undefined
  if (part === undefined) return String(value)
  const digits = [...part].map((sign) => digitOf[sign])
  return part === '' || digits.some((one) => one === undefined) ? undefined : `${value}.${digits.join('')}`
}

function wholeNumber(text: string): number | undefined {
  if (!/[十百千]/u.test(text)) {
    // 一二〇: digit by digit.
    return Number([...text].map((sign) => digitOf[sign]).join(''))
  }
  const read =
    /^(?:([一二三四五六七八九两])千)?(?:零?([一二三四五六七八九两])百)?(?:零?([一二三四五六七八九两])?(十))?(?:零?([一二三四五六七八九两]))?$/u.exec(
      text,
    )
  if (!read) return undefined
  const [, thousand, hundred, ten, hasTen, one] = read
  const digit = (sign: string | undefined) => (sign === undefined ? 0 : Number(digitOf[sign]))
  // 一百二 is 120, which 一百零二 is not.
  const short = one !== undefined && hasTen === undefined && !text.includes('零')
  const last = short ? digit(one) * (hundred !== undefined ? 10 : 100) : digit(one)
  return (
    digit(thousand) * 1000 +
    digit(hundred) * 100 +
    (hasTen === undefined ? 0 : (ten === undefined ? 1 : digit(ten)) * 10) +
    last
  )
}

function dateOf(text: string): string | undefined {
  const signs = Object.keys(digitOf).join('')
  const read = new RegExp(`^([${signs}]{4})年([${signs}十]{1,3})月([${signs}十]{1,3})(?:日|号)?$`, 'u').exec(
    text.replace(politeness, ''),
  )
  if (!read) return undefined
  const [, year = '', month = '', day = ''] = read
  const [m, d] = [numberOf(month), numberOf(day)]
  if (m === undefined || d === undefined) return undefined
  return `${[...year].map((sign) => digitOf[sign]).join('')}${m.padStart(2, '0')}${d.padStart(2, '0')}`
}
