import fc from 'fast-check'
import { expect, test } from 'vitest'
import { elementIssues } from './element.ts'
import { elements } from './elements.ts'
import { faultOf } from './reference.ts'
import { parseJson } from './json.ts'
import { judge } from './validate.ts'

/** For every primitive type: values that are of it and values that are not. */
const values: Record<string, [good: unknown[], bad: unknown[]]> = {
  boolean: [
    [true, false],
    ['true', 1, {}],
  ],
  integer: [
    [0, -5, 2_147_483_647],
    [1.5, '1', 2_147_483_648],
  ],
  unsignedInt: [
    [0, 7],
    [-1, 0.5, '0'],
  ],
  positiveInt: [[1], [0, -1, '1', 1.5]],
  decimal: [
    [1, -0.25, (parseJson('[1.00]') as unknown[])[0]],
    ['1', true, {}],
  ],
  string: [
    ['x', ' x\n'],
    ['', 5, 'a\u0007', {}],
  ],
  markdown: [['# x'], ['', 5]],
  xhtml: [['<div xmlns="http://www.w3.org/1999/xhtml">x</div>'], ['x', '<p>x</p>', 5]],
  code: [
    ['final', 'a b'],
    [' a', 'a ', 'a  b', '', 5],
  ],
  id: [['A-1.b'], ['a_b', '', 'x'.repeat(65), 17]],
  uri: [
    ['urn:a', 'http://x/y?z'],
    ['a b', '', 5],
  ],
  url: [['http://x'], ['http://x y']],
  canonical: [['http://x|1'], ['http://x |1']],
  oid: [['urn:oid:1.2.3'], ['1.2.3', 'urn:oid:3.1', 'urn:oid:1.02']],
  uuid: [['urn:uuid:c757873d-ec9a-4326-a141-556f43239520'], ['c757873d-ec9a-4326-a141-556f43239520']],
  base64Binary: [
    ['QQ==', 'QUJD\nRUZH'],
    ['QQ', 'Q?==', '', 5],
  ],
  date: [
    ['1970', '1970-02', '2024-02-29'],
    ['1970-2', '2023-02-29', '1970-01-01T00:00:00Z', '19700101', 1970],
  ],
  dateTime: [
    ['1970', '2026-01-02T03:04:05+08:00', '2026-01-02T03:04:05.6Z'],
    ['2026-01-02T03:04', '2026-01-02T03:04:05', '2026-13-01', '2026-01-02 03:04:05Z'],
  ],
  instant: [['2026-01-02T03:04:05Z'], ['2026-01-02', '2026-01-02T25:04:05Z', '2026-01-02T03:04:05']],
  time: [
    ['03:04:05', '23:59:59.9'],
    ['24:00:00', '3:04:05', '03:04', '03:04:05Z'],
  ],
}

const expressions = (resource: unknown, type: string) =>
  elementIssues(resource, type, type, 50).map((one) => one.expression)

test('every primitive of every supported type is refused by name when it is not of its type', () => {
  let checked = 0
  for (const [path, text] of Object.entries(elements))
    for (const part of text.split(' ').filter(Boolean)) {
      const [type = '', names = ''] = part.split(':')
      const [good, bad] = values[type] ?? [[], []]
      for (const name of names.split(',')) {
        const many = name.endsWith('*')
        const key = name.replace('*', '')
        const resource = (value: unknown) => ({ [key]: many ? [value] : value })
        const where = many ? `${path}.${key}[0]` : `${path}.${key}`
        for (const value of good)
          expect([where, value, expressions(resource(value), path)]).toEqual([where, value, []])
        for (const value of bad) {
          expect([where, value, expressions(resource(value), path)]).toEqual([where, value, [where]])
          checked++
        }
      }
    }
  expect(checked).toBeGreaterThan(1900)
})

test('a list where R4 has one value, one value where it has a list, and null are refused by name', () => {
  expect(expressions({ identifier: { value: '1' }, gender: ['male'], birthDate: null }, 'Patient')).toEqual([
    'Patient.identifier',
    'Patient.gender',
    'Patient.birthDate',
  ])
  // A null keeps the place of a value that has only extensions.
  const given = { given: ['三', null], _given: [null, { extension: [{ url: 'urn:x', valueCode: 'a' }] }] }
  expect(expressions({ name: [given] }, 'Patient')).toEqual([])
  const inside = { name: [{ _given: [null, { extension: [{ url: 'a b', valueDate: '1' }] }] }] }
  expect(expressions(inside, 'Patient').sort()).toEqual([
    'Patient.name[0]._given[1].extension[0].url',
    'Patient.name[0]._given[1].extension[0].valueDate',
  ])
})

