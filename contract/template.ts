/** A text made from a template: where placeholders remain that only sending can fill in, such as a one-time link. */
export type Rendered = {
  text: string
  /** Their places in the text, as indices of its code units: a value that looks like a placeholder is not among them. */
  later: number[]
}

type Values = Readonly<Record<string, string | number>>

/**
 * Fills `{{name}}` in a text that staff wrote. The one renderer for all of them: it goes through the template once and puts values in as
 * they are, so that what a patient is called is never read as a template. A name that is not among the values stays visible for its author.
 * @param later names that are filled in at sending
 */
export function render(template: string, values: Values, later: readonly string[] = []): Rendered {
  const rendered: Rendered = { text: '', later: [] }
  let rest = 0
  for (const { 0: whole, 1: name = '', index } of template.matchAll(/\{\{(\w+)\}\}/g)) {
    rendered.text += template.slice(rest, index)
    rest = index + whole.length
    if (later.includes(name)) rendered.later.push(rendered.text.length)
    rendered.text += Object.hasOwn(values, name) ? String(values[name]) : whole
  }
  rendered.text += template.slice(rest)
  return rendered
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
    filled += text.slice(rest, place) + renderText(text.slice(place, end), values)
    rest = end
  }
  return filled + text.slice(rest)
}
