import { integer, type SettingDefinition } from './define.ts'

const ours = 'CareLoop choice'

/** How long something may take; see `modules/clock`. */
export const deadlineSettings = {
  'follow-up.instruction.days': integer(
    'follow-up',
    2,
    'days',
    [1, 60],
    `${ours}: the day after tomorrow, where the service centre chooses no time`,
  ),
  'follow-up.instruction.escalate-hours': integer(
    'follow-up',
    24,
    'hours',
    [1, 720],
    `${ours}: one more day, then the instruction goes to the top of the list`,
  ),
  'dispute.answer-days': integer(
    'follow-up',
    5,
    'working-days',
    [1, 30],
    '医疗机构投诉管理办法 (2019): look into it and answer within five working days',
  ),
  'dispute.escalate-days': integer(
    'follow-up',
    1,
    'working-days',
    [1, 30],
    `${ours}: an answer that is late is looked for every working day`,
  ),
} as const satisfies Record<string, SettingDefinition>
