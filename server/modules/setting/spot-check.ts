import { boolean, integer, number, risk, type SettingDefinition } from './define.ts'

const ours = 'CareLoop choice'

/** Rule numbers of spot checks and of the heads' monthly checks. */
export const spotCheckSettings = {
  'spot-check.automatic': boolean(
    'spot-check',
    true,
    `${ours}: a check that waits for somebody to start it is forgotten`,
  ),
  'spot-check.day': integer(
    'spot-check',
    3,
    'day',
    [1, 28],
    `${ours}: results registered late are in by then`,
  ),
  'spot-check.share': number('spot-check', 0.05, 'share', [0, 1], `${ours}: one result in twenty`),
  'spot-check.minimum': integer(
    'spot-check',
    3,
    'results',
    [1, 50],
    `${ours}: everybody is checked every month`,
  ),
  'spot-check.maximum': integer(
    'spot-check',
    20,
    'results',
    [1, 200],
    `${ours}: what a service centre can call`,
  ),
  'spot-check.new-doctor-factor': number(
    'spot-check',
    2,
    'times',
    [1, 10],
    `${ours}: of a doctor without a record, twice as many`,
  ),
  'spot-check.new-doctor-days': integer('spot-check', 90, 'days', [0, 365], `${ours}: one quarter`),
  'spot-check.weight.stated': risk(2, 'nothing but words proves the result'),
  'spot-check.weight.short-call': risk(2, 'too short to have asked everything'),
  'spot-check.weight.repeated': risk(3, 'the same answers again and again may not have been asked'),
  'spot-check.weight.red-flag-prone': risk(1, 'where danger is frequent a call left out costs most'),
  'spot-check.short-call-seconds': integer(
    'spot-check',
    30,
    'seconds',
    [1, 600],
    `${ours}: the script of level 1 alone takes about 20 seconds`,
  ),
  'spot-check.repeat-times': integer(
    'spot-check',
    5,
    'times',
    [2, 100],
    `${ours}: people who recover well do answer alike; five times in a month stands out`,
  ),
  'spot-check.red-flag-rate': number(
    'spot-check',
    0.1,
    'share',
    [0, 1],
    `${ours}: diagnoses (ICD category) with a red flag in every tenth follow-up of the past year`,
  ),
  'spot-check.due-days': integer('spot-check', 10, 'days', [1, 60], `${ours}: memory of a call fades`),
  'spot-check.day-tolerance': integer(
    'spot-check',
    2,
    'days',
    [0, 14],
    `${ours}: few remember the exact day`,
  ),
  'spot-check.disagree-fields': integer(
    'spot-check',
    2,
    'fields',
    [1, 3],
    `${ours}: one mismatch may be the patient's memory, two are a pattern; no call at all always disagrees`,
  ),
  'head-check.due-day': integer(
    'spot-check',
    10,
    'days',
    [1, 60],
    `${ours}: late results of the month before are in, the month is still young`,
  ),
  'head-check.sample': integer('spot-check', 3, 'results', [1, 20], `${ours}: as many as one reads`),
  'spot-check.appeal-days': integer('spot-check', 7, 'days', [1, 60], `${ours}: a week to look it up`),
  'spot-check.score-minimum': integer(
    'spot-check',
    5,
    'results',
    [1, 50],
    `${ours}: below five the 95 % interval spans half the scale and more`,
  ),
} as const satisfies Record<string, SettingDefinition>
