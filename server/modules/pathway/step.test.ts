import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PathwayStep } from '../../../contract/pathway.ts'
import { anySteps, definitionOf, message, wait, wayThrough } from '../../../test/support/pathway.ts'
import type { Calendar } from '../../platform/calendar.ts'
import { localDate, shiftDate, toLocal } from '../../platform/clock.ts'
import { renderText } from '../../../contract/template.ts'
import { advance, draw, type Enrolled, valuesOf } from './step.ts'

const calendar: Calendar = { exceptions: new Map(), years: new Set([2026, 2027, 2028]) }
const entered = new Date('2026-03-02T07:30:00Z')

function enrolled(more: Partial<Enrolled> = {}): Enrolled {
  return {
    id: 1,
    pathwayVersionId: 1,
    personId: 1,
    groupId: null,
    name: '郑某',
    language: null,
    sex: 'female',
    birthDate: '1960-05-01',
    person: {},
    subject: { kind: 'encounter', id: 7 },
    facts: {
      class: 'inpatient',
      departmentCode: 'CARD',
      lengthOfStayDays: 4,
      conditionCodes: ['I10.x02'],
    },
    times: {},
    subjectWords: null,
    place: { siteId: 1, departmentId: null, attendingStaffId: null },
    siteName: '市一院',
    departmentName: null,
    timeZone: 'Asia/Shanghai',
    enteredAt: entered,
    variant: null,
    stepKey: 's0',
    waitKey: null,
    variables: { days: 2, rate: 0.3 },
    outcomes: {},
    latestResponses: {},
    results: {},
    ...more,
  }
}

const context = {
  now: entered,
  calendar,
  questionnaires: new Map<string, number>(),
  templates: () => undefined,
}

test('every step on the way happens once and in order, whatever the pathway; waits are never shortened', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const definition = definitionOf(steps)
      const done: string[] = []
      const made: string[] = []
      let now = entered
      let at: string | null = 's0'
      for (let turns = 0; at !== null; turns++) {
        expect(turns).toBeLessThan(30)
        const result = advance(enrolled({ stepKey: at }), definition, { ...context, now })
        done.push(...result.steps.map((step) => step.key))
        made.push(
          ...result.tasks.flatMap((one) => one.stepKey ?? []),
          ...result.messages.flatMap((one) => one.step?.key ?? []),
        )
        if (result.status === 'active') {
          const last = steps.find((step) => step.key === done.at(-1))
          const days = last?.kind === 'wait' && typeof last.for.value === 'number' ? last.for.value : -1
          expect(localDate(result.dueAt ?? entered, 'Asia/Shanghai')).toBe(
            shiftDate(localDate(now, 'Asia/Shanghai'), days),
          )
          now = result.dueAt ?? now
        }
        if (result.status === 'waiting') expect(result.waitingFor).toBe(done.at(-1))
        at = result.stepKey
        if (result.status === 'completed') expect(at).toBeNull()
      }
      expect(done).toEqual(wayThrough(steps))
      const makers = new Set(
        steps.filter((step) => ['task', 'message'].includes(step.kind)).map((step) => step.key),
      )
      expect(made.sort()).toEqual(done.filter((key) => makers.has(key)).sort())
    }),
    { numRuns: 500 },
  )
})

test('a wait from the entry that is over already goes on at once; its hours still hold', () => {
  const late = { ...context, now: new Date('2026-03-20T15:00:00Z') }
  const steps = [wait('s0', 's1', { since: 'entry' }), message('s1', null)]
  expect(advance(enrolled(), definitionOf(steps), late)).toMatchObject({ status: 'completed' })
  const office = [
    wait('s0', 's1', { since: 'entry', at: { from: 9, to: 17, workingDaysOnly: true } }),
    message('s1', null),
  ]
  // Friday 23:00 in Shanghai: Monday 9:00.
  expect(advance(enrolled(), definitionOf(office), late).dueAt?.toISOString()).toBe(
    '2026-03-23T01:00:00.000Z',
  )
})

