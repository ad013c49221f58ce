export const clock = {
  due: '截止 {{time}}',
  late: '已逾期',
  escalated: '逾期未處理，已升級',
  paused: '已暫停計時：{{reason}}',
  unknown: '工作日曆未登錄，期限待定',
} as const
