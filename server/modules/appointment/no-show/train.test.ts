import { readFileSync, globSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp, testActor } from '../../../../test/support/app.ts'
import { openClinic, patient } from '../../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../../test/support/database.ts'
import { receive } from '../../../../test/support/hl7.ts'
import { transaction } from '../../../platform/db.ts'
import { mergePersons } from '../../person/merge.ts'
import { appointmentJobs } from '../jobs.ts'

let app: TestApp
let clinic: Awaited<ReturnType<typeof openClinic>>
let people: number[]
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  clinic = await openClinic(app, await app.signInAs('service-centre'), 'NO')
  people = []
  for (let at = 0; at < 12; at++) people.push(await patient(app, `NO-P${at}`, 'NO'))
})
afterAll(() => app.close())

type Said = {
  person?: number
  status?: string
  channel?: string
  source?: string
  days?: number
  lead?: number
}

/** Appointments as they would stand: `days` from now (less than 0: in the past), booked `lead` days before. */
async function stand(all: Said[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    insert into appointment (site_id, person_id, department_id, visit_type_id, title, starts_at, status, channel, source, source_number, booked_at,
      booked_by, booked_by_name, cancelled_at, cancelled_by)
    select ${clinic.siteId}, x.person, ${clinic.departmentId}, ${clinic.type.id}, '专家号', x.starts, x.status, x.channel, x.source,
      case when x.source <> 'careloop' then gen_random_uuid()::text end, x.starts - x.lead * interval '1 day', 'system:test', 'Test',
      case when x.status = 'cancelled' then now() end, case when x.status = 'cancelled' then 'patient' end
    from (select person, status, channel, source, lead, now() + days * interval '1 day' as starts
      from unnest(${all.map((one) => one.person ?? people[0])}::bigint[], ${all.map((one) => one.status ?? 'booked')}::text[],
        ${all.map((one) => one.channel ?? 'web')}::text[], ${all.map((one) => one.source ?? 'careloop')}::text[],
        ${all.map((one) => one.lead ?? 1)}::float8[], ${all.map((one) => one.days ?? 1)}::float8[]) as u(person, status, channel, source, lead, days)) x
    returning id`.execute(app.db)
  return rows.map((one) => one.id)
}

/** Past appointments: who booked by telephone a month before misses three in four, others one in sixteen. */
const past = (count: number) =>
  Array.from({ length: count }, (_, at): Said => {
    const long = at % 2 === 0
    const missed = long ? at % 8 !== 0 : at % 32 === 1
    return {
      person: people[at % 10],
      status: missed ? 'noshow' : at % 3 ? 'fulfilled' : 'arrived',
      channel: long ? 'phone' : 'web',
      lead: long ? 30 : 1,
      days: -(count - at) / 2,
    }
  })

const clear = async () => {
  await sql`delete from appointment`.execute(app.db)
  await sql`delete from no_show_model`.execute(app.db)
}
const models = () => app.db.selectFrom('no_show_model').selectAll().execute()
const risks = async (ids: number[]) => {
  const { rows } = await sql<{
    id: number
    no_show_risk: number | null
    no_show_drivers: { feature: string }[] | null
    version: number
  }>`
    select id, no_show_risk, no_show_drivers, version from appointment where id = any(${ids}::bigint[]) order by id`.execute(
    app.db,
  )
  return rows
}
/** What happens every night. */
async function night(): Promise<void> {
  const job = appointmentJobs(app.services).find((one) => one.job.name === 'appointment.no-show')
  await job?.run({}, new AbortController().signal)
}

test('a night learns from past appointments, and tells the risk of coming ones with what it is from', async () => {
  await clear()
  await stand([...past(400), { status: 'cancelled', days: -3 }, { status: 'booked', days: -2 }])
  const coming = await stand([
    { person: people[10], channel: 'phone', lead: 30, days: 2 },
    { person: people[10], channel: 'web', lead: 1, days: 3 },
  ])
  const [over, cancelled] = await stand([
    { status: 'fulfilled', days: -1, person: people[3] },
    { status: 'cancelled', days: 4 },
  ])
  await night()
  const [model] = await models()
  expect(model).toMatchObject({ site_id: clinic.siteId, n: 401 })
  expect(model?.positives).toBe(past(400).filter((one) => one.status === 'noshow').length)
  expect(model?.auc).toBeGreaterThan(0.8)
  expect(model?.auc_low).toBeLessThan(model?.auc ?? 0)
  expect(model?.brier).toBeLessThan(0.2)
  const [phone, web] = await risks(coming)
  expect(phone?.no_show_risk).toBeGreaterThan(0.6)
  expect(web?.no_show_risk).toBeLessThan(0.3)
  expect(phone?.no_show_drivers?.slice(0, 2)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ feature: 'channel', value: 'phone' }),
      expect.objectContaining({ feature: 'leadDays', value: 30 }),
    ]),
  )
  // Whoever has the appointment open on a screen may still save it.
  expect(phone?.version).toBe(0)
  expect((await risks([over ?? 0, cancelled ?? 0])).map((one) => one.no_show_risk)).toEqual([null, null])
})

test('earlier appointments count that were over when this one was booked, those of merged records too', async () => {
  await clear()
  // Two of these people never come, wherever they book.
  const habits = past(400).map((one, at) => ({
    ...one,
    lead: 0.1,
    channel: 'web',
    status: at % 10 < 2 ? 'noshow' : 'fulfilled',
  }))
  await stand(habits)
  await receive(app, { mrn: 'NO-OLD', department: 'NO', phone: '13800001111' })
  const { rows } = await sql<{
    id: number
  }>`select person_id as id from person_identifier where value = 'NO-OLD'`.execute(app.db)
  const old = rows[0]?.id ?? 0
  await stand(
    Array.from({ length: 6 }, (_, at) => ({ person: old, status: 'noshow', days: -100 - at, lead: 0.1 })),
  )
  const coming = await stand([
    { person: people[10], days: 2, lead: 0.1 },
    { person: people[11], days: 2, lead: 0.1 },
  ])
  const survivor = people[11] ?? 0
  await transaction(app.db, (trx) =>
    mergePersons(trx, testActor, { survivorId: survivor, mergedId: old, source: 'manual', reason: 'same' }),
  )
  await night()
  const [nobody, merged] = await risks(coming)
  expect(merged?.no_show_risk).toBeGreaterThan(2 * (nobody?.no_show_risk ?? 1))
  expect(merged?.no_show_drivers?.[0]?.feature).toMatch(/^earlierMissed/)
})

test('too few outcomes or too few missed make no model, and what an older one foretold is taken back', async () => {
  await clear()
  const [coming = 0] = await stand([{ days: 2 }])
  await sql`update appointment set no_show_risk = 0.5, no_show_drivers = '[]' where id = ${coming}`.execute(
    app.db,
  )
  await stand(past(199))
  await night()
  expect(await models()).toEqual([])
  expect((await risks([coming]))[0]).toMatchObject({ no_show_risk: null, no_show_drivers: null })
  await clear()
  let missed = 0
  await stand(
    past(400).map((one) => ({
      ...one,
      status: one.status === 'noshow' && ++missed < 20 ? 'noshow' : 'fulfilled',
    })),
  )
  await night()
  expect(await models()).toEqual([])
})

test('a system that tells only of those who did not come teaches nothing', async () => {
  await clear()
  await stand([
    ...past(300),
    ...past(50).map((one) => ({ ...one, channel: 'his', source: 'hl7:HIS/NH', status: 'noshow' })),
  ])
  await night()
  expect(await models()).toMatchObject([{ n: 300 }])
})

test('nothing outside of this folder reads the risk but what reminds, counts and searches: whoever adds a use adds it here', () => {
  const root = path.resolve(import.meta.dirname, '../../../..')
  const users = globSync('server/{modules,feeds,platform}/**/*.ts', { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => !file.includes('/no-show/') && !file.endsWith('db-types.ts'))
    .filter((file) => /no_show_(risk|drivers)/.test(readFileSync(path.join(root, file), 'utf8')))
  expect(users).toEqual([])
  const importing = globSync('server/**/*.ts', { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => !file.endsWith('.test.ts'))
    .filter((file) =>
      /from '.*no-show\/risk\.ts'|from '\.\/risk\.ts'/.test(readFileSync(path.join(root, file), 'utf8')),
    )
  expect(importing.toSorted()).toEqual(
    ['routes.ts', 'slot.ts', 'subject.ts'].map((file) => `server/modules/appointment/${file}`),
  )
})
