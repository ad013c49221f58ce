import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkTemplate, fillLater, render, renderText } from './template.ts'

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

test('a text may choose by a value and format it', () => {
  const text =
    '{% if start %}{{ start | date: "%m月%d日 %H:%M" }}{% else %}近期{% endif %}，{{ name | default: "您" }}'
  expect(renderText(text, { start: '2026-11-18 09:30', name: '王芳' })).toBe('11月18日 09:30，王芳')
  expect(renderText(text, { name: '' })).toBe('近期，您')
  const kind = '{% case language %}{% when "en" %}Hello{% else %}您好{% endcase %}'
  expect([renderText(kind, { language: 'en' }), renderText(kind, {})]).toEqual(['Hello', '您好'])
})

test('what is filled in at sending keeps its places inside a choice', () => {
  const rendered = render('{% if name %}{{name}}：{{ link }}{% endif %} {{link}}', { name: '{{link}}' }, [
    'link',
  ])
  expect(rendered.text).toBe('{{link}}：{{link}} {{link}}')
  expect(fillLater(rendered, { link: 'https://x' })).toBe('{{link}}：https://x https://x')
})

test('loops, files, assignments and other filters are no templates; the author is told where', () => {
  for (const [text, at] of [
    ['a {% for i in (1..9) %}x{% endfor %}', 2],
    ['{% include "a" %}', 0],
    ['{% assign a = 1 %}', 0],
    ['{{ name | json }}', 0],
    ['一\n二 {{name', 4],
  ] as const)
    expect(checkTemplate(text, ['name'], []), text).toMatchObject([{ kind: 'syntax', at }])
  expect(
    checkTemplate('{{nmae}} {{name.constructor}} {{name}} {{link}} {{ link | upcase }}', ['name'], ['link']),
  ).toMatchObject([
    { kind: 'unknown-name', at: 2, words: 'nmae' },
    { kind: 'unknown-name', words: 'name.constructor' },
    { kind: 'later-name', words: 'link' },
  ])
  expect(checkTemplate('{% if link %}{{link}}{% endif %}', [], ['link'])).toMatchObject([
    { kind: 'later-name', at: 6 },
  ])
})

test('what is no template goes out as it stands, and prototypes are nobody’s', () => {
  expect(renderText('{{name', { name: 'x' })).toBe('{{name')
  expect(renderText('{{ name.constructor.name }}{{ constructor | default: "-" }}', { name: 'x' })).toBe('-')
})

test('nothing that an author writes breaks the renderer', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('{{', '}}', '{%', '%}', ' name ', '|', ' if ', ' endif ', '"', 'date: '),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('')
      expect(typeof renderText(text, { name: '王' })).toBe('string')
      checkTemplate(text, ['name'], [])
    }),
    { numRuns: 1000 },
  )
})
