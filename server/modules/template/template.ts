import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type {
  createTemplate as createRoute,
  saveTemplate as saveRoute,
  TemplateChannel,
  TemplateDetail,
  TemplateLanguage,
  TemplateSummary,
  TemplateTexts,
} from '../../../contract/message-template.ts'
import { templateChannels, templateLanguages } from '../../../contract/message-template.ts'
import type { Purpose } from '../../../contract/contact.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { readSettings } from '../setting/setting.ts'
import { textProblems } from './lint.ts'

type Row = {
  id: number
  code: string
  name: string
  purpose: Purpose
  site_id: number | null
  site_name: string | null
  version: number | null
  published_at: Date | null
  retired_at: Date | null
  published: TemplateTexts | null
  draft: TemplateTexts | null
  revision: number
  draft_at: Date | null
  draft_by_name: string | null
  draft_authors: string[]
  may_write: boolean
  may_publish: boolean
}

/** Condition in SQL over the template `t`: it belongs to a site within reach. Those for all sites belong to none. */
const within = (reach: Reach | undefined): RawBuilder<SqlBool> =>
  reach
    ? sql<SqlBool>`(${reach.all} or coalesce(t.site_id = any(${reach.siteIds}::int[]), false))`
    : sql<SqlBool>`false`

type Which = { id?: number; purpose?: Purpose | undefined; published?: boolean | undefined }

async function rowsOf(db: Db, actor: Actor, { id, purpose, published }: Which): Promise<Row[]> {
  const reach = authorize(actor, 'template.read')
  const where = [sql<SqlBool>`(t.site_id is null or ${within(reach)})`]
  if (id !== undefined) where.push(sql<SqlBool>`t.id = ${id}`)
  if (purpose) where.push(sql<SqlBool>`t.purpose = ${purpose}`)
  if (published) where.push(sql<SqlBool>`t.version is not null and t.retired_at is null`)
  const { rows } = await sql<Row>`
    select t.*, s.name as site_name, v.texts as published, v.published_at, ${within(actor.access['template.write'])} as may_write,
      ${within(actor.access['template.publish'])} as may_publish
    from template t left join template_version v on v.template_id = t.id and v.version = t.version left join site s on s.id = t.site_id
    where ${sql.join(where, sql` and `)} order by t.retired_at is not null, t.purpose, t.code, t.site_id nulls first limit 1000`.execute(
    db,
  )
  return rows
}

function viewSummary(row: Row): TemplateSummary {
  const texts = row.draft ?? row.published ?? {}
  const languages = templateLanguages.filter((one) => Object.keys(texts[one] ?? {}).length > 0)
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    purpose: row.purpose,
    siteId: row.site_id,
    siteName: row.site_name,
    version: row.version,
    publishedAt: row.published_at?.toISOString() ?? null,
    retired: row.retired_at !== null,
    draftAt: row.draft_at?.toISOString() ?? null,
    draftByName: row.draft_by_name,
    languages,
    channels: templateChannels.filter((one) => languages.some((language) => texts[language]?.[one])),
    mayWrite: row.may_write,
  }
}

export async function listTemplates(db: Db, actor: Actor, which: Which): Promise<TemplateSummary[]> {
  return (await rowsOf(db, actor, which)).map(viewSummary)
}

/** @throws {AppError} not-found */
export async function getTemplate(db: Db, actor: Actor, id: number): Promise<TemplateDetail> {
  const row = found((await rowsOf(db, actor, { id }))[0])
  return {
    ...viewSummary(row),
    texts: row.draft ?? row.published ?? {},
    published: row.published,
    revision: row.revision,
    secondReader: await needsSecondReader(db, row),
    mine: row.draft_authors.includes(actor.id),
    mayPublish: row.may_publish,
  }
}

/** Health wording and marketing are read by a second person, unless the site says otherwise. */
async function needsSecondReader(db: Db, row: Pick<Row, 'purpose' | 'site_id'>): Promise<boolean> {
  const key = 'template.second-reader'
  return row.purpose !== 'service' && (await readSettings(db, [key], row.site_id))[key]
}

