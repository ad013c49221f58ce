import { sql } from 'kysely'
import type { z } from 'zod'
import { unfold } from '../../../contract/answer.ts'
import { problemsOf } from '../../../contract/questionnaire-check.ts'
import type {
  createDraft as createRoute,
  Draft,
  DraftBody,
  saveDraft as saveRoute,
} from '../../../contract/questionnaire-design.ts'
import type { Localized, QuestionnaireBody } from '../../../contract/questionnaire.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { readFhir } from './exchange.ts'

type Shipped = QuestionnaireBody & { code: string; title: Localized; source: string | null }

/** Adds a shipped questionnaire; an existing code is left alone. */
export async function addQuestionnaire(
  trx: Trx,
  { code, title, source, ...definition }: Shipped,
): Promise<void> {
  const made = await trx
    .insertInto('questionnaire')
    .values({ code, title: JSON.stringify(title), source })
    .onConflict((c) => c.column('code').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made)
    await trx
      .insertInto('questionnaire_version')
      .values({ questionnaire_id: made.id, version: 1, definition: JSON.stringify(definition) })
      .execute()
}

export async function listDrafts(db: Db, actor: Actor) {
  authorize(actor, 'questionnaire.write')
  const rows = await db
    .selectFrom('questionnaire_draft as d')
    .innerJoin('questionnaire as q', 'q.id', 'd.questionnaire_id')
    .select((e) => [
      'q.id',
      'q.code',
      'd.title',
      'd.updated_at',
      'd.updated_by_name',
      e
        .selectFrom('questionnaire_version as v')
        .select((f) => f.fn.max('v.version').as('version'))
        .whereRef('v.questionnaire_id', '=', 'q.id')
        .as('version'),
    ])
    .orderBy('d.updated_at', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    code: row.code,
    title: row.title as Localized,
    version: row.version,
    savedAt: row.updated_at.toISOString(),
    savedByName: row.updated_by_name,
  }))
}

/** Template of a new questionnaire. */
const blank: DraftBody = { items: [], scoring: 'none' }

/** @throws {AppError} already-exists, not-found (the one to copy), invalid (no FHIR Questionnaire) */
export async function createDraft(
  trx: Trx,
  actor: Actor,
  input: z.output<(typeof createRoute)['body']>,
): Promise<number> {
  authorize(actor, 'questionnaire.write')
  const from =
    input.fhir !== undefined
      ? readFhir(input.fhir)
      : input.copyOf === undefined
        ? undefined
        : await getDraft(trx, actor, input.copyOf)
  // Translations of the title from FHIR stay beside the name given here.
  const title = JSON.stringify({ ...(input.fhir !== undefined && from?.title), 'zh-CN': input.title })
  const made = await trx
    .insertInto('questionnaire')
    .values({ code: input.code, title, source: null })
    .onConflict((c) => c.column('code').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!made) throw new AppError('already-exists', 'Another questionnaire has this code.')
  await trx
    .insertInto('questionnaire_draft')
    .values({
      questionnaire_id: made.id,
      title,
      source: from?.source ?? null,
      definition: JSON.stringify(from?.body ?? blank),
      updated_by: actor.id,
      updated_by_name: actor.name,
    })
    .execute()
  await audit(trx, actor, { action: 'questionnaire.draft', subject: `questionnaire:${made.id} new` })
  return made.id
}

/** @throws {AppError} not-found */
export async function getDraft(db: Db, actor: Actor, id: number): Promise<Draft> {
  authorize(actor, 'questionnaire.write')
  const questionnaire = found(
    await db.selectFrom('questionnaire').selectAll().where('id', '=', id).executeTakeFirst(),
  )
  const version = await db
    .selectFrom('questionnaire_version')
    .select(['version', 'definition'])
    .where('questionnaire_id', '=', id)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  const draft = await db
    .selectFrom('questionnaire_draft')
    .selectAll()
    .where('questionnaire_id', '=', id)
    .executeTakeFirst()
  return {
    id,
    code: questionnaire.code,
    version: version?.version ?? null,
    title: (draft?.title ?? questionnaire.title) as Localized,
    source: draft ? draft.source : questionnaire.source,
    body: (draft?.definition ?? version?.definition ?? blank) as unknown as DraftBody,
    revision: draft?.revision ?? 0,
    savedAt: draft?.updated_at.toISOString() ?? null,
    savedByName: draft?.updated_by_name ?? null,
  }
}

