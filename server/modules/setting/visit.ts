import { integer, number, type SettingDefinition } from './define.ts'

const report = '96120 call-centre report: three-level follow-up'
const ours = 'CareLoop choice'

/** Rule numbers of home visits. */
export const visitSettings = {
  'visit.radius-km': integer(
    'visit',
    300,
    'km',
    [1, 2000],
    `${report}: home-visit teams over a 300 km radius`,
  ),
  'visit.detour': number(
    'visit',
    1.33,
    'times',
    [1, 3],
    'Road over great-circle distance in China: 1.33 (Ballou, Rahardja, Sakai 2002, Transportation Research A 36: 843–848)',
  ),
  'visit.speed.town': integer(
    'visit',
    25,
    'km/h',
    [5, 120],
    `${ours}: town traffic on the first km of each leg`,
  ),
  'visit.speed.road': integer('visit', 60, 'km/h', [10, 130], `${ours}: country and trunk roads beyond`),
  'visit.speed.town-km': integer('visit', 10, 'km', [0, 100], `${ours}: how far town traffic reaches`),
  'visit.minutes': integer('visit', 40, 'minutes', [5, 240], 'At the door, without the way (custom)'),
  'visit.day.from': integer('visit', 8, 'hour', [0, 23], `${ours}: leaving the hospital`),
  'visit.day.to': integer('visit', 17, 'hour', [1, 24], `${ours}: back at the hospital`),
  'visit.per-day': integer(
    'visit',
    8,
    'visits',
    [1, 40],
    `${ours}: a day of 40-minute visits in town has room for eight`,
  ),
  'visit.cost.per-km': number(
    'visit',
    1.2,
    'yuan',
    [0, 100],
    `${ours}: fuel, wear and insurance of a small car. Put your own in once you have it`,
  ),
  'visit.cost.staff-hour': number(
    'visit',
    60,
    'yuan',
    [0, 2000],
    `${ours}: each member of the team. Put your own in once you have it`,
  ),
} as const satisfies Record<string, SettingDefinition>
