import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, testActor, type TestApp } from '../../../test/support/app.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { ModelCalendars, type ModelClock, nextDate, timesBy } from '../../../test/support/clock-model.ts'
import { tries } from '../../../test/support/tries.ts'
import { transaction } from '../../platform/db.ts'
import { putCalendarYear } from '../setting/calendar.ts'
import { pauseClocks, reopenClocks, resumeClocks, startClocks, stopClocks } from './clock.ts'
import { fireDue } from './fire.ts'

import { registerClock } from './rule.ts'
import type { Unit } from './time.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  await sql`create table test_fired (clock_id bigint not null, level int not null, at timestamptz not null)`.execute(
    app.db,
  )
  for (const [kind, setting, unit] of kinds)
    registerClock({
      kind,
      subjectKind: 'test',
      allowed: { setting, unit },
      escalations: [
        { setting: 'dispute.escalate-days', unit: 'working-days' },
        { setting: 'follow-up.instruction.escalate-hours', unit: 'hours' },
      ],
      fired: async (trx, clocks) => {
        for (const one of clocks)
          await sql`insert into test_fired values (${one.clockId}, ${one.level}, ${one.at})`.execute(trx)
      },
      timed: () => Promise.resolve(),
    })
})
afterAll(() => app.close())

const kinds = [
  ['test.hours', 'follow-up.instruction.escalate-hours', 'hours'],
  ['test.days', 'follow-up.instruction.days', 'days'],
  ['test.working-days', 'dispute.answer-days', 'working-days'],
] as const
/** Each subject has one kind of clock, so that starts, pauses and stops often meet. */
const kindOf = [2, 2, 2, 1, 0]
const minute = 60_000

/** Before a change of the clocks in each of the zones, and at the end of a year whose successor nobody has entered. */
const begins = ['2026-09-29T02:10Z', '2026-10-21T15:00Z', '2026-12-21T03:30Z', '2027-03-09T20:45Z']
const zones = ['Asia/Shanghai', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe']

const step = fc.record({
  // How much time passes before it, in minutes.
  wait: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 600, max: 5000 })),
  /** Instead: to the moment at which the next clock falls due, or a minute before. */
  jump: fc.option(fc.constantFrom(-1, 0), { freq: 2 }),
  what: fc.oneof(
    { weight: 4, arbitrary: fc.constant('look' as const) },
    { weight: 3, arbitrary: fc.constantFrom('start' as const, 'start at' as const) },
    { weight: 4, arbitrary: fc.constantFrom('pause' as const, 'pause at due' as const, 'resume' as const) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('stop' as const, 'stop while looking' as const, 'reopen' as const),
    },
    { weight: 1, arbitrary: fc.constant('calendar' as const) },
  ),
  subject: fc.integer({ min: 0, max: kindOf.length - 1 }),
  site: fc.integer({ min: 0, max: 1 }),
  looks: fc.integer({ min: 1, max: 3 }),
  nextYear: fc.boolean(),
  /** Days from now that differ from the plain week, for a new calendar. */
  days: fc.uniqueArray(fc.integer({ min: -10, max: 40 }), { minLength: 1, maxLength: 20 }),
})
const stories = fc.record({
  begin: fc.constantFrom(...begins),
  zones: fc.tuple(fc.constantFrom(...zones), fc.constantFrom(...zones)),
  /** Allowed and escalation at the installation and at the second site, which has its own. */
  values: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 4, maxLength: 4 }),
  steps: fc.array(step, { minLength: 10, maxLength: 40 }),
})
type Story = typeof stories extends fc.Arbitrary<infer S> ? S : never

test('each clock fires each level once, never early and never later than the first look after it', async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      await play(story)
    }),
    { numRuns: tries(40) },
  )
}, 600_000)

