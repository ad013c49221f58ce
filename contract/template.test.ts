import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillLater, render, renderText } from './template.ts'

const names = ['name', 'hospital', 'link', 'nmae', '__proto__', 'constructor', 'toString']
const mark = fc.constantFrom(...names).map((name) => `{{${name}}}`)
/** What people and places may be called: also placeholders, halves of them, and what `replace` reads as a pattern. */
const value = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      mark,
      fc.constantFrom('{{', '}}', '$&', '$1', "$'", '\\', '{', '}'),
    ),
    {
      maxLength: 5,
    },
  )
  .map((parts) => parts.join(''))
/** Text of the author, without placeholders of its own. */
const words = fc.string().map((text) => text.replaceAll(/[{}]/g, ''))
const template = fc.array(
  fc.oneof(
    words.map((text) => ({ text })),
    fc.constantFrom(...names).map((name) => ({ name })),
  ),
  {
    maxLength: 8,
  },
)
type Part = { text: string } | { name: string }
const source = (parts: Part[]) =>
  parts.map((part) => ('text' in part ? part.text : `{{${part.name}}}`)).join('')

test('whatever persons and places are called stands literally in the text and never expands', () => {
  fc.assert(
    fc.property(template, value, value, value, (parts, name, hospital, link) => {
      const expected = (linkText: string) =>
        parts
          .map((part) => {
            if ('text' in part) return part.text
            if (part.name === 'name') return name
            if (part.name === 'hospital') return hospital
            return part.name === 'link' ? linkText : `{{${part.name}}}`
          })
          .join('')
      const rendered = render(source(parts), { name, hospital }, ['link'])
      expect(rendered.text).toBe(expected('{{link}}'))
      expect(rendered.later).toHaveLength(
        parts.filter((part) => 'name' in part && part.name === 'link').length,
      )
      expect(fillLater(rendered, { link })).toBe(expected(link))
      // A second pass that is not one: nothing is left to fill in.
      expect(fillLater({ text: rendered.text, later: [] }, { link })).toBe(rendered.text)
    }),
    { numRuns: 2000 },
  )
})

test('a name that is not known stays visible for its author, what every object has included', () => {
  expect(renderText('{{nmae}} {{__proto__}} {{constructor}} {{n}}', { n: 3 })).toBe(
    '{{nmae}} {{__proto__}} {{constructor}} 3',
  )
})
