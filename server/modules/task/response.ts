import { type RawBuilder, sql } from 'kysely'
import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import { bandOf, scoreOf } from '../../../contract/score.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'
import { assertPhotos, dropUnnamed } from '../questionnaire/photo-store.ts'
import { checkAnswers, type RedFlag, redFlagsOf, totalFlag } from '../questionnaire/questionnaire.ts'
import { createTasks, type Place } from './create.ts'
import type { PersonTask } from './list.ts'
import { cancelTasks } from './transition.ts'

export type StoredAnswers = {
  savedAt: string
  score: number | null
  redFlags: { linkId: string; text: string }[]
}

type Source = 'staff' | 'person'

/** Person and context of a response. */
export type Asked = {
  /** Null: no task; each submission is a new response. */
  taskId: number | null
  /** Key under which a dangerous answer raises one alarm, however often it is saved; null: that of the response. */
  alarm: string | null
  personId: number
  recordId: number
  encounterId: number | null
  /** Origin named in an alarm. */
  title: string
  /** Where alarms go. */
  place: Place
}

export const askedBy = (task: PersonTask): Asked => ({
  taskId: task.id,
  alarm: String(task.id),
  personId: task.person_id,
  recordId: task.record_id,
  encounterId: task.encounter_id,
  title: task.title,
  place: {
    siteId: task.site_id,
    departmentId: task.department_id,
    attendingStaffId: task.attending_staff_id,
  },
})

type Storing = {
  /** Required questions must be answered. */
  complete: boolean
  /** When the person answered. */
  at: Date
  source: Source
  /** Red flags from elsewhere that these answers do not withdraw. */
  otherFlags?: RedFlag[]
}

/**
 * Stores answers, scores them and raises red flags at once.
 * @throws {AppError} invalid, naming each question
 */
export async function storeResponse(
  trx: Trx,
  actor: Actor,
  asked: Asked,
  questionnaire: QuestionnaireDefinition,
  answers: Answers,
  { complete, at, source, otherFlags = [] }: Storing,
): Promise<{ responseId: number; stored: StoredAnswers }> {
  const savedAt = new Date().toISOString()
  const checked = checkAnswers(questionnaire, answers, complete)
  await assertPhotos(trx, asked.taskId, questionnaire, checked, source)
  const score = scoreOf(questionnaire, checked)
  const flags = redFlagsOf(questionnaire, checked, complete)
  const responseId = await write(trx, actor, asked, questionnaire, {
    status: complete ? 'completed' : 'in-progress',
    answers: checked,
    score,
    source,
  })
  const alarmed = { ...asked, alarm: asked.alarm ?? `response-${responseId}` }
  await syncRedFlags(trx, actor, alarmed, source, questionnaire, [...flags, ...otherFlags])
  const band = complete ? bandOf(questionnaire, checked) : null
  if (complete) {
    if (asked.taskId !== null) await dropUnnamed(trx, actor, asked.taskId)
    await recordEvents(trx, [
      {
        ...eventBase(asked, actor, source),
        at,
        kind: 'questionnaire.completed',
        data: {
          responseId,
          title: questionnaire.title['zh-CN'],
          score,
          ...(band && { band: band.text }),
          redFlags: flags.map((flag) => flag.linkId),
        },
      },
    ])
  }
  const redFlags = flags.map((flag) => ({ linkId: flag.linkId, text: flag.text['zh-CN'] ?? flag.linkId }))
  return { responseId, stored: { savedAt, score, redFlags } }
}

type Written = { status: 'completed' | 'in-progress'; answers: Answers; score: number | null; source: Source }

/** A task has one response, which is overwritten; without a task each submission is a new one. */
async function write(
  trx: Trx,
  actor: Actor,
  asked: Asked,
  questionnaire: QuestionnaireDefinition,
  { status, answers, score, source }: Written,
): Promise<number> {
  const values = {
    questionnaire_version_id: questionnaire.versionId,
    person_id: asked.recordId,
    encounter_id: asked.encounterId,
    task_id: asked.taskId,
    status,
    answers: JSON.stringify(answers),
    score,
    author: actor.id,
    source,
  }
  // The response stays the person's own until staff change it.
  const unlessSame = (column: string, changed: RawBuilder<unknown>) =>
    sql<never>`case when questionnaire_response.answers = excluded.answers
      then questionnaire_response.${sql.ref(column)} else ${changed} end`
  const changes = {
    status,
    answers: values.answers,
    score,
    author: unlessSame('author', sql`excluded.author`),
    source: unlessSame('source', sql`excluded.source`),
    updated_at: unlessSame('updated_at', sql`clock_timestamp()`),
  }
  const { id } = await trx
    .insertInto('questionnaire_response')
    .values(values)
    .onConflict((c) => c.column('task_id').where('task_id', 'is not', null).doUpdateSet(changes))
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

function eventBase(asked: Asked, actor: Actor, source: Source) {
  return {
    personId: asked.personId,
    at: new Date(),
    source,
    actorId: actor.id,
    encounterId: asked.encounterId,
    taskId: asked.taskId,
  }
}

/**
 * A dangerous answer creates an urgent task for the attending doctor; withdrawing the answer cancels the task unless somebody has begun it
 * (a typing error must not alarm a doctor, a seen alarm must not vanish).
 */
export async function syncRedFlags(
  trx: Trx,
  actor: Actor,
  asked: Asked,
  source: Source,
  questionnaire: QuestionnaireDefinition,
  all: RedFlag[],
): Promise<void> {
  const flags = [...new Map(all.map((flag) => [flag.linkId, flag])).values()]
  const cause = (linkId: string) => `red-flag:${asked.alarm}:${linkId}`
  const raisedNow = new Set(flags.map((flag) => flag.linkId))
  const possible = questionnaire.items.filter((item) => item.redFlag).map((item) => item.linkId)
  const withdrawn = [...possible, totalFlag].filter((linkId) => !raisedNow.has(linkId))
  // Equality, to use the index: this runs at every autosave.
  await cancelTasks(
    trx,
    sql`t.cause = any(${withdrawn.map(cause)}::text[]) and t.status <> 'cancelled' and t.status = 'requested' and t.held_by is null`,
    { reason: 'answer-withdrawn', actorId: actor.id, source },
  )
  if (flags.length === 0) return
  const { rows: known } = await sql<{ cause: string }>`
    select cause from task where cause = any(${flags.map((flag) => cause(flag.linkId))}::text[]) and status <> 'cancelled'`.execute(
    trx,
  )
  const raised = flags.filter((flag) => !known.some((row) => row.cause === cause(flag.linkId)))
  if (raised.length === 0) return
  const now = new Date()
  await createTasks(
    trx,
    raised.map((flag) => ({
      kind: 'red-flag' as const,
      level: null,
      title: flag.text['zh-CN'] ?? flag.linkId,
      description: asked.title,
      personId: asked.recordId,
      encounterId: asked.encounterId,
      enrollmentId: null,
      stepKey: null,
      cause: cause(flag.linkId),
      place: asked.place,
      assignee: 'attending-doctor' as const,
      priority: 2 as const,
      startAt: now,
      dueAt: new Date(now.getTime() + flag.withinMinutes * 60_000),
      questionnaireVersionId: null,
    })),
  )
  await recordEvents(
    trx,
    raised.map((flag) => ({
      ...eventBase(asked, actor, source),
      kind: 'red-flag.raised' as const,
      data: { linkId: flag.linkId, text: flag.text['zh-CN'] ?? flag.linkId },
    })),
  )
}