test('what is contained, nested or beside is checked as deep as it goes', () => {
  const plan = {
    contained: [{ resourceType: 'Medication', id: 'a_b', status: 'active' }],
    activity: [{ detail: { status: 'x ', scheduledTiming: { repeat: { count: 0, timeOfDay: ['8:00'] } } } }],
    meta: { lastUpdated: '2026-01-02' },
    ofOthers: { count: 'anything' },
  }
  expect(expressions(plan, 'CarePlan').sort()).toEqual([
    'CarePlan.activity[0].detail.scheduledTiming.repeat.count',
    'CarePlan.activity[0].detail.scheduledTiming.repeat.timeOfDay[0]',
    'CarePlan.activity[0].detail.status',
    'CarePlan.contained[0].id',
    'CarePlan.meta.lastUpdated',
  ])
})

test('a period may not end before it starts, each side as long as it was stated', () => {
  const of = (start: string, end: string) => expressions({ period: { start, end } }, 'Encounter')
  expect(of('2026-03-02T10:00:00+08:00', '2026-03-02')).toEqual([])
  expect(of('2026-03-02', '2026')).toEqual([])
  expect(of('2026-03-05', '2026-03-02')).toEqual(['Encounter.period'])
  expect(of('2026-03-02T10:00:00Z', '2026-03-02T09:00:00Z')).toEqual(['Encounter.period'])
})

test('no JSON whatever makes the check fail otherwise than by naming elements', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom(
          'name',
          'contact',
          '_birthDate',
          'meta',
          'extension',
          'contained',
          'identifier',
          'link',
          'x',
        ),
        fc.jsonValue(),
      ),
      (some) => {
        const judged = judge({ ...some, resourceType: 'Patient' }, 'Patient', 'Patient')
        expect('issues' in judged ? judged.issues.length > 0 : judged.resource).toBeTruthy()
      },
    ),
    { numRuns: 500 },
  )
})

test('texts and numbers that the database cannot hold are named before they reach it', () => {
  for (const text of ['["a\\u0000"]', '["\\ud800"]', '[1e400]', '[1e-99999]', `[0.${'1'.repeat(300)}]`])
    expect([text.slice(0, 20), faultOf(parseJson(text))]).toEqual([text.slice(0, 20), expect.any(String)])
  expect(faultOf(parseJson('[1e300, 0.000, 1.50, 12345678901234567890]'))).toBeNull()
})

test('JSON is read as JSON.parse reads it, and written back with the same numbers', () => {
  const number = fc.oneof(
    fc.constantFrom(
      '1.00',
      '-0.50',
      '1e3',
      '1E-7',
      '12345678901234567890',
      '0.10',
      '7',
      '-3.25',
      '100',
      '1.5e+2',
    ),
    fc.integer().map(String),
  )
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('a: 1.00, b', '[1.00]', ', 2.50}', '\u0001number:1.00', '": 1.00, "'),
  )
  const leaf = fc.oneof(
    number,
    text.map((one) => JSON.stringify(one)),
    fc.constantFrom('true', 'null'),
  )
  const value = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }).map((all) => `[${all.join(',')}]`),
      fc
        .uniqueArray(fc.tuple(text, tie('value')), { maxLength: 4, selector: ([name]) => name })
        .map((all) => `{${all.map(([name, one]) => `${JSON.stringify(name)}: ${one}`).join(', ')}}`),
    ),
  })).value
  fc.assert(
    fc.property(value, (one) => {
      const json = `[${one}]`
      const read = parseJson(json)
      const tight = (some: string) => some.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1')
      // Names that are numbers move to the front of an object in JavaScript.
      fc.pre(!/"\d+":/.test(json) && !json.includes('__proto__'))
      expect(tight(JSON.stringify(read))).toBe(tight(json))
    }),
    { numRuns: 2000 },
  )
})
