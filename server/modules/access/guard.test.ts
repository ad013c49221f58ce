import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { getCurrentUser } from '../../../contract/access.ts'
import { listPersons } from '../../../contract/person.ts'
import { createTestApp, testActor } from '../../../test/support/app.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { receive } from '../../../test/support/hl7.ts'
import { audit } from '../../platform/audit.ts'
import { transaction } from '../../platform/db.ts'
import { type SessionGuard, underGuard } from '../../platform/session-guard.ts'

const app = await createTestApp({}, await createTestDatabase())
afterAll(() => app.close())

await sql`create sequence reads`.execute(app.db)
// A read that leaves a trace, also when its statement fails.
await sql
  .raw(`create function traced() returns int language sql volatile as $$ select nextval('reads')::int $$`)
  .execute(app.db)

const guardOf = (holds: boolean): SessionGuard => ({
  state: 'open',
  condition: '$1::boolean',
  values: [holds],
})
const read = (add: number) => sql<{ sum: number }>`select traced() + ${add}::int as sum`.execute(app.db)
const write = () => sql`insert into site (code, name) values ('GUARD', 'Guard')`.execute(app.db)

async function traces(): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select case when is_called then last_value else 0 end as n from reads`.execute(app.db)
  return rows[0]?.n ?? -1
}
const countOf = async (table: 'audit_event' | 'site') =>
  (
    await app.db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
  ).n

test('nothing is read, written or recorded for a session that changed', async () => {
  const [read0, entries0, sites0] = [await traces(), await countOf('audit_event'), await countOf('site')]
  for (const work of [
    () => read(1),
    write,
    () => audit(app.db, testActor, { action: 'person.read' }),
    () => transaction(app.db, () => read(1)),
    () => transaction(app.db, write),
    () => Promise.all([read(1), read(2)]),
  ]) {
    const guard = guardOf(false)
    await expect(underGuard<unknown>(guard, work)).rejects.toMatchObject({ id: 'not-signed-in' })
    expect(guard.state).toBe('broken')
    await expect(underGuard(guard, () => read(3))).rejects.toMatchObject({ id: 'not-signed-in' })
  }
  expect([await traces(), await countOf('audit_event'), await countOf('site')]).toEqual([
    read0,
    entries0,
    sites0,
  ])
})

test('the first statement of a session that holds is answered as it would be alone, and opens the way for the others', async () => {
  const guard = guardOf(true)
  await underGuard(guard, async () => {
    const before = await traces()
    expect(guard.state).toBe('holds')
    expect((await read(10)).rows).toEqual([{ sum: before + 11 }])
    await write()
  })
  const ordered = await underGuard(guardOf(true), () =>
    sql<{
      n: number
    }>`with numbers as (select n from generate_series(1, 500) n) select n from numbers order by n % 7, n desc`.execute(
      app.db,
    ),
  )
  const plain = await sql<{
    n: number
  }>`select n from generate_series(1, 500) n order by n % 7, n desc`.execute(app.db)
  expect(ordered.rows).toEqual(plain.rows)
  await app.db.deleteFrom('site').where('code', '=', 'GUARD').execute()
})

test('a user who was suspended behind the back of this process finds nobody on the next request, and leaves no entry', async () => {
  const id = await app.createUser('watched', 'service-centre')
  const cookie = await app.signIn('watched')
  const search = () => app.request(cookie, listPersons, { query: { phone: '13800138000' } })
  expect((await search()).status).toBe(200)
  expect((await search()).status).toBe(200)
  const before = await countOf('audit_event')
  const suspend = (suspended: boolean) =>
    app.db.updateTable('app_user').set({ suspended }).where('id', '=', id).execute()
  await suspend(true)
  expect((await search()).error?.id).toBe('not-signed-in')
  expect(await countOf('audit_event')).toBe(before)
  await suspend(false)
  expect((await search()).status).toBe(200)
})

test('other roles and another name count from the next request on, and what is refused is recorded under them', async () => {
  const id = await app.createUser('changing', 'service-centre')
  const cookie = await app.signIn('changing')
  expect((await app.request(cookie, listPersons)).status).toBe(200)
  await app.db.updateTable('role_grant').set({ role: 'administrator' }).where('user_id', '=', id).execute()
  await app.db.updateTable('app_user').set({ name: 'Renamed' }).where('id', '=', id).execute()
  expect((await app.request(cookie, listPersons)).status).toBe(403)
  expect((await app.request(cookie, getCurrentUser)).body.name).toBe('Renamed')
  const entry = await app.db
    .selectFrom('audit_event')
    .select(['actor_name', 'outcome'])
    .where('actor_id', '=', `user:${id}`)
    .orderBy('seq', 'desc')
    .executeTakeFirst()
  expect(entry).toEqual({ actor_name: 'Renamed', outcome: 'refused' })
  // The other way round: what the old role may not do is not refused for the new one.
  await app.db.updateTable('role_grant').set({ role: 'service-centre' }).where('user_id', '=', id).execute()
  expect((await app.request(cookie, listPersons)).status).toBe(200)
})

test('a session that was ended elsewhere is over on the next request', async () => {
  const cookie = await app.signInAs('service-centre')
  expect((await app.request(cookie, listPersons)).status).toBe(200)
  await sql`delete from app_session where user_id = (select user_id from app_session order by created_at desc limit 1)`.execute(
    app.db,
  )
  expect((await app.request(cookie, listPersons)).status).toBe(401)
})

test('a search by POST is asked again, with its body, when the session changed meanwhile', async () => {
  await receive(app, { mrn: 'GUARDED', name: '公孙某', phone: '13877776666' })
  const id = await app.createUser('searching', 'manager')
  const caller = await app.signIn('searching')
  const search = () => app.request(caller, listPersons, { query: { phone: '13877776666' } })
  for (let time = 0; time < 2; time += 1) expect((await search()).body.items.length).toBe(1)
  await sql`update app_user set name = 'Another name' where id = ${id}`.execute(app.db)
  expect((await search()).body.items.length).toBe(1)
  await sql`update role_grant set role = 'auditor' where user_id = ${id}`.execute(app.db)
  expect((await search()).status).toBe(403)
  await sql`update app_user set suspended = true where id = ${id}`.execute(app.db)
  expect((await search()).status).toBe(401)
})
