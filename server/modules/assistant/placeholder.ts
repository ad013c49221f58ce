/** What a placeholder stands for, in words that a model understands. */
const kinds = ['姓名', '电话', '邮箱', '地址', '编号', '日期', '文字'] as const
type Kind = (typeof kinds)[number]
export type Known = { kind: Kind; value: string }

const placeholder = new RegExp(`\\[(?:${kinds.join('|')})\\d+\\]`, 'g')
const digit = '[0-9０-９]'
const han = '[\\u3400-\\u9fff]'
/** Digits as people write them: with blanks and hyphens in between. */
const longNumber = `${digit}(?:[ \\-－–—]?${digit}){5,}[xXＸ]?`
const houses = '(?:号|弄|室|楼|幢|栋|单元)'

/** What is hidden although the house does not know it; the first that fits. */
const patterns: [Kind, string][] = [
  // Somebody writes one themselves: it comes back as they wrote it.
  ['文字', placeholder.source],
  ['邮箱', "[A-Za-z0-9_.+'-]+[@＠][A-Za-z0-9_.-]*[A-Za-z0-9_]"],
  ['文字', '(?:https?://|www\\.)[^\\s，。；！？、]+'],
  ['日期', `(?:19|20)${digit}{2}\\s*[年/.．-]\\s*${digit}{1,2}\\s*[月/.．-]\\s*${digit}{1,2}\\s*日?`],
  ['电话', '1[3-9]\\d[.．]\\d{4}[.．]\\d{4}'],
  ['编号', `[A-Za-z]{1,4}-?${longNumber}`],
  ['电话', `[+＋]?${longNumber}`],
  ['电话', '[零〇一二三四五六七八九幺两]{6,}'],
  [
    '地址',
    `${han}{1,6}(?:路|街|巷|弄|小区|花园|苑|大厦|新村|村)${digit}{1,5}${houses}(?:${digit}{1,5}${houses}?)*`,
  ],
  [
    '姓名',
    `(?<=我叫|名叫|叫做|姓名是|姓名[:：]|名字是|名字叫)${han}{2,3}(?=[，。、；！,.;!\\s]|今年|的|是|$)`,
  ],
  ['姓名', '(?<=[Mm]y name is )[A-Z][a-z]+(?: [A-Z][a-z]+)*'],
  ['姓名', `${han}(?=先生|女士|小姐|阿姨|大爷|大妈|大叔|奶奶|爷爷)`],
]

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)

/** Hides who is spoken of before a text leaves the house, the same thing always by the same placeholder, and puts it back in what comes. */
export class Placeholders {
  /** Of the groups of the pattern, in their order. */
  readonly #kinds: Kind[]
  readonly #pattern: RegExp
  readonly #names = new Map<string, string>()
  readonly #values = new Map<string, string>()
  readonly #count = new Map<Kind, number>()

  /** @param known what the house knows of the people concerned: names, numbers, addresses */
  constructor(known: readonly Known[]) {
    const values = [...new Map(known.map((one) => [one.value.trim(), one.kind]))]
      .filter(([value]) => value.length >= 2)
      .sort(([a], [b]) => b.length - a.length)
    // Of two that begin at one place the longer one.
    this.#kinds = [...values.map(([, kind]) => kind), ...patterns.map(([kind]) => kind)]
    const parts = [
      ...values.map(([value]) => `((?i:${escaped(value)}))`),
      ...patterns.map(([, one]) => `(${one})`),
    ]
    this.#pattern = new RegExp(parts.join('|'), 'gu')
  }

  hide(text: string): string {
    return text.replaceAll(this.#pattern, (found: string, ...groups: unknown[]) => {
      const before = this.#names.get(found)
      if (before !== undefined) return before
      const kind = this.#kinds[groups.findIndex((one) => one !== undefined)] ?? '文字'
      const n = (this.#count.get(kind) ?? 0) + 1
      this.#count.set(kind, n)
      const name = `[${kind}${n}]`
      this.#names.set(found, name)
      this.#values.set(name, found)
      return name
    })
  }

  /** The same for a text that has placeholders already, which stay. */
  hideRest(text: string): string {
    return text
      .split(new RegExp(`(${placeholder.source})`))
      .map((part, at) => (at % 2 === 1 ? part : this.hide(part)))
      .join('')
  }

  /** @returns the text with what was hidden; undefined when it names something that was never hidden */
  restore(text: string): string | undefined {
    const names = text.match(placeholder) ?? []
    if (!names.every((name) => this.#values.has(name))) return undefined
    return text.replaceAll(placeholder, (name) => this.#values.get(name) ?? name)
  }
}

/** A link, an address or a long number: nobody sends one to a patient that the conversation does not have. */
export const looksInvented = (text: string): boolean =>
  /https?:|www\.|[@＠]|[0-9０-９](?:[ －–—-]?[0-9０-９]){4,}/iu.test(text.replaceAll(placeholder, ''))
