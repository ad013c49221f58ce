export const clock = {
  due: 'Due {{time}}',
  late: 'Overdue',
  escalated: 'Overdue and escalated',
  paused: 'Clock stopped: {{reason}}',
  unknown: 'Deadline open: the working calendar is not entered',
} as const
