import fc from 'fast-check'
import { sql } from 'kysely'
import readExcelFile from 'read-excel-file/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getFollowUpFigures, listFollowUpRows, measure, type Measure } from '../../../contract/figure.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { type Adt, receive } from '../../../test/support/hl7.ts'
import { localDate } from '../../platform/clock.ts'

type Stay = {
  id: number
  site: number
  department: number
  doctor: number
  disease: string
  region: string
  day: string
  tasks: Record<
    number,
    {
      status: string
      outcome: string | null
      late: boolean
      overdue: boolean
      reached: boolean
      proof: string | null
      check: string | null
    }
  >
}

let app: TestApp
let all: string
let stays: Stay[] = []
let ids: Awaited<ReturnType<typeof idsOf>>

beforeAll(async () => {
  app = await createTestApp()
  all = await app.signInAs('manager')
  const random = (n: number, of: number) => Math.imul(n + 1, 0x9e3779b1) >>> (0 % of)
  const pick = <T>(n: number, of: T[]) => of[((Math.imul(n + 7, 0x9e3779b1) >>> 8) >>> 0) % of.length] as T
  const told = Array.from({ length: 140 }, (_, n): Adt => ({
    event: 'A03',
    mrn: `F${n}`,
    visit: `F${n}`,
    site: pick(n, ['NH', 'NH', 'EAST']),
    department: pick(n * 3, ['CARD', 'RESP', 'EYE']),
    doctor: pick(n * 5, ['D1', 'D2', 'D3']),
    class: n % 17 === 0 ? 'O' : 'I',
    disposition: n % 23 === 0 ? '20' : '1',
    diagnoses:
      n % 6 === 0 ? [] : [[['I25.103', 'I25.901', 'E11.900', 'J44'][n % 4] ?? '', `诊断${n % 4}`, 'F']],
    address: n % 5 === 0 ? null : `解放路 ${n} 号`,
    // Around midnight in the hospital's time, so that a wrong day would show.
    at: new Date(Date.parse('2026-09-01T15:58:00Z') + (n % 45) * 86_400_000 + (random(n, 5) % 5) * 60_000),
  }))
  await receive(app, ...told)
  ids = await idsOf(app)
  // Tasks of every fate, by number, so that the test can count them by itself.
  await sql`
    insert into task (kind, level, title, person_id, encounter_id, site_id, department_id, assignee_role, queue, start_at, due_at, status, outcome,
      completed_at, reached, proof)
    select 'follow-up-call', l, 't', e.person_id, e.id, e.site_id, e.department_id, 'doctor', 'q', e.ends_at,
      case when (e.id + l) % 4 = 0 then now() + interval '9 days' else e.ends_at + interval '7 days' end,
      (array['completed', 'requested', 'cancelled', 'completed', 'in-progress'])[1 + (e.id + l) % 5],
      case when (e.id + l) % 5 in (0, 3) then (array['done', 'unreached', 'refused', 'wrong-number', 'deceased', 'other', 'readmitted'])[1 + e.id % 7] end,
      case when (e.id + l) % 5 in (0, 3) then e.ends_at + (e.id % 14) * interval '1 day' end,
      e.id % 3 = 0 or e.id % 7 in (0, 2),
      case when (e.id + l) % 5 in (0, 3) then (array['call-record', 'stated', 'document', 'reply', 'stated', 'visit-note'])[1 + e.id % 6] end
    from encounter e, generate_series(1, 3) as l where (e.id * l) % 6 <> 1`.execute(app.db)
  // Spot checks of every fate.
  await sql`
    with draw as (
      insert into spot_check_draw (site_id, month, seed, sizes, settings, not_callable, drawn_by, drawn_by_name)
      select id, '2026-09-01', 's', '{}', '{}', 0, 'test', 'test' from site returning id, site_id
    )
    insert into spot_check (draw_id, checked_task_id, site_id, department_id, staff_id, probability, status, appeal_reason, appealed_at, decision,
      decided_at)
    select d.id, t.id, t.site_id, t.department_id, e.attending_staff_id, 1.0 / (1 + t.id % 4),
      (array['agree', 'disagree', 'open', 'unclear', 'agree', 'unreached', 'disagree'])[1 + t.id % 7],
      case when t.id % 11 = 0 then 'x' end, case when t.id % 11 = 0 then now() end, case when t.id % 22 = 0 then 'upheld' end,
      case when t.id % 22 = 0 then now() end
    from task t join encounter e on e.id = t.encounter_id join draw d on d.site_id = t.site_id
    where t.level = 1 and t.status = 'completed' and t.outcome = 'done'`.execute(app.db)
  const { rows } = await sql<{
    id: number
    visit_number: string
    site_id: number
    department_id: number
    attending_staff_id: number
    ends_at: Date
    level: number | null
    status: string
    outcome: string | null
    due_at: Date
    completed_at: Date | null
    reached: boolean
    proof: string | null
    check_status: string | null
  }>`
    select e.id, e.visit_number, e.site_id, e.department_id, e.attending_staff_id, e.ends_at, t.level, t.status, t.outcome, t.due_at, t.completed_at, t.reached, t.proof,
      (select k.status from spot_check k where k.checked_task_id = t.id and k.decision is distinct from 'upheld') as check_status
    from encounter e left join task t on t.encounter_id = e.id where e.class = 'inpatient' and e.disposition = '1'`.execute(
    app.db,
  )
  const byId = new Map<number, Stay>()
  for (const row of rows) {
    const n = Number(row.visit_number.slice(1))
    const stay = byId.get(row.id) ?? {
      id: row.id,
      site: row.site_id,
      department: row.department_id,
      doctor: row.attending_staff_id,
      disease: n % 6 === 0 ? '-' : (['I25', 'I25', 'E11', 'J44'][n % 4] ?? ''),
      region: n % 5 === 0 ? '-' : '宁波市海曙区',
      day: localDate(row.ends_at, 'Asia/Shanghai'),
      tasks: {},
    }
    byId.set(row.id, stay)
    if (row.level === null) continue
    const { status, outcome, reached, proof, check_status: check } = row
    stay.tasks[row.level] = {
      status,
      outcome,
      reached,
      proof,
      check,
      late: (row.completed_at ?? row.due_at) > row.due_at,
      overdue: row.due_at < new Date(),
    }
  }
  stays = [...byId.values()]
})
afterAll(() => app.close())

