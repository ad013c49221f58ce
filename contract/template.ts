import { Context, filters, Liquid, LiquidError, Output, type Template, toValueSync } from 'liquidjs'

/** A text made from a template: where placeholders remain that only sending can fill in, such as a one-time link. */
export type Rendered = {
  text: string
  /** Their places in the text, as indices of its code units: a value that looks like a placeholder is not among them. */
  later: number[]
}

type Values = Readonly<Record<string, string | number>>

/** What templates may do: choose by a value, and format it. No loops, assignments, or files. */
export const templateTags = ['if', 'unless', 'case'] as const
export const templateFilters = [
  'append',
  'capitalize',
  'date',
  'default',
  'downcase',
  'minus',
  'plus',
  'prepend',
  'round',
  'size',
  'strip',
  'truncate',
  'upcase',
] as const

/** Characters of one text. */
export const longestTemplate = 20_000
const engine = new Liquid({
  ownPropertyOnly: true,
  strictFilters: true,
  parseLimit: longestTemplate,
  // Milliseconds and characters; without loops a text comes nowhere near.
  renderLimit: 1000,
  memoryLimit: 1_000_000,
  templates: {},
})
const keep = (from: Record<string, unknown>, names: readonly string[]) => {
  for (const name of Object.keys(from)) if (!names.includes(name)) Reflect.deleteProperty(from, name)
}
keep(engine.tags, templateTags)
keep(engine.filters, templateFilters)
// The day is a value of the caller; the clock of the server is in another time zone.
const date = filters['date'] as (this: unknown, ...all: unknown[]) => unknown
engine.registerFilter('date', function (value: unknown, ...format: unknown[]) {
  return value === 'now' || value === 'today' ? value : date.call(this, value, ...format)
})

const laterNames = 'later'
const laterPlaces = 'places'

/** An output of one name without filters, such as `{{name}}`. */
type Plain = { name: string; begin: number; end: number }
type Parsed = { parts: Template[]; plain: Plain[] }

const parsed = new Map<string, Parsed | null>()
const mostParsed = 2000

/** @throws {LiquidError} for a text that is no template */
function parse(template: string): Parsed {
  const parts = engine.parse(template)
  const plain: Plain[] = []
  const visit = (part: Template) => {
    if (part instanceof Output) {
      const { token } = part
      const source = token.input.slice(token.begin, token.end)
      const name = /^\{\{-?\s*([^\s.|'"[\]]+?)\s*-?\}\}$/.exec(source)?.[1]
      if (name !== undefined && !/^-?\d/.test(name)) {
        plain.push({ name, begin: token.begin, end: token.end })
        part.render = function* (ctx, emitter) {
          const names = ctx.getRegister<readonly string[]>(laterNames)
          const places = ctx.getRegister<number[]>(laterPlaces)
          const values = ctx.environments as Values
          // A value is put in as it is; a name without one stays visible for its author.
          if (Object.hasOwn(values, name)) emitter.write(String(values[name]))
          else if (names.includes(name)) {
            places.push((emitter as unknown as { buffer: string }).buffer.length)
            emitter.write(`{{${name}}}`)
          } else emitter.write(source)
        }
      }
    }
    if (part.children) for (const child of toValueSync(part.children(false, true))) visit(child)
  }
  for (const part of parts) visit(part)
  return { parts, plain }
}

/** Texts are few and rendered often. A text that cannot be read is null: {@link checkTemplate} told its author. */
function parsedOf(template: string): Parsed | null {
  const before = parsed.get(template)
  if (before !== undefined) return before
  let made: Parsed | null = null
  try {
    made = parse(template)
  } catch (error) {
    if (!LiquidError.is(error)) throw error
  }
  if (parsed.size >= mostParsed) for (const oldest of parsed.keys()) if (parsed.delete(oldest)) break
  parsed.set(template, made)
  return made
}

/**
 * Fills in a text that staff wrote, in a safe part of Liquid: `{{name}}`, `{{ name | default: "…" }}`, `{% if name %}`. The one renderer
 * for all of them: it goes through the template once and puts values in as they are, so that what a patient is called is never read as a
 * template. A name that is not among the values stays visible for its author, and so does a text that is no template.
 * @param later names that are filled in at sending
 */
export function render(template: string, values: Values, later: readonly string[] = []): Rendered {
  if (!template.includes('{')) return { text: template, later: [] }
  const found = parsedOf(template)
  if (!found) return { text: template, later: [] }
  const context = new Context(values, engine.options, { sync: true })
  const places: number[] = []
  context.setRegister(laterNames, later)
  context.setRegister(laterPlaces, places)
  return { text: String(engine.renderSync(found.parts, context)), later: places }
}

/** {@link render} where nothing is filled in later. */
export function renderText(template: string, values: Values): string {
  return render(template, values).text
}

/** Fills in what {@link render} left for later, at its places only. */
export function fillLater({ text, later }: Rendered, values: Values): string {
  let filled = ''
  let rest = 0
  for (const place of later) {
    const end = text.indexOf('}}', place) + 2
    const name = text.slice(place + 2, end - 2)
    filled +=
      text.slice(rest, place) + String(Object.hasOwn(values, name) ? values[name] : text.slice(place, end))
    rest = end
  }
  return filled + text.slice(rest)
}

/**
 * `syntax`: no template, or with a tag or filter that is not allowed; `unknown-name`: nothing is called so; `later-name`: known only at
 * sending, so it can stand alone but not be compared or formatted.
 */
export type TemplateProblem = {
  kind: 'syntax' | 'unknown-name' | 'later-name'
  /** Place in the text, in code units. */
  at: number
  length: number
  words: string
}

/** What an author must change before a text goes out, in its order. */
export function checkTemplate(
  template: string,
  names: readonly string[],
  later: readonly string[],
): TemplateProblem[] {
  const place = (line: number, column: number) =>
    template
      .split('\n')
      .slice(0, line - 1)
      .reduce((sum, one) => sum + one.length + 1, column - 1)
  try {
    const { parts, plain } = parse(template)
    return Object.values(engine.analyzeSync(parts, { partials: false }).globals)
      .flat()
      .flatMap(({ segments, location }): TemplateProblem[] => {
        const name = String(segments[0])
        const at = place(location.row, location.col)
        const found = { at, length: name.length, words: segments.join('.') }
        if (segments.length === 1 && names.includes(name)) return []
        if (segments.length > 1 || !later.includes(name)) return [{ kind: 'unknown-name', ...found }]
        return plain.some(({ begin, end }) => begin <= at && at < end)
          ? []
          : [{ kind: 'later-name', ...found }]
      })
      .sort((a, b) => a.at - b.at)
  } catch (error) {
    if (!LiquidError.is(error)) throw error
    const [line = 1, column = 1] = error.token.getPosition()
    const at = place(line, column)
    const length = Math.max(1, error.token.end - error.token.begin)
    return [{ kind: 'syntax', at, length, words: error.message.replace(/, line:.*$/s, '') }]
  }
}

/** The names that a text uses without a value among these: what would be missing or stay visible for this person. */
export function missingIn(template: string, values: Values): string[] {
  const found = parsedOf(template)
  if (!found) return []
  const used = Object.keys(engine.analyzeSync(found.parts, { partials: false }).globals)
  return used.filter((name) => !Object.hasOwn(values, name) || values[name] === '')
}
