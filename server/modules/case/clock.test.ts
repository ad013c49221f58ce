import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { putCalendarYear } from '../../../contract/setting.ts'
import type { CaseDetail } from '../../../contract/case.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'
import { tries } from '../../../test/support/tries.ts'
import type { Actor } from '../../platform/actor.ts'
import { localDate } from '../../platform/clock.ts'
import { transaction } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { pauseClocks, resumeClocks } from '../clock/clock.ts'
import { fireDue } from '../clock/fire.ts'
import { answerClock, retimeAnswer, startAnswer } from './clock.ts'
import { openCase } from './open.ts'
import { answerCase, closeCase, reopenCase, tellComplainant } from './settle.ts'
import { changeCase, handOverCase, pauseCase, reportCase, resumeCase } from './work.ts'

let app: TestApp
let ids: Awaited<ReturnType<typeof idsOf>>
let actor: Actor
let category: number
let subject = 1_000_000

beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  await receive(
    app,
    { event: 'A03', mrn: 'K1', visit: 'K1', department: 'CARD', doctor: 'D1' },
    { event: 'A03', mrn: 'K2', visit: 'K2', department: 'ORTH', doctor: 'D2' },
    { event: 'A03', mrn: 'K3', visit: 'K3', site: 'EAST', department: 'EYE', doctor: 'D9' },
  )
  ids = await idsOf(app)
  actor = { ...app.actorFor('manager', { site: ids.site('NH') }), id: 'user:keeper', name: '王主任' }
  const { rows } = await sql<{ id: number }>`select id from case_category where code = 'waiting'`.execute(
    app.db,
  )
  category = rows[0]?.id ?? 0
})
afterAll(() => app.close())

const complaint = (siteId: number) => ({
  id: ++subject,
  site_id: siteId,
  kind: 'complaint' as const,
  channel: 'phone' as const,
  person_id: null,
})

/** When the answer to a complaint of that moment is due, in days of the site. */
const dueOf = (at: string, departments = 1, siteId = ids.site('NH')) =>
  transaction(app.db, async (trx) => {
    const due = await startAnswer(trx, complaint(siteId), departments, new Date(at))
    return due && localDate(due, 'Asia/Shanghai')
  })

test.each([
  ['a weekend does not count', '2026-11-18T10:00+08:00', 1, '2026-11-25'],
  ['of a Friday evening five working days end on the next Friday', '2026-11-20T17:30+08:00', 1, '2026-11-27'],
  ['several departments have two weeks', '2026-11-18T10:00+08:00', 3, '2026-12-02'],
  // 2026: Spring Festival from 15 to 23 February; Saturdays 14 and 28 are worked.
  [
    'Spring Festival stands still, and the Saturday before it is worked',
    '2026-02-12T09:00+08:00',
    1,
    '2026-02-26',
  ],
  ['the Saturday after it is worked as well', '2026-02-24T09:00+08:00', 1, '2026-03-02'],
  // National Day from 1 to 7 October; Saturday 10 October is worked.
  ['the Saturday after National Day is worked', '2026-09-29T09:00+08:00', 1, '2026-10-12'],
])('%s', async (_, at, departments, due) => {
  expect(await dueOf(at, departments)).toBe(due)
})

test('two sites keep their own calendars', async () => {
  const admin = await app.signInAs('administrator')
  const east = ids.site('EAST')
  const days = [
    { date: '2026-11-19', working: false, name: '院庆' },
    { date: '2026-11-20', working: false, name: '院庆' },
    { date: '2026-11-21', working: true, name: '调休' },
  ]
  const put = await app.request(admin, putCalendarYear, {
    params: { year: 2026 },
    body: { siteId: east, days },
  })
  expect(put.status).toBeLessThan(300)
  expect(await dueOf('2026-11-18T10:00+08:00', 1, ids.site('NH'))).toBe('2026-11-25')
  expect(await dueOf('2026-11-18T10:00+08:00', 1, east)).toBe('2026-11-26')
})

test('a pause over a weekend gives back the working days that it took; a second department adds five', async () => {
  const row = complaint(ids.site('NH'))
  const due = async () => {
    const { rows } = await sql<{ due_at: Date }>`
      select due_at from clock where kind = ${answerClock} and subject_id = ${row.id}`.execute(app.db)
    return localDate(rows[0]?.due_at ?? new Date(0), 'Asia/Shanghai')
  }
  await transaction(app.db, async (trx) => {
    await startAnswer(trx, row, 1, new Date('2026-11-18T10:00+08:00'))
    await pauseClocks(trx, answerClock, [row.id], { at: new Date('2026-11-20T10:00+08:00'), reason: '鉴定' })
    await resumeClocks(trx, answerClock, [row.id], new Date('2026-11-24T10:00+08:00'))
  })
  expect(await due()).toBe('2026-11-27')
  await transaction(app.db, (trx) => retimeAnswer(trx, row, 2))
  expect(await due()).toBe('2026-12-04')
})

const day = 86_400_000
const step = fc.constantFrom(
  ...([
    'add',
    'remove',
    'pause',
    'resume',
    'hand over',
    'answer',
    'tell',
    'close',
    'reopen',
    'report',
  ] as const),
  ...(['look', 'look', 'look', 'look later', 'look much later'] as const),
)