type NewTemplate = z.output<(typeof createRoute)['body']>

/** A site's own text takes the place of the general one, also in marketing. @throws {AppError} invalid */
async function assertSamePurpose(trx: Trx, { code, purpose, siteId }: NewTemplate): Promise<void> {
  const other = await trx
    .selectFrom('template')
    .select('purpose')
    .where('code', '=', code)
    .where('purpose', '<>', purpose)
    .$if(siteId !== null, (query) => query.where('site_id', 'is', null))
    .executeTakeFirst()
  if (other)
    throw new AppError('invalid', undefined, [
      { path: 'purpose', message: 'is another than that of the template with this code' },
    ])
}

/** @throws {AppError} invalid, not-found (the place, or the one to copy), already-exists */
export async function createTemplate(trx: Trx, actor: Actor, input: NewTemplate): Promise<TemplateDetail> {
  const reach = authorize(actor, 'template.write')
  if (!(reach.all || (input.siteId !== null && reach.siteIds.includes(input.siteId))))
    throw new AppError('not-found')
  if (input.siteId !== null)
    found(await trx.selectFrom('site').select('id').where('id', '=', input.siteId).executeTakeFirst())
  await assertSamePurpose(trx, input)
  const from = input.copyOf === undefined ? undefined : await getTemplate(trx, actor, input.copyOf)
  const { rows } = await sql<{ id: number }>`
    insert into template (code, name, purpose, site_id, draft, revision, draft_at, draft_by_name, draft_authors)
    values (${input.code}, ${input.name}, ${input.purpose}, ${input.siteId}, ${JSON.stringify(input.texts ?? from?.texts ?? {})}::jsonb, 1, now(),
      ${actor.name}, array[${actor.id}])
    on conflict (code, site_id) do nothing returning id`.execute(trx)
  const [made] = rows
  if (!made) throw new AppError('already-exists', 'Another template has this code.')
  await audit(trx, actor, { action: 'template.create', subject: `template:${made.id} ${input.code}` })
  return getTemplate(trx, actor, made.id)
}

/** Locks a template that the actor may change. @throws {AppError} not-found */
async function lock(
  trx: Trx,
  actor: Actor,
  permission: 'template.write' | 'template.publish',
  id: number,
): Promise<Row> {
  const { rows } = await sql<Row>`
    select t.* from template t where t.id = ${id} and ${within(authorize(actor, permission))} for update`.execute(
    trx,
  )
  return found(rows[0])
}

/** @throws {AppError} not-found, changed-meanwhile */
export async function saveTemplate(
  trx: Trx,
  actor: Actor,
  id: number,
  input: z.output<(typeof saveRoute)['body']>,
): Promise<TemplateDetail> {
  const row = await lock(trx, actor, 'template.write', id)
  if (row.revision !== input.revision) throw new AppError('changed-meanwhile')
  await sql`
    update template set name = ${input.name}, draft = ${JSON.stringify(input.texts)}::jsonb, revision = revision + 1, draft_at = now(),
      draft_by_name = ${actor.name}, draft_authors = array(select distinct unnest(draft_authors || ${actor.id}::text)) where id = ${id}`.execute(
    trx,
  )
  if (!row.draft_authors.includes(actor.id))
    await audit(trx, actor, { action: 'template.draft', subject: `template:${id} ${row.code}` })
  return getTemplate(trx, actor, id)
}

/** Each text of a template with its place. */
export function textsOf(
  texts: TemplateTexts,
): { language: TemplateLanguage; channel: TemplateChannel; subject?: string | undefined; body: string }[] {
  return templateLanguages.flatMap((language) =>
    templateChannels.flatMap((channel) => {
      const text = texts[language]?.[channel]
      return text ? [{ language, channel, ...text }] : []
    }),
  )
}

