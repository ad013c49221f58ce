import { sql } from 'kysely'
import type { QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import type { MachineReason } from '../../../contract/voice.ts'
import { audit } from '../../platform/audit.ts'
import { loadCalendars, nextOpening } from '../../platform/calendar.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { bestTimes } from '../contact/hour.ts'
import { permitMachineCalls } from '../contact/task.ts'
import { getQuestionnaire } from '../questionnaire/questionnaire.ts'
import type { SettingValues } from '../setting/definitions.ts'
import { readSettings } from '../setting/setting.ts'
import { hourKeys, hoursOf } from '../task/calling-hours.ts'
import { hold, leaveToPeople, release } from '../task/transition.ts'
import { type CallRow, callColumns, tellScreens, voiceActor, wait } from './call.ts'
import type { Script } from './dialogue.ts'
import { languagesOf } from './segments.ts'
import type { VoiceLanguage } from './phrases.ts'
import { isVoiceReady } from './ready.ts'

export const voiceKeys = [
  'voice.enabled',
  'voice.hours.from',
  'voice.hours.to',
  'voice.lines',
  'voice.tries',
  'voice.ring-seconds',
  'voice.wait-seconds',
  'voice.identity-tries',
  'voice.question-tries',
  'voice.languages',
  'voice.hand-over',
  'voice.agents',
  'voice.abandonment',
  'voice.recogniser',
  'voice.recogniser-url',
  'voice.speech-confidence',
  'voice.speech-sure',
  'follow-up.attempts.max',
  ...hourKeys,
] as const
export type VoiceSettings = SettingValues<(typeof voiceKeys)[number]>

export const voiceSettingsAt = (db: Db, siteId: number): Promise<VoiceSettings> =>
  readSettings(db, voiceKeys, siteId)

/** How sure a recogniser has to be at a site. */
export const speechOf = (settings: VoiceSettings) => ({
  least: settings['voice.speech-confidence'],
  sure: Math.max(settings['voice.speech-sure'], settings['voice.speech-confidence']),
})

/** How long a task is the machine's: longer than any call of it. */
const holdMinutes = 25

/** How long a task waits for another call of the same person or telephone. */
const busyMs = 5 * 60_000

export type Site = { id: number; name: string; timeZone: string }

/** Whether the machine may call at a site now, by the hours of both calls and machine. */
export async function isCallingTime(
  db: Db,
  site: Site,
  settings: VoiceSettings,
  now: Date,
): Promise<boolean> {
  const calendar = (await loadCalendars(db))(site.id)
  const own = { from: settings['voice.hours.from'], to: settings['voice.hours.to'], workingDaysOnly: false }
  const all = hoursOf(settings)
  if (own.from >= own.to || all.from >= all.to) return false
  const open = [own, all].map((hours) => nextOpening(now, hours, site.timeZone, calendar, false).getTime())
  return open.every((at) => at <= now.getTime())
}

type Candidate = {
  id: number
  kind: string
  person_id: number
  site_id: number
  ladder_step: string
  birth_year: number | null
  phone: string | null
  questionnaire_version_id: number | null
  due_at: Date
  attempts: number
  calls: number
  answered: boolean
}

/** Tasks whose turn it is, in the order of the work list. */
export const dueTasks = (siteId: number, now: Date) => sql`
  from task t where t.machine = 'first' and t.site_id = ${siteId} and t.status in ('requested', 'in-progress') and t.start_at <= ${now}
    and coalesce(t.next_attempt_at, '-infinity') <= ${now} and (t.held_by is null or t.held_until < now())
    and not exists (select 1 from voice_call c where c.task_id = t.id and c.state <> 'ended')
    and not exists (select 1 from voice_wait w where w.task_id = t.id and w.until > ${now})`

/**
 * Takes the next tasks for the machine: each is held, and its call is written down before anybody is called.
 * @returns the calls to be made
 */
export async function planCalls(
  db: Db,
  line: { accountId: number; fence: number; handsOver: boolean; hears: boolean },
  site: Site,
  settings: VoiceSettings,
  now: Date,
  limit: number,
): Promise<CallRow[]> {
  const { rows } = await sql<{
    id: number
  }>`select t.id ${dueTasks(site.id, now)} order by t.priority desc, t.due_at, t.id limit ${limit}`.execute(
    db,
  )
  const planned: CallRow[] = []
  for (const { id } of rows) {
    const call = await transaction(db, (trx) => planCall(trx, line, site, settings, now, id))
    if (call) planned.push(call)
  }
  if (rows.length > 0) await tellScreens(db, site.id)
  return planned
}

async function planCall(
  trx: Trx,
  line: { accountId: number; fence: number; handsOver: boolean; hears: boolean },
  site: Site,
  settings: VoiceSettings,
  now: Date,
  taskId: number,
): Promise<CallRow | undefined> {
  const { rows } = await sql<Candidate>`
    select t.id, t.kind, p.id as person_id, t.site_id, coalesce(x.ladder_step, 'phone') as ladder_step, extract(year from p.birth_date)::int as birth_year,
      (select v.value from person_telecom v where v.person_id in (p.id, t.person_id) and v.system = 'phone' and v.valid
        order by v.updated_at desc, v.id limit 1) as phone,
      t.questionnaire_version_id, t.due_at, coalesce(x.attempts - x.ladder_step_from, 0) as attempts,
      (select count(*)::int from voice_call c where c.task_id = t.id and c.outcome not in ('withdrawn', 'line-fault')) as calls,
      exists (select 1 from questionnaire_response r where r.task_id = t.id) as answered
    from task t join person r on r.id = t.person_id join person p on p.id = coalesce(r.survivor_id, r.id)
    left join task_contact x on x.task_id = t.id where t.id = ${taskId}`.execute(trx)
  const [task] = rows
  if (!task) return undefined
  const definition =
    task.questionnaire_version_id === null
      ? undefined
      : await getQuestionnaire(trx, { versionId: task.questionnaire_version_id })
  const why = whyNot(task, definition, settings)
  if (why || !definition || task.birth_year === null || task.phone === null) {
    await leave(trx, task, why ?? 'not-ready')
    return undefined
  }
  const verdict = (await permitMachineCalls(trx, [task], now)).get(task.id)
  if (verdict?.kind === 'later') {
    await wait(trx, task.id, verdict.at, 'gate')
    return undefined
  }
  if (verdict?.kind !== 'permit') {
    await leave(trx, task, 'refused')
    return undefined
  }
  const best = (await bestTimes(trx, [task.person_id], now)).get(task.person_id)
  // The hour in which somebody answers best is worth waiting for, but no deadline.
  if (best && best > now && best <= task.due_at) {
    await wait(trx, task.id, best, 'best-hour')
    return undefined
  }
  const script: Script = {
    definition: {
      items: definition.items,
      scoring: definition.scoring,
      ...(definition.bands && { bands: definition.bands }),
      ...(definition.thanks && { thanks: definition.thanks }),
    },
    languages: languagesOf(definition, settings['voice.languages'].split(',') as VoiceLanguage[]),
    hospital: site.name,
    birthYear: task.birth_year,
    identityTries: settings['voice.identity-tries'],
    tries: settings['voice.question-tries'],
    handsOver: line.handsOver,
    ...(line.hears && { speech: speechOf(settings) }),
  }
  if (!(await hold(trx, voiceActor, task.id, holdMinutes, sql<never>`t.machine = 'first'`))) return undefined
  const { rows: made } = await sql<CallRow>`
    insert into voice_call (site_id, person_id, task_id, attempt, account_id, questionnaire_version_id, phone, script, fence, planned_at)
    select ${site.id}, ${task.person_id}, ${task.id}, coalesce(max(c.attempt), 0) + 1, ${line.accountId}, ${task.questionnaire_version_id}, ${task.phone},
      ${JSON.stringify(script)}::jsonb, ${line.fence}, ${now} from voice_call c where c.task_id = ${task.id}
    on conflict do nothing returning ${callColumns}`.execute(trx)
  const [call] = made
  if (!call) {
    // The person, or somebody with the same telephone, is being called about something else.
    await release(trx, voiceActor, task.id)
    await wait(trx, task.id, new Date(now.getTime() + busyMs), 'gate')
    return undefined
  }
  await audit(trx, voiceActor, {
    action: 'voice.dial',
    personId: task.person_id,
    subject: `voice-call:${call.id} task:${task.id}`,
  })
  return call
}

function whyNot(
  task: Candidate,
  definition: QuestionnaireDefinition | undefined,
  settings: VoiceSettings,
): MachineReason | undefined {
  if (task.kind !== 'follow-up-call' || !definition || !isVoiceReady(definition)) return 'not-ready'
  if (task.birth_year === null) return 'no-birth-year'
  if (task.phone === null) return 'no-number'
  if (task.answered) return 'worked-on'
  // People keep the last attempt of the ladder, and the ways after the telephone.
  const last =
    task.attempts >= settings['follow-up.attempts.max'] - 1 && settings['follow-up.attempts.max'] > 1
  return task.ladder_step !== 'phone' || last || task.calls >= settings['voice.tries'] ? 'tries' : undefined
}

async function leave(trx: Trx, task: Candidate, why: MachineReason): Promise<void> {
  await leaveToPeople(trx, [task.id], { why, urgent: false })
  await audit(trx, voiceActor, {
    action: 'voice.leave',
    personId: task.person_id,
    subject: `task:${task.id} ${why}`,
  })
}