async function play(story: Story): Promise<void> {
  const world = await prepare(story)
  let now = Date.parse(story.begin)
  for (const one of story.steps) {
    const next = Math.min(...world.clocks.map((clock) => nextOf(world, clock)).filter((at) => at > now))
    const own = world.clocks.find((clock) => clock.subject === one.subject && clock.stopped === null)
    if (one.what === 'pause at due' && own)
      now = Math.max(now, Math.min(nextOf(world, own), now + 20_000 * minute))
    else if (one.jump !== null && next < Infinity) now = Math.max(now, next + one.jump * minute)
    else now += one.wait * minute
    await take(world, one, now)
  }
  // Nothing is forgotten: everything that can come has come in the end.
  await look(world, now + 400 * 24 * 60 * minute, 2)
}

/** When the model expects the clock to fire next. */
const nextOf = (world: World, clock: ModelClock) =>
  (clock.stopped === null && timesBy(clock, world.calendars)[clock.fired]) || Infinity

type World = {
  sites: number[]
  zones: string[]
  values: number[]
  calendars: ModelCalendars
  clocks: ModelClock[]
}

async function prepare({ begin, zones: inZones, values }: Story): Promise<World> {
  await sql`truncate clock, calendar_day, setting, test_fired`.execute(app.db)
  const sites: number[] = []
  for (const zone of inZones) {
    const { rows } = await sql<{ id: number }>`
      insert into site (code, name, time_zone) values (gen_random_uuid(), 'test', ${zone}) returning id`.execute(
      app.db,
    )
    sites.push(rows[0]?.id ?? 0)
  }
  const [allowed, escalate, ownAllowed, ownEscalate] = values
  const own = sites[1] ?? 0
  for (const [key, common, ofSite] of [
    ['follow-up.instruction.days', allowed, ownAllowed],
    ['dispute.answer-days', allowed, ownAllowed],
    ['follow-up.instruction.escalate-hours', escalate, ownEscalate],
    ['dispute.escalate-days', escalate, ownEscalate],
  ] as const)
    await sql`insert into setting (key, site_id, value) values (${key}, null, ${String(common)}::jsonb), (${key}, ${own}, ${String(ofSite)}::jsonb)`.execute(
      app.db,
    )
  const world: World = { sites, zones: inZones, values, calendars: new ModelCalendars(), clocks: [] }
  await enter(world, null, begin.slice(0, 10), [0, 3, 4, 6, 7])
  return world
}

/** Enters the calendar of the year in which the first of these days lies. */
async function enter(world: World, site: number | null, today: string, offsets: number[]): Promise<void> {
  const dates = offsets.map((offset) => nextDate(today, offset))
  const year = Number(dates[0]?.slice(0, 4))
  const days = dates.flatMap((date, at) =>
    date.startsWith(String(year)) ? { date, working: at % 3 === 0, name: 'test' } : [],
  )
  await transaction(app.db, (trx) => putCalendarYear(trx, testActor, year, { days, siteId: site }))
  world.calendars.enter(site, year, days)
}

