import { sql } from 'kysely'
import readExcelFile from 'read-excel-file/node'
import { extractText } from 'unpdf'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getMonthlyReport, type MonthlyReport } from '../../../contract/report.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { type Adt, receive } from '../../../test/support/hl7.ts'
import { wilsonInterval } from '../spot-check/score.ts'

let app: TestApp
let manager: string
let ids: Awaited<ReturnType<typeof idsOf>>
let report: MonthlyReport

const month = '2026-09'
const periods = [
  ['2026-09-01', '2026-09-30'],
  ['2026-08-01', '2026-08-31'],
  ['2025-09-01', '2025-09-30'],
] as const

beforeAll(async () => {
  app = await createTestApp()
  manager = await app.signInAs('manager')
  const starts = ['2026-09-01', '2026-08-01', '2025-09-01', '2026-10-01']
  const pick = <T>(n: number, of: T[]) => of[((Math.imul(n + 7, 0x9e3779b1) >>> 8) >>> 0) % of.length] as T
  const told = Array.from({ length: 200 }, (_, n): Adt => ({
    event: 'A03',
    mrn: `R${n}`,
    visit: `R${n}`,
    site: pick(n, ['NH', 'NH', 'EAST']),
    department: pick(n * 3, ['CARD', 'RESP', 'EYE']),
    doctor: pick(n * 5, ['D1', 'D2', 'D3']),
    class: n % 19 === 0 ? 'O' : 'I',
    disposition: n % 23 === 0 ? '20' : '1',
    // The first days of a month, around midnight in the hospital's time.
    at: new Date(
      Date.parse(`${starts[n % 4] ?? ''}T15:58:00Z`) +
        ((n >> 2) % 30) * 86_400_000 -
        86_400_000 +
        (n % 5) * 60_000,
    ),
  }))
  await receive(app, ...told)
  ids = await idsOf(app)
  await sql`
    insert into task (kind, level, title, person_id, encounter_id, site_id, department_id, assignee_role, queue, start_at, due_at, status, outcome,
      completed_at, reached, proof)
    select 'follow-up-call', l, 't', e.person_id, e.id, e.site_id, e.department_id, 'doctor', 'q', e.ends_at, e.ends_at + interval '7 days',
      case when (e.id + l) % 5 = 1 then 'requested' when (e.id + l) % 11 = 2 then 'cancelled' else 'completed' end,
      case when (e.id + l) % 5 <> 1 and (e.id + l) % 11 <> 2
        then (array['done', 'done', 'done', 'unreached', 'refused'])[1 + e.id % 5] end,
      case when (e.id + l) % 5 <> 1 then e.ends_at + (e.id % 10) * interval '1 day' end, e.id % 5 <> 3,
      case when (e.id + l) % 5 <> 1 and (e.id + l) % 11 <> 2
        then (array['call-record', 'stated', 'document', 'reply', 'stated', 'visit-note', 'call-record'])[1 + e.id % 7] end
    from encounter e, generate_series(1, 3) as l where (e.id * l) % 6 <> 1`.execute(app.db)
  await sql`
    with draw as (
      insert into spot_check_draw (site_id, month, seed, sizes, settings, not_callable, drawn_by, drawn_by_name)
      select id, '2026-09-01', 's', '{}', '{}', 0, 'test', 'test' from site returning id, site_id
    )
    insert into spot_check (draw_id, checked_task_id, site_id, department_id, staff_id, probability, status, appeal_reason, appealed_at, decision,
      decided_at)
    select d.id, t.id, t.site_id, t.department_id, e.attending_staff_id, 1.0 / (1 + t.id % 3),
      (array['agree', 'disagree', 'open', 'agree', 'agree'])[1 + t.id % 5],
      case when t.id % 9 = 0 then 'x' end, case when t.id % 9 = 0 then now() end, case when t.id % 9 = 0 then 'upheld' end,
      case when t.id % 9 = 0 then now() end
    from task t join encounter e on e.id = t.encounter_id join draw d on d.site_id = t.site_id
    where t.level = 1 and t.status = 'completed' and t.outcome = 'done'`.execute(app.db)
  await sql`
    with flag as (
      insert into task (kind, title, person_id, encounter_id, site_id, department_id, assignee_role, queue, start_at, due_at, created_at, status)
      select 'red-flag', 'f', e.person_id, e.id, e.site_id, e.department_id, 'doctor', 'q', e.ends_at, e.ends_at + interval '120 minutes', e.ends_at,
        case when e.id % 7 = 0 then 'cancelled' else 'in-progress' end
      from encounter e where e.id % 2 = 0 and e.ends_at is not null returning id, created_at
    )
    insert into task_attempt (task_id, number, at, recorded_at, user_id, user_name, channel, outcome)
    select id, n, created_at, created_at + (id % 200 + n * 13) * interval '1 minute', 'u', 'u', 'phone', 'unreached'
    from flag, generate_series(1, 2) n where id % 5 <> 0`.execute(app.db)
  report = (await app.request(manager, getMonthlyReport, { query: { month } })).body
})
afterAll(() => app.close())