/** Each measure in plain words, without a line of the product's SQL. */
function counts(stay: Stay, level: number): Record<Measure, boolean> {
  const task = stay.tasks[level]
  const completed = task?.status === 'completed'
  const ended = (...outcomes: string[]) => completed && outcomes.includes(task.outcome ?? '')
  const open = task !== undefined && ['requested', 'in-progress'].includes(task.status)
  return {
    discharged: true,
    planned: task !== undefined,
    followed: ended('done'),
    proven: ended('done') && task?.proof !== 'stated',
    stated: ended('done') && task?.proof === 'stated',
    'on-time': ended('done') && !task?.late,
    reached: task?.reached ?? false,
    unreached: ended('unreached', 'wrong-number') && !task?.reached,
    refused: ended('refused'),
    stopped: task?.status === 'cancelled' || ended('deceased', 'readmitted'),
    open,
    overdue: open && task.overdue,
    pending: open && !task.overdue,
    checked: ['agree', 'disagree'].includes(task?.check ?? ''),
    agreed: task?.check === 'agree',
    disagreed: task?.check === 'disagree',
  }
}

const fields: Record<Measure, 'onTime' | Exclude<Measure, 'on-time'>> = {
  discharged: 'discharged',
  planned: 'planned',
  followed: 'followed',
  proven: 'proven',
  stated: 'stated',
  'on-time': 'onTime',
  reached: 'reached',
  unreached: 'unreached',
  refused: 'refused',
  stopped: 'stopped',
  open: 'open',
  overdue: 'overdue',
  pending: 'pending',
  checked: 'checked',
  agreed: 'agreed',
  disagreed: 'disagreed',
}

const period = fc
  .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }))
  .map(([one, other]) => {
    const day = (n: number) => localDate(new Date(Date.parse('2026-08-30T12:00:00Z') + n * 86_400_000), 'UTC')
    return { from: day(Math.min(one, other)), to: day(Math.max(one, other)) }
  })
const query = fc.record({
  period,
  level: fc.constantFrom(1, 2, 3),
  by: fc.constantFrom(
    'site' as const,
    'department' as const,
    'doctor' as const,
    'disease' as const,
    'region' as const,
    'level' as const,
    'day' as const,
    'month' as const,
  ),
  siteId: fc.constantFrom(undefined, 'NH'),
})

const keyOf = (stay: Stay, level: number, by: string): string =>
  ({
    site: String(stay.site),
    department: String(stay.department),
    doctor: String(stay.doctor),
    disease: stay.disease,
    region: stay.region,
    level: String(level),
    day: stay.day,
    month: stay.day.slice(0, 7),
  })[by] ?? '-'

