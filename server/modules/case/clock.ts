import { sql } from 'kysely'
import type { CaseSummary } from '../../../contract/case.ts'
import type { Trx } from '../../platform/db.ts'
import { allowClocks, startClocks, stopClocks } from '../clock/clock.ts'
import type { ClockRule } from '../clock/rule.ts'
import type { SettingKey } from '../setting/definitions.ts'
import { readSettings } from '../setting/setting.ts'
import { moveDue } from '../task/deadline.ts'
import { escalate } from './escalate.ts'

/** Until the answer; then until it is told and the case closed. An open case always has one of them. */
export const answerClock = 'case.answer'
export const closeClock = 'case.close'
/** Cases of 12320: until they are reported up. */
export const reportClock = 'case.report'

const days = (setting: SettingKey) => ({ setting, unit: 'working-days' as const })

/** What falls due together with a case: its task follows, and nobody hears twice of a level. */
const rule = (kind: string, setting: SettingKey, followed: boolean): ClockRule => ({
  kind,
  subjectKind: 'case',
  allowed: days(setting),
  escalations: [
    days('case.escalate-head-days'),
    days('case.escalate-manager-days'),
    days('case.escalate-leader-days'),
  ],
  fired: (trx, clocks) => escalate(trx, clocks),
  timed: async (trx, clocks) => {
    if (followed) await moveTasks(trx, clocks)
  },
})

export const caseClocks: ClockRule[] = [
  rule(answerClock, 'case.answer-days', true),
  rule(closeClock, 'case.close-days', true),
  rule(reportClock, 'case.12320-report-days', false),
]

/** The tasks of these cases get the due times of their clocks. */
export async function moveTasks(
  trx: Trx,
  clocks: { subjectId: number; dueAt: Date | null }[],
): Promise<void> {
  const due = new Map(clocks.flatMap(({ subjectId, dueAt }) => (dueAt ? [[subjectId, dueAt] as const] : [])))
  const { rows } = await sql<{ id: number; case_id: number }>`
    select t.id, x.id as case_id from service_case x join task t on t.cause = 'case:' || x.id || ':' || x.reopened
    where x.id = any(${[...due.keys()]}::bigint[])`.execute(trx)
  await moveDue(
    trx,
    rows.flatMap(({ id, case_id }) => {
      const dueAt = due.get(case_id)
      return dueAt ? { id, dueAt } : []
    }),
  )
}

type Judged = Pick<CaseSummary, 'kind' | 'channel'>

/** Which setting says how long the answer may take. */
export function answerSetting({ kind, channel }: Judged, departments: number): SettingKey {
  if (channel === '12320') return 'case.12320-answer-days'
  if (channel === '12345') return 'case.12345-answer-days'
  if (kind === 'complaint') return departments > 1 ? 'case.answer-days-several' : 'case.answer-days'
  return `case.${kind}-days`
}

type Timed = Judged & { id: number; site_id: number; person_id: number | null }

async function allowedFor(trx: Trx, row: Timed, setting: SettingKey): Promise<number> {
  const values = await readSettings(trx, [setting], row.site_id)
  return Number(values[setting])
}

/** The clock for the answer, from `at` on. @returns when it falls due */
export async function startAnswer(trx: Trx, row: Timed, departments: number, at: Date): Promise<Date | null> {
  const allowed = await allowedFor(trx, row, answerSetting(row, departments))
  const base = { subjectId: row.id, siteId: row.site_id, personId: row.person_id, at }
  const due = await startClocks(trx, answerClock, [{ ...base, allowed }])
  return due.get(row.id) ?? null
}

/** 12320 wants to hear of it first. */
export async function startReport(trx: Trx, row: Timed, at: Date): Promise<void> {
  if (row.channel !== '12320') return
  await startClocks(trx, reportClock, [
    { subjectId: row.id, siteId: row.site_id, personId: row.person_id, at },
  ])
}

/** More departments have more time, and the other way round. */
export async function retimeAnswer(trx: Trx, row: Timed, departments: number): Promise<void> {
  const allowed = await allowedFor(trx, row, answerSetting(row, departments))
  await allowClocks(trx, answerClock, [{ subjectId: row.id, allowed }])
}

/** The answer is there: what counts now is that it is told. */
export async function passToClosing(trx: Trx, row: Timed, at: Date): Promise<void> {
  await stopClocks(trx, answerClock, [{ subjectId: row.id, at, outcome: 'answered' }])
  const setting = row.channel === '12320' ? 'case.12320-close-days' : 'case.close-days'
  const allowed = await allowedFor(trx, row, setting)
  const due = await startClocks(trx, closeClock, [
    { subjectId: row.id, siteId: row.site_id, personId: row.person_id, at, allowed },
  ])
  await moveTasks(trx, [{ subjectId: row.id, dueAt: due.get(row.id) ?? null }])
}

/** Closed: nothing runs any more. */
export async function stopAll(trx: Trx, id: number, at: Date): Promise<void> {
  for (const kind of [answerClock, closeClock, reportClock])
    await stopClocks(trx, kind, [{ subjectId: id, at, outcome: 'closed' }])
}
