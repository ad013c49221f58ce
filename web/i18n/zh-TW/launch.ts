import type { SameWords } from '../shape.ts'
import type { launch as reference } from '../zh-CN/launch.ts'

export const launch = {
  title: '病人追蹤',
  nothing: '這位病人沒有待辦的追蹤',
  nothingHint: '「等待」裡是約好再撥的，「已完成」裡是做完的。可以回到工作站了。',
  end: '登出',
  left: '已登出',
  leftHint: '要繼續追蹤，請在工作站裡重新開啟。',
  ended: '這次登入已結束',
  endedHint: '太久沒有操作，或已被結束。已填的答案都保存了，請在工作站裡重新開啟。',
  used: '這個連結已經用過',
  usedHint: '每個連結只能開啟一次，請在工作站裡重新開啟。',
  expired: '這個連結已過期',
  expiredHint: '請在工作站裡重新開啟。',
  closed: '這個連結已失效',
  closedHint: '請在工作站裡重新開啟；還是不行，請聯絡資訊室。',
  unreachable: '連不上伺服器',
  unreachableHint: '請檢查網路，再在工作站裡重新開啟。',
} satisfies SameWords<typeof reference>