/** The rates and counts from the tables themselves; not a word of the product's own SQL. */
async function independent(level: number, [from, to]: readonly [string, string], department?: number) {
  const { rows } = await sql<Record<string, number>>`
    with stay as (
      select id from encounter where class = 'inpatient' and status = 'finished' and disposition <> '20'
        and (${department ?? null}::int is null or department_id = ${department ?? null})
        and ends_at >= (${from} || ' 00:00:00+08')::timestamptz and ends_at < (${to} || ' 00:00:00+08')::timestamptz + interval '1 day'
    ), followed as (
      select t.* from task t where t.level = ${level} and t.encounter_id in (select id from stay) and t.status = 'completed' and t.outcome = 'done'
    )
    select (select count(*) from stay) as "discharged",
      (select count(*) from task where level = ${level} and encounter_id in (select id from stay)) as "planned",
      (select count(*) from followed) as "followed",
      (select count(*) from followed where proof in ('call-record', 'reply', 'visit-note', 'document')) as "proven",
      (select count(*) from followed where proof = 'stated') as "stated",
      (select count(*) from followed where proof = 'call-record') as "call-record",
      (select count(*) from followed where proof = 'visit-note') as "visit-note",
      (select count(*) from followed where completed_at <= due_at) as "onTime",
      (select count(*) from task where level = ${level} and encounter_id in (select id from stay) and reached) as "reached",
      (select count(*) from task where level = ${level} and encounter_id in (select id from stay) and status = 'completed'
        and outcome = 'unreached' and not reached) as "unreached",
      (select count(*) from task where level = ${level} and encounter_id in (select id from stay) and outcome = 'refused') as "refused"`.execute(
    app.db,
  )
  return rows[0] ?? {}
}

const shown = ({
  discharged,
  planned,
  followed,
  proven,
  stated,
  onTime,
  reached,
  unreached,
  refused,
}: MonthlyReport['levels'][0]['now']) => ({
  ...{ discharged, planned, followed, proven, stated, onTime, reached, unreached, refused },
})

test('every count of every level, now, the month before and a year before, is what the raw tables say', async () => {
  for (const one of report.levels)
    for (const [at, name] of (['now', 'before', 'lastYear'] as const).entries()) {
      const raw = await independent(one.level, periods[at] ?? periods[0])
      expect(raw['followed']).toBeGreaterThan(0)
      const counts = one[name]
      if (!counts) throw new Error(`no figures ${name}`)
      expect(raw).toMatchObject(shown(counts))
      const whole = one.level === 3 ? raw['planned'] : raw['discharged']
      expect(counts.coverage).toBeCloseTo((raw['followed'] ?? 0) / (whole ?? 1), 12)
      expect(counts.provenCoverage).toBeCloseTo((raw['proven'] ?? 0) / (whole ?? 1), 12)
      expect(counts.timeliness).toBeCloseTo((raw['onTime'] ?? 0) / (raw['followed'] ?? 1), 12)
      expect(counts.reach).toBeCloseTo(
        (raw['reached'] ?? 0) / ((raw['reached'] ?? 0) + (raw['unreached'] ?? 0)),
        12,
      )
    }
})

test('departments add up to the level, and each is what the raw tables say', async () => {
  for (const one of report.levels) {
    for (const department of one.departments) {
      const raw = await independent(one.level, periods[0], department.departmentId ?? 0)
      expect(raw).toMatchObject(shown(department.now))
      expect(department.proof).toMatchObject({
        'call-record': raw['call-record'],
        'visit-note': raw['visit-note'],
      })
      const earlier = await independent(one.level, periods[1], department.departmentId ?? 0)
      if (department.before) expect(earlier).toMatchObject(shown(department.before))
    }
    const sum = (of: (one: MonthlyReport['levels'][0]['departments'][0]) => number) =>
      one.departments.reduce((total, department) => total + of(department), 0)
    expect(sum((department) => department.now.followed)).toBe(one.now.followed)
    const { stated, ...proven } = one.proof
    expect(stated).toBe(one.now.stated)
    expect(Object.values(proven).reduce((total, n) => total + n, 0)).toBe(one.now.proven)
  }
})

