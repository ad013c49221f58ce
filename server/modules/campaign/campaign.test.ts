import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as routes from '../../../contract/campaign.ts'
import { listAudit } from '../../../contract/audit.ts'
import * as segments from '../../../contract/segment.ts'
import * as effects from '../../../contract/campaign-effect.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { call, campaignOf, mail, segmentBy, startedCampaign, wave } from '../../../test/support/campaign.ts'
import { newPerson } from '../../../test/support/enrollment.ts'
import { receive } from '../../../test/support/hl7.ts'
import { transaction } from '../../platform/db.ts'
import { refreshFacts } from '../person/facts.ts'
import { enterByCalendar } from '../pathway/calendar-entry.ts'

let app: TestApp
let centre: string
let manager: string

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  manager = await app.signInAs('manager')
  await sql`insert into setting (key, value) values ('contact.quiet-from', '0'), ('contact.quiet-to', '0'), ('contact.on-holidays', 'true')`.execute(
    app.db,
  )
})
afterAll(() => app.close())

/** As if a HIS had said it. */
async function speak(language: string, persons: number[]): Promise<void> {
  await sql`update person set language = ${language} where id = any(${persons})`.execute(app.db)
  await transaction(app.db, (trx) => refreshFacts(trx, persons))
}

/** Patients of a segment of their own; their numbers too. */
async function people(language: string, count: number) {
  const made = []
  for (let n = 0; n < count; n++) made.push(await newPerson(app))
  await speak(
    language,
    made.map((one) => one.id),
  )
  await segmentBy(app, centre, language)
  return made
}

const at = (days: number) => new Date(Date.now() + days * 86_400_000)
const enter = async (now = at(0)) => {
  await enterByCalendar(app.db, now)
  await app.processAll()
}
const params = (id: number) => ({ params: { id } })
const refresh = async () => {
  await sql`update campaign set followed_at = null`.execute(app.db)
  await app.processAll()
}
const messagesOf = async (id: number) => {
  const { rows } = await sql<{ person_id: number; step_key: string; status: string; body: string }>`
    select m.person_id, m.step_key, m.status, m.body from message m join enrollment e on e.id = m.enrollment_id
    join campaign c on c.pathway_id = e.pathway_id where c.id = ${id} order by m.id`.execute(app.db)
  return rows
}
/** All waits are over. */
const later = async (id: number) => {
  await sql`update enrollment e set due_at = now(), entered_at = entered_at - interval '7 days' from campaign c
    where c.pathway_id = e.pathway_id and c.id = ${id} and e.status = 'active'`.execute(app.db)
  await app.processAll()
}

test('a campaign goes from a draft over the approval of another to its effect; who came gets no second wave, who is held out none at all', async () => {
  const persons = await people('recall', 12)
  const { body: draft } = await app.request(centre, routes.createCampaign, {
    body: campaignOf('recall', { holdOut: 0.3 }),
  })
  const { id, version } = draft
  const { body: preview } = await app.request(centre, routes.previewCampaign, params(id))
  expect(preview).toMatchObject({ audience: 12, heldOut: 4, problems: [], expectedBenefit: 80 })
  expect(preview.gate).toEqual({ sampled: 12, permitted: 12, refused: [] })
  const approve = { ...params(id), body: { version, audience: preview.audience } }
  expect((await app.request(manager, routes.approveCampaign, approve)).error?.id).toBe('changed-meanwhile')
  await app.request(centre, routes.submitCampaign, { ...params(id), body: { version } })
  expect((await app.request(centre, routes.approveCampaign, approve)).status).toBe(403)
  const few = { ...params(id), body: { version, audience: 1 } }
  expect((await app.request(manager, routes.approveCampaign, few)).error?.id).toBe('changed-meanwhile')
  const { body: running } = await app.request(manager, routes.approveCampaign, approve)
  expect(running).toMatchObject({ status: 'running', approvals: [{ byName: 'manager-2' }] })
  await enter()
  await enter()
  const { rows: members } = await sql<{ person_id: number; variant: string }>`
    select person_id, variant from campaign_member where campaign_id = ${id} order by person_id`.execute(
    app.db,
  )
  expect(members.map((one) => one.person_id)).toEqual(persons.map((one) => one.id))
  const heldOut = members.filter((one) => one.variant === 'hold-out').map((one) => one.person_id)
  const treated = members.filter((one) => one.variant === 'A').map((one) => one.person_id)
  expect(heldOut.length).toBeGreaterThan(0)
  expect((await messagesOf(id)).map((one) => one.person_id).sort()).toEqual(treated.sort())
  // One of each side comes.
  const visitor = persons.find((one) => one.id === treated[0])
  const anyway = persons.find((one) => one.id === heldOut[0])
  for (const one of [visitor, anyway])
    await receive(app, {
      event: 'A04',
      class: 'O',
      mrn: one?.mrn ?? '',
      visit: `${one?.mrn}-again`,
      at: at(1),
    })
  await app.processAll()
  await later(id)
  const second = (await messagesOf(id)).filter((one) => one.step_key === 'w2-1')
  expect(second.map((one) => one.person_id).sort()).toEqual(treated.slice(1).sort())
  await refresh()
  const { body: effect } = await app.request(manager, effects.getCampaignEffect, params(id))
  const sides = Object.fromEntries(effect.sides.map((one) => [one.variant, one]))
  expect(sides['A']).toMatchObject({ persons: treated.length, visited: 1, visits: 1 })
  expect(sides['hold-out']).toMatchObject({ persons: heldOut.length, visited: 1 })
  expect(effect.messages.targeted).toBe(treated.length * 2 - 1)
  const { targeted, ...parts } = effect.messages
  expect(parts.queued + parts.sending + parts.sent + parts.failed + parts.suppressed + parts.unknown).toBe(
    targeted,
  )
  expect(effect.effect?.controlRate).toBeCloseTo(1 / heldOut.length)
  const { body: seen } = await app.request(manager, effects.listCampaignMembers, {
    ...params(id),
    query: { did: 'visited', total: true },
  })
  expect(seen.total).toBe(2)
})

