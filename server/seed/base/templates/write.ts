import { stopsOn } from '../../../../contract/stop-rule.ts'
import type { PathwayDefinition, PathwayStep } from '../../../../contract/pathway.ts'
import type { Condition, Localized, Question } from '../../../../contract/questionnaire.ts'
import { choice, type Instrument, words } from '../instruments/write.ts'

/** A contact after discharge: on which list it appears from which day, and within how many days it is due. */
type Contact = {
  day: number
  dueDay: number
  by: 'attending-doctor' | 'nurse' | 'head-nurse' | 'service-centre' | 'outreach'
  /** At home instead of by telephone. */
  visit?: true
  title: string
  /** What this one is for; the caller reads it. */
  about: string
}

/** What the person gets to read, in words for patients. */
type Guidance = { day: number; subject: string; text: string }

/** A disease or a kind of stay, as it is shipped: who enters, when somebody calls, what is asked, what the person is told. */
export type DiseaseTemplate = {
  code: string
  name: string
  title: Localized
  /** The guideline behind the timing and the questions. */
  source: string
  /** ICD-10 of the stay; a code stands for all below it. */
  codes: string[]
  /** With one of these as well, the stay belongs to a more special template, and one round of calls is enough. */
  unless?: string[]
  /** Narrows further, such as by age. */
  also?: Condition
  contacts: Contact[]
  guidance: Guidance[]
  questions: Question[]
}

export type ShippedPathway = { code: string; name: string; definition: PathwayDefinition; active: boolean }

/** Messages and lists begin in the morning; nobody gets health advice at night. */
const daytime = { from: 8, to: 18, workingDaysOnly: false }

/** Steps in the order of their days; each waits from the discharge on, so that a late start moves nothing. */
export function diseasePathway(template: DiseaseTemplate): ShippedPathway {
  const { code, name, source, codes, unless = [], also, contacts, guidance } = template
  const parts = [
    ...guidance.map((one, at) => ({ day: one.day, step: messageStep(one, `guidance-${at + 1}`) })),
    ...contacts.map((one, at) => ({ day: one.day, step: contactStep(one, `contact-${at + 1}`, code) })),
  ].sort((one, other) => one.day - other.day)
  const steps = parts.flatMap(({ day, step }, at): PathwayStep[] => [
    {
      kind: 'wait',
      key: `day-${at + 1}`,
      title: `出院后第 ${day} 天`,
      since: 'entry',
      for: { value: day, unit: 'days' },
      at: daytime,
      next: step.key,
    },
    { ...step, next: at + 1 < parts.length ? `day-${at + 2}` : null },
  ])
  return {
    code,
    name,
    active: false,
    definition: {
      source,
      purpose: 'clinical',
      entry: {
        event: 'encounter.discharged',
        when: {
          all: [
            { fact: 'encounter.class', op: '=', value: 'inpatient' },
            { not: { fact: 'encounter.disposition', op: '=', value: '20' } },
            anyOf(codes),
            ...(unless.length > 0 ? [{ not: anyOf(unless) }] : []),
            ...(also ? [also] : []),
          ],
        },
        maxAgeDays: 30,
      },
      variables: {},
      stopOn: stopsOn('death', 'readmission', 'opt-out', 'refusal'),
      start: 'day-1',
      steps,
    },
  }
}

const anyOf = (codes: string[]): Condition => ({
  any: codes.map((value) => ({ fact: 'encounter.conditionCodes', op: 'contains', value })),
})

const generalAdvice = '这是一般性的健康提醒，不能代替医生的诊治；与您的出院医嘱不一致时，请以医嘱为准。'

/** The same words for the desk, to be read aloud or sent while one is on the telephone. */
export function deskGuidance({ code, codes, guidance }: DiseaseTemplate) {
  return guidance.map(({ subject, text }, at) => ({
    code: `${code}-${at + 1}`,
    title: subject,
    body: `${text}\n${generalAdvice}`,
    conditionCodes: codes,
  }))
}

function messageStep({ subject, text }: Guidance, key: string): PathwayStep {
  return {
    kind: 'message',
    key,
    title: subject,
    channel: 'preferred',
    purpose: 'clinical',
    // A subject is read over shoulders: it names no disease.
    subject: '{{hospital}}健康宣教',
    body: `{{name}}，您好：\n\n${subject}\n\n${text}\n\n${generalAdvice}\n\n{{hospital}}{{department}}\n如不希望再收到此类消息，请回复“退订”。`,
    next: null,
  }
}

function contactStep({ dueDay, by, visit, title, about }: Contact, key: string, code: string): PathwayStep {
  return {
    kind: 'task',
    key,
    title,
    task: visit ? 'home-visit' : 'follow-up-call',
    assignee: by,
    dueSince: 'entry',
    dueIn: { value: dueDay, unit: 'days' },
    questionnaire: code,
    priority: 'routine',
    description: about,
    waitFor: 'nothing',
    next: null,
  }
}

