import type { SameWords } from '../shape.ts'
import type { report as chinese } from '../zh-CN/report.ts'

export const report = {
  title: 'Discharge follow-up, {{month}}',
  period: 'Discharged {{from}} to {{to}}',
  made: 'made by {{name}}, {{time}}',
  print: 'Print',
  pdf: 'Export PDF',
  page: 'Page {{page}} of {{pages}}',
  levels: 'Levels of follow-up',
  levelsHint:
    'Coverage = followed up ÷ those who should have a result by now (not those still in time; level 3 is a sample: only planned ones); proven and stated-only add up to it.',
  linksHint: 'Numbers open their patients.',
  when: 'Month',
  before: 'Month before',
  lastYear: 'A year before',
  departments: 'Departments: {{level}}',
  change: 'Coverage, points on the month before',
  noDepartment: 'No department',
  redFlags: 'Red flags',
  redFlagsHint:
    'Counted by the time of the alarm; minutes run to the first recorded attempt. Alarms taken back before anybody saw them do not count.',
  spotChecks: 'Spot checks of level 1',
  spotChecksHint:
    'Of the patients discharged this month; weighted by the chance of being drawn, with the 95% interval. Fewer than {{n}} checks give no score.',
  noChecks: 'No finished spot check of this month’s discharges yet.',
  flag: {
    raised: 'Raised',
    acted: 'Acted on',
    inTime: 'In time',
    medianMinutes: 'Median minutes',
    p90Minutes: '90% within minutes',
  },
  chart: {
    overTime: 'Coverage by level, with the month and the year before',
    byDepartment: 'Level 1 by department: proven and stated only',
  },
} as const satisfies SameWords<typeof chinese>