/** @throws {AppError} invalid, naming each text with what is wrong */
function assertPublishable(purpose: Purpose, texts: TemplateTexts): void {
  const all = textsOf(texts)
  if (all.length === 0)
    throw new AppError('invalid', undefined, [{ path: 'texts', message: 'a template needs a text' }])
  const fields = all.flatMap(({ language, channel, ...text }) =>
    textProblems({ purpose, channel, ...text })
      .filter((one) => one.blocks)
      .map((one) => ({
        path: `texts.${language}.${channel}.${one.field}`,
        message: `${one.rule} ${one.words}`.trim(),
      })),
  )
  if (fields.length > 0) throw new AppError('invalid', undefined, fields)
}

/** @throws {AppError} not-found, changed-meanwhile, second-person, invalid with what is wrong in which text */
export async function publishTemplate(
  trx: Trx,
  actor: Actor,
  id: number,
  revision: number,
): Promise<TemplateDetail> {
  const row = await lock(trx, actor, 'template.publish', id)
  if (row.revision !== revision || row.draft === null) throw new AppError('changed-meanwhile')
  if (row.draft_authors.includes(actor.id) && (await needsSecondReader(trx, row)))
    throw new AppError('second-person')
  assertPublishable(row.purpose, row.draft)
  await addVersion(trx, actor, row, row.draft)
  await audit(trx, actor, {
    action: 'template.publish',
    subject: `template:${id} ${row.code} version:${(row.version ?? 0) + 1}`,
  })
  return getTemplate(trx, actor, id)
}

async function addVersion(
  trx: Trx,
  actor: Actor,
  { id, version, draft_by_name }: Pick<Row, 'id' | 'version' | 'draft_by_name'>,
  texts: TemplateTexts,
): Promise<void> {
  await sql`
    with made as (
      insert into template_version (template_id, version, texts, published_by, published_by_name, written_by_name)
      values (${id}, ${(version ?? 0) + 1}, ${JSON.stringify(texts)}::jsonb, ${actor.id}, ${actor.name}, ${draft_by_name ?? actor.name})
      returning template_id, version)
    update template t set version = made.version, draft = null, draft_at = null, draft_by_name = null, draft_authors = '{}', revision = t.revision + 1
    from made where t.id = made.template_id`.execute(trx)
}

/** Published pathways that name it go on with it until they are changed. @throws {AppError} not-found */
export async function retireTemplate(
  trx: Trx,
  actor: Actor,
  id: number,
  retired: boolean,
): Promise<TemplateDetail> {
  const row = await lock(trx, actor, 'template.publish', id)
  await sql`update template set retired_at = case when ${retired} then now() end where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, {
    action: retired ? 'template.retire' : 'template.restore',
    subject: `template:${id} ${row.code}`,
  })
  return getTemplate(trx, actor, id)
}

/** @throws {AppError} not-found */
export async function listVersions(db: Db, actor: Actor, id: number) {
  found((await rowsOf(db, actor, { id }))[0])
  const rows = await db
    .selectFrom('template_version')
    .selectAll()
    .where('template_id', '=', id)
    .orderBy('version', 'desc')
    .limit(200)
    .execute()
  return rows.map((row) => ({
    version: row.version,
    texts: row.texts as TemplateTexts,
    publishedAt: row.published_at.toISOString(),
    publishedByName: row.published_by_name,
    writtenByName: row.written_by_name,
  }))
}

/** Adds a shipped template for all sites, published; an existing code is left alone. @throws {AppError} invalid */
export async function addTemplate(
  trx: Trx,
  actor: Actor,
  { texts, code, name, purpose }: { code: string; name: string; purpose: Purpose; texts: TemplateTexts },
): Promise<void> {
  assertPublishable(purpose, texts)
  const { rows } = await sql<{ id: number }>`
    insert into template (code, name, purpose) values (${code}, ${name}, ${purpose}) on conflict (code, site_id) do nothing returning id`.execute(
    trx,
  )
  const [made] = rows
  if (made) await addVersion(trx, actor, { id: made.id, version: null, draft_by_name: actor.name }, texts)
}
