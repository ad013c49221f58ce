import { integer, type SettingDefinition } from './define.ts'

const ours = 'CareLoop choice'

/** Rule numbers of the call centre. */
export const callSettings = {
  'call.hours.from': integer('call', 8, 'hour', [0, 23], `${ours}: from when somebody answers the telephone`),
  'call.hours.to': integer('call', 20, 'hour', [1, 24], `${ours}: until when somebody answers the telephone`),
  'call.call-back-minutes': integer(
    'call',
    60,
    'minutes',
    [5, 2880],
    `${ours}: within which a missed call is called back, counted within these hours`,
  ),
  'call.answer-seconds': integer(
    'call',
    20,
    'seconds',
    [5, 600],
    'Common target of call centres: 80 % of calls answered within 20 seconds (custom)',
  ),
  'call.answer-percent': integer(
    'call',
    80,
    'percent',
    [1, 100],
    'Common target of call centres: 80 % of calls answered within 20 seconds (custom)',
  ),
  'call.short-abandon-seconds': integer(
    'call',
    5,
    'seconds',
    [0, 60],
    `${ours}: who hangs up sooner dialled a wrong number and does not count as abandoned`,
  ),
  'call.wrap-up-seconds': integer(
    'call',
    0,
    'seconds',
    [0, 900],
    `${ours}: for so long agents get no further call from the queue after one, unless they have written it up; 0: they say so themselves`,
  ),
  'call.shrinkage-percent': integer(
    'call',
    30,
    'percent',
    [0, 80],
    'Common planning value of call centres: a third of paid time goes to breaks, training and absence (custom)',
  ),
  'call.first-contact-days': integer(
    'call',
    7,
    'days',
    [1, 30],
    `${ours}: who does not turn to us again within these days was helped at the first contact`,
  ),
  'call.reviews-per-week': integer(
    'call',
    2,
    'calls',
    [0, 50],
    `${ours}: calls of each agent that are drawn for scoring every week; 0 for none`,
  ),
  'call.review-seconds': integer(
    'call',
    30,
    'seconds',
    [0, 600],
    `${ours}: a shorter call has nothing to score`,
  ),
} as const satisfies Record<string, SettingDefinition>