async function take(world: World, one: Story['steps'][number], now: number): Promise<void> {
  const [kind, , unit] = kinds[kindOf[one.subject] ?? 0] ?? kinds[0]
  const at = new Date(now)
  const clock = world.clocks.findLast((other) => other.subject === one.subject && other.kind === kind)
  const ids = [one.subject]
  switch (one.what) {
    case 'look':
      return look(world, now, one.looks)
    case 'calendar':
      return enter(
        world,
        [null, ...world.sites][one.days.length % 3] ?? null,
        one.nextYear ? `${at.getUTCFullYear() + 1}-01-11` : at.toISOString().slice(0, 10),
        one.days,
      )
    case 'start':
    case 'start at': {
      if (clock && clock.stopped === null) return
      const dueAt = one.what === 'start at' ? new Date(now + (one.days[0] ?? 1) * 131 * minute) : undefined
      const siteId = world.sites[one.site] ?? 0
      await transaction(app.db, (trx) =>
        startClocks(trx, kind, [{ subjectId: one.subject, siteId, personId: null, at, dueAt }]),
      )
      world.clocks.push(
        await started(world, { kind, unit, subject: one.subject, site: one.site, at: now, dueAt }),
      )
      return
    }
    case 'pause':
    case 'pause at due':
      await transaction(app.db, (trx) => pauseClocks(trx, kind, ids, { at, reason: 'test' }))
      if (clock?.stopped === null && !clock.pauses.some((pause) => pause.to === null))
        clock.pauses.push({ from: now, to: null })
      return
    case 'resume': {
      await transaction(app.db, (trx) => resumeClocks(trx, kind, ids, at))
      const pause = clock?.stopped === null ? clock.pauses.find((other) => other.to === null) : undefined
      if (pause) pause.to = now
      return
    }
    case 'reopen':
      await transaction(app.db, (trx) => reopenClocks(trx, kind, ids))
      if (clock) clock.stopped = null
      return
    case 'stop':
    case 'stop while looking': {
      const stop = transaction(app.db, (trx) =>
        stopClocks(trx, kind, [{ subjectId: one.subject, at, outcome: 'test' }]),
      )
      if (one.what === 'stop while looking')
        await Promise.all([stop, fireDue(app.db, at), fireDue(app.db, at)])
      else await stop
      if (clock?.stopped === null) {
        clock.stopped = now
        // Whoever was first: the rest of what was due fires with it or never.
        clock.fired = Math.max(clock.fired, (await firedOf(clock)).length)
      }
      return look(world, now, 1)
    }
  }
}

async function started(
  world: World,
  one: { kind: string; unit: Unit; subject: number; site: number; at: number; dueAt: Date | undefined },
): Promise<ModelClock> {
  const { rows } = await sql<{ id: number }>`
    select id from clock where kind = ${one.kind} and subject_id = ${one.subject} and stopped_at is null`.execute(
    app.db,
  )
  const [allowed = 0, escalate = 0] = one.site === 1 ? world.values.slice(2) : world.values
  return {
    id: rows[0]?.id ?? 0,
    kind: one.kind,
    subject: one.subject,
    site: world.sites[one.site] ?? 0,
    zone: world.zones[one.site] ?? '',
    started: one.at,
    chosen: one.dueAt?.getTime() ?? null,
    spans: [
      { value: one.unit === 'hours' ? escalate : allowed, unit: one.unit },
      { value: escalate, unit: 'working-days' },
      { value: escalate, unit: 'hours' },
    ],
    pauses: [],
    stopped: null,
    fired: 0,
  }
}

const firedOf = async ({ id }: ModelClock) =>
  (
    await sql<{
      level: number
      at: Date
    }>`select level, at from test_fired where clock_id = ${id} order by level`.execute(app.db)
  ).rows

/** Several processes look at once, until nothing is left; then every clock stands as the model says. */
async function look(world: World, now: number, processes: number): Promise<void> {
  for (let left = 1; left > 0;) {
    const fired = await Promise.all(Array.from({ length: processes }, () => fireDue(app.db, new Date(now))))
    left = fired.reduce((sum, one) => sum + one, 0)
  }
  const { rows } = await sql<{ id: number; due_at: Date | null; levels: number[] | null }>`
    select c.id, c.due_at, (select array_agg(f.level order by f.level) from test_fired f where f.clock_id = c.id) as levels from clock c order by c.id`.execute(
    app.db,
  )
  const expected = world.clocks.map((clock) => {
    const times = timesBy(clock, world.calendars)
    if (clock.stopped === null) while ((times[clock.fired] ?? Infinity) <= now) clock.fired += 1
    return { id: clock.id, levels: Array.from({ length: clock.fired }, (_, level) => level) }
  })
  const found = rows.map((row) => ({ id: row.id, levels: row.levels ?? [] }))
  expect(found).toEqual(expected.sort((one, other) => one.id - other.id))
  for (const clock of world.clocks.filter((one) => one.stopped === null)) {
    const [due = null] = timesBy(
      { ...clock, pauses: clock.pauses.filter((pause) => pause.to !== null) },
      world.calendars,
    )
    expect([clock.id, rows.find((row) => row.id === clock.id)?.due_at?.getTime() ?? null]).toEqual([
      clock.id,
      due,
    ])
  }
}
