import { expect, test } from 'vitest'
import { type Answers, type Question, questionnaireBody } from '../../../../contract/questionnaire.ts'
import { bandOf, pointsOf, scoreOf } from '../../../../contract/score.ts'
import { shippedQuestionnaires } from '../seed.ts'
import type { Instrument } from './write.ts'

const instrument = (code: string) => {
  const found = shippedQuestionnaires.find((one) => one.code === code)
  if (!found) throw new Error(`no instrument ${code}`)
  return found
}
const question = (code: string, linkId: string) => {
  const found = instrument(code).items.find((item) => item.linkId === linkId)
  if (!found) throw new Error(`no question ${linkId}`)
  return found
}

/** Points at both sides of every boundary of the published tables, typed in from the sources and not from our definitions. */
const measured: [code: string, linkId: string, points: Record<string, number>][] = [
  // Royal College of Physicians, NEWS2, 2017, chart 1.
  ['news-2', 'respiration', { 8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3 }],
  ['news-2', 'spo2-scale-1', { 91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0 }],
  ['news-2', 'spo2-scale-2-air', { 83: 3, 84: 2, 85: 2, 86: 1, 87: 1, 88: 0, 92: 0, 93: 0, 100: 0 }],
  [
    'news-2',
    'spo2-scale-2-oxygen',
    { 83: 3, 84: 2, 85: 2, 86: 1, 87: 1, 88: 0, 92: 0, 93: 1, 94: 1, 95: 2, 96: 2, 97: 3 },
  ],
  ['news-2', 'systolic', { 90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3 }],
  ['news-2', 'pulse', { 40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3 }],
  ['news-2', 'temperature', { 35: 3, 35.1: 1, 36: 1, 36.1: 0, 38: 0, 38.1: 1, 39: 1, 39.1: 2 }],
  // Subbe et al. 2001, table 1.
  ['mews', 'respiration', { 8: 2, 9: 0, 14: 0, 15: 1, 20: 1, 21: 2, 29: 2, 30: 3 }],
  ['mews', 'heart-rate', { 40: 2, 41: 1, 50: 1, 51: 0, 100: 0, 101: 1, 110: 1, 111: 2, 129: 2, 130: 3 }],
  ['mews', 'systolic', { 70: 3, 71: 2, 80: 2, 81: 1, 100: 1, 101: 0, 199: 0, 200: 2 }],
  ['mews', 'temperature', { 34.9: 2, 35: 0, 38.4: 0, 38.5: 2 }],
  // van Walraven et al. 2010, figure 1.
  ['lace', 'length-of-stay', { 0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 6: 4, 7: 5, 13: 5, 14: 7 }],
  // Donzé et al. 2016.
  ['hospital-score', 'admissions', { 0: 0, 1: 0, 2: 2, 5: 2, 6: 5 }],
  // Lindström, Tuomilehto 2003; Finnish Diabetes Association.
  ['findrisc', 'age', { 44: 0, 45: 2, 54: 2, 55: 3, 64: 3, 65: 4 }],
  ['findrisc', 'bmi', { 24.9: 0, 25: 1, 30: 1, 30.1: 3 }],
  ['findrisc', 'waist-men', { 93: 0, 94: 3, 101: 3, 102: 4 }],
  ['findrisc', 'waist-women', { 79: 0, 80: 3, 87: 3, 88: 4 }],
]

test.each(measured)('%s: %s gives the published points at every boundary', (code, linkId, points) => {
  const item = question(code, linkId)
  expect(
    Object.fromEntries(Object.keys(points).map((value) => [value, pointsOf(item, Number(value))])),
  ).toEqual(points)
})

