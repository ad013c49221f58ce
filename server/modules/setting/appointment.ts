import { boolean, choice, everywhere, integer, number, type SettingDefinition } from './define.ts'

const ours = 'CareLoop choice'

/** Rule numbers of appointments. */
export const appointmentSettings = {
  'appointment.horizon-days': integer(
    'appointment',
    60,
    'days',
    [1, 365],
    `${ours}: sessions are made and booked so far ahead`,
  ),
  'appointment.hold-minutes': everywhere(
    integer('appointment', 5, 'minutes', [1, 30], `${ours}: long enough to agree on a time by phone`),
  ),
  'appointment.holds': everywhere(
    integer('appointment', 3, 'slots', [1, 50], `${ours}: what one person may hold at a time`),
  ),
  'appointment.offer-minutes': integer(
    'appointment',
    120,
    'minutes',
    [5, 2880],
    `${ours}: how long an offered slot is kept, counted within the hours in which people may be written to`,
  ),
  'appointment.cancel-hours': integer(
    'appointment',
    2,
    'hours',
    [0, 168],
    `${ours}: until when people may cancel by themselves; afterwards they call`,
  ),
  'appointment.red-flag-days': integer(
    'appointment',
    3,
    'days',
    [0, 30],
    `${ours}: within which a red flag of a follow-up keeps an urgent slot; 0: it keeps none`,
  ),
  'appointment.red-flag-hours': integer(
    'appointment',
    24,
    'hours',
    [1, 168],
    `${ours}: how long that slot is kept for the doctor who calls`,
  ),
  'appointment.real-name': boolean(
    'appointment',
    false,
    'Real-name registration 实名制就诊 (卫医政发〔2009〕95号): an identity number before booking by web or phone',
  ),
  'appointment.per-day': integer(
    'appointment',
    1,
    'appointments',
    [1, 20],
    `${ours}: of one person in one department on one day, a common rule of hospitals`,
  ),
  'appointment.open': integer(
    'appointment',
    10,
    'appointments',
    [1, 100],
    `${ours}: of one person at a time`,
  ),
  'appointment.no-show-rule': choice(
    'appointment',
    ['none', 'beijing-114', 'beijing-114-again', 'three-a-year', 'three-in-half-a-year', 'own'],
    'Published rules of hospitals and of the Beijing 114 platform (see the numbers in the guide); "own": by the numbers below',
  ),
  'appointment.no-show-late-minutes': integer(
    'appointment',
    30,
    'minutes',
    [5, 480],
    'Beijing 114: later than this is a no-show; counts for the own rule',
  ),
  'appointment.no-show-count': integer(
    'appointment',
    3,
    'no-shows',
    [1, 20],
    'Beijing 114; for the own rule',
  ),
  'appointment.no-show-window-months': integer(
    'appointment',
    3,
    'months',
    [1, 24],
    'Beijing 114; for the own rule',
  ),
  'appointment.no-show-restrict-months': integer(
    'appointment',
    3,
    'months',
    [1, 12],
    'Beijing 114; for the own rule',
  ),
  'appointment.no-show-cut-off': choice(
    'appointment',
    ['afternoon', 'midnight', 'start'],
    'Common rule: cancelled by the patient after 15:00 on the day before counts as missed; for the own rule',
  ),
  'appointment.remind-more-above': number(
    'appointment',
    0.3,
    'share',
    [0.01, 1],
    `${ours}: a call the day before where about every third such patient would not come; below that most calls would be for nothing`,
  ),
  'appointment.overbook-share': number(
    'appointment',
    0,
    'share',
    [0, 0.5],
    `${ours}: 0: places above those of a session are as its schedule says; above 0: at most this share of its places, and no more than are expected not to come`,
  ),
} as const satisfies Record<string, SettingDefinition>
