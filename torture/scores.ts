import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Answers } from '../contract/questionnaire.ts'
import { bandOf, scoreOf } from '../contract/score.ts'
import { shippedQuestionnaires } from '../server/seed/base/seed.ts'

/**
 * Compares the shipped instruments with a public set of clinical calculators and their cases (openEHR GDL test cases).
 * Usage: node torture/scores.ts <folder with cases.json>
 */
type Given = { score?: number; label?: string; value?: number } | string | number
type Case = { id: string; input: Record<string, Given>; expected: Record<string, Given> }
type Rule = {
  code: string
  /** Start of the input's name there → question here. */
  inputs: Record<string, string>
  total: string
  /** Where their total is a known defect of the set: what the published weights give. */
  instead?: Record<string, number>
  /** Their word for the result → our band; only where both follow the same table. */
  band?: [name: string, words: Record<string, string>]
  /** Answers that follow from others. */
  derive?: (answers: Answers, given: Record<string, Given>) => void
}

const inOrder = (...linkIds: string[]) => linkIds
const phq = inOrder(
  'interest',
  'mood',
  'sleep',
  'energy',
  'appetite',
  'failure',
  'concentration',
  'movement',
  'self-harm',
)
const gad = inOrder('nervous', 'control', 'worry', 'relax', 'restless', 'irritable', 'afraid')
const phqNames = [
  'Little pleasure',
  'Feeling hopeless',
  'Trouble with sleeping',
  'Feeling tired',
  'Disturbed appetite',
  'Feeling like a failure',
  'Trouble concentrating',
  'Disturbed speech',
  'Suicidal',
]
const gadNames = [
  'Feeling nervous',
  'Not being able',
  'Worrying too',
  'Trouble relaxing',
  'Being so restless',
  'Becoming easily',
  'Feeling afraid',
]
const pairs = (names: string[], linkIds: string[]) =>
  Object.fromEntries(names.map((name, at) => [name, linkIds[at] ?? '']))

const consciousness: Record<string, string> = { Alert: '0', Voice: '1', Pain: '2', Unresponsive: '3' }
const label = (given: Given | undefined) =>
  typeof given === 'object' ? (given.label ?? '') : String(given ?? '')
/** Calm values for what a case leaves out: those calculators give no points then. */
const mewsCalm = { respiration: 12, 'heart-rate': 70, systolic: 120, temperature: 37 }

