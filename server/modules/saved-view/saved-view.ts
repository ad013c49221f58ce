import { type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type {
  logListExport as exportRoute,
  SavedView,
  saveView as saveRoute,
} from '../../../contract/list.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'

type Row = {
  id: number
  route: string
  name: string
  search: string
  shared: boolean
  user_id: string
  owner_name: string
}

/** As many as one person keeps for one list. */
const most = 50
/** Parameters that may name a person are not kept, nor the place in the list. */
const never = ['search', 'phone', 'personId', 'message', 'cursor', 'id']

const viewOf = (row: Row, actor: Actor): SavedView => ({
  id: row.id,
  route: row.route,
  name: row.name,
  search: row.search,
  shared: row.shared,
  mine: row.user_id === actor.userId,
  ownerName: row.owner_name,
})

async function viewRows(db: Db, where: ReturnType<typeof sql<SqlBool>>): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select v.id, v.route, v.name, v.search, v.shared, v.user_id, u.name as owner_name
    from saved_view v join app_user u on u.id = v.user_id where ${where} order by v.user_id, v.name`.execute(
    db,
  )
  return rows
}

/** Own views of a list first, then those shared by people with whom the actor has a site in common. */
export async function listSavedViews(db: Db, actor: Actor, route: string): Promise<{ items: SavedView[] }> {
  const sites = actor.grants.map((grant) => grant.siteId)
  const everywhere = sites.includes(null)
  const rows = await viewRows(
    db,
    sql`v.route = ${route} and (v.user_id = ${actor.userId} or (v.shared and not u.suspended and exists (
      select 1 from role_grant g where g.user_id = v.user_id
        and (${everywhere} or g.site_id is null or g.site_id = any(${sites.filter((one) => one !== null)}::int[])))))`,
  )
  const items = rows.map((row) => viewOf(row, actor))
  return { items: [...items.filter((one) => one.mine), ...items.filter((one) => !one.mine)] }
}

/** @throws {AppError} forbidden for who is no user, invalid when there are too many */
export async function saveView(
  db: Db,
  actor: Actor,
  body: z.output<(typeof saveRoute)['body']>,
): Promise<SavedView> {
  if (actor.userId === null) throw new AppError('forbidden')
  const search = new URLSearchParams(body.search)
  for (const name of never) search.delete(name)
  const { rows } = await sql<{ id: number }>`
    insert into saved_view (user_id, route, name, search, shared)
    select ${actor.userId}, ${body.route}, ${body.name}, ${search.toString()}, ${body.shared}
    where (select count(*) from saved_view where user_id = ${actor.userId} and route = ${body.route} and name <> ${body.name}) < ${most}
    on conflict (user_id, route, name) do update set search = excluded.search, shared = excluded.shared
    returning id`.execute(db)
  const [made] = rows
  if (!made)
    throw new AppError('invalid', undefined, [{ path: 'name', message: `at most ${most} views a list` }])
  await audit(db, actor, { action: 'saved-view.save', subject: `saved-view:${made.id}` })
  const [row] = await viewRows(db, sql`v.id = ${made.id}`)
  return viewOf(found(row), actor)
}

/** @throws {AppError} not-found, also for somebody else's */
export async function deleteSavedView(db: Db, actor: Actor, id: number): Promise<undefined> {
  const { numDeletedRows } = await db
    .deleteFrom('saved_view')
    .where('id', '=', id)
    .where('user_id', '=', actor.userId ?? '')
    .executeTakeFirst()
  if (numDeletedRows === 0n) throw new AppError('not-found')
  await audit(db, actor, { action: 'saved-view.delete', subject: `saved-view:${id}` })
}

/** The log of files that a screen makes of a list. */
export async function logListExport(
  db: Db,
  actor: Actor,
  { route, rows, columns }: z.output<(typeof exportRoute)['body']>,
): Promise<undefined> {
  await audit(db, actor, { action: 'list.export', subject: `list:${route} rows:${rows}`, fields: columns })
}