test('a pause holds everything at once, resuming goes on where it was, and cancelling withdraws what has not gone out', async () => {
  await people('paused', 6)
  const id = await startedCampaign(app, centre, manager, campaignOf('paused', { holdOut: 0 }))
  await enterByCalendar(app.db, at(0))
  const why = { ...params(id), body: { reason: '文案有误' } }
  expect((await app.request(centre, routes.pauseCampaign, why)).body.status).toBe('paused')
  await app.processAll()
  expect(await messagesOf(id)).toEqual([])
  await app.request(centre, routes.resumeCampaign, params(id))
  await app.processAll()
  expect(await messagesOf(id)).toHaveLength(6)
  await app.request(centre, routes.pauseCampaign, why)
  await later(id)
  expect(await messagesOf(id)).toHaveLength(6)
  await app.request(centre, routes.cancelCampaign, why)
  await refresh()
  const { body } = await app.request(centre, routes.getCampaign, params(id))
  expect(body).toMatchObject({ status: 'cancelled', underWay: 0 })
  expect((await messagesOf(id)).map((one) => one.status)).toEqual(Array(6).fill('suppressed'))
  expect((await app.request(centre, routes.resumeCampaign, params(id))).error?.id).toBe('already-closed')
})

test('cancelling also withdraws what waits of persons who have no further wave', async () => {
  await people('single', 4)
  const id = await startedCampaign(
    app,
    centre,
    manager,
    campaignOf('single', { holdOut: 0 }, { waves: [wave(0, mail)] }),
  )
  await enter()
  expect((await messagesOf(id)).map((one) => one.status)).toEqual(Array(4).fill('queued'))
  await app.request(centre, routes.cancelCampaign, { ...params(id), body: { reason: '不办了' } })
  await app.processAll()
  const { body } = await app.request(manager, effects.getCampaignEffect, params(id))
  expect(body.messages).toMatchObject({ targeted: 4, suppressed: 4 })
})

