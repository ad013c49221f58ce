import type { SameWords } from '../shape.ts'
import type { report as chinese } from '../zh-CN/report.ts'

export const report = {
  title: '出院追蹤月度報告 {{month}}',
  period: '出院日期 {{from}} 至 {{to}}',
  made: '{{name}} 製表於 {{time}}',
  print: '列印',
  pdf: '匯出 PDF',
  page: '第 {{page}} 頁，共 {{pages}} 頁',
  levels: '各級追蹤',
  levelsHint: '覆蓋率 = 已追蹤 ÷ 出院（第三級為抽樣，除以應追蹤）；有憑證與僅口述相加即覆蓋率。',
  linksHint: '數字可點開名單。',
  when: '時期',
  before: '上月',
  lastYear: '去年同月',
  departments: '各科室：{{level}}',
  change: '覆蓋率比上月（百分點）',
  noDepartment: '未定科室',
  redFlags: '紅旗處置',
  redFlagsHint: '依警示時間計入本月；用時從警示到第一次登記處置。沒有人看過就收回的警示不計。',
  spotChecks: '第一級追蹤抽查',
  spotChecksHint: '對象是本月出院病患的第一級追蹤；依抽中機會加權，旁為 95% 區間。查完不到 {{n}} 次不評分。',
  noChecks: '本月出院病患的第一級追蹤還沒有查完的抽查。',
  flag: {
    raised: '紅旗',
    acted: '已處置',
    inTime: '如期處置',
    medianMinutes: '用時中位數（分鐘）',
    p90Minutes: '九成在（分鐘）內',
  },
  chart: { overTime: '各級覆蓋率與上月、去年同月', byDepartment: '第一級追蹤各科室：有憑證與僅口述' },
} as const satisfies SameWords<typeof chinese>