test('red flags and the minutes to act are what the raw tables say', async () => {
  const { rows } = await sql<{ department_id: number; minutes: number | null; late: boolean }>`
    select department_id, extract(epoch from (select min(recorded_at) from task_attempt a where a.task_id = t.id) - created_at)::float8 / 60 as minutes,
      (select min(recorded_at) from task_attempt a where a.task_id = t.id) > due_at as late
    from task t where kind = 'red-flag' and status <> 'cancelled'
      and to_char(created_at at time zone 'Asia/Shanghai', 'YYYY-MM') = ${month}`.execute(app.db)
  const quantile = (values: number[], q: number) => {
    const sorted = [...values].sort((a, b) => a - b)
    const at = (sorted.length - 1) * q
    const low = sorted[Math.floor(at)] ?? NaN
    return low + ((sorted[Math.ceil(at)] ?? NaN) - low) * (at % 1)
  }
  const check = (mine: typeof rows, flags: MonthlyReport['redFlags']['now']) => {
    const minutes = mine.flatMap((row) => row.minutes ?? [])
    expect(flags).toMatchObject({
      raised: mine.length,
      acted: minutes.length,
      inTime: mine.filter((row) => row.minutes !== null && !row.late).length,
    })
    expect(flags.medianMinutes).toBeCloseTo(quantile(minutes, 0.5), 6)
    expect(flags.p90Minutes).toBeCloseTo(quantile(minutes, 0.9), 6)
  }
  expect(rows.length).toBeGreaterThan(5)
  check(rows, report.redFlags.now)
  for (const department of report.redFlags.departments)
    check(
      rows.filter((row) => row.department_id === department.departmentId),
      department.now,
    )
})

test('spot-check scores are what weighing the raw rows gives', async () => {
  const { rows } = await sql<{ staff_id: number; n: number; w: number; w2: number; y: number }>`
    select e.attending_staff_id as staff_id, count(*) as n, sum(1 / k.probability) as w, sum(power(1 / k.probability, 2)) as w2,
      sum(case k.status when 'agree' then 1 / k.probability else 0 end) as y
    from spot_check k, task t, encounter e
    where t.id = k.checked_task_id and e.id = t.encounter_id and k.status in ('agree', 'disagree') and (k.decision is null or k.decision = 'rejected')
      and e.class = 'inpatient' and e.disposition <> '20' and to_char(e.ends_at at time zone 'Asia/Shanghai', 'YYYY-MM') = ${month}
    group by 1`.execute(app.db)
  expect(report.doctors.map((one) => one.staffId).sort()).toEqual(rows.map((row) => row.staff_id).sort())
  for (const { staffId, now } of report.doctors) {
    const raw = rows.find((row) => row.staff_id === staffId)
    if (!raw) throw new Error('no such doctor')
    expect(now.checked).toBe(raw.n)
    if (raw.n < report.scoreMinimum) expect(now.spotCheck).toBeNull()
    else {
      const interval = wilsonInterval(raw.y / raw.w, (raw.w * raw.w) / raw.w2)
      expect(now.spotCheck?.value).toBeCloseTo(raw.y / raw.w, 12)
      expect(now.spotCheck?.low).toBeCloseTo(interval.low, 12)
      expect(now.spotCheck?.high).toBeCloseTo(interval.high, 12)
    }
  }
})

test('the report of one site, and of whoever reaches one department, counts no other', async () => {
  const east = (await app.request(manager, getMonthlyReport, { query: { month, siteId: ids.site('EAST') } }))
    .body
  const rest = (await app.request(manager, getMonthlyReport, { query: { month, siteId: ids.site('NH') } }))
    .body
  expect(east.siteNames).toHaveLength(1)
  const of = ({ levels, redFlags }: MonthlyReport) => [levels[0]?.now.discharged ?? 0, redFlags.now.raised]
  expect(of(east).map((n, at) => n + (of(rest)[at] ?? 0))).toEqual(of(report))
  const [department] = report.levels[0]?.departments ?? []
  const head = await app.signInAs('department-head', { department: department?.departmentId ?? 0 })
  const own = (await app.request(head, getMonthlyReport, { query: { month } })).body
  expect(own.levels[0]?.now.discharged).toBe(department?.now.discharged)
  expect(own.levels[0]?.departments).toHaveLength(1)
  const none = await app.request(manager, getMonthlyReport, { query: { month, siteId: 999 } })
  expect(none.error?.id).toBe('not-found')
})