test('groups get their own script, variants split the rest, and a call becomes a task with what to say', async () => {
  const grouped = await people('grouped', 30)
  await sql`update person set sex = 'female' where language = 'grouped' and id % 3 = 0`.execute(app.db)
  await transaction(app.db, (trx) =>
    refreshFacts(
      trx,
      grouped.map((one) => one.id),
    ),
  )
  const women = await people('grouped-women', 0)
  expect(women).toEqual([])
  await sql`update segment set rule = ${JSON.stringify({
    all: [
      { fact: 'person.language', op: '=', value: 'grouped' },
      { fact: 'person.sex', op: '=', value: 'female' },
    ],
  })}::jsonb, refreshed_at = null where code = 'grouped-women'`.execute(app.db)
  await app.processAll()
  const text = (body: string) => ({ ...mail, body })
  const id = await startedCampaign(
    app,
    centre,
    manager,
    campaignOf(
      'grouped',
      { holdOut: 0 },
      {
        groups: [{ key: 'women', name: '女性', segment: 'grouped-women' }],
        variants: 2,
        waves: [
          wave(0, [
            { group: 'women', variant: null, action: call },
            { group: null, variant: 'A', action: text('甲') },
            { group: null, variant: 'B', action: text('乙') },
          ]),
        ],
      },
    ),
  )
  await enter()
  const { rows } = await sql<{ sex: string; variant: string; body: string | null; task: string | null }>`
    select p.sex, e.variant, m.body, t.description as task from enrollment e join campaign c on c.pathway_id = e.pathway_id
    join person p on p.id = e.person_id left join message m on m.enrollment_id = e.id left join task t on t.enrollment_id = e.id
    where c.id = ${id}`.execute(app.db)
  expect(rows).toHaveLength(30)
  for (const row of rows) {
    expect(row.task).toBe(row.sex === 'female' ? '请问您方便哪天来复查？' : null)
    expect(row.body).toBe(row.sex === 'female' ? null : row.variant === 'A' ? '甲' : '乙')
  }
  expect(new Set(rows.map((row) => row.variant))).toEqual(new Set(['A', 'B']))
})

test('an emergency notice needs two approvals besides its author, and then reaches also those who opted out', async () => {
  const [patient] = await people('danger', 2)
  await sql`insert into opt_out (person_id, channel, purpose, recorded_by) values (${patient?.id}, 'all', 'all', 'test')`.execute(
    app.db,
  )
  const { body: made } = await app.request(manager, routes.createCampaign, {
    body: campaignOf(
      'danger',
      { emergency: true, purpose: 'clinical', holdOut: 0, level: 1 },
      { waves: [wave(0, mail)] },
    ),
  })
  const { id, version } = made
  const approve = { ...params(id), body: { version, audience: 2 } }
  await app.request(manager, routes.submitCampaign, { ...params(id), body: { version } })
  expect((await app.request(manager, routes.approveCampaign, approve)).error?.id).toBe('second-person')
  const [second, third] = [await app.signInAs('manager'), await app.signInAs('manager')]
  expect((await app.request(second, routes.approveCampaign, approve)).body.status).toBe('submitted')
  expect((await app.request(second, routes.approveCampaign, approve)).error?.id).toBe('second-person')
  expect((await app.request(third, routes.approveCampaign, approve)).body.status).toBe('running')
  await enter()
  expect((await messagesOf(id)).map((one) => one.status)).toEqual(['queued', 'queued'])
})

test('what cannot work is named before anybody approves it', async () => {
  const { body } = await app.request(centre, routes.createCampaign, {
    body: campaignOf(
      'nowhere',
      { level: 1 },
      { variants: 1, groups: [{ key: 'g', name: 'G', segment: 'nowhere' }] },
    ),
  })
  const { body: preview } = await app.request(centre, routes.previewCampaign, params(body.id))
  expect(preview.problems.map((one) => one.path)).toEqual(['plan.groups'])
  const answer = await app.request(centre, routes.submitCampaign, {
    ...params(body.id),
    body: { version: body.version },
  })
  expect(answer.error).toMatchObject({ id: 'invalid', fields: [{ path: 'plan.groups' }] })
  expect((await app.request(centre, routes.deleteCampaign, params(body.id))).status).toBe(204)
})

test('whom a campaign means does not change once it was approved, also not through another segment', async () => {
  await people('fixed', 2)
  const rule = { fact: 'person.segments', op: 'contains' as const, value: 'fixed' }
  await app.request(manager, segments.createSegment, {
    body: { code: 'through', name: 'through', rule, siteId: null },
  })
  await app.processAll()
  const id = await startedCampaign(app, centre, manager, campaignOf('through', { holdOut: 0 }))
  const { body: all } = await app.request(manager, segments.listSegments)
  const [inner, outer] = ['fixed', 'through'].map((code) => all.items.find((one) => one.code === code))
  expect(outer?.pathways).toMatchObject([{ campaignId: id }])
  const change = async (name: string, value: string) => {
    const { body } = await app.request(manager, segments.getSegment, params(inner?.id ?? 0))
    return app.request(manager, segments.updateSegment, {
      ...params(body.id),
      body: { name, version: body.version, rule: { fact: 'person.language', op: '=', value } },
    })
  }
  expect((await change('fixed', 'other')).error?.fields).toMatchObject([{ path: 'rule' }])
  expect((await change('renamed', 'fixed')).status).toBe(200)
  const { body: audited } = await app.request(await app.signInAs('auditor'), listAudit, {
    query: { action: 'campaign.approve' },
  })
  expect(audited.items[0]?.object).toMatchObject({ kind: 'campaign', name: '秋季复查召回' })
  await app.request(centre, routes.cancelCampaign, { ...params(id), body: { reason: '不办了' } })
  expect((await change('fixed', 'other')).status).toBe(200)
})

