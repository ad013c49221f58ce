import { type Language, language } from './language.ts'

type File = () => Promise<object>

/** The files of words by their path; zh-TW is written from zh-CN when the app is built (`scripts/words.ts`). */
const files: Record<Language, Record<string, File>> = {
  'zh-CN': import.meta.glob<object>(['./zh-CN/*.ts', '!./zh-CN/index.ts']),
  'zh-TW': import.meta.glob<object>(['./zh-CN/*.ts', '!./zh-CN/index.ts'], { query: '?taiwan' }),
  en: import.meta.glob<object>('./en/*.ts'),
}

/** What i18next reads. Every part of the app adds the files that it speaks from before it is shown. */
export const resources: Record<Language, { translation: object }> = {
  'zh-CN': { translation: {} },
  'zh-TW': { translation: {} },
  en: { translation: {} },
}

const wanted = new Set<string>()

/** The exports of one file of words. */
export function loadWords(of: Language, name: string): Promise<object> {
  const file = files[of][`./${of === 'en' ? 'en' : 'zh-CN'}/${name}.ts`]
  if (!file) throw new Error(`There are no words called ${name}`)
  return file()
}

async function add(of: Language, name: string): Promise<void> {
  Object.assign(resources[of].translation, await loadWords(of, name))
}

/** Everything that was asked for so far, in another language. */
export async function addAllWords(of: Language): Promise<void> {
  await Promise.all(Array.from(wanted, (name) => add(of, name)))
}

/** A lazily loaded part together with its words; the build writes the call, so that nobody lists them by hand. @public */
export async function withWords<T>(names: readonly string[], part: Promise<T>): Promise<T> {
  for (const name of names) wanted.add(name)
  const [loaded] = await Promise.all([part, ...names.map((name) => add(language(), name))])
  return loaded
}