/** Points of the options in their order. */
const chosen: [code: string, linkId: string, points: number[]][] = [
  ['lace', 'acute', [0, 3]],
  ['lace', 'comorbidity', [0, 1, 2, 3, 5]],
  ['lace', 'emergency-visits', [0, 1, 2, 3, 4]],
  ['hospital-score', 'haemoglobin', [0, 1]],
  ['hospital-score', 'oncology', [0, 2]],
  ['hospital-score', 'sodium', [0, 1]],
  ['hospital-score', 'procedure', [0, 1]],
  ['hospital-score', 'urgent', [0, 1]],
  ['hospital-score', 'length-of-stay', [0, 2]],
  ['news-2', 'oxygen', [0, 2]],
  ['news-2', 'hypercapnic', [0, 0]],
  ['news-2', 'consciousness', [0, 3]],
  ['mews', 'consciousness', [0, 1, 2, 3]],
  ['findrisc', 'activity', [0, 2]],
  ['findrisc', 'vegetables', [0, 1]],
  ['findrisc', 'medication', [0, 2]],
  ['findrisc', 'glucose', [0, 5]],
  ['findrisc', 'family', [0, 3, 5]],
  ['morse', 'history', [0, 25]],
  ['morse', 'diagnosis', [0, 15]],
  ['morse', 'aid', [0, 15, 30]],
  ['morse', 'iv', [0, 20]],
  ['morse', 'gait', [0, 10, 20]],
  ['morse', 'mental', [0, 15]],
  ...(['feeding', 'dressing', 'bowels', 'bladder', 'toilet', 'stairs'] as const).map(
    (item): [string, string, number[]] => ['barthel', item, [0, 5, 10]],
  ),
  ['barthel', 'bathing', [0, 5]],
  ['barthel', 'grooming', [0, 5]],
  ['barthel', 'transfer', [0, 5, 10, 15]],
  ['barthel', 'mobility', [0, 5, 10, 15]],
  ...(['sensory', 'moisture', 'activity', 'mobility', 'nutrition'] as const).map(
    (item): [string, string, number[]] => ['braden', item, [1, 2, 3, 4]],
  ),
  ['braden', 'friction', [1, 2, 3]],
]

test.each(chosen)('%s: the options of %s give the published points', (code, linkId, points) => {
  const item = question(code, linkId)
  expect(item.options?.map((option) => pointsOf(item, option.value))).toEqual(points)
})

/** Lowest and highest total, and the totals at which the next band begins, from the sources. */
const bands: [code: string, lowest: number, highest: number, starts: [number, string][]][] = [
  [
    'phq-9',
    0,
    27,
    [
      [0, 'minimal'],
      [5, 'mild'],
      [10, 'moderate'],
      [15, 'moderately-severe'],
      [20, 'severe'],
    ],
  ],
  [
    'gad-7',
    0,
    21,
    [
      [0, 'minimal'],
      [5, 'mild'],
      [10, 'moderate'],
      [15, 'severe'],
    ],
  ],
  [
    'lace',
    0,
    19,
    [
      [0, 'low'],
      [5, 'moderate'],
      [10, 'high'],
    ],
  ],
  [
    'hospital-score',
    0,
    13,
    [
      [0, 'low'],
      [5, 'intermediate'],
      [7, 'high'],
    ],
  ],
  [
    'barthel',
    0,
    100,
    [
      [0, 'severe'],
      [45, 'moderate'],
      [65, 'slight'],
      [100, 'independent'],
    ],
  ],
  [
    'morse',
    0,
    125,
    [
      [0, 'low'],
      [25, 'moderate'],
      [50, 'high'],
    ],
  ],
  [
    'braden',
    6,
    23,
    [
      [6, 'very-high'],
      [10, 'high'],
      [13, 'moderate'],
      [15, 'mild'],
      [19, 'none'],
    ],
  ],
  [
    'findrisc',
    0,
    26,
    [
      [0, 'very-low'],
      [4, 'low'],
      [9, 'moderate'],
      [13, 'high'],
      [21, 'very-high'],
    ],
  ],
  [
    'mews',
    0,
    14,
    [
      [0, 'low'],
      [3, 'watch'],
      [5, 'critical'],
    ],
  ],
  [
    'pain-nrs',
    0,
    10,
    [
      [0, 'none'],
      [1, 'mild'],
      [4, 'moderate'],
      [7, 'severe'],
    ],
  ],
  [
    'satisfaction-discharge',
    8,
    40,
    [
      [8, 'dissatisfied'],
      [24, 'neither'],
      [32, 'satisfied'],
    ],
  ],
  [
    'satisfaction-outpatient',
    7,
    35,
    [
      [7, 'dissatisfied'],
      [21, 'neither'],
      [28, 'satisfied'],
    ],
  ],
]

