import { sql } from 'kysely'
import type { VoiceStep } from '../../../contract/voice.ts'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { notify } from '../../platform/live.ts'
import { machinePrefix } from '../call/machine.ts'
import { readSettings } from '../setting/setting.ts'
import { recordByMachine, storeSpoken } from '../task/attempt.ts'
import { loadPersonTask } from '../task/task.ts'
import { release } from '../task/transition.ts'
import type { Dialogue, Script } from './dialogue.ts'
import { consequenceOf, type Ended, outcomeOf } from './outcome.ts'

/** Who calls, in lists and in the audit. */
export const voiceActor = systemActor('system:voice', '语音随访')

/** The channel of a call: its name is known before it is asked for, so that it can be asked about after a crash. */
export const channelOf = (callId: number): string => `${machinePrefix}${callId}`

export type CallRow = {
  id: number
  site_id: number
  person_id: number
  task_id: number
  account_id: number
  state: 'planned' | 'dialling' | 'talking' | 'leaving' | 'ended'
  phone: string | null
  script: Script
  dialogue: Dialogue | null
  amd: string | null
  handed_over: boolean
  answered_at: Date | null
  dialled_at: Date | null
  planned_at: Date
}

export const callColumns = sql`id, site_id, person_id, task_id, account_id, state, phone, script, dialogue, amd, handed_over, answered_at, dialled_at, planned_at`

/** A call as the process sees it that holds the line; `fence` is what it got with it. */
export type Held = { id: number; fence: number }
export type Change = {
  state?: CallRow['state']
  dialogue?: Dialogue
  amd?: string
  handedOver?: boolean
  answered?: boolean
  dialled?: boolean
  steps: Omit<VoiceStep, 'at'>[]
}

/**
 * Writes what a call has come to. Every transition is written before it is acted upon.
 * @returns false when the call is another process's by now, or over
 */
export async function saveCall(db: Db, { id, fence }: Held, change: Change, at: Date): Promise<boolean> {
  const steps = change.steps.map((one) => ({ at: at.toISOString(), ...one }))
  const { rows } = await sql`
    update voice_call set state = coalesce(${change.state ?? null}, state),
      dialogue = coalesce(${change.dialogue ? JSON.stringify(change.dialogue) : null}::jsonb, dialogue), amd = coalesce(${change.amd ?? null}, amd),
      handed_over = handed_over or ${change.handedOver ?? false}, steps = steps || ${JSON.stringify(steps)}::jsonb,
      answered_at = case when ${change.answered ?? false} then coalesce(answered_at, ${at}) else answered_at end,
      dialled_at = case when ${change.dialled ?? false} then coalesce(dialled_at, ${at}) else dialled_at end
    where id = ${id} and fence = ${fence} and state <> 'ended' returning 1`.execute(db)
  return rows.length > 0
}

/** The same with dangerous answers that were confirmed just now: their alarm is raised in the same transaction. */
export async function saveDanger(
  db: Db,
  held: Held,
  row: CallRow,
  change: Change,
  at: Date,
): Promise<boolean> {
  const { dialogue } = change
  if (!dialogue) return saveCall(db, held, change, at)
  return transaction(db, async (trx) => {
    await sql`select 1 from task where id = ${row.task_id} for update`.execute(trx)
    if (!(await saveCall(trx, held, change, at))) return false
    const task = await loadPersonTask(trx, voiceActor, 'task.work', row.task_id)
    await storeSpoken(trx, voiceActor, task, dialogue, false)
    return true
  })
}

/** Calls of an account that have not ended become the holder's. @returns them, as they were left */
export async function takeCalls(db: Db, accountId: number, fence: number): Promise<CallRow[]> {
  const { rows } = await sql<CallRow>`
    update voice_call set fence = ${fence} where account_id = ${accountId} and state <> 'ended' and fence <= ${fence} returning ${callColumns}`.execute(
    db,
  )
  return rows
}

/** Closes a call and says what follows for its task, once. */
export async function settleCall(
  db: Db,
  held: Held,
  seen: Pick<Ended, 'cause' | 'failed'>,
  at: Date,
): Promise<boolean> {
  return transaction(db, async (trx) => {
    const { rows } = await sql<CallRow>`
      select ${callColumns} from voice_call where id = ${held.id} and fence = ${held.fence} and state <> 'ended' for update`.execute(
      trx,
    )
    const [row] = rows
    if (!row) return false
    const { dialogue } = row
    const outcome = outcomeOf({ dialled: row.dialled_at !== null, dialogue, amd: row.amd, ...seen })
    const step: VoiceStep = {
      at: at.toISOString(),
      kind: 'ended',
      ...(seen.cause !== null && { cause: seen.cause }),
    }
    await sql`
      update voice_call set state = 'ended', outcome = ${outcome}, cause = ${seen.cause}, ended_at = ${at}, phone = null,
        steps = steps || ${JSON.stringify([step])}::jsonb where id = ${row.id}`.execute(trx)
    const settings = await readSettings(trx, ['voice.tries'], row.site_id)
    const { rows: counted } = await sql<{ n: number }>`
      select count(*)::int as n from voice_call where task_id = ${row.task_id} and outcome not in ('withdrawn', 'line-fault')`.execute(
      trx,
    )
    const consequence = consequenceOf(outcome, dialogue, {
      calls: counted[0]?.n ?? 0,
      tries: settings['voice.tries'],
    })
    if (consequence.kind === 'let-go') {
      await release(trx, voiceActor, row.task_id)
      if (consequence.minutes > 0)
        await wait(trx, row.task_id, new Date(at.getTime() + consequence.minutes * 60_000), 'line-fault')
    } else await record(trx, row, outcome, consequence, at)
    await audit(trx, voiceActor, {
      action: 'voice.call',
      personId: row.person_id,
      subject: `voice-call:${row.id} task:${row.task_id} ${outcome}`,
    })
    await tellScreens(trx, row.site_id)
    return true
  })
}

async function record(
  trx: Trx,
  row: CallRow,
  outcome: string,
  { outcome: result, leave }: Extract<ReturnType<typeof consequenceOf>, { kind: 'record' }>,
  endedAt: Date,
): Promise<void> {
  const call = {
    note: '',
    durationSeconds: row.answered_at
      ? Math.round((endedAt.getTime() - row.answered_at.getTime()) / 1000)
      : null,
    reference: channelOf(row.id),
    at: new Date(),
  }
  try {
    await recordByMachine(trx, voiceActor, row.task_id, {
      ...call,
      outcome: result,
      answers: row.dialogue?.answers ?? {},
      given: row.dialogue?.given,
      ...(leave && { leave }),
    })
  } catch (error) {
    // The questionnaire says otherwise than it did when the call began: people look at it.
    if (!(error instanceof AppError) || error.id !== 'invalid') throw error
    const partly = { why: 'partly' as const, urgent: outcome === 'red-flag' }
    await recordByMachine(trx, voiceActor, row.task_id, {
      ...call,
      outcome: 'call-back',
      answers: {},
      leave: partly,
    })
  }
}

/** The machine leaves a task alone until then. */
export async function wait(
  trx: Trx,
  taskId: number,
  until: Date,
  why: 'best-hour' | 'gate' | 'line-fault' | 'hours',
): Promise<void> {
  await sql`
    insert into voice_wait (task_id, until, why) values (${taskId}, ${until}, ${why})
    on conflict (task_id) do update set until = excluded.until, why = excluded.why`.execute(trx)
}

export async function tellScreens(db: Db, siteId: number): Promise<void> {
  await notify(db, 'voice', { siteId, changed: 1 })
}
