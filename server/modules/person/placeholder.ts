import { foldedWords } from './name.ts'
import { unnamed } from './stated.ts'

/**
 * Names under which somebody is registered who has none yet, or whose name nobody knows: newborns after their mother, unknown emergencies,
 * test patients. In simplified characters, folded.
 */
const chinese = [
  // 王芳之子, 王芳之女2, 王芳之长子
  /^.+之(?:[大小长次幼双]|第?[一二三四甲乙丙]|[1-4a-d])?(?:子|女|婴|婴儿|男婴|女婴)(?:[大小一二三四甲乙丙]|[1-9a-d])*$/,
  // 王芳之双大, 王芳之宝; 王之宝 is somebody's name
  /^.{2,}之(?:[大小])?(?:宝|宝宝|双|双胎|胎|儿|男)(?:[大小一二三四甲乙丙]|[1-9a-d])*$/,
  // 王芳婴儿, 新生儿3
  /^.{2,}(?:婴|婴儿|男婴|女婴|宝宝|大宝|小宝|双胎)(?:[大小一二三四甲乙丙]|[1-9a-d])*$/,
  /新生儿|婴儿$|^[男女]婴|[男女]婴$|弃婴/,
  /无名|佚名|匿名|无姓名|未登记|未命名|待命名|不详|未知|不明|不知名|待查|待定|三无人员|^某[男女某]|^(?:急诊|门诊|普通)?(?:患者|病人)\d*$/,
]
/** One of them is in every such name, or one sign again and again: most names need no closer look. */
const signs = /[之婴嬰宝寶儿兒无無不未佚匿某患病待三双雙胎]|^(.)\1\1/u
const sole = new Set(
  'unknown unk unnamed unidentified anonymous noname newborn infant babyboy babygirl babymale babyfemale nn na test xxx null none'.split(
    ' ',
  ),
)
const afterBaby = new Set([
  'boy',
  'girl',
  'male',
  'female',
  'of',
  'a',
  'b',
  'c',
  '1',
  '2',
  '3',
  'one',
  'two',
  'twin',
])

/** Whether a name tells nothing about who somebody is; no name at all is one. */
export function isPlaceholderName(name: string | null): boolean {
  if (name === null || name === unnamed) return true
  if (/^\p{Script=Han}+$/u.test(name) && !signs.test(name)) return false
  const words = foldedWords(name)
  const plain = words.join('')
  if (plain === '' || /^[?？xX*.\d]+$/.test(plain) || /^(.)\1{2,}$/u.test(plain)) return true
  if (/\p{Script=Han}/u.test(plain)) return chinese.some((form) => form.test(plain))
  const has = (word: string) => words.includes(word)
  return (
    words.some((word) => sole.has(word)) ||
    ((has('baby') || has('bb') || has('twin')) &&
      (words.length === 1 || words.some((word) => afterBaby.has(word)))) ||
    (has('no') && has('name')) ||
    (has('doe') && (has('john') || has('jane') || has('baby'))) ||
    /\bb[/.\s]?o\b/i.test(name)
  )
}

/**
 * Whether a birth date is one that systems fill in when they do not know it: the first day of what they can write. @param date `1900-01-01`
 */
export function isPlaceholderDate(date: string): boolean {
  return date < '1880' || /^(?:1900|1901|9999)-01-01$|^1899-12-3[01]$|^9999-/.test(date)
}
