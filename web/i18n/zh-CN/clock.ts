export const clock = {
  due: '截止 {{time}}',
  late: '已超期',
  escalated: '超期未处理，已升级',
  paused: '已暂停计时：{{reason}}',
  unknown: '工作日历未录入，期限待定',
} as const
