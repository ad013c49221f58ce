import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pinyin } from 'pinyin-pro'
import type { Plugin } from 'vite'
import { type Permission, permissions } from '../contract/access.ts'
import { taiwaneseWords } from '../server/platform/taiwanese.ts'
import { taiwanOtherwise } from '../web/i18n/zh-TW.ts'

const web = path.resolve(import.meta.dirname, '../web')
const reference = path.join(web, 'i18n/zh-CN')

type Words = Record<string, object>
/** Every file of words (without its ending) with what it exports. */
const files = new Map<string, Words>()
for (const file of globSync('*.ts', { cwd: reference, exclude: ['index.ts'] }))
  files.set(path.basename(file, '.ts'), (await import(path.join(reference, file))) as Words)

const key = /['"`]([a-z]\w*)\.([\w-]*)(\$\{)?/g
const staticImport = /^(?:import|export)\s(?!type\b)(?:[^'"]*?\sfrom\s)?'(\.[^']+\.tsx?)'/gm
const lazyImport = /\bimport\('(\.[^']+\.tsx?)'\)/g

const comments = /^\s*(?:\/[/*]|\*).*$/gm

/** The files whose keys a source text names, as in `t('desk.save')` or `t(`codes.${group}`)`. */
function wordsIn(text: string): string[] {
  const found = new Set<string>()
  for (const [, group = '', first = '', open] of text.replaceAll(comments, '').matchAll(key)) {
    // `may(me, 'intake.replay')` names a permission, no words.
    if (!open && permissions.includes(`${group}.${first}` as Permission)) continue
    for (const [name, words] of files) {
      const keys = Object.keys(words[group] ?? {})
      if (open ? keys.some((one) => one.startsWith(first)) : keys.includes(first)) found.add(name)
    }
  }
  return [...found]
}

/** The files that a part of the app speaks from: its own words and those of everything that comes along with it. */
function wordsOf(entry: string): string[] {
  const seen = new Set<string>()
  const found = new Set<string>()
  const open = [entry]
  for (let file = open.pop(); file; file = open.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    const text = readFileSync(file, 'utf8')
    for (const name of wordsIn(text)) found.add(name)
    for (const [, next = ''] of text.matchAll(staticImport)) open.push(path.resolve(path.dirname(file), next))
  }
  return [...found].sort()
}

const textsOf = (words: object): string[] =>
  Object.values(words).flatMap((one: string | object) => (typeof one === 'string' ? one : textsOf(one)))

/** Each text with its pinyin, in full and as initials. */
function spoken(texts: string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const syllables = pinyin(text, { toneType: 'none', type: 'array', nonZh: 'removed', v: true })
      return [text, `${syllables.join('')} ${syllables.map((one) => one[0] ?? '').join('')}`]
    }),
  )
}

/**
 * Words of the staff app: zh-TW is written from zh-CN, and every lazily loaded part brings the files of words that it names, fetched beside it in
 * the reader's language alone.
 */
export function words(): Plugin {
  return {
    name: 'careloop-words',
    enforce: 'pre',
    load(id) {
      const [, name = '', how] = /([\w-]+)\.ts\?(taiwan|pinyin)$/.exec(id) ?? []
      const written = files.get(name)
      if (!written) return
      const taiwan = taiwaneseWords(written, taiwanOtherwise)
      if (how === 'pinyin')
        return `export default ${JSON.stringify(spoken([...textsOf(written), ...textsOf(taiwan)]))}`
      return Object.entries(taiwan)
        .map(([group, tree]) => `export const ${group} = ${JSON.stringify(tree)}`)
        .join('\n')
    },
    transform(code, id) {
      const file = id.split('?')[0] ?? id
      if (!file.startsWith(`${web}/`) || !/\.tsx?$/.test(file) || !code.includes('import(')) return
      const here = path.dirname(file)
      const changed = code.replaceAll(
        lazyImport,
        (whole, part: string) => `withWords(${JSON.stringify(wordsOf(path.resolve(here, part)))}, ${whole})`,
      )
      if (changed === code) return
      return {
        code: `import { withWords } from ${JSON.stringify(path.join(web, 'i18n/words.ts'))};${changed}`,
        map: null,
      }
    },
  }
}
