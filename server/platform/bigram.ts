import { simplified } from './simplified.ts'

/** A text in the one form in which texts are searched: without width and case, in simplified characters, blanks as one. */
export function foldText(text: string): string {
  return simplified(text.normalize('NFKC').toLowerCase()).replaceAll(/\s+/gu, ' ').trim()
}

/** Runs of Chinese, and words and numbers of other scripts. */
const runs = /[\p{Script=Han}〇]+|[\p{L}\p{M}\p{N}]+?(?=[\p{Script=Han}〇]|[^\p{L}\p{M}\p{N}]|$)/gu
const han = /^[\p{Script=Han}〇]/u
/** A lexeme of PostgreSQL may have 2 kB; longer ones are no words. */
const longestWord = 40
/** Of one text: no letter has more to say. */
const mostWords = 4000

/**
 * What a text is found by: each pair of neighbouring Chinese characters and each single one, and each word and number. PostgreSQL's own
 * parser knows no Chinese words, and trigrams miss those of two characters, which are most of them.
 */
export function wordsOf(text: string): string[] {
  const words = new Set<string>()
  for (const [run] of foldText(text).matchAll(runs)) {
    if (words.size > mostWords) break
    if (!han.test(run)) {
      words.add(run.slice(0, longestWord))
      continue
    }
    const characters = [...run]
    for (const [at, character] of characters.entries()) {
      words.add(character)
      if (at > 0) words.add(`${characters[at - 1] ?? ''}${character}`)
    }
  }
  return [...words]
}

/** A `tsvector` literal of these words, without places: what a word stands beside is checked in the text. */
export const vectorOf = (words: string[]): string =>
  words.map((word) => `'${word.replaceAll("'", "''")}'`).join(' ')

/**
 * What is searched for, as `tsquery` text and the parts that have to stand in the text as they are; null: nothing to search for. A word or
 * number may be the beginning of one.
 */
export function queryOf(search: string): { query: string; parts: string[] } | null {
  const parts = foldText(search)
    .split(/[^\p{L}\p{M}\p{N}〇]+/u)
    .filter(Boolean)
    .slice(0, 8)
  const terms = parts.flatMap((part) =>
    [...part.matchAll(runs)].flatMap(([run]) => {
      if (!han.test(run)) return [`'${run.slice(0, longestWord)}':*`]
      const characters = [...run]
      return characters.length === 1
        ? [`'${run}'`]
        : characters.slice(1).map((character, at) => `'${characters[at] ?? ''}${character}'`)
    }),
  )
  return terms.length === 0 ? null : { query: [...new Set(terms)].join(' & '), parts }
}
