import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  createPersonLink as linkRoute,
  createPersonResponse as responseRoute,
} from '../../../contract/questionnaire-answer.ts'
import type { QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import { bandOf } from '../../../contract/score.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { assertWithin } from '../person/scope.ts'
import { getQuestionnaire } from '../questionnaire/questionnaire.ts'
import type { Place } from '../task/create.ts'
import { type Asked, storeResponse } from '../task/response.ts'
import { hashToken, linkDays, makeToken, urlOf } from './link-token.ts'

type About = Pick<z.output<(typeof linkRoute)['body']>, 'questionnaireId' | 'encounterId' | 'siteId'>

/** The questions without a task: none for pictures, which are stored with a task. */
export const askedWithoutTask = <T extends Pick<QuestionnaireDefinition, 'items'>>(definition: T): T => ({
  ...definition,
  items: definition.items.filter((item) => item.type !== 'photo'),
})

/**
 * Records a person's answers to a questionnaire without a task; each call creates a new response.
 * @throws {AppError} not-found (also outside the actor's reach), invalid naming each question, invalid when the place is not known
 */
export async function createPersonResponse(
  trx: Trx,
  actor: Actor,
  id: number,
  input: z.output<(typeof responseRoute)['body']>,
) {
  const { personId, place } = await lookUp(trx, actor, id, input)
  const questionnaire = askedWithoutTask(await getQuestionnaire(trx, { id: input.questionnaireId }))
  const at = input.answeredAt ? new Date(input.answeredAt) : new Date()
  if (at.getTime() > Date.now() + 60_000)
    throw new AppError('invalid', undefined, [{ path: 'answeredAt', message: 'lies in the future' }])
  const asked: Asked = {
    taskId: null,
    enrollmentId: null,
    alarm: null,
    personId,
    recordId: personId,
    encounterId: input.encounterId ?? null,
    title: questionnaire.title['zh-CN'],
    place,
  }
  const { responseId, stored } = await storeResponse(trx, actor, asked, questionnaire, input.answers, {
    complete: true,
    at,
    source: 'staff',
  })
  await audit(trx, actor, {
    action: 'questionnaire-response.create',
    personId,
    subject: `questionnaire-response:${responseId} questionnaire:${questionnaire.code}`,
    fields: ['answers'],
  })
  return {
    id: responseId,
    score: stored.score,
    meaning: bandOf(questionnaire, input.answers)?.text ?? null,
    redFlags: stored.redFlags,
  }
}

/**
 * Creates a one-time link to a questionnaire without a task; its address is returned once. An earlier link to the same questionnaire and
 * visit is revoked.
 * @param baseUrl public address of this installation
 * @throws {AppError} not-found (also outside the actor's reach), invalid when the place is not known
 */
export async function createPersonLink(
  trx: Trx,
  actor: Actor,
  id: number,
  input: About,
  baseUrl: string,
): Promise<{ id: number; url: string; expiresAt: string }> {
  const { personId, place } = await lookUp(trx, actor, id, input)
  const questionnaire = await getQuestionnaire(trx, { id: input.questionnaireId })
  await sql`
    update questionnaire_link l set revoked_at = now(), revoked_by = ${actor.id}
    from questionnaire_version v where v.id = l.questionnaire_version_id and v.questionnaire_id = ${questionnaire.id}
      and l.task_id is null and l.person_id = any(${recordsOf(sql`${personId}`)})
      and l.encounter_id is not distinct from ${input.encounterId ?? null}::bigint and l.used_at is null and l.revoked_at is null`.execute(
    trx,
  )
  const token = makeToken()
  const days = await linkDays(trx, place.siteId)
  const link = await trx
    .insertInto('questionnaire_link')
    .values({
      questionnaire_version_id: questionnaire.versionId,
      person_id: personId,
      encounter_id: input.encounterId ?? null,
      site_id: place.siteId,
      channel: 'shown',
      token_hash: hashToken(token),
      expires_at: sql<Date>`now() + ${days} * interval '1 day'`,
      created_by: actor.id,
      created_by_name: actor.name,
    })
    .returning(['id', sql<Date>`expires_at`.as('expires_at')])
    .executeTakeFirstOrThrow()
  await audit(trx, actor, {
    action: 'questionnaire-link.create',
    personId,
    subject: `questionnaire-link:${link.id} questionnaire:${questionnaire.code} shown`,
  })
  return { id: link.id, url: urlOf(baseUrl, token), expiresAt: link.expires_at.toISOString() }
}

/** The current person, and where their alarms go. */
async function lookUp(
  trx: Trx,
  actor: Actor,
  id: number,
  { encounterId, siteId }: About,
): Promise<{ personId: number; place: Place }> {
  const reach = authorize(actor, 'task.work')
  const { rows } = await sql<{
    id: number | null
  }>`select ${personOfRecord(sql`${id}::bigint`)} as id`.execute(trx)
  const personId = found(rows[0]?.id ?? undefined)
  await assertWithin(trx, reach, [personId])
  if (siteId !== undefined && !reach.all && !reach.siteIds.includes(siteId)) throw new AppError('not-found')
  const place = await placeOf(trx, personId, { encounterId, siteId })
  if (place) return { personId, place }
  const path = encounterId === undefined ? 'siteId' : 'encounterId'
  throw new AppError('invalid', undefined, [
    {
      path,
      message:
        encounterId === undefined
          ? 'is needed: the person has no visit, and not one site'
          : 'is not a visit of this person',
    },
  ])
}

/**
 * Place of work that follows from a person's answers: of the visit asked about, else of the last visit (at the site, if given), else the
 * only site that knows the person.
 * @returns undefined when ambiguous
 */
export async function placeOf(
  trx: Trx,
  personId: number,
  { encounterId, siteId }: { encounterId?: number | null | undefined; siteId?: number | undefined },
): Promise<Place | undefined> {
  const records = recordsOf(sql`${personId}::bigint`)
  const { rows } = await sql<{
    site_id: number
    department_id: number | null
    attending_staff_id: number | null
  }>`
    select n.site_id, n.department_id, n.attending_staff_id from encounter n
    where n.person_id = any(${records}) and (${encounterId ?? null}::bigint is null or n.id = ${encounterId ?? null})
      and (${siteId ?? null}::int is null or n.site_id = ${siteId ?? null}) and n.status <> 'cancelled'
    order by n.starts_at desc nulls last, n.id desc limit 1`.execute(trx)
  const [visit] = rows
  if (visit)
    return {
      siteId: visit.site_id,
      departmentId: visit.department_id,
      attendingStaffId: visit.attending_staff_id,
    }
  if (typeof encounterId === 'number') return undefined
  if (siteId !== undefined) return { siteId, departmentId: null, attendingStaffId: null }
  const { rows: known } = await sql<{ site_id: number }>`
    select distinct site_id from person_identifier where person_id = any(${records}) and site_id is not null`.execute(
    trx,
  )
  return known.length === 1 && known[0]
    ? { siteId: known[0].site_id, departmentId: null, attendingStaffId: null }
    : undefined
}