/** @throws {AppError} not-found, changed-meanwhile */
export async function saveDraft(
  trx: Trx,
  actor: Actor,
  id: number,
  input: z.output<(typeof saveRoute)['body']>,
): Promise<{ revision: number; savedAt: string }> {
  authorize(actor, 'questionnaire.write')
  await lock(trx, id)
  const values = {
    title: JSON.stringify(input.title),
    source: input.source,
    definition: JSON.stringify(input.body),
    updated_by: actor.id,
    updated_by_name: actor.name,
  }
  const saved =
    input.revision === 0
      ? await trx
          .insertInto('questionnaire_draft')
          .values({ questionnaire_id: id, ...values })
          .onConflict((c) => c.column('questionnaire_id').doNothing())
          .returning(['revision', 'updated_at'])
          .executeTakeFirst()
      : await trx
          .updateTable('questionnaire_draft')
          .set({ ...values, revision: input.revision + 1, updated_at: sql<Date>`now()` })
          .where('questionnaire_id', '=', id)
          .where('revision', '=', input.revision)
          .returning(['revision', 'updated_at'])
          .executeTakeFirst()
  if (!saved) throw new AppError('changed-meanwhile')
  await audit(trx, actor, { action: 'questionnaire.draft', subject: `questionnaire:${id}` })
  return { revision: saved.revision, savedAt: saved.updated_at.toISOString() }
}

/** @throws {AppError} not-found */
export async function dropDraft(trx: Trx, actor: Actor, id: number): Promise<void> {
  authorize(actor, 'questionnaire.write')
  await lock(trx, id)
  await trx.deleteFrom('questionnaire_draft').where('questionnaire_id', '=', id).execute()
  await sql`
    delete from questionnaire q where q.id = ${id} and not exists (select 1 from questionnaire_version v where v.questionnaire_id = q.id)`.execute(
    trx,
  )
  await audit(trx, actor, { action: 'questionnaire.drop-draft', subject: `questionnaire:${id}` })
}

/**
 * The draft becomes the next version. Tasks, links and answers keep their version.
 * @throws {AppError} not-found, changed-meanwhile, invalid (naming what to fix)
 */
export async function publishDraft(
  trx: Trx,
  actor: Actor,
  id: number,
  revision: number,
): Promise<{ version: number }> {
  authorize(actor, 'questionnaire.write')
  await lock(trx, id)
  const draft = await getDraft(trx, actor, id)
  if (draft.revision !== revision) throw new AppError('changed-meanwhile')
  const problems = problemsOf(draft)
  if (problems.length > 0)
    throw new AppError(
      'invalid',
      undefined,
      problems.map(({ linkId, kind, about }) => ({
        path: `items.${linkId ?? ''}`,
        message: `${kind} ${about}`,
      })),
    )
  const version = (draft.version ?? 0) + 1
  await trx
    .insertInto('questionnaire_version')
    .values({
      questionnaire_id: id,
      version,
      definition: JSON.stringify(draft.body satisfies QuestionnaireBody),
      published_by: actor.userId,
    })
    .execute()
  await trx
    .updateTable('questionnaire')
    .set({ title: JSON.stringify(draft.title), source: draft.source })
    .where('id', '=', id)
    .execute()
  await trx.deleteFrom('questionnaire_draft').where('questionnaire_id', '=', id).execute()
  await audit(trx, actor, {
    action: 'questionnaire.publish',
    subject: `questionnaire:${id} version:${version}`,
  })
  return { version }
}

/** @throws {AppError} not-found */
export async function listVersions(db: Db, actor: Actor, id: number) {
  authorize(actor, 'questionnaire.read')
  const { rows } = await sql<{
    id: number
    version: number
    published_at: Date
    published_by_name: string | null
    definition: QuestionnaireBody
    responses: number
  }>`
    select v.id, v.version, v.published_at, u.name as published_by_name, v.definition,
      (select count(*) from questionnaire_response r where r.questionnaire_version_id = v.id and r.status = 'completed') as responses
    from questionnaire_version v left join app_user u on u.id = v.published_by where v.questionnaire_id = ${id} order by v.version desc`.execute(
    db,
  )
  return rows.map((row) => ({
    id: row.id,
    version: row.version,
    publishedAt: row.published_at.toISOString(),
    publishedByName: row.published_by_name,
    questions: unfold(row.definition.items).filter(({ type }) => type !== 'group' && type !== 'display')
      .length,
    responses: row.responses,
  }))
}

async function lock(trx: Trx, id: number): Promise<void> {
  found(
    await trx.selectFrom('questionnaire').select('id').where('id', '=', id).forUpdate().executeTakeFirst(),
  )
}
