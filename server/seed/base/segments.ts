import type { EventQuestion } from '../../../contract/event-fact.ts'
import type { Condition } from '../../../contract/questionnaire.ts'

/*
 * Segments that hospitals ask for [B3 B4 B5 E50 E51 E56], asleep until somebody switches them on: a large hospital does not want a million
 * comings and goings of segments that nobody uses.
 */

type Op = Extract<Condition, { op: string }>['op']
const is = (fact: string, op: Op, value: unknown): Condition => ({ fact: `person.${fact}`, op, value })
const age = (from: number, below?: number): Condition[] => [
  is('ageYears', '>=', from),
  ...(below === undefined ? [] : [is('ageYears', '<', below)]),
]
const has = (...codes: string[]): Condition => {
  const any = codes.map((code) => is('conditionCodes', 'contains', code))
  const [only] = any
  return any.length === 1 && only ? only : { any }
}
const member = (...where: NonNullable<EventQuestion['where']>): Condition => ({
  events: { of: 'membership', measure: 'count', where, op: '>=', value: 1 },
})
const visits = (op: '=' | '>=', value: number, more: Partial<EventQuestion> = {}): Condition => ({
  events: { of: 'visit', measure: 'count', op, value, ...more },
})
const titles = (...words: string[]): Condition => ({
  any: words.map((value) => member({ field: 'title', op: 'contains', value })),
})
/** The `n`-th month after the first visit, and none since. */
const firstVisit = (months: number): Condition => ({
  all: [
    is('daysSinceFirstVisit', '>=', 30 * months),
    is('daysSinceFirstVisit', '<', 30 * (months + 1)),
    is('visits', '=', 1),
  ],
})

export const baseSegments: { code: string; name: string; rule: Condition }[] = [
  {
    code: 'retired-cadres-heart',
    name: '离退休干部（老年病/心血管）',
    rule: {
      all: [
        ...age(60),
        { any: [member({ field: 'role', op: '=', value: 'retiree' }), titles('干部')] },
        { any: [has('I10', 'I11', 'I20', 'I21', 'I25', 'I48', 'I50'), is('ageYears', '>=', 70)] },
      ],
    },
  },
  {
    code: 'business-owners-checkup',
    name: '企业主（健康体检）',
    rule: { all: [...age(30, 65), titles('总经理', '董事', '法人', '老板', '合伙人')] },
  },
  {
    code: 'white-collar-checkup',
    name: '白领（健康体检）',
    rule: {
      all: [
        ...age(22, 60),
        member({ field: 'role', op: '=', value: 'employee' }),
        {
          not: visits('>=', 1, { withinDays: 365, where: [{ field: 'class', op: '=', value: 'inpatient' }] }),
        },
      ],
    },
  },
  { code: 'own-staff', name: '本院职工', rule: member({ field: 'group', op: '=', value: 'own-staff' }) },
  {
    code: 'staff-family',
    name: '本院职工家属',
    rule: {
      all: [
        { household: member({ field: 'group', op: '=', value: 'own-staff' }) },
        { not: member({ field: 'group', op: '=', value: 'own-staff' }) },
      ],
    },
  },
  { code: 'children', name: '儿童（0–13 岁）', rule: { all: age(0, 14) } },
  { code: 'youth', name: '青年（14–34 岁）', rule: { all: age(14, 35) } },
  { code: 'middle-aged', name: '中年（35–59 岁）', rule: { all: age(35, 60) } },
  { code: 'elderly', name: '老年（60–79 岁）', rule: { all: age(60, 80) } },
  { code: 'very-old', name: '高龄（80 岁以上）', rule: { all: age(80) } },
  { code: 'active', name: '活跃（一年内来过两次以上）', rule: is('visitsInYear', '>=', 2) },
  {
    code: 'dormant',
    name: '沉睡（半年到一年没来）',
    rule: { all: [is('daysSinceVisit', '>', 180), is('daysSinceVisit', '<=', 365)] },
  },
  { code: 'lost', name: '流失（一年以上没来）', rule: is('daysSinceVisit', '>', 365) },
  {
    code: 'lost-large',
    name: '流失大客户（三年内花费过万）',
    rule: {
      all: [
        is('daysSinceVisit', '>', 365),
        { events: { of: 'charge', measure: 'sum', withinDays: 1095, op: '>=', value: 10_000 } },
      ],
    },
  },
  {
    code: 'lapsing',
    name: '正在流失（以往常来，近四个月没来）',
    rule: {
      all: [visits('>=', 3, { withinDays: 365 }), visits('=', 0, { withinDays: 120 })],
    },
  },
  {
    code: 'outpatient-only',
    name: '只看门诊（一年内三次以上，从未住院）',
    rule: { all: [is('visitsInYear', '>=', 3), is('stays', '=', 0)] },
  },
  {
    code: 'nearby-lost',
    name: '住得近却不来（5 公里内，一年没来）',
    rule: { all: [is('distanceKm', '<=', 5), is('daysSinceVisit', '>', 365)] },
  },
  { code: 'prospects', name: '潜在客户（登记过，没来过）', rule: is('visits', '=', 0) },
  { code: 'first-visit-3', name: '初诊满 3 个月未复诊', rule: firstVisit(3) },
  { code: 'first-visit-6', name: '初诊满 6 个月未复诊', rule: firstVisit(6) },
  { code: 'first-visit-12', name: '初诊满 12 个月未复诊', rule: firstVisit(12) },
  {
    code: 'chronic-long',
    name: '长期慢病（高血压/糖尿病，两年以上）',
    rule: {
      all: [
        has('I10', 'I11', 'I12', 'I13', 'E10', 'E11', 'E14'),
        is('daysSinceFirstVisit', '>', 730),
        is('visitsInYear', '>=', 1),
      ],
    },
  },
  {
    code: 'chronic-due',
    name: '慢病复查到期（高血压/糖尿病，三个月没来）',
    rule: {
      all: [
        has('I10', 'I11', 'I12', 'I13', 'E10', 'E11', 'E14'),
        is('daysSinceVisit', '>', 90),
        is('daysSinceVisit', '<=', 730),
      ],
    },
  },
  {
    code: 'tumour-long',
    name: '长期肿瘤治疗（半年内三次以上）',
    rule: { all: [has('C'), visits('>=', 3, { withinDays: 180 })] },
  },
  {
    code: 'missed-appointment',
    name: '爽约后没再预约（30 天内）',
    rule: {
      all: [
        {
          events: {
            of: 'appointment',
            measure: 'count',
            where: [{ field: 'state', op: '=', value: 'missed' }],
            withinDays: 30,
            op: '>=',
            value: 1,
          },
        },
        { fact: 'person.daysUntilVisit', op: 'exists', value: false },
        visits('=', 0, { withinDays: 14 }),
      ],
    },
  },
]
