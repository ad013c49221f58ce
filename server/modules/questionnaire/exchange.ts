import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { draftBody } from '../../../contract/questionnaire-design.ts'
import type { Answers, Localized, QuestionnaireBody } from '../../../contract/questionnaire.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { toFhir } from './fhir/export.ts'
import { fromFhir, type Imported } from './fhir/import.ts'
import { type AnsweredPhoto, responseToFhir } from './fhir/response.ts'
import { type FhirQuestionnaire, fhirQuestionnaire, ownPrefix } from './fhir/terms.ts'

type VersionRow = {
  id: number
  code: string
  title: Localized
  source: string | null
  version: number
  latest: boolean
  published_at: Date
  definition: QuestionnaireBody
}

async function loadVersions(db: Db, where: RawBuilder<SqlBool>): Promise<VersionRow[]> {
  const { rows } = await sql<VersionRow>`
    select v.id, q.code, q.title, q.source, v.version, v.published_at, v.definition,
      not exists (select 1 from questionnaire_version w where w.questionnaire_id = q.id and w.version > v.version) as latest
    from questionnaire_version v join questionnaire q on q.id = v.questionnaire_id where ${where}`.execute(db)
  return rows
}

function asFhir({ code, title, source, definition, version, latest, published_at: at }: VersionRow) {
  return toFhir(
    { code, title, source, body: definition },
    { version, status: latest ? 'active' : 'retired', date: at.toISOString() },
  )
}

/** Published versions as FHIR, by the id of the version. */
export async function versionsAsFhir(
  db: Db,
  ids: number[],
): Promise<Map<number, { resource: FhirQuestionnaire; updated: Date }>> {
  if (ids.length === 0) return new Map()
  const rows = await loadVersions(db, sql<SqlBool>`v.id = any(${[...new Set(ids)]}::int[])`)
  return new Map(rows.map((row) => [row.id, { resource: asFhir(row), updated: row.published_at }]))
}

/** One version as FHIR, by default the newest. @throws {AppError} not-found */
export async function exportQuestionnaire(
  db: Db,
  actor: Actor,
  id: number,
  version: number | undefined,
): Promise<FhirQuestionnaire & { id: string }> {
  authorize(actor, 'questionnaire.read')
  const rows = await loadVersions(
    db,
    sql<SqlBool>`q.id = ${id} and v.version = coalesce(${version ?? null}::int,
      (select max(w.version) from questionnaire_version w where w.questionnaire_id = q.id))`,
  )
  const row = found(rows[0])
  const { resourceType, ...rest } = asFhir(row)
  return { resourceType, id: `${ownPrefix}${row.id}`, ...rest }
}

type ResponseRow = {
  id: number
  questionnaire_version_id: number
  person_id: number
  encounter_id: number | null
  task_id: number | null
  status: 'in-progress' | 'completed'
  answers: Answers
  score: number | null
  source: 'staff' | 'person'
  updated_at: Date
}

/** Answered questionnaires as FHIR, by their id. The caller has checked access. */
export async function responsesAsFhir(db: Db, ids: number[]) {
  if (ids.length === 0) return new Map<number, never>()
  const { rows } = await sql<ResponseRow>`
    select r.id, r.questionnaire_version_id, r.person_id, r.encounter_id, r.task_id, r.status, r.answers, r.score, r.source, r.updated_at
    from questionnaire_response r where r.id = any(${ids}::bigint[])`.execute(db)
  const versions = await loadVersions(
    db,
    sql<SqlBool>`v.id = any(${[...new Set(rows.map((row) => row.questionnaire_version_id))]}::int[])`,
  )
  const photos = await photosOf(
    db,
    rows.flatMap((row) => row.task_id ?? []),
  )
  const asked = new Map(versions.map((one) => [one.id, { fhir: asFhir(one), items: one.definition.items }]))
  return new Map(
    rows.flatMap((row) => {
      const questionnaire = asked.get(row.questionnaire_version_id)
      if (!questionnaire) return []
      const given = {
        ...row,
        personId: row.person_id,
        encounterId: row.encounter_id,
        updatedAt: row.updated_at,
        photos: photos.filter((one) => one.taskId === row.task_id),
      }
      const resource = responseToFhir(questionnaire.fhir, questionnaire.items, given)
      return [[row.id, { resource, updated: row.updated_at }] as const]
    }),
  )
}

async function photosOf(db: Db, taskIds: number[]): Promise<(AnsweredPhoto & { taskId: number })[]> {
  if (taskIds.length === 0) return []
  const rows = await db
    .selectFrom('questionnaire_photo')
    .select(['id', 'key', 'task_id', 'content_type', 'size', 'created_at'])
    .where('task_id', 'in', taskIds)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    key: row.key,
    taskId: row.task_id,
    contentType: row.content_type,
    size: row.size,
    createdAt: row.created_at,
  }))
}

/** Groups and texts come on top of the questions; checking twenty thousand items takes a second, in which nobody else is answered. */
const mostItems = 2000

function itemsOf(resource: unknown): number {
  const waiting: unknown[] = [resource]
  let items = -1
  while (waiting.length > 0) {
    items += 1
    const next = waiting.pop() as { item?: unknown } | null | undefined
    if (Array.isArray(next?.item)) waiting.push(...(next.item as unknown[]).slice(0, mostItems + 1))
    if (items > mostItems) break
  }
  return items
}

/** @throws {AppError} invalid, naming what is not FHIR R4 or does not fit our questionnaires */
export function readFhir(resource: unknown): Imported {
  if (itemsOf(resource) > mostItems)
    throw new AppError(
      'invalid',
      `It has more than ${mostItems} items; a questionnaire here has at most 200 questions.`,
    )
  const parsed = fhirQuestionnaire.safeParse(resource)
  if (!parsed.success) throw unfit('This is not a FHIR R4 Questionnaire.', parsed.error)
  if (parsed.data.modifierExtension?.length)
    throw new AppError('invalid', 'It has modifier extensions, without which it must not be understood.')
  const imported = fromFhir(parsed.data)
  const body = draftBody.safeParse(imported.body)
  if (!body.success) throw unfit('It does not fit into a questionnaire here.', body.error)
  return { ...imported, body: body.data }
}

type Faults = { issues: { path: PropertyKey[]; message: string }[] }

function unfit(message: string, { issues }: Faults): AppError {
  return new AppError(
    'invalid',
    message,
    issues.slice(0, 20).map((one) => ({ path: one.path.map(String).join('.'), message: one.message })),
  )
}
