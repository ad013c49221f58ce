import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { PathwayDraft } from '../../../contract/pathway-draft.ts'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { addVersion, secondPersonRequired } from './pathway.ts'

type Row = {
  pathway_id: number
  base_version: number | null
  definition: PathwayDefinition
  revision: number
  saved_at: Date
  saved_by_name: string
  authors: string[]
  asked_at: Date | null
  asked_by_name: string | null
  returned_at: Date | null
  returned_by_name: string | null
  returned_reason: string | null
}

function viewDraft(row: Row, actor: Actor): PathwayDraft {
  return {
    definition: row.definition,
    revision: row.revision,
    baseVersion: row.base_version,
    savedAt: row.saved_at.toISOString(),
    savedByName: row.saved_by_name,
    mine: row.authors.includes(actor.id),
    asked: row.asked_at && { at: row.asked_at.toISOString(), byName: row.asked_by_name ?? '' },
    returned: row.returned_at && {
      at: row.returned_at.toISOString(),
      byName: row.returned_by_name ?? '',
      reason: row.returned_reason ?? '',
    },
  }
}

async function draftRow(db: Db, id: number): Promise<Row | undefined> {
  const { rows } = await sql<Row>`select * from pathway_draft where pathway_id = ${id}`.execute(db)
  return rows[0]
}

/** The pathway, locked: a concurrent caller sees the first one's changes. That of a campaign is changed with the campaign only. */
async function lockPathway(trx: Trx, id: number) {
  return found(
    await trx
      .selectFrom('pathway')
      .selectAll()
      .where('id', '=', id)
      .where('category', '=', 'care')
      .forUpdate()
      .executeTakeFirst(),
  )
}

/** The draft in the revision the caller saw. @throws {AppError} not-found, changed-meanwhile */
async function draftSeen(trx: Trx, id: number, revision: number): Promise<Row> {
  const row = found(await draftRow(trx, id))
  if (row.revision !== revision) throw new AppError('changed-meanwhile')
  return row
}

/** Creates a pathway. It is a draft until published and enrols nobody until switched on. */
export async function beginPathway(
  trx: Trx,
  actor: Actor,
  input: { name: string; definition: PathwayDefinition },
): Promise<number> {
  authorize(actor, 'pathway.write')
  const { id } = await trx
    .insertInto('pathway')
    .values({ code: `pathway-${randomUUID().slice(0, 8)}`, name: input.name, active: false })
    .returning('id')
    .executeTakeFirstOrThrow()
  await saveDraft(trx, actor, id, { definition: input.definition, revision: 0 })
  return id
}

/** @throws {AppError} not-found */
export async function getDraft(db: Db, actor: Actor, id: number): Promise<PathwayDraft | null> {
  authorize(actor, 'pathway.write')
  found(await db.selectFrom('pathway').select('id').where('id', '=', id).executeTakeFirst())
  const row = await draftRow(db, id)
  return row ? viewDraft(row, actor) : null
}

/**
 * Overwrites the revision the caller saw; 0 creates the draft. Withdraws a pending request for publication.
 * @throws {AppError} not-found, changed-meanwhile
 */
export async function saveDraft(
  trx: Trx,
  actor: Actor,
  id: number,
  { definition, revision }: { definition: PathwayDefinition; revision: number },
): Promise<PathwayDraft> {
  authorize(actor, 'pathway.write')
  await lockPathway(trx, id)
  const before = await draftRow(trx, id)
  if ((before?.revision ?? 0) !== revision) throw new AppError('changed-meanwhile')
  const { rows } = await sql<Row>`
    insert into pathway_draft (pathway_id, base_version, definition, saved_by_name, authors)
    select p.id, v.version, ${JSON.stringify(definition)}::jsonb, ${actor.name}, array[${actor.id}]
    from pathway p left join pathway_version v on v.id = p.current_version_id where p.id = ${id}
    on conflict (pathway_id) do update set definition = excluded.definition, revision = pathway_draft.revision + 1, saved_at = now(),
      saved_by_name = excluded.saved_by_name, asked_at = null, asked_by_name = null,
      authors = (select array_agg(distinct one) from unnest(pathway_draft.authors || excluded.authors) one)
    returning *`.execute(trx)
  const row = found(rows[0])
  // The editor autosaves every few seconds: only the start of editing is audited, not each save.
  if (!before?.authors.includes(actor.id))
    await audit(trx, actor, { action: 'pathway.draft', subject: `pathway:${id}` })
  return viewDraft(row, actor)
}

/** @throws {AppError} not-found, changed-meanwhile */
export async function deleteDraft(trx: Trx, actor: Actor, id: number, revision: number): Promise<void> {
  authorize(actor, 'pathway.write')
  const pathway = await lockPathway(trx, id)
  await draftSeen(trx, id, revision)
  await trx.deleteFrom('pathway_draft').where('pathway_id', '=', id).execute()
  if (pathway.current_version_id === null) await trx.deleteFrom('pathway').where('id', '=', id).execute()
  await audit(trx, actor, { action: 'pathway.discard', subject: pathway.code })
}

/** @throws {AppError} not-found, changed-meanwhile, invalid with the problems by step */
export async function askPublish(
  trx: Trx,
  actor: Actor,
  id: number,
  revision: number,
): Promise<PathwayDraft> {
  authorize(actor, 'pathway.write')
  const pathway = await lockPathway(trx, id)
  await draftSeen(trx, id, revision)
  const { rows } = await sql<Row>`
    update pathway_draft set asked_at = now(), asked_by_name = ${actor.name}, returned_at = null, returned_by_name = null,
      returned_reason = null where pathway_id = ${id} returning *`.execute(trx)
  await audit(trx, actor, { action: 'pathway.ask-publish', subject: pathway.code })
  return viewDraft(found(rows[0]), actor)
}

/** @throws {AppError} not-found, changed-meanwhile */
export async function returnDraft(
  trx: Trx,
  actor: Actor,
  id: number,
  { revision, reason }: { revision: number; reason: string },
): Promise<PathwayDraft> {
  authorize(actor, 'pathway.write')
  const pathway = await lockPathway(trx, id)
  const draft = await draftSeen(trx, id, revision)
  if (!draft.asked_at) throw new AppError('changed-meanwhile', 'Nobody asks for this draft to be published.')
  const { rows } = await sql<Row>`
    update pathway_draft set asked_at = null, asked_by_name = null, returned_at = now(), returned_by_name = ${actor.name},
      returned_reason = ${reason} where pathway_id = ${id} returning *`.execute(trx)
  await audit(trx, actor, { action: 'pathway.return', subject: pathway.code, reason })
  return viewDraft(found(rows[0]), actor)
}

/**
 * Publishes the draft as the next version. Existing enrolments keep their version.
 * @throws {AppError} not-found, changed-meanwhile, second-person, invalid with the problems by step
 */
export async function publishDraft(trx: Trx, actor: Actor, id: number, revision: number): Promise<void> {
  authorize(actor, 'pathway.write')
  const pathway = await lockPathway(trx, id)
  const draft = await draftSeen(trx, id, revision)
  if ((await secondPersonRequired(trx)) && (!draft.asked_at || draft.authors.includes(actor.id)))
    throw new AppError('second-person')
  await addVersion(trx, actor, pathway, draft.definition)
  await trx.deleteFrom('pathway_draft').where('pathway_id', '=', id).execute()
}