test('every figure, in total and by group, is what counting the rows by hand gives', async () => {
  await fc.assert(
    fc.asyncProperty(query, async ({ period: { from, to }, level, by, siteId }) => {
      const site = siteId && ids.site(siteId)
      const { body } = await app.request(all, getFollowUpFigures, {
        query: { from, to, level, by, siteId: site },
      })
      const mine = stays.filter((stay) => stay.day >= from && stay.day <= to && (!site || stay.site === site))
      for (const one of measure.options)
        expect([one, body.total[fields[one]]]).toEqual([
          one,
          mine.filter((stay) => counts(stay, level)[one]).length,
        ])
      const levels = by === 'level' ? [1, 2, 3] : [level]
      const expected = Map.groupBy(
        mine.flatMap((stay) => levels.map((at) => ({ stay, at }))),
        ({ stay, at }) => keyOf(stay, at, by),
      )
      expect(body.groups.map((group) => group.key).sort()).toEqual([...expected.keys()].sort())
      for (const group of body.groups)
        for (const one of measure.options)
          expect([group.key, one, group[fields[one]]]).toEqual([
            group.key,
            one,
            expected.get(group.key)?.filter(({ stay, at }) => counts(stay, at)[one]).length,
          ])
      const { followed, proven, stated, discharged, planned, pending, onTime, reached, unreached } =
        body.total
      const whole = (level === 3 ? planned : discharged) - pending
      expect(body.total.due).toBe(whole)
      expect(body.total.coverage).toBe(whole === 0 ? null : followed / whole)
      expect(body.total.provenCoverage).toBe(whole === 0 ? null : proven / whole)
      expect(body.total.statedCoverage).toBe(whole === 0 ? null : stated / whole)
      expect(proven + stated).toBe(followed)
      const { checked, agreed, disagreed, spotCheck } = body.total
      expect(agreed + disagreed).toBe(checked)
      expect(spotCheck === null).toBe(checked < 5)
      if (spotCheck) expect(spotCheck.low <= spotCheck.value && spotCheck.value <= spotCheck.high).toBe(true)
      expect(body.total.timeliness).toBe(followed === 0 ? null : onTime / followed)
      expect(body.total.reach).toBe(reached + unreached === 0 ? null : reached / (reached + unreached))
    }),
    { numRuns: 25 },
  )
}, 600_000)

test('every figure opens exactly its rows, page by page', async () => {
  const opening = fc.record({
    query,
    measure: fc.constantFrom(...measure.options),
    limit: fc.integer({ min: 1, max: 50 }),
    group: fc.nat(),
  })
  await fc.assert(
    fc.asyncProperty(
      opening,
      async ({ query: { period, level, by, siteId }, measure: which, limit, group: nth }) => {
        const filter = { ...period, level, siteId: siteId && ids.site(siteId) }
        const { body } = await app.request(all, getFollowUpFigures, { query: { ...filter, by } })
        const group = body.groups[nth % Math.max(1, body.groups.length)]
        if (!group) return
        const seen: number[] = []
        for (let cursor: string | null | undefined; cursor !== null;) {
          const page: Awaited<ReturnType<typeof rows>> = await rows({
            ...filter,
            measure: which,
            by,
            key: group.key,
            limit,
            cursor,
          })
          seen.push(...page.body.items.map((one) => one.encounterId))
          cursor = page.body.nextCursor
        }
        expect(new Set(seen).size).toBe(seen.length)
        const at = by === 'level' ? Number(group.key) : level
        expect(seen).toHaveLength(group[fields[which]])
        const fits = stays.filter((stay) => seen.includes(stay.id))
        expect(fits.every((stay) => counts(stay, at)[which] && keyOf(stay, at, by) === group.key)).toBe(true)
      },
    ),
    { numRuns: 25 },
  )
}, 600_000)
const rows = (query: Record<string, unknown>) => app.request(all, listFollowUpRows, { query })

test.each([
  ['service-centre', (stay: Stay) => stay.site === ids.site('EAST')],
  ['department-head', (stay: Stay) => stay.department === stays[0]?.department],
  ['doctor', (stay: Stay) => stay.doctor === stays[0]?.doctor],
] as const)('%s counts the stays within reach only', async (role, within) => {
  const [first] = stays
  const who = await app.signInAs(role, {
    ...(role === 'service-centre' && { site: ids.site('EAST') }),
    ...(role === 'department-head' && { site: first?.site ?? 0, department: first?.department ?? 0 }),
    ...(role === 'doctor' && { staff: first?.doctor ?? 0 }),
  })
  const { body } = await app.request(who, getFollowUpFigures, {
    query: { from: '2026-08-01', to: '2026-12-31' },
  })
  expect(body.total.discharged).toBe(stays.filter(within).length)
})