test.each([
  ['America/New_York', '2026-03-07T15:00:00Z', 2],
  ['America/New_York', '2026-10-31T15:00:00Z', 2],
  ['Europe/Berlin', '2028-02-28T11:00:00Z', 2],
  ['Asia/Shanghai', '2028-02-28T11:00:00Z', 1],
])('days are calendar days in %s from %s', (timeZone, from, days) => {
  const now = new Date(from)
  const steps = [wait('s0', 's1', { for: { value: { var: 'days' }, unit: 'days' } }), message('s1', null)]
  const { dueAt } = advance(enrolled({ timeZone, variables: { days } }), definitionOf(steps), {
    ...context,
    now,
  })
  expect(localDate(dueAt ?? now, timeZone)).toBe(shiftDate(localDate(now, timeZone), days))
  expect(toLocal(dueAt ?? now, timeZone).hour).toBe(toLocal(now, timeZone).hour)
})

test('minutes and hours are elapsed time, not wall-clock time', () => {
  const now = new Date('2026-03-08T06:30:00Z')
  for (const [unit, value, expected] of [
    ['minutes', 45, '2026-03-08T07:15:00.000Z'],
    ['hours', 24, '2026-03-09T06:30:00.000Z'],
  ] as const) {
    const steps = [wait('s0', 's1', { for: { value, unit } }), message('s1', null)]
    const { dueAt } = advance(enrolled({ timeZone: 'America/New_York' }), definitionOf(steps), {
      ...context,
      now,
    })
    expect(dueAt?.toISOString()).toBe(expected)
  }
})

test('a sample is the same for the same enrolment and seed, independent between seeds, and about as large as asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.string({ maxLength: 20 }), (id, seed) => {
      const share = draw(`${seed}:${id}`)
      expect(share).toBe(draw(`${seed}:${id}`))
      expect(share >= 0 && share < 1).toBe(true)
    }),
  )
  const ids = Array.from({ length: 20_000 }, (_, n) => n + 1)
  const share = (test: (id: number) => boolean) => ids.filter(test).length / ids.length
  for (const rate of [0.05, 0.3, 0.9])
    expect(share((id) => draw(`level-3:${id}`) < rate)).toBeCloseTo(rate, 1.7)
  expect(share((id) => draw(`a:${id}`) < 0.5 && draw(`b:${id}`) < 0.5)).toBeCloseTo(0.25, 1.7)
})

test('a branch sees the facts of person, stay, earlier results and variables', () => {
  const outcome = (fact: string, op: '=' | '>' | 'contains', value: unknown) => {
    const steps: PathwayStep[] = [
      { key: 's0', title: '', kind: 'branch', when: { fact, op, value }, next: null, otherwise: null },
    ]
    return advance(enrolled({ outcomes: { call: 'unreached' } }), definitionOf(steps), context).steps[0]
      ?.result
  }
  expect(outcome('person.ageYears', '>', 64)).toBe('yes')
  expect(outcome('encounter.departmentCode', '=', 'CARD')).toBe('yes')
  expect(outcome('encounter.conditionCodes', 'contains', 'I10')).toBe('yes')
  expect(outcome('encounter.lengthOfStayDays', '>', 5)).toBe('no')
  expect(outcome('task.call.outcome', '=', 'unreached')).toBe('yes')
  expect(outcome('variables.days', '=', 2)).toBe('yes')
  expect(outcome('person.unheardOf', '=', 1)).toBe('no')
})

test('texts are filled with facts; a name that nobody knows stays for its author to see', () => {
  const text = '{{name}} {{hospital}} {{department}} {{condition}} {{nmae}}'
  expect(renderText(text, valuesOf(enrolled()))).toBe('郑某 市一院 市一院  {{nmae}}')
})

test('a stop ends the pathway with its reason', () => {
  const steps: PathwayStep[] = [{ key: 's0', title: '', kind: 'stop', reason: '已转院', next: null }]
  expect(advance(enrolled(), definitionOf(steps), context)).toMatchObject({
    status: 'completed',
    stepKey: null,
    stopReason: '已转院',
  })
})
