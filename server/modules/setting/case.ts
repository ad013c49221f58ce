import { integer, type SettingDefinition } from './define.ts'

const ours = 'CareLoop choice'
const rules = '医疗机构投诉管理办法 (2019)'
const hotline = '12320 rules for handed-over complaints'
const days = (value: number, source: string) => integer('case', value, 'working-days', [1, 60], source)

/** How long cases and promises may take, and who is told when they do not keep it. */
export const caseSettings = {
  'case.answer-days': days(5, `${rules}: look into it and answer within five working days`),
  'case.answer-days-several': days(10, `${rules}: ten working days where several departments are concerned`),
  'case.12320-report-days': days(1, `${hotline}: report up within one working day`),
  'case.12320-answer-days': days(5, `${hotline}: resolve within five working days`),
  'case.12320-close-days': days(1, `${hotline}: call back and ask for satisfaction within one working day`),
  'case.12345-answer-days': days(5, `${ours}: the time of 12345 varies by city; enter that of yours`),
  'case.consultation-days': days(1, `${ours}: a question is answered the next working day`),
  'case.service-request-days': days(3, `${ours}: common at service centres`),
  'case.suggestion-days': days(10, `${ours}: a suggestion is weighed and answered within two weeks`),
  'case.praise-days': days(5, `${ours}: praise is passed on within a week`),
  'case.lost-property-days': days(7, `${ours}: common at service centres`),
  'case.report-mailing-days': days(3, `${ours}: common at service centres`),
  'case.close-days': days(
    3,
    `${ours}: the result is told and the case closed within three working days of the answer`,
  ),
  'case.consult-days': days(2, `${ours}: a department that is asked answers within two working days`),
  'case.escalate-head-days': days(
    1,
    `${ours}: a day after the time ran out the head of the department is told`,
  ),
  'case.escalate-manager-days': days(1, `${ours}: another day later the head of the service centre`),
  'case.escalate-leader-days': days(2, `${ours}: two more days later the leadership of the hospital`),
  'case.improvement-days': integer(
    'case',
    90,
    'days',
    [14, 730],
    `${ours}: a quarter before the change against a quarter after it`,
  ),
  'case.promise-days': days(1, `${ours}: where no time was promised`),
  'case.promise-remind-hours': integer('case', 4, 'hours', [1, 168], `${ours}: half a working day before`),
  'case.promise-repeat-count': integer(
    'case',
    3,
    null,
    [2, 50],
    `${ours}: the third broken promise is no accident`,
  ),
  'case.promise-repeat-days': integer('case', 30, 'days', [1, 365], `${ours}: within a month`),
} as const satisfies Record<string, SettingDefinition>
