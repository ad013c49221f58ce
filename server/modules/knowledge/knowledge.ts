import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type {
  Article,
  createArticle as createRoute,
  listArticles as listRoute,
  searchArticles as searchRoute,
  updateArticle as updateRoute,
} from '../../../contract/knowledge.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { foldText, queryOf, vectorOf, wordsOf } from '../../platform/bigram.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { totalOf } from '../../platform/listing.ts'
import { searchOrganisation } from '../person/name.ts'

/** Articles `a` of all sites and of one's own; departments read those of their site. */
function within(actor: Actor, permission: 'knowledge.read' | 'knowledge.write'): RawBuilder<SqlBool> {
  const reach = authorize(actor, permission)
  if (reach.all) return sql<SqlBool>`true`
  const own = sql<SqlBool>`a.site_id = any(${reach.siteIds}::int[])`
  return permission === 'knowledge.read' ? sql<SqlBool>`(a.site_id is null or ${own})` : own
}

const writes = (actor: Actor): RawBuilder<SqlBool> =>
  may(actor, 'knowledge.write') ? within(actor, 'knowledge.write') : sql<SqlBool>`false`

/** Published articles that the actor may change and that are past their day of review. */
export async function countOverdue(db: Db, actor: Actor): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from knowledge_article a
    where a.published_version is not null and a.review_on < now()::date and a.retired_at is null and ${writes(actor)}`.execute(
    db,
  )
  return rows[0]?.n ?? 0
}

type Row = Omit<Article, 'updatedAt'> & { updated_at: Date }

/** @param version which version `v` of article `a` is shown: the latest for those who write, what is in force for everybody else */
const columns = (actor: Actor) => sql`
  a.id, a.kind, a.category, a.site_id as "siteId", s.name as "siteName", v.title, v.body, v.synonyms,
  case when a.retired_at is not null then 'retired' when a.published_version is null then 'draft' when a.published_version < a.version then 'changed' else 'published' end as state,
  a.version, a.published_version as "publishedVersion", a.owner_id as "ownerId", u.name as "ownerName", a.review_on::text as "reviewOn",
  a.review_on < now()::date and a.retired_at is null as overdue, a.useful, a.useless, a.used, a.updated_at, ${writes(actor)} as "mayChange"`

const from = (version: RawBuilder<unknown>) => sql`
  from knowledge_article a join knowledge_version v on v.article_id = a.id and v.version = ${version}
  left join site s on s.id = a.site_id left join app_user u on u.id = a.owner_id`

const view = ({ updated_at, ...row }: Row): Article => ({ ...row, updatedAt: updated_at.toISOString() })

export async function listArticles(db: Db, actor: Actor, query: z.output<typeof listRoute.query>) {
  const shown = query.state === 'draft' ? sql`a.version` : sql`coalesce(a.published_version, a.version)`
  const state: Record<typeof query.state, RawBuilder<SqlBool>> = {
    current: sql<SqlBool>`a.published_version is not null and a.retired_at is null`,
    draft: sql<SqlBool>`a.published_version is distinct from a.version and a.retired_at is null and ${writes(actor)}`,
    overdue: sql<SqlBool>`a.published_version is not null and a.review_on < now()::date and a.retired_at is null`,
    retired: sql<SqlBool>`a.retired_at is not null and ${writes(actor)}`,
  }
  const where = [within(actor, 'knowledge.read'), state[query.state]]
  if (query.kind) where.push(sql`a.kind = ${query.kind}`)
  if (query.category) where.push(sql`a.category = ${query.category}`)
  const after = decodeCursor<[string, number]>(query.cursor, ['string', 'number'])
  const rest = sql`${from(shown)} where ${sql.join(where, sql` and `)}`
  const beyond = after ? sql` and (a.review_on::text, a.id) > (${after[0]}, ${after[1]}::int)` : sql``
  const { rows } = await sql<Row>`
    select ${columns(actor)} ${rest}${beyond} order by a.review_on::text, a.id limit ${query.limit + 1}`.execute(
    db,
  )
  return {
    ...pageOf(rows, query.limit, (row) => [row.reviewOn, row.id], view),
    total: await totalOf(db, query, rest),
  }
}

/** A title that holds what was asked counts most, then what people also call it; initials of its sound find a title. */
export async function searchArticles(
  db: Db,
  actor: Actor,
  { search, kind, limit }: z.output<typeof searchRoute.query>,
): Promise<{ items: Article[] }> {
  const asked = queryOf(search)
  if (!asked) return { items: [] }
  const wanted = wordsOf(search).filter((word) => word.length > 1 || /[a-z0-9]/.test(word))
  const whole = foldText(search)
  // Somebody asks in a sentence: any of its words may be that of an article; the more, the better.
  const any = [
    ...new Set([...wanted.map((word) => `'${word.replaceAll("'", "''")}'`), `(${asked.query})`]),
  ].join(' | ')
  const vector = sql`array_to_tsvector(${wanted}::text[])`
  const { rows } = await sql<Row>`
    select ${columns(actor)} ${from(sql`a.published_version`)}
    where a.retired_at is null and ${within(actor, 'knowledge.read')} and ${kind ? sql`a.kind = ${kind}` : sql`true`} and a.words @@ ${any}::tsquery
    order by (case when a.words @@ ${asked.query}::tsquery then 4 else 0 end) + (case when position(${whole} in lower(v.title)) > 0 then 8 else 0 end)
      + (select count(*) from unnest(tsvector_to_array(${vector})) w where position(w in lower(v.title || ' ' || array_to_string(v.synonyms, ' '))) > 0) * 2
      + (select count(*) from unnest(tsvector_to_array(${vector})) w where position(w in lower(v.body)) > 0) * 0.5
      + least(a.useful, 50) * 0.02 desc, a.used desc, a.id limit ${limit}`.execute(db)
  return { items: rows.map(view) }
}

