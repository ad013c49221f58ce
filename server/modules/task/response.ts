import { type RawBuilder, sql } from 'kysely'
import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import type { GivenAnswers } from '../../../contract/task.ts'
import { bandOf, scoreOf } from '../../../contract/score.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'
import { assertPhotos, dropUnnamed } from '../questionnaire/photo-store.ts'
import { checkAnswers } from '../questionnaire/questionnaire.ts'
import type { Place } from './create.ts'
import type { PersonTask } from './list.ts'
import { type Danger, dangersIn, syncRedFlags } from './red-flag.ts'

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
  /** The enrolment that it was asked on. */
  enrollmentId: number | null
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
  enrollmentId: task.enrollment_id,
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
  /** Said to a machine; left out: at the desk or by a link. */
  channel?: 'voice'
  given?: GivenAnswers | undefined
  /** Red flags from elsewhere that these answers do not withdraw. */
  otherFlags?: Danger[]
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
  { complete, at, source, channel, given, otherFlags = [] }: Storing,
): Promise<{ responseId: number; stored: StoredAnswers }> {
  const checked = checkAnswers(questionnaire, answers, complete)
  await assertPhotos(trx, asked.taskId, questionnaire, checked, source)
  const score = scoreOf(questionnaire, checked)
  const flags = dangersIn(questionnaire, checked, complete)
  const { id: responseId, updated_at: savedAt } = await write(trx, actor, asked, questionnaire, {
    status: complete ? 'completed' : 'in-progress',
    answers: checked,
    score,
    source,
    channel: channel ?? null,
    given: given ?? null,
  })
  const alarmed = { ...asked, alarm: asked.alarm ?? `response-${responseId}` }
  await syncRedFlags(trx, actor, alarmed, source, [...flags, ...otherFlags])
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
          ...(asked.enrollmentId !== null && { enrollmentId: asked.enrollmentId }),
          title: questionnaire.title['zh-CN'],
          score,
          ...(band && { band: band.text }),
          redFlags: flags.map((flag) => flag.linkId),
        },
      },
    ])
  }
  const redFlags = flags.map((flag) => ({ linkId: flag.linkId, text: flag.text['zh-CN'] ?? flag.linkId }))
  return { responseId, stored: { savedAt: savedAt.toISOString(), score, redFlags } }
}

type Written = {
  status: 'completed' | 'in-progress'
  answers: Answers
  score: number | null
  source: Source
  channel: 'voice' | null
  given: GivenAnswers | null
}

/** A task has one response, which is overwritten; without a task each submission is a new one. */
async function write(
  trx: Trx,
  actor: Actor,
  asked: Asked,
  questionnaire: QuestionnaireDefinition,
  { status, answers, score, source, channel, given }: Written,
): Promise<{ id: number; updated_at: Date }> {
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
    channel,
    given: given && JSON.stringify(given),
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
    channel: unlessSame('channel', sql`excluded.channel`),
    given: unlessSame('given', sql`excluded.given`),
    updated_at: unlessSame('updated_at', sql`clock_timestamp()`),
  }
  return trx
    .insertInto('questionnaire_response')
    .values(values)
    .onConflict((c) => c.column('task_id').where('task_id', 'is not', null).doUpdateSet(changes))
    .returning(['id', 'updated_at'])
    .executeTakeFirstOrThrow()
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