test('with a limit per hour people enter bit by bit', async () => {
  await people('slow', 10)
  const id = await startedCampaign(app, centre, manager, campaignOf('slow', { holdOut: 0 }, { perHour: 120 }))
  const count = async () => {
    const { rows } = await sql<{
      n: number
    }>`select count(*) as n from campaign_member where campaign_id = ${id}`.execute(app.db)
    return rows[0]?.n
  }
  const began = Date.now()
  const counts = []
  for (const minutes of [0, 0, 1, 3, 20]) {
    await enterByCalendar(app.db, new Date(began + minutes * 60_000))
    counts.push(await count())
  }
  expect(counts).toEqual([2, 2, 4, 8, 10])
})

test('a campaign of an event takes in whoever meets it, as long as it runs', async () => {
  const [first] = await people('event', 1)
  const id = await startedCampaign(
    app,
    centre,
    manager,
    campaignOf(
      'event',
      { level: 3, holdOut: 0, goal: 'booked', endsOn: at(30).toISOString().slice(0, 10) },
      {
        entry: { kind: 'event', event: 'encounter.registered', againAfterDays: 90 },
        waves: [wave(0, mail)],
      },
    ),
  )
  await receive(app, { event: 'A04', class: 'O', mrn: first?.mrn ?? '', visit: `${first?.mrn}-2` })
  await receive(app, { event: 'A04', class: 'O', mrn: first?.mrn ?? '', visit: `${first?.mrn}-3` })
  await app.processAll()
  expect(await messagesOf(id)).toHaveLength(1)
})

test('a campaign of known effect: its interval holds the truth, and no charge or visit outside the window counts', async () => {
  const persons = 4000
  await sql`
    with made as (
      insert into person (name, search_name, pinyin, initials, language, source, source_time)
      select '测试' || n, '测试' || n, 'ceshi', 'cs', 'trial', 'test', now() from generate_series(1, ${persons}) n returning id)
    insert into person_facts (person_id, visits, stays, site_id, language, counted) select id, 0, 0, (select min(id) from site), 'trial', true from made`.execute(
    app.db,
  )
  await segmentBy(app, centre, 'trial')
  const id = await startedCampaign(
    app,
    centre,
    manager,
    campaignOf('trial', { holdOut: 0.4 }, { waves: [wave(1, mail)] }),
  )
  await enterByCalendar(app.db, at(0))
  // Of both sides every tenth comes anyway, and of the treated every twentieth besides; each pays 100, too late another 900.
  await sql`
    with came as (
      select m.person_id, m.entered_at, m.until from (
        select m.*, row_number() over (partition by variant = 'hold-out' order by person_id) as nr from campaign_member m where campaign_id = ${id}) m
      where nr % 10 = 0 or (variant <> 'hold-out' and nr % 20 = 1)
    ), visit as (
      insert into encounter (person_id, visit_number, class, status, starts_at, source, source_time, site_id)
      select person_id, 'T' || person_id, 'outpatient', 'finished', entered_at + interval '1 day', 'test', now(), (select min(id) from site) from came
    ), paid as (
      insert into event (person_id, at, kind, source, data)
      select person_id, entered_at + interval '2 days', 'charge.posted', 'test', '{"amount": 100}'::jsonb from came
      union all select person_id, until + interval '1 day', 'charge.posted', 'test', '{"amount": 900}'::jsonb from came
    ) select 1`.execute(app.db)
  await refresh()
  const { body } = await app.request(manager, effects.getCampaignEffect, params(id))
  const { effect, sides } = body
  const truth = 0.05
  expect(effect?.method).toBe('wald')
  expect(effect?.difference.low).toBeLessThan(truth)
  expect(effect?.difference.high).toBeGreaterThan(truth)
  expect(effect?.difference.value).toBeCloseTo(truth, 2)
  const treated = sides.find((one) => one.variant === 'A')
  expect(effect?.extra.value).toBeCloseTo((treated?.persons ?? 0) * truth, -1)
  for (const side of sides) expect(side.revenue).toBe(side.visited * 100)
  expect(effect?.benefit).toBeCloseTo((effect?.extra.value ?? 0) * 200, 2)
})
