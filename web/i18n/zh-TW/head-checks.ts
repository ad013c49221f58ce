import type { SameWords } from '../shape.ts'
import type { headChecks as chinese } from '../zh-CN/head-checks.ts'

export const headChecks = {
  title: '月度檢查',
  hint: '每月由科主任檢查本科醫師上月出院病人的第一級追蹤：看數字、讀幾份結果、寫意見；醫師看到後點「已閱」。',
  verdict: '檢查意見',
  notYet: '未檢查',
  when: '檢查時間',
  read: '醫師已閱',
  check: '檢查',
  look: '檢視',
  acknowledge: '已閱',
  acknowledged: '已記錄您已閱讀',
  progress: '已檢查 {{done}} / {{all}} 位，應在 {{day}} 前完成',
  running: '這個月還沒結束，下月初檢查',
  none: '這個月沒有可檢查的醫師',
  of: '{{name}} · {{month}} 第一級追蹤',
  saved: '檢查意見已儲存',
  sample: '抽看幾份結果',
  sampleHint: '由月份和任務編號決定，不能挑選；點姓名看全部紀錄。',
  attempts: '聯絡 {{n}} 次',
  seconds: '通話 {{n}} 秒',
  noSample: '沒有已辦結的結果。',
  remark: '意見',
  remarkHint: '「需改進」的要寫明哪裡、怎麼改；醫師會看到。',
} satisfies SameWords<typeof chinese>