type Kept = {
  kind: string
  stopped_at: Date | null
  next_at: Date | null
  breached_at: Date | null
  paused_at: Date | null
  pause_reason: string | null
  escalation_level: number
  blocked: string | null
}

/** An open case has a clock that will fire, or has fired to its end, or stands still for a reason; a closed one has none. */
async function assertWatched(id: number): Promise<void> {
  const { rows: cases } = await sql<{
    status: string
  }>`select status from service_case where id = ${id}`.execute(app.db)
  const { rows } = await sql<Kept>`
    select kind, stopped_at, next_at, breached_at, paused_at, pause_reason, escalation_level, blocked from clock
    where subject_kind = 'case' and subject_id = ${id} and kind <> 'case.report' and stopped_at is null`.execute(
    app.db,
  )
  if (cases[0]?.status === 'closed') {
    expect(rows).toEqual([])
    return
  }
  expect(rows.map((row) => row.kind)).toEqual([cases[0]?.status === 'open' ? 'case.answer' : 'case.close'])
  const [clock] = rows
  const stands = clock?.paused_at != null && (clock.pause_reason ?? '') !== ''
  const comes = clock?.next_at != null || clock?.blocked != null
  const over = clock?.breached_at != null && clock.escalation_level === 3
  expect([stands, comes, over]).toContain(true)
}

/** Each level of each clock stands in the log once, none is left out, and each made its task once. */
async function assertOnce(id: number): Promise<void> {
  const { rows } = await sql<{ clock: number; levels: number[]; reached: number | null }>`
    select c.id as clock, array(select (l.data ->> 'level')::int from case_log l where l.kind = 'escalated' and (l.data ->> 'clockId')::bigint = c.id order by 1) as levels,
      case when c.breached_at is not null then c.escalation_level end as reached
    from clock c where c.subject_kind = 'case' and c.subject_id = ${id}`.execute(app.db)
  for (const row of rows)
    expect(row.levels).toEqual(
      row.reached === null ? [] : Array.from({ length: row.reached + 1 }, (_, at) => at),
    )
  const { rows: tasks } = await sql<{ cause: string }>`
    select cause from task where cause like 'case-late:%' and subject_id = ${id} group by cause having count(*) > 1`.execute(
    app.db,
  )
  expect(tasks).toEqual([])
}

test('whatever is done with a case, its clock is never lost sight of, and every level of the ladder fires once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 14 }),
      fc.constantFrom('phone' as const, '12320' as const),
      async (steps, channel) => {
        const site = { siteId: ids.site('NH'), departmentIds: [ids.department('CARD')] }
        const { id } = await transaction(app.db, (trx) =>
          openCase(trx, actor, {
            ...site,
            kind: 'complaint',
            channel,
            complainant: 'anonymous',
            personId: null,
            name: null,
            phone: null,
            categoryId: category,
            severity: 'ordinary',
            description: '测试',
            staffIds: [],
            encounterIds: [],
            externalNumber: channel === '12320' ? `P${++subject}` : null,
            sourceKind: null,
            sourceId: null,
            dispute: null,
          }),
        )
        let now = Date.now()
        for (const one of steps) {
          if (one.startsWith('look')) {
            now += one === 'look' ? 2 * day : one === 'look later' ? 8 * day : 30 * day
            await fireDue(app.db, new Date(now))
          } else await transaction(app.db, (trx) => act(one, id, trx)).catch(expected)
          await assertWatched(id)
          await assertOnce(id)
        }
      },
    ),
    { numRuns: tries(25) },
  )
})

/** What makes no sense in the state of the case is refused, and nothing else goes wrong. */
function expected(error: unknown): void {
  if (!(error instanceof AppError)) throw error
}

async function act(
  what: string,
  id: number,
  trx: Parameters<typeof answerCase>[0],
): Promise<CaseDetail | undefined> {
  const { rows } = await sql<{ version: number }>`select version from service_case where id = ${id}`.execute(
    trx,
  )
  const departments = (...codes: string[]) =>
    changeCase(trx, actor, id, {
      version: rows[0]?.version ?? 0,
      departmentIds: codes.map((code) => ids.department(code)),
    })
  switch (what) {
    case 'add':
      return departments('CARD', 'ORTH')
    case 'remove':
      return departments('ORTH')
    case 'pause':
      return pauseCase(trx, actor, id, '等待材料')
    case 'resume':
      return resumeCase(trx, actor, id)
    case 'hand over':
      return handOverCase(trx, actor, id, {
        staffId: null,
        departmentId: ids.department('ORTH'),
        reason: '移交',
      })
    case 'answer':
      return answerCase(trx, actor, id, '已查明')
    case 'tell':
      return tellComplainant(trx, actor, id, { how: 'visit' })
    case 'close':
      return closeCase(trx, actor, id, { outcome: 'explained', note: '已说明' })
    case 'reopen':
      return reopenCase(trx, actor, id, '不同意')
    case 'report':
      return reportCase(trx, actor, id)
  }
  return undefined
}
