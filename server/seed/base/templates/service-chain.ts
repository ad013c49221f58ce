import { stopsOn } from '../../../../contract/stop-rule.ts'
import type { PathwayDefinition, PathwayStep } from '../../../../contract/pathway.ts'
import type { ShippedPathway } from './write.ts'

const source =
  '进一步改善医疗服务行动计划（2018-2020 年），国卫医发〔2017〕73 号；优质护理服务评价细则（2014 版）'

type Chain = Pick<PathwayDefinition, 'entry' | 'start' | 'steps' | 'stopOn'>

function chain(code: string, name: string, parts: Chain): ShippedPathway {
  return {
    code,
    name,
    active: false,
    definition: { source, purpose: 'service', variables: {}, ...parts },
  }
}

type Post = Extract<PathwayStep, { kind: 'task' }>['assignee']
type Within = Extract<PathwayStep, { kind: 'task' }>['dueIn']

const task = (
  key: string,
  title: string,
  assignee: Post,
  dueIn: Within,
  description: string,
  next: string | null,
): PathwayStep => ({
  kind: 'task',
  key,
  title,
  task: 'other',
  assignee,
  dueSince: 'entry',
  dueIn,
  priority: 'routine',
  description,
  waitFor: 'nothing',
  next,
})

const hours = (value: number): Within => ({ value, unit: 'hours' })
const days = (value: number): Within => ({ value, unit: 'days' })

const inpatient = { fact: 'encounter.class', op: '=', value: 'inpatient' } as const

const admission = chain('service-admission', '入院服务链', {
  entry: { event: 'encounter.admitted', when: inpatient, maxAgeDays: 1 },
  stopOn: stopsOn('death'),
  start: 'welcome',
  steps: [
    task(
      'welcome',
      '责任护士：入院接待与宣教',
      'nurse',
      hours(2),
      '自我介绍，介绍病房、制度、安全（防跌倒、防坠床），交待呼叫铃；核对联系人和电话。',
      'risk',
    ),
    task(
      'risk',
      '责任护士：风险评估',
      'nurse',
      hours(8),
      'Morse 跌倒、Braden 压疮、Barthel 自理、疼痛评分，结果告知本人或家属。',
      'first-talk',
    ),
    task(
      'first-talk',
      '主管医生：首次病情沟通',
      'attending-doctor',
      hours(24),
      '诊断、治疗计划、费用估计、可能的风险；记录谁在场。',
      'head-round',
    ),
    task(
      'head-round',
      '护士长：24 小时看望',
      'head-nurse',
      hours(24),
      '认识病人，问有无困难，确认责任护士已到位。',
      null,
    ),
  ],
})

const stay = chain('service-stay', '住院服务链', {
  entry: { event: 'encounter.admitted', when: inpatient, maxAgeDays: 3 },
  stopOn: stopsOn('death'),
  start: 'day-3',
  steps: [
    {
      kind: 'wait',
      key: 'day-3',
      title: '入院满 3 天',
      since: 'entry',
      for: { value: 3, unit: 'days' },
      at: { from: 8, to: 18, workingDaysOnly: false },
      next: 'still-here',
    },
    // Who has gone home by then is visited by the chain of the discharge.
    {
      kind: 'branch',
      key: 'still-here',
      title: '是否仍在住院',
      when: { not: { fact: 'encounter.lengthOfStayDays', op: 'exists' } },
      next: 'stay-visit',
      otherwise: null,
    },
    task(
      'stay-visit',
      '服务中心：住院期间回访',
      'service-centre',
      days(4),
      '问医疗、护理、饮食、环境、沟通；不满意的当场转科室处理并回告病人。',
      'progress-talk',
    ),
    task(
      'progress-talk',
      '主管医生：病情进展沟通',
      'attending-doctor',
      days(5),
      '检查结果、治疗调整、预计出院日。',
      null,
    ),
  ],
})

const discharge = chain('service-discharge', '出院服务链', {
  entry: {
    event: 'encounter.discharged',
    when: { all: [inpatient, { not: { fact: 'encounter.disposition', op: '=', value: '20' } }] },
    maxAgeDays: 3,
  },
  stopOn: stopsOn('death', 'readmission'),
  start: 'hand-over',
  steps: [
    task(
      'hand-over',
      '责任护士：出院指导核对',
      'nurse',
      hours(24),
      '带药、饮食、活动、警示症状、复诊日期是否讲清并交付书面材料；随访电话是否正确。',
      'summary',
    ),
    task(
      'summary',
      '主管医生：出院小结与转诊资料',
      'attending-doctor',
      hours(24),
      '出院小结交病人；需社区接续的，资料转社区卫生服务中心。',
      'papers',
    ),
    task(
      'papers',
      '服务中心：结算与病历复印指引',
      'service-centre',
      days(3),
      '医保结算、发票、病历复印、诊断证明办理方式是否清楚。',
      null,
    ),
  ],
})

export const serviceChains = [admission, stay, discharge]
