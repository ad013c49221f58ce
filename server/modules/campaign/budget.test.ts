import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as routes from '../../../contract/campaign.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { campaignOf, mail, segmentBy, startedCampaign, wave } from '../../../test/support/campaign.ts'
import { useMailSink } from '../../../test/support/channel.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { type SmtpSink, startSmtpSink } from '../../../sim/smtp-sink.ts'
import { transaction } from '../../platform/db.ts'
import { dispatchDue } from '../message/dispatch.ts'
import { enterByCalendar } from '../pathway/calendar-entry.ts'
import { refreshFacts } from '../person/facts.ts'

let app: TestApp
let sink: SmtpSink
let centre: string
let manager: string
const price = 0.05

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  manager = await app.signInAs('manager')
  sink = await startSmtpSink({
    refuse: (to) => (to.startsWith('refused') ? { code: 550, message: 'no such user' } : undefined),
  })
  await useMailSink(app, sink.port)
  await sql`update message_account set cost_per_part = ${price}`.execute(app.db)
  await sql`insert into setting (key, value) values ('contact.quiet-from', '0'), ('contact.quiet-to', '0'), ('contact.on-holidays', 'true')`.execute(
    app.db,
  )
})
afterAll(async () => {
  await sink.close()
  await app.close()
})

async function people(language: string, addresses: string[]): Promise<void> {
  const ids: number[] = []
  for (const [n, email] of addresses.entries()) {
    const mrn = `${language}${n}`
    await receive(app, { event: 'A04', class: 'O', mrn, visit: mrn, email })
    ids.push(await personOf(app, mrn))
  }
  await sql`update person set language = ${language} where id = any(${ids})`.execute(app.db)
  await transaction(app.db, (trx) => refreshFacts(trx, ids))
  await segmentBy(app, centre, language)
}

/** Two dispatchers at once, until nothing moves, and the campaign looks at what became of it. */
async function send(): Promise<void> {
  const dispatch = () => dispatchDue(app.db, app.services.secret)
  for (;;) {
    const done = await Promise.all([dispatch(), dispatch()])
    if (done.every((n) => n === 0)) break
  }
  await app.processAll()
}

const campaign = async (id: number) =>
  (await app.request(centre, routes.getCampaign, { params: { id } })).body
const sent = async (id: number) => {
  const { rows } = await sql<{ sent: number; spent: number }>`
    select count(*) filter (where m.status = 'sent') as sent, coalesce(sum(m.cost), 0)::float8 as spent
    from message m join campaign c on c.pathway_id = m.pathway_id where c.id = ${id}`.execute(app.db)
  return rows[0]
}

test('a budget stops sending at the message that no longer fits; what was refused costs nothing; only an approver raises it', async () => {
  await people('thrifty', [
    ...Array.from({ length: 9 }, (_, n) => `thrifty${n}@example.test`),
    ...Array.from({ length: 3 }, (_, n) => `refused${n}@example.test`),
  ])
  const id = await startedCampaign(
    app,
    centre,
    manager,
    campaignOf('thrifty', { holdOut: 0, budget: 1 }, { waves: [wave(0, mail)] }),
  )
  // Cheaper when it was approved.
  await sql`update message_budget set budget = 0.32 where pathway_id = (select pathway_id from campaign where id = ${id})`.execute(
    app.db,
  )
  await enterByCalendar(app.db, new Date())
  await app.processAll()
  // Those that are refused come first, so that their money comes back.
  await sql`update message set due_at = due_at - interval '1 minute' where id in (select id from message order by person_id desc limit 3)`.execute(
    app.db,
  )
  await send()
  expect(await campaign(id)).toMatchObject({ status: 'paused', pausedReason: 'budget-exhausted' })
  const before = await sent(id)
  expect(before).toEqual({ sent: 6, spent: 0.3 })
  expect((await campaign(id)).spent).toBe(0.3)
  const resume = () => app.request(centre, routes.resumeCampaign, { params: { id } })
  expect((await resume()).error?.fields).toMatchObject([{ path: 'budget' }])
  const raise = (who: string) =>
    app.request(who, routes.changeCampaignBudget, { params: { id }, body: { budget: 9 * price } })
  expect((await raise(centre)).status).toBe(403)
  expect((await raise(manager)).body.abilities.budget).toBe(true)
  expect((await resume()).body.status).toBe('running')
  await send()
  expect(await sent(id)).toMatchObject({ sent: 9, spent: 0.45 })
  expect(await campaign(id)).toMatchObject({ status: 'running', spent: 0.45 })
})

test('a campaign for nobody, or for more than its budget pays, is not submitted; a blank has to be filled in', async () => {
  await people('empty', [])
  await people('dear', ['dear0@example.test', 'dear1@example.test'])
  const problems = async (body: ReturnType<typeof campaignOf>) => {
    const made = await app.request(centre, routes.createCampaign, { body })
    const { id, version } = made.body
    const answer = await app.request(centre, routes.submitCampaign, { params: { id }, body: { version } })
    return answer.error?.fields?.map(({ path }) => path)
  }
  expect(await problems(campaignOf('empty'))).toEqual(['plan.audience'])
  expect(await problems(campaignOf('dear', { holdOut: 0, budget: 0.1 }))).toEqual(['budget'])
  const blank = { ...mail, body: '因＿＿＿停诊' }
  expect(await problems(campaignOf('dear', {}, { waves: [wave(0, mail), wave(7, blank)] }))).toEqual([
    'plan.waves.1.scripts.0',
  ])
  const advertising = { ...mail, body: '治愈率百分之九十' }
  expect(
    await problems(
      campaignOf('dear', { purpose: 'marketing' }, { waves: [wave(0, mail), wave(7, advertising)] }),
    ),
  ).toContain('plan.waves.1.scripts.0')
  const emergency = await app.request(centre, routes.createCampaign, {
    body: campaignOf('dear', { emergency: true, purpose: 'service', holdOut: 0.1 }),
  })
  expect(emergency.error?.fields?.map(({ path }) => path)).toEqual(['purpose', 'holdOut'])
})
