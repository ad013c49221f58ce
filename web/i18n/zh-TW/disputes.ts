import type { SameWords } from '../shape.ts'
import type { disputes as chinese } from '../zh-CN/disputes.ts'

export const disputes = {
  pause: '暫停計時',
  pauseHint: '暫停後不再計時，直到有人恢復；截止時間依其間的工作時間順延。',
  pauseReason: '原因，如等待專家意見',
  paused: '已暫停計時',
  letRun: '恢復計時',
  running: '已恢復計時',
  department: '涉及科別',
  title: '糾紛',
  open: '登記糾紛',
  close: '結束糾紛',
  none: '沒有登記過糾紛。',
  reason: '事由',
  encounter: '涉及的就診',
  noEncounter: '不涉及某次就診',
  outcome: '結果',
  note: '處理說明',
  opened: '{{name}} 登記於 {{time}}',
  closed: '{{name}} 結束於 {{time}}',
  openHint:
    '登記後，病患的所有路徑立即停止，自動訊息攔下，客服中心得到一則任務。事由只有客服中心、院領導和科主任看得到。',
  closeHint: '結束後不會自動恢復任何路徑；最近一次出院仍在期限內的，可以在這裡逐條恢復。',
  openedNow: '已登記，路徑已停止',
  closedNow: '糾紛已結束',
  offer: '糾紛已結束，最近一次出院的這些路徑可以繼續：',
  resume: '繼續路徑',
  enroll: '現在納入',
  resumed: '已繼續',
} as const satisfies SameWords<typeof chinese>