/** @throws {AppError} not-found; a draft is there for those who write */
export async function readArticle(db: Db, actor: Actor, id: number) {
  const writer = may(actor, 'knowledge.write')
  const { rows } = await sql<Row>`
    select ${columns(actor)} ${from(writer ? sql`a.version` : sql`a.published_version`)}
    where a.id = ${id} and ${within(actor, 'knowledge.read')}`.execute(db)
  const article = view(found(rows[0]))
  const { rows: versions } = await sql<{
    version: number
    title: string
    body: string
    synonyms: string[]
    at: Date
    byName: string
    published_at: Date | null
    publishedByName: string | null
  }>`
    select version, title, body, synonyms, at, by_name as "byName", published_at, published_by_name as "publishedByName" from knowledge_version
    where article_id = ${id} and (${writer} or published_at is not null) order by version desc limit 100`.execute(
    db,
  )
  const { rows: votes } = await sql<{ useful: boolean }>`
    select useful from knowledge_vote where article_id = ${id} and user_id = ${actor.userId}`.execute(db)
  return {
    ...article,
    versions: versions.map(({ published_at, at, ...row }) => ({
      ...row,
      at: at.toISOString(),
      publishedAt: published_at?.toISOString() ?? null,
    })),
    vote: votes[0]?.useful ?? null,
  }
}

type Fields = z.output<typeof createRoute.body>

async function assertFields(trx: Trx, actor: Actor, { siteId, ownerId }: Fields): Promise<void> {
  const reach = authorize(actor, 'knowledge.write')
  if (!reach.all && (siteId === null || !reach.siteIds.includes(siteId))) throw new AppError('not-found')
  if (ownerId === null) return
  const { rows } = await sql`select 1 from app_user where id = ${ownerId} and not suspended`.execute(trx)
  if (rows.length === 0)
    throw new AppError('invalid', undefined, [{ path: 'ownerId', message: 'is nobody who works here' }])
}