const rules: Record<string, Rule> = {
  'PHQ9.v1': {
    code: 'phq-9',
    inputs: pairs(phqNames, phq),
    total: 'Total score',
    band: [
      'Severity grade',
      { 'Minimal or no depression': 'minimal', 'Moderately severe depression': 'moderately-severe' },
    ],
  },
  'GAD-7.v1': {
    code: 'gad-7',
    inputs: pairs(gadNames, gad),
    total: 'GAD-7 Total score',
    band: ['Anxiety severity', { 'Moderate anxiety': 'moderate' }],
  },
  'LACE_readmission_index.v1': {
    code: 'lace',
    inputs: {
      'Admission type': 'acute',
      Charlson: 'comorbidity',
      'Number of previous ED': 'emergency-visits',
    },
    total: 'LACE Index Score',
    band: ['Risk of unplanned readmission', { Low: 'low', High: 'high' }],
    derive: (answers) => {
      // Both cases have "<1 day".
      answers['length-of-stay'] = 0
    },
  },
  'HOSPITAL_score_readmission_risk.v1': {
    code: 'hospital-score',
    inputs: {
      Hemoglobin: 'haemoglobin',
      'Discharge from an Oncology': 'oncology',
      Sodium: 'sodium',
      Procedure: 'procedure',
      'Index of admission': 'urgent',
      'Length of stay': 'length-of-stay',
    },
    total: 'Total score',
    instead: { 'case_low risk, score 4': 5, 'case_high risk, score 7': 8 },
    derive: (answers, given) => {
      answers['admissions'] =
        label(given['Number of hospital admission(s) during the previous year']) === '2-5' ? 2 : 0
    },
  },
  'NEWS2.v1': {
    code: 'news-2',
    inputs: {
      'Systolic BP': 'systolic',
      'Heart rate': 'pulse',
      Temperature: 'temperature',
      Hypercapnic: 'hypercapnic',
      Supplemental: 'oxygen',
      Consciousness: 'consciousness',
      'Respiration rate': 'respiration',
    },
    total: 'Total score',
    band: ['Clinical risk', { Low: 'low', 'Low-Medium': 'low-medium', Medium: 'medium', High: 'high' }],
    derive: (answers, given) => {
      const value = (given['spO2'] as { value: number }).value
      for (const one of ['spo2-scale-1', 'spo2-scale-2-air', 'spo2-scale-2-oxygen']) answers[one] = value
    },
  },
  'FINDRISC_Finnish_Diabetes_Risk_Score.v1': {
    code: 'findrisc',
    inputs: {
      Age: 'age',
      'Body Mass': 'bmi',
      'Use of blood pressure': 'medication',
      'History of high': 'glucose',
      'Physical activity': 'activity',
      'Daily consumption': 'vegetables',
      'Family history': 'family',
    },
    total: 'FINDRSIC total score',
    derive: (answers, given) => {
      answers['sex'] = label(given['Gender']).toLowerCase()
      const waist = (given['Waist circumference'] as { value: number }).value
      answers['waist-men'] = waist
      answers['waist-women'] = waist
    },
  },
  barthel_index_ADL: {
    code: 'barthel',
    inputs: {
      'Toilet use': 'toilet',
      Stairs: 'stairs',
      'Bowel Control': 'bowels',
      Transfer: 'transfer',
      Mobility: 'mobility',
      'Bladder control': 'bladder',
      Feeding: 'feeding',
      Grooming: 'grooming',
      Dressing: 'dressing',
      Bathing: 'bathing',
    },
    total: 'Barthel Index',
  },
  braden_score: {
    code: 'braden',
    inputs: {
      Activity: 'activity',
      Moisture: 'moisture',
      Mobility: 'mobility',
      Nutrition: 'nutrition',
      'Sensory perception': 'sensory',
      'Friction and shear': 'friction',
    },
    total: 'Braden Score',
  },
  Morse_Fall_Scale: {
    code: 'morse',
    inputs: {
      'History of falling': 'history',
      'Secondary diagnosis': 'diagnosis',
      'Ambulatory aid': 'aid',
      Intravenous: 'iv',
      Gait: 'gait',
      'Mental status': 'mental',
    },
    total: 'Total score',
    band: ['Fall risk', { Low: 'low', Moderate: 'moderate', High: 'high' }],
  },
  'MEWS.': {
    code: 'mews',
    inputs: {
      Rate: 'heart-rate',
      Pulse: 'heart-rate',
      'Respiration rate': 'respiration',
      'Body temperature': 'temperature',
      Temperature: 'temperature',
      Systolic: 'systolic',
    },
    total: 'Total score',
    derive: (answers, given) => {
      for (const [linkId, calm] of Object.entries(mewsCalm)) answers[linkId] ??= calm
      const avpu = consciousness[label(given['AVPU Observation'])] ?? '0'
      answers['consciousness'] = avpu === '0' && label(given['New Confusion']) === 'Present' ? '1' : avpu
      const urine = given['Total urine output/24 hr']
      if (typeof urine === 'object') answers['urine'] = (urine.value ?? 0) > 2500 ? '1' : '0'
    },
  },
}

function answersOf(rule: Rule, { input }: Case): Answers {
  const items = shippedQuestionnaires.find((one) => one.code === rule.code)?.items ?? []
  const answers: Answers = {}
  for (const [name, given] of Object.entries(input)) {
    const linkId = Object.entries(rule.inputs).find(([start]) => name.startsWith(start))?.[1]
    const item = items.find((one) => one.linkId === linkId)
    if (!linkId || !item || typeof given !== 'object') continue
    // The HOSPITAL cases give "oncology" one point; published are two: the answer is what counts.
    const option =
      item.options?.find((one) => one.score === given.score) ??
      ((given.score ?? 0) > 0 ? item.options?.at(-1) : undefined)
    answers[linkId] = given.value ?? option?.value ?? null
  }
  rule.derive?.(answers, input)
  return answers
}

const cases = JSON.parse(
  await readFile(path.join(process.argv[2] ?? '../shared/data/scores', 'cases.json'), 'utf8'),
) as Record<string, Case[]>
let compared = 0
let disagreements = 0
for (const [name, all] of Object.entries(cases)) {
  const rule = Object.entries(rules).find(([start]) => name.startsWith(start))?.[1]
  const definition = shippedQuestionnaires.find((one) => one.code === rule?.code)
  if (!rule || !definition) continue
  for (const one of all) {
    if (Object.keys(one.input).length === 0) continue
    const answers = answersOf(rule, one)
    const total = rule.instead?.[one.id] ?? one.expected[rule.total]
    const theirBand =
      rule.band &&
      label(
        one.expected[Object.keys(one.expected).find((key) => key.startsWith(rule.band?.[0] ?? '')) ?? ''],
      ).trim()
    const wanted = [total, theirBand ? rule.band?.[1][theirBand] : undefined]
    const got = [
      scoreOf(definition, answers),
      wanted[1] === undefined ? undefined : bandOf(definition, answers)?.code,
    ]
    compared++
    if (JSON.stringify(wanted) === JSON.stringify(got)) continue
    disagreements++
    console.log(
      `DIFFERENT ${name} · ${one.id}: theirs ${JSON.stringify(wanted)}, ours ${JSON.stringify(got)}`,
    )
  }
}
console.log(`${compared} cases of instruments that are shipped, ${disagreements} disagreements`)
process.exitCode = disagreements > 0 ? 1 : 0