test('an administrator reads the figures, but sees only surnames in their rows', async () => {
  const admin = await app.signInAs('administrator')
  const { body } = await app.request(admin, listFollowUpRows, {
    query: { from: '2026-09-01', to: '2026-12-31', measure: 'discharged' },
  })
  expect(new Set(body.items.map((one) => one.personName))).toEqual(new Set(['测*']))
})

test('a period that ends before it begins, or is far too long, is refused with the field', async () => {
  for (const [from, to] of [
    ['2026-02-01', '2026-01-01'],
    ['2000-01-01', '2026-01-01'],
  ])
    expect((await rows({ from, to, measure: 'open' })).error?.fields?.[0]?.path).toBe('to')
})

test('the workbook holds the same figures and rows, with names masked', async () => {
  const filter = { from: '2026-08-01', to: '2026-12-31', level: 2, by: 'department' }
  const { body } = await app.request(all, getFollowUpFigures, { query: filter })
  const answer = await app.send(all, 'get', '/api/v1/figures/follow-up/export', { query: filter })
  const sheets = (await readExcelFile(Buffer.from(await answer.arrayBuffer()))) as unknown
  const text = JSON.stringify(sheets)
  const { discharged, planned, followed, onTime } = body.total
  expect(text).toContain(`["合计",${discharged},${planned},${followed},${onTime}`)
  expect(text.match(/"测\*"/g)).toHaveLength(discharged)
  expect(text).not.toContain('测试甲')
})

test('a period is compared with the one before it, or with the same days a year earlier', async () => {
  const ask = async (compare: string, from: string, to: string) =>
    (await app.request(all, getFollowUpFigures, { query: { from, to, compare } })).body
  const before = await ask('before', '2026-09-21', '2026-09-30')
  expect(before.previous).toEqual((await ask('before', '2026-09-11', '2026-09-20')).total)
  const year = await ask('year', '2027-09-11', '2027-09-20')
  expect(year.previous).toEqual((await ask('before', '2026-09-11', '2026-09-20')).total)
  expect(year.previous?.discharged).toBeGreaterThan(0)
})

test('nothing is compared with a period without data: nobody discharged, or the hospital began within it', async () => {
  const ask = async (compare: string, from: string, to: string) =>
    (await app.request(all, getFollowUpFigures, { query: { from, to, compare } })).body
  // The last day of February has no twin in every year.
  expect((await ask('year', '2028-02-29', '2028-02-29')).previous).toBeNull()
  const late = await ask('before', '2026-09-16', '2026-10-31')
  expect(late.total.discharged).toBeGreaterThan(0)
  // The 46 days before have discharges, but only in their second half: the first ever was on 2 September.
  expect(late.previous).toBeNull()
})

test('whoever can still be called in time is shown apart: the divisor leaves them out, and a group of only those has no rate', async () => {
  const query = { from: '2026-08-01', to: '2026-12-31', by: 'day' }
  const { body } = await app.request(all, getFollowUpFigures, { query })
  const days = body.groups.filter((one) => one.pending > 0)
  expect(days.length).toBeGreaterThan(0)
  for (const day of days)
    expect(day.coverage).toBe(
      day.pending === day.discharged ? null : day.followed / (day.discharged - day.pending),
    )
  expect(days.some((day) => day.coverage === null)).toBe(true)
})

test('a trend of few people is by week, each told by its days', async () => {
  const { body } = await app.request(all, getFollowUpFigures, {
    query: { from: '2026-09-10', to: '2026-10-09', by: 'day' },
  })
  expect(body.trendBy).toBe('week')
  expect(body.trend.map((one) => one.label)).toEqual(
    ['09-07～09-13', '09-14～09-20', '09-21～09-27', '09-28～10-04', '10-05～10-11'].slice(
      0,
      body.trend.length,
    ),
  )
  const sum = (of: typeof body.trend) => of.reduce((total, one) => total + one.discharged, 0)
  expect(sum(body.trend)).toBe(body.total.discharged)
  expect(body.groups.every((one) => /^\d\d-\d\d$/.test(one.label))).toBe(true)
})