test('the workbook says the same', async () => {
  const answer = await app.send(manager, 'get', '/api/v1/figures/report/export', { query: { month } })
  const sheets = (await readExcelFile(Buffer.from(await answer.arrayBuffer()))) as unknown
  const text = JSON.stringify(sheets)
  const { discharged, planned, pending, followed, proven, stated } = report.levels[0]?.now ?? {}
  expect(text).toContain(`[1,"${month}",${discharged},${planned},${pending},${followed},${proven},${stated}`)
  expect(text).toContain(`["合计",${report.redFlags.now.raised},${report.redFlags.now.acted}`)
})

/** The answer as a reader of the file gets it. */
async function pdfOf(caller: string, query: Record<string, string | number>) {
  const answer = await app.send(caller, 'get', '/api/v1/figures/report/pdf', { query })
  expect(answer.headers.get('content-type')).toBe('application/pdf')
  const bytes = new Uint8Array(await answer.arrayBuffer())
  // Reading takes the bytes away, so the raw file is kept first.
  const raw = Buffer.from(bytes).toString('latin1')
  const { totalPages, text } = await extractText(bytes, { mergePages: true })
  return { answer, raw, totalPages, text: text.replaceAll(/\s+/g, ' ') }
}

test.each([
  ['zh-CN', '出院随访月度报告', '合计'],
  ['zh-TW', '出院追蹤月度報告', '合計'],
  ['en', 'Discharge follow-up,', 'Total'],
])('the PDF says the same in %s, with its fonts inside', async (language, title, total) => {
  const percent = (value: number | null) => {
    const tenths = Math.round((value ?? 0) * 1000)
    return value === null ? '—' : `${(tenths / 10).toFixed(tenths % 10 === 0 ? 0 : 1)}%`
  }
  const line = ({ discharged, followed, due, coverage }: MonthlyReport['levels'][0]['now']) =>
    `${discharged} ${percent(coverage)} ${followed}/${due}`
  const { answer, raw, totalPages, text } = await pdfOf(manager, { month, language })
  expect(answer.headers.get('content-disposition')).toBe(
    `attachment; filename="follow-up-report-${month}.pdf"`,
  )
  expect(raw).toContain('/FontFile3')
  expect(totalPages).toBeGreaterThanOrEqual(1)
  expect(text).toContain(`${title} ${month}`)
  expect(text).toContain(report.madeByName)
  for (const name of report.siteNames) expect(text).toContain(name)
  for (const one of report.levels) {
    expect(text).toContain(`${month} ${line(one.now)}`)
    for (const department of one.departments)
      expect(text).toContain(`${department.departmentName ?? ''} ${line(department.now)}`)
  }
  const { raised, acted, inTime } = report.redFlags.now
  expect(text).toContain(`${total} ${raised} ${acted} ${inTime}`)
  for (const { staffName, now } of report.doctors)
    expect(text).toMatch(new RegExp(`${staffName} .*?${now.checked} ${now.agreed} ${now.disagreed}`))
})

test('the PDF keeps to what its reader may export, and tells the audit', async () => {
  const [department, ...rest] = report.levels[0]?.departments ?? []
  const other = rest.find((one) => one.departmentName !== department?.departmentName)
  const head = await app.signInAs('department-head', { department: department?.departmentId ?? 0 })
  const { text } = await pdfOf(head, { month })
  expect(text).toContain(department?.departmentName)
  expect(text).not.toContain(other?.departmentName)
  const doctor = await app.signInAs('doctor', { department: department?.departmentId ?? 0 })
  const refused = await app.send(doctor, 'get', '/api/v1/figures/report/pdf', { query: { month } })
  expect(refused.status).toBe(403)
  const unknown = await app.send(manager, 'get', '/api/v1/figures/report/pdf', {
    query: { month, language: 'fr' },
  })
  expect(unknown.status).toBe(422)
  const entries = await app.db
    .selectFrom('audit_event')
    .select(['action', 'outcome', 'subject'])
    .orderBy('seq', 'desc')
    .limit(10)
    .execute()
  expect(entries).toContainEqual({
    action: 'figure.export',
    outcome: 'refused',
    subject: 'GET /api/v1/figures/report/pdf',
  })
  expect(entries).toContainEqual({
    action: 'figure.report.export',
    outcome: 'allowed',
    subject: `${month} PDF`,
  })
})