/** @throws {AppError} not-found for a site out of reach, invalid */
export async function createArticle(trx: Trx, actor: Actor, input: Fields): Promise<{ id: number }> {
  await assertFields(trx, actor, input)
  const { id } = await trx
    .insertInto('knowledge_article')
    .values({
      site_id: input.siteId,
      kind: input.kind,
      category: input.category,
      owner_id: input.ownerId ?? actor.userId,
      review_on: input.reviewOn,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await writeVersion(trx, actor, id, 1, input)
  await audit(trx, actor, { action: 'knowledge.create', subject: `knowledge:${id}` })
  return { id }
}

async function writeVersion(
  trx: Trx,
  actor: Actor,
  id: number,
  version: number,
  input: Fields,
): Promise<void> {
  const { title, body } = input
  await sql`
    insert into knowledge_version (article_id, version, title, body, synonyms, by_name)
    values (${id}, ${version}, ${title}, ${body}, ${input.synonyms}::text[], ${actor.name})`.execute(trx)
}

/** @throws {AppError} not-found */
async function lock(trx: Trx, actor: Actor, id: number) {
  const { rows } = await sql<{ version: number; published_version: number | null; retired_at: Date | null }>`
    select a.version, a.published_version, a.retired_at from knowledge_article a where a.id = ${id} and ${within(actor, 'knowledge.write')} for update`.execute(
    trx,
  )
  return found(rows[0])
}

/** A draft that was not published yet is replaced; after that each draft is a version of its own. @throws {AppError} not-found, changed-meanwhile */
export async function updateArticle(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, ...input }: z.output<typeof updateRoute.body>,
): Promise<{ version: number }> {
  await assertFields(trx, actor, input)
  const row = await lock(trx, actor, id)
  if (row.version !== version) throw new AppError('changed-meanwhile')
  const next = version + 1
  await writeVersion(trx, actor, id, next, input)
  await sql`
    update knowledge_article set version = ${next}, site_id = ${input.siteId}, kind = ${input.kind}, category = ${input.category},
      owner_id = coalesce(${input.ownerId}, owner_id), review_on = ${input.reviewOn}, updated_at = now() where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, { action: 'knowledge.update', subject: `knowledge:${id}` })
  return { version: next }
}

/** @throws {AppError} not-found, changed-meanwhile, already-closed when retired */
export async function publishArticle(trx: Trx, actor: Actor, id: number, version: number): Promise<void> {
  const row = await lock(trx, actor, id)
  if (row.version !== version) throw new AppError('changed-meanwhile')
  if (row.retired_at) throw new AppError('already-closed')
  const { rows } = await sql<{ title: string; body: string; synonyms: string[] }>`
    update knowledge_version set published_at = now(), published_by_name = ${actor.name} where article_id = ${id} and version = ${version}
    returning title, body, synonyms`.execute(trx)
  const { title, body, synonyms } = found(rows[0])
  const { initials } = searchOrganisation(title)
  const words = vectorOf(wordsOf([title, ...synonyms, body, initials].join(' ')))
  await sql`
    update knowledge_article set published_version = ${version}, words = ${words}::tsvector, updated_at = now() where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, { action: 'knowledge.publish', subject: `knowledge:${id} ${version}` })
}

/** @throws {AppError} not-found */
export async function confirmArticle(trx: Trx, actor: Actor, id: number, reviewOn: string): Promise<void> {
  await lock(trx, actor, id)
  await sql`update knowledge_article set review_on = ${reviewOn}, updated_at = now() where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, { action: 'knowledge.confirm', subject: `knowledge:${id}` })
}

/** @throws {AppError} not-found */
export async function retireArticle(trx: Trx, actor: Actor, id: number, retired: boolean): Promise<void> {
  await lock(trx, actor, id)
  await sql`
    update knowledge_article set retired_at = case when ${retired} then coalesce(retired_at, now()) end,
      retired_by_name = case when ${retired} then ${actor.name} end, updated_at = now() where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, {
    action: retired ? 'knowledge.retire' : 'knowledge.restore',
    subject: `knowledge:${id}`,
  })
}

/** One's own word of an article; a later one replaces it. @throws {AppError} not-found, forbidden for whoever is no user */
export async function rateArticle(
  trx: Trx,
  actor: Actor,
  id: number,
  { useful, reason }: { useful: boolean; reason: string },
): Promise<void> {
  if (actor.userId === null) throw new AppError('forbidden')
  await lockPublished(trx, actor, id)
  await sql`
    insert into knowledge_vote (article_id, user_id, useful, reason) values (${id}, ${actor.userId}, ${useful}, ${reason || null})
    on conflict (article_id, user_id) do update set useful = excluded.useful, reason = excluded.reason, at = now()`.execute(
    trx,
  )
  await sql`
    update knowledge_article set useful = v.yes, useless = v.no
    from (select count(*) filter (where useful)::int as yes, count(*) filter (where not useful)::int as no from knowledge_vote where article_id = ${id}) v
    where id = ${id}`.execute(trx)
}

async function lockPublished(trx: Trx, actor: Actor, id: number): Promise<void> {
  const { rows } = await sql`
    select 1 from knowledge_article a where a.id = ${id} and a.published_version is not null and ${within(actor, 'knowledge.read')} for update`.execute(
    trx,
  )
  found(rows[0])
}

/** @throws {AppError} not-found */
export async function useArticle(trx: Trx, actor: Actor, id: number): Promise<void> {
  await lockPublished(trx, actor, id)
  await sql`update knowledge_article set used = used + 1 where id = ${id}`.execute(trx)
}

/** Who may look after an article. */
export async function listWriters(db: Db, actor: Actor) {
  const reach = authorize(actor, 'knowledge.write')
  const { rows } = await sql<{ id: string; name: string }>`
    select u.id, u.name from app_user u where not u.suspended and exists (
      select 1 from role_grant g where g.user_id = u.id and g.role in ('service-centre', 'manager', 'administrator', 'department-head')
        and (${reach.all} or g.site_id is null or g.site_id = any(${reach.siteIds}::int[])))
    order by u.name collate "zh-x-icu" limit 300`.execute(db)
  return { items: rows }
}