/** The questions of a disease: the common ones before and after its own. */
export function diseaseQuestionnaire({ code, title, source, questions }: DiseaseTemplate): Instrument {
  return {
    code,
    title,
    source,
    licence: 'Apache-2.0, CareLoop.',
    scoring: 'none',
    script: words(
      '您好，请问是{{name}}吗？我是{{hospital}}{{department}}的医护人员，想了解一下您出院以后的恢复情况，大约占用您几分钟。',
      'Hello, is this {{name}}? I am calling from {{department}}, {{hospital}}, to ask how you have been since you went home. It takes a few minutes.',
      '您好，請問是{{name}}嗎？我是{{hospital}}{{department}}的醫護人員，想了解您出院以後的恢復情況，大約需要幾分鐘。',
    ),
    items: [overall, ...questions, visitBooked, remarks],
  }
}

const overall: Question = choice(
  'overall',
  words('出院以后总体感觉怎么样？', 'How have you been since you went home?'),
  [
    { value: 'better', text: words('好转', 'Better') },
    { value: 'same', text: words('和出院时差不多', 'About the same') },
    { value: 'worse', text: words('加重', 'Worse') },
  ],
  {
    redFlag: {
      when: { fact: 'answers.overall', op: '=', value: 'worse' },
      text: words('患者诉病情加重', 'The patient says it has got worse'),
      withinMinutes: 240,
    },
  },
)

const visitBooked: Question = choice(
  'next-visit',
  words('复诊时间清楚吗？', 'Do you know when your next visit is?'),
  [
    { value: 'booked', text: words('已约好', 'Booked') },
    { value: 'known', text: words('知道，还没约', 'Known, not booked yet') },
    { value: 'unknown', text: words('不清楚', 'Not known') },
  ],
  {
    help: words(
      '不清楚或没约的，请当场告知时间并帮助预约。',
      'If not booked, tell the date and help to book now.',
    ),
  },
)

const remarks: Question = {
  linkId: 'remarks',
  type: 'text',
  text: words('患者的问题、建议和其他情况', 'Questions, suggestions and anything else'),
}

type Sign = [value: string, mainland: string, en: string]

/** Dangerous signs, several at once; any of them alarms the attending doctor within so many minutes. */
export function danger(
  linkId: string,
  withinMinutes: number,
  [flagged, flaggedEn]: [string, string],
  ...signs: Sign[]
): Question {
  return {
    linkId,
    type: 'multiple',
    required: true,
    text: words('有没有下面这些情况？', 'Any of the following?'),
    options: [
      { value: 'none', text: words('都没有', 'None') },
      ...signs.map(([value, mainland, en]) => ({ value, text: words(mainland, en) })),
    ],
    redFlag: {
      when: { any: signs.map(([value]) => ({ fact: `answers.${linkId}`, op: 'contains', value })) },
      text: words(flagged, flaggedEn),
      withinMinutes,
    },
  }
}

/** One answer of several; a flagged one alarms. */
export function ask(
  linkId: string,
  [mainland, en]: [string, string],
  answers: Sign[],
  flag?: { on: string[]; text: [string, string]; withinMinutes: number },
  help?: [string, string],
): Question {
  return choice(
    linkId,
    words(mainland, en),
    answers.map(([value, text, textEn]) => ({ value, text: words(text, textEn) })),
    {
      ...(help && { help: words(...help) }),
      ...(flag && {
        redFlag: {
          when: { fact: `answers.${linkId}`, op: 'in', value: flag.on },
          text: words(...flag.text),
          withinMinutes: flag.withinMinutes,
        },
      }),
    },
  )
}

/** A number the person measures at home; nobody must have measured it. Below or from a bound on, it alarms. */
export function reading(
  linkId: string,
  [mainland, en]: [string, string],
  unit: string,
  [min, max]: [number, number],
  flag?: { below?: number; from?: number; text: [string, string]; withinMinutes: number },
): Question {
  const fact = `answers.${linkId}`
  const outside: Condition[] = [
    ...(flag?.below === undefined ? [] : [{ fact, op: '<' as const, value: flag.below }]),
    ...(flag?.from === undefined ? [] : [{ fact, op: '>=' as const, value: flag.from }]),
  ]
  return {
    linkId,
    type: 'decimal',
    text: words(mainland, en),
    unit,
    min,
    max,
    ...(flag &&
      outside.length > 0 && {
        redFlag: {
          when: { any: outside },
          text: words(...flag.text),
          withinMinutes: flag.withinMinutes,
        },
      }),
  }
}

/** A picture that the person takes; nobody must. */
export function photo(linkId: string, [mainland, en]: [string, string], help: [string, string]): Question {
  return { linkId, type: 'photo', text: words(mainland, en), help: words(...help) }
}

/** Whether the drugs are taken as prescribed; where stopping is dangerous in itself, a stop alarms. */
export function drugs(drug: [string, string], stopped?: { text: [string, string]; withinMinutes: number }) {
  return ask(
    'drugs',
    [`${drug[0]}按医嘱用了吗？`, `Are you taking ${drug[1]} as prescribed?`],
    [
      ['always', '每天按医嘱', 'Every day as prescribed'],
      ['missed', '有时漏用', 'Sometimes missed'],
      ['stopped', '自行停用或减量', 'Stopped or reduced by oneself'],
      ['none', '医生没有开', 'None prescribed'],
    ],
    stopped && { on: ['stopped'], ...stopped },
    [
      '漏用或停用的，请问清原因（忘记、不舒服、费用、买不到）并记在最后。',
      'If missed or stopped, ask why (forgotten, side effects, cost, not available) and note it at the end.',
    ],
  )
}
