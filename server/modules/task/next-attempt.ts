import { sql } from 'kysely'
import type { LadderStep } from '../../../contract/task.ts'
import { loadCalendars, nextOpening } from '../../platform/calendar.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { contactTimeOf } from '../contact/task.ts'
import { recordsOf } from '../event/record.ts'
import type { SettingValues } from '../setting/definitions.ts'
import { readSettings } from '../setting/setting.ts'
import type { AttemptInput } from './attempt.ts'
import { hourKeys, hoursOf } from './calling-hours.ts'
import type { PersonTask } from './list.ts'

export const ladderKeys = [
  'follow-up.attempts.max',
  'follow-up.ladder',
  'follow-up.ladder.family-attempts',
  'follow-up.ladder.community-attempts',
  'follow-up.ladder.letter',
  'follow-up.ladder.letter-days',
] as const
type Ladder = SettingValues<(typeof ladderKeys)[number]>

const settingKeys = [
  ...ladderKeys,
  'follow-up.attempts.second-after-hours',
  'follow-up.attempts.third-after-hours',
  ...hourKeys,
] as const
type Settings = SettingValues<(typeof settingKeys)[number]>

/** What follows from a contact. `ladderStep`: the current way of looking for the person. */
export type NextAttempt = { closes: boolean; nextAttemptAt: Date | null; ladderStep: LadderStep }

const hour = 3_600_000
const ways = ['phone', 'family', 'community', 'letter'] as const satisfies LadderStep[]

/** Attempts of a ladder step; none where the site skips it. A letter has two: sending it and waiting. */
export function attemptsOf(step: LadderStep, settings: Ladder): number {
  switch (step) {
    case 'phone':
      return settings['follow-up.attempts.max']
    case 'family':
      return settings['follow-up.ladder.family-attempts']
    case 'community':
      return settings['follow-up.ladder.community-attempts']
    case 'letter':
      return settings['follow-up.ladder.letter'] ? 2 : 0
    case 'lost':
      return 0
  }
}

/** @throws {AppError} invalid */
export async function nextAttemptAfter(
  trx: Trx,
  task: PersonTask,
  input: AttemptInput,
  contactAt: Date,
): Promise<NextAttempt> {
  const settings = await readSettings(trx, settingKeys, task.site_id)
  const closed: NextAttempt = { closes: true, nextAttemptAt: null, ladderStep: task.ladder_step }
  if (input.outcome === 'call-back') {
    const at = input.callBackAt ? new Date(input.callBackAt) : undefined
    if (!at || at.getTime() <= Date.now())
      throw new AppError('invalid', undefined, [
        { path: 'callBackAt', message: 'must be a time in the future' },
      ])
    return { ...closed, closes: false, nextAttemptAt: at }
  }
  if (input.outcome === 'wrong-number') return afterWrongNumber(trx, task, input, settings, contactAt)
  if (input.outcome !== 'unreached') return closed
  const earlier = await trx
    .selectFrom('task_attempt')
    .select(['at'])
    .where('task_id', '=', task.id)
    .where('outcome', '=', 'unreached')
    .where('number', '>', task.ladder_step_from)
    .orderBy('at')
    .execute()
  const unreached = earlier.length + 1
  if (unreached >= attemptsOf(task.ladder_step, settings)) return nextStep(trx, task, settings, contactAt)
  // Danger does not wait for tomorrow.
  if (task.kind === 'red-flag') return { ...closed, closes: false }
  // Counted from the first attempt: 0 / 24 / 72 h.
  const first = new Date(Math.min(earlier[0]?.at.getTime() ?? Infinity, contactAt.getTime()))
  // For a contact registered later, the next one may be due at once.
  const wanted = new Date(
    Math.max(first.getTime() + waitOf(task.ladder_step, unreached, settings), contactAt.getTime()),
  )
  return { ...closed, closes: false, nextAttemptAt: await opening(trx, task, settings, wanted) }
}

/** Time from the first attempt of a step to the next one, in ms. */
function waitOf(step: LadderStep, unreached: number, settings: Settings): number {
  if (step === 'letter') return settings['follow-up.ladder.letter-days'] * 24 * hour
  const [second, third] = [
    settings['follow-up.attempts.second-after-hours'],
    settings['follow-up.attempts.third-after-hours'],
  ]
  // Attempts after the third keep the interval of the last two.
  return (unreached === 1 ? second : third + (unreached - 2) * Math.max(third - second, 1)) * hour
}

async function opening(trx: Trx, task: PersonTask, settings: Settings, wanted: Date): Promise<Date> {
  const open = hoursOf(settings)
  const calendar = (await loadCalendars(trx))(task.site_id)
  const at = nextOpening(wanted, open, task.time_zone, calendar, false)
  return nextOpening(await contactTimeOf(trx, task, at), open, task.time_zone, calendar, false)
}

async function afterWrongNumber(
  trx: Trx,
  task: PersonTask,
  input: AttemptInput,
  settings: Settings,
  contactAt: Date,
): Promise<NextAttempt> {
  const stay: NextAttempt = { closes: false, nextAttemptAt: null, ladderStep: task.ladder_step }
  const { own, family } = await waysOf(trx, task)
  const open =
    task.ladder_step === 'phone'
      ? own || input.relationshipId !== undefined
      : task.ladder_step !== 'family' || family
  if (open && task.attempts - task.ladder_step_from + 1 < attemptsOf(task.ladder_step, settings)) return stay
  return nextStep(trx, task, settings, contactAt)
}

/** Moves to the next possible step; without one the person is lost to follow-up and the task ends. */
async function nextStep(
  trx: Trx,
  task: PersonTask,
  settings: Settings,
  contactAt: Date,
): Promise<NextAttempt> {
  const ended: NextAttempt = { closes: true, nextAttemptAt: null, ladderStep: task.ladder_step }
  if (!settings['follow-up.ladder'] || task.kind !== 'follow-up-call') return ended
  const possible = await waysOf(trx, task)
  const left = ways.slice(ways.findIndex((one) => one === task.ladder_step) + 1)
  const next = left.find(
    (step) =>
      attemptsOf(step, settings) > 0 &&
      (step === 'family' ? possible.family : step === 'letter' ? possible.address : true),
  )
  if (!next) return { ...ended, ladderStep: 'lost' }
  return { closes: false, nextAttemptAt: await opening(trx, task, settings, contactAt), ladderStep: next }
}

/** Which ways of reaching the person are known. */
async function waysOf(trx: Trx, task: PersonTask) {
  const { rows } = await sql<{ own: boolean; family: boolean; address: boolean }>`
    select exists (select 1 from person_telecom t where t.person_id = any(g.members) and t.system = 'phone' and t.valid) as own,
      exists (select 1 from person_relationship r where r.person_id = any(g.members) and r.phone is not null and r.phone_wrong_at is null) as family,
      exists (select 1 from person_address a where a.person_id = any(g.members) and a.text <> '') as address
    from (select ${recordsOf(sql`${task.person_id}`)} as members) g`.execute(trx)
  return rows[0] ?? { own: false, family: false, address: false }
}
