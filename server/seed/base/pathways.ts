import { appointmentPathways } from './appointments.ts'
import { stopsOn } from '../../../contract/stop-rule.ts'
import type { PathwayDefinition } from '../../../contract/pathway.ts'

/**
 * Three-level discharge follow-up: level 1 attending doctor by phone within 1 week, level 2 head nurse within 2 weeks, level 3 home visit
 * of a sample within 1 month (96120 call-centre report; level 2 is common practice). Every number is a setting.
 */
const threeLevel: PathwayDefinition = {
  purpose: 'clinical',
  entry: {
    event: 'encounter.discharged',
    when: {
      all: [
        { fact: 'encounter.class', op: '=', value: 'inpatient' },
        { not: { fact: 'encounter.disposition', op: '=', value: '20' } },
      ],
    },
    maxAgeDays: 30,
  },
  variables: {
    level1Days: { setting: 'follow-up.level-1.days' },
    level2Days: { setting: 'follow-up.level-2.days' },
    level3Days: { setting: 'follow-up.level-3.days' },
    sampleRate: { setting: 'follow-up.level-3.sample-rate' },
  },
  stopOn: stopsOn('death', 'readmission', 'opt-out', 'refusal'),
  start: 'level-1',
  steps: [
    {
      key: 'level-1',
      title: '一级随访：主管医生电话',
      kind: 'task',
      task: 'follow-up-call',
      level: 1,
      assignee: 'attending-doctor',
      dueSince: 'entry',
      dueIn: { value: { var: 'level1Days' }, unit: 'days' },
      questionnaire: 'discharge-level-1',
      priority: 'routine',
      waitFor: 'nothing',
      next: 'settle',
    },
    {
      key: 'settle',
      title: '回家满 1 天',
      kind: 'wait',
      since: 'entry',
      for: { value: 1, unit: 'days' },
      next: 'care-mail',
    },
    {
      key: 'care-mail',
      title: '出院关怀消息',
      kind: 'message',
      channel: 'preferred',
      purpose: 'clinical',
      subject: '{{hospital}}：出院后请留意',
      body: '{{name}}，您好：\n\n您已从{{hospital}}{{department}}出院。请按医嘱服药、按时复查。如出现胸痛、呼吸困难、出血、高热或意识改变，请立即拨打 120 或到就近急诊就诊。\n\n主管医生会在一周内给您打电话了解恢复情况。\n\n{{hospital}}\n如不希望再收到此类消息，请回复“退订”或在随访电话中告知我们。',
      next: 'until-level-2',
    },
    {
      key: 'until-level-2',
      title: '等待二级随访',
      kind: 'wait',
      since: 'entry',
      for: { value: { var: 'level1Days' }, unit: 'days' },
      next: 'level-2',
    },
    {
      key: 'level-2',
      title: '二级随访：护士长电话',
      kind: 'task',
      task: 'follow-up-call',
      level: 2,
      assignee: 'head-nurse',
      dueSince: 'entry',
      dueIn: { value: { var: 'level2Days' }, unit: 'days' },
      questionnaire: 'discharge-level-2',
      priority: 'routine',
      waitFor: 'nothing',
      next: 'until-level-3',
    },
    {
      key: 'until-level-3',
      title: '等待三级随访',
      kind: 'wait',
      since: 'entry',
      for: { value: { var: 'level2Days' }, unit: 'days' },
      next: 'sampled',
    },
    {
      key: 'sampled',
      title: '是否抽中入户',
      kind: 'branch',
      when: { sample: { rate: { var: 'sampleRate' }, seed: 'level-3' } },
      next: 'level-3',
      otherwise: null,
    },
    {
      key: 'level-3',
      title: '三级随访：外联部入户',
      kind: 'task',
      task: 'home-visit',
      level: 3,
      assignee: 'outreach',
      dueSince: 'entry',
      dueIn: { value: { var: 'level3Days' }, unit: 'days' },
      questionnaire: 'discharge-level-3',
      priority: 'routine',
      waitFor: 'nothing',
      next: null,
    },
  ],
}

export const basePathways = [
  { code: 'discharge-three-level', name: '出院三级随访', definition: threeLevel },
  ...appointmentPathways,
]