/** For every total that a man can reach: answers that give it, found question by question. */
function reachable(definition: Instrument): Map<number, Answers> {
  const values = (item: Question): Answers[string][] => {
    if (item.linkId === 'sex') return ['male']
    if (item.options) return item.options.map((option) => option.value)
    if (item.type === 'scale') return Array.from({ length: (item.max ?? 10) + 1 }, (_, n) => n)
    return (item.scores ?? []).flatMap((line) => {
      const bound = line.upTo ?? line.below ?? item.max ?? 0
      return [bound - 1, bound, bound + 1].filter((one) => one <= (item.max ?? Infinity))
    })
  }
  return definition.items.reduce(
    (totals, item) => {
      if (!item.required) return totals
      const all = [...totals.values()].flatMap((answers) =>
        values(item).map((value) => ({ ...answers, [item.linkId]: value })),
      )
      return new Map(all.map((answers) => [scoreOf(definition, answers) ?? 0, answers]))
    },
    new Map<number, Answers>([[0, {}]]),
  )
}

test.each(bands)(
  '%s: every total from %i to %i lies in the published band',
  (code, lowest, highest, starts) => {
    const whole = instrument(code)
    const definition = { ...whole, items: whole.items.filter((item) => item.linkId !== 'waist-women') }
    const totals = reachable(definition)
    const reached = [...totals.keys()].sort((left, right) => left - right)
    expect([reached[0], reached.at(-1)]).toEqual([lowest, highest])
    for (const [total, answers] of totals)
      expect([total, bandOf(definition, answers)?.code]).toEqual([
        total,
        starts.findLast(([from]) => total >= from)?.[1],
      ])
    for (const [from] of starts) expect(reached).toContain(from)
  },
)

const calm = {
  respiration: 16,
  hypercapnic: '0',
  oxygen: '0',
  'spo2-scale-1': 98,
  systolic: 120,
  pulse: 70,
  consciousness: '0',
  temperature: 37,
}

test.each([
  [{}, 0, 'low'],
  [{ pulse: 45, temperature: 38.5, respiration: 10, 'spo2-scale-1': 95 }, 4, 'low'],
  [{ systolic: 90 }, 3, 'low-medium'],
  [{ consciousness: '1' }, 3, 'low-medium'],
  [{ systolic: 90, pulse: 45 }, 4, 'low-medium'],
  [{ systolic: 90, pulse: 115 }, 5, 'medium'],
  [{ systolic: 95, pulse: 115, temperature: 39.5 }, 6, 'medium'],
  [{ systolic: 90, pulse: 131, temperature: 36 }, 7, 'high'],
])(
  'NEWS2 with %o is %i points and %s risk: one parameter of 3 asks for an urgent review',
  (more, total, band) => {
    const answers = { ...calm, ...more }
    expect([scoreOf(instrument('news-2'), answers), bandOf(instrument('news-2'), answers)?.code]).toEqual([
      total,
      band,
    ])
  },
)

test('NEWS2 asks for one saturation only, by scale and oxygen', () => {
  const { items } = instrument('news-2')
  const on = (hypercapnic: string, oxygen: string) =>
    scoreOf(instrument('news-2'), {
      ...calm,
      hypercapnic,
      oxygen,
      'spo2-scale-1': 90,
      'spo2-scale-2-air': 90,
      'spo2-scale-2-oxygen': 94,
    })
  expect([on('0', '0'), on('0', '1'), on('1', '0'), on('1', '1')]).toEqual([3, 5, 0, 3])
  expect(items.filter((item) => item.linkId.startsWith('spo2'))).toHaveLength(3)
})

test('half an answered instrument has a sum but no meaning yet', () => {
  expect(scoreOf(instrument('phq-9'), { interest: '3' })).toBe(3)
  expect(bandOf(instrument('phq-9'), { interest: '3' })).toBeNull()
})

test.each(shippedQuestionnaires.map((one) => [one.code, one] as const))(
  '%s has source, languages and a form that the contract takes',
  (_, definition) => {
    expect(() => questionnaireBody.parse(definition)).not.toThrow()
    expect(definition.source).toBeTruthy()
    const texts = [
      definition.title,
      ...definition.items.flatMap((item) => [item.text, ...(item.options ?? []).map((one) => one.text)]),
    ]
    for (const text of texts) expect([text['zh-TW'], text.en].every(Boolean)).toBe(true)
  },
)
