import { isoDate, DAY } from './clock.ts'
import { chance, int, pick, pickWeighted, type Prng } from './prng.ts'

export type CallOutcome = 'answered' | 'no-answer' | 'wrong-number' | 'refused' | 'deceased' | 'readmitted'

/** 1 (very unwell) to 5 (as before the illness). */
export type Wellness = 1 | 2 | 3 | 4 | 5

export interface PatientSituation {
  age: number
  /** The moment of the call: date answers lie shortly before it. */
  now: Date
  daysSinceDischarge?: number
  deceased?: boolean
  readmitted?: boolean
  /** ICD-10 code of the main diagnosis; its first letter tells which complaints fit. */
  diagnosisCode?: string
}

export interface CallResult {
  reached: CallOutcome
  wellness: Wellness
  /** Chinese words for what bothers the patient; empty when nothing does. */
  symptoms: string[]
}

export interface AskedQuestion {
  linkId: string
  type: 'choice' | 'boolean' | 'integer' | 'decimal' | 'string' | 'text' | 'date'
  options?: { value: string; redFlag?: boolean }[]
  min?: number
  max?: number
}

export type Answer = string | number | boolean

const RED_FLAG_SHARE = 0.03

const complaints: Record<string, string[]> = {
  C: ['乏力', '食欲下降', '恶心', '疼痛'],
  E: ['口渴', '乏力', '手脚发麻'],
  F: ['失眠', '记忆力下降', '烦躁'],
  G: ['头晕', '手抖', '头痛'],
  I: ['胸闷', '心慌', '下肢水肿', '头晕', '活动后气短'],
  J: ['咳嗽', '咳痰', '气短', '低热'],
  K: ['腹胀', '腹痛', '反酸', '大便不规律'],
  M: ['关节疼痛', '腰痛', '晨僵'],
  N: ['尿频', '腰酸', '夜尿多'],
  O: ['伤口疼痛', '乳房胀痛', '睡眠不足'],
  P: ['吃奶少', '皮肤发黄'],
  S: ['伤口肿胀', '疼痛', '活动受限'],
}
const anyComplaint = ['乏力', '睡眠不好', '食欲一般']

/** What happens when the patient is called: who picks up, and how they are. Takes time from `patient` only. */
export function answerCall(random: Prng, patient: PatientSituation): CallResult {
  const frail = patient.age >= 75
  const days = patient.daysSinceDischarge ?? 7
  const wellness = pickWeighted<Wellness>(random, [1, 2, 3, 4, 5], (level) =>
    wellnessWeight(level, frail, days),
  )
  const pool = complaints[patient.diagnosisCode?.charAt(0) ?? ''] ?? anyComplaint
  const count = Math.min(pool.length, Math.max(0, int(random, 3, 5) - wellness))
  const symptoms = [...new Set(Array.from({ length: count }, () => pick(random, pool)))]
  return { reached: reached(random, patient), wellness, symptoms }
}

function reached(random: Prng, patient: PatientSituation): CallOutcome {
  if (patient.deceased) return chance(random, 0.6) ? 'deceased' : 'no-answer'
  if (patient.readmitted) return chance(random, 0.7) ? 'readmitted' : 'no-answer'
  const share = random()
  if (share < 0.02) return 'wrong-number'
  if (share < 0.05) return 'refused'
  // The old sit by the phone; the young let an unknown number ring.
  return share < (patient.age >= 60 ? 0.27 : 0.4) ? 'no-answer' : 'answered'
}

function wellnessWeight(level: Wellness, frail: boolean, days: number): number {
  const base = { 1: 2, 2: 8, 3: 25, 4: 40, 5: 25 }[level]
  const early = days < 7 ? (level <= 3 ? 1.3 : 0.8) : 1
  return base * early * (frail ? (level <= 2 ? 1.8 : level === 5 ? 0.6 : 1) : 1)
}

/**
 * An answer of the right type within the given options or limits. About 3 % of choice questions that have a red
 * flag get one. Choices are taken to run from good to bad, as scales mostly do. Throws on a choice without options.
 */
export function answerQuestion(random: Prng, question: AskedQuestion, patient: PatientSituation): Answer {
  switch (question.type) {
    case 'choice':
      return choose(random, question)
    case 'boolean':
      return chance(random, RED_FLAG_SHARE * 4)
    case 'integer':
      return Math.round(number(random, question, 0))
    case 'decimal':
      return number(random, question, 1)
    case 'date':
      return isoDate(patient.now.getTime() - int(random, 0, patient.daysSinceDischarge ?? 14) * DAY)
    case 'string':
      return pick(random, ['还好', '没有', '恢复得不错', '和出院时差不多'])
    case 'text':
      return pick(random, [
        '恢复得还可以，按时吃药，谢谢医生关心。',
        '这两天胃口好一些了，晚上睡得也踏实。',
        '药吃完了，想问什么时候复查。',
        '没有什么不舒服，家里人照顾得很好。',
      ])
  }
}

function choose(random: Prng, question: AskedQuestion): string {
  const options = question.options ?? []
  const flagged = options.filter((option) => option.redFlag)
  const plain = options.filter((option) => !option.redFlag)
  if (plain.length === 0 || (flagged.length > 0 && chance(random, RED_FLAG_SHARE)))
    return pick(random, flagged).value
  return pickWeighted(random, plain, (option) => 1 / (1 + plain.indexOf(option))).value
}

function number(random: Prng, question: AskedQuestion, decimals: number): number {
  const min = question.min ?? 0
  const max = question.max ?? Math.max(min, 10)
  // The mean of three draws stays near the middle of the range, where plausible measurements lie.
  const share = (random() + random() + random()) / 3
  const low = decimals === 0 ? Math.ceil(min) : min
  const value = Number((low + share * (max - low)).toFixed(decimals))
  return Math.min(decimals === 0 ? Math.floor(max) : max, Math.max(low, value))
}
