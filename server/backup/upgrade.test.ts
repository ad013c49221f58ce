import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../test/support/app.ts'
import { at } from '../../test/support/clock.ts'
import { createTestDatabase } from '../../test/support/database.ts'
import { lookAt } from '../../test/support/seen.ts'
import { restore } from './restore.ts'

type Look = Awaited<ReturnType<typeof lookAt>>

const file = (name: string) => path.join(import.meta.dirname, '../../test/support', name)
let app: TestApp
let before: Look
let after: Look

// The day after the installation was made: what happens from then on is told from what it had.
beforeAll(() => at('2026-11-29T10:00:00+08:00', upgrade), 180_000)
afterAll(() => app.close())

async function upgrade(): Promise<void> {
  const database = await createTestDatabase({ empty: true })
  await restore(database.url, file('before-ground.backup'), { kind: 'none' }, { progress: () => undefined })
  app = await createTestApp({}, database)
  // What is called otherwise now.
  const text = (await readFile(file('before-ground.json'), 'utf8')).replaceAll('rung\\"', 'ladderStep\\"')
  const stored = JSON.parse(text) as {
    until: { at: string; enrollment: number }
    seen: Look
  }
  before = stored.seen
  const look = await lookAt(app, { ...stored.until, at: new Date(stored.until.at) })
  // As it was stored: without what JSON does not know.
  after = JSON.parse(JSON.stringify(look)) as Look
}

const parts = [
  'counts',
  'persons',
  'work',
  'tasks',
  'rows',
  'pairs',
  'merges',
  'messages',
  'spotChecks',
  'groups',
  'members',
  'imports',
  'importErrors',
  'outbound',
  'dead',
] as const

type Told = [at: string, kind: string, source: string, who: unknown, encounterId: unknown, taskId: unknown]

/** Since then a result and its answers are told by the contact of the same moment and task, where there is one, and not beside it. */
function told(timeline: string[]): string[] {
  const place = ([at, , , , , taskId]: Told) => `${at} ${String(taskId)}`
  const events = timeline.map((text) => ({ text, event: JSON.parse(text) as Told }))
  const contacts = new Set(
    events.flatMap(({ event }) => (event[1] === 'contact.attempted' ? [place(event)] : [])),
  )
  return events.flatMap(({ text, event }) =>
    ['task.completed', 'questionnaire.completed'].includes(event[1]) && contacts.has(place(event))
      ? []
      : [text],
  )
}

/** Coverage is of those who are due since then, days are named without their year, and a period without data is no longer compared with; every count stays. */
const coverages = ['coverage', 'provenCoverage', 'statedCoverage']
function countsOf(figures: string): unknown {
  const { previous: _, ...all } = JSON.parse(figures, (name: string, value: unknown) =>
    coverages.includes(name)
      ? undefined
      : name === 'label'
        ? String(value).replace(/^\d{4}-(?=\d\d-)/, '')
        : value,
  ) as { previous: unknown }
  return all
}

/** A picture with each timeline as it is told now; the order of names within a record says nothing. */
function asNow(picture: unknown): unknown {
  if (typeof picture === 'string' && picture.startsWith('{')) return JSON.parse(picture)
  if (picture === null || typeof picture !== 'object' || Array.isArray(picture)) return picture
  return Object.fromEntries(
    Object.entries(picture).map(([name, value]) => [
      name,
      name === 'timeline' ? told(value as string[]) : asNow(value),
    ]),
  )
}

test('after an upgrade of an installation made before it, every count of the figures is what it was', () => {
  expect(after.figures).toBeDefined()
  for (const [name, figures] of Object.entries(before.figures))
    expect(countsOf(after.figures[name] ?? '{}'), name).toEqual(countsOf(figures))
})

test.each(parts)('after an upgrade of an installation made before it, %s are what they were', (part) => {
  expect(asNow(after[part])).toEqual(
    part === 'counts' ? asNow({ ...before.counts, setting: 2 }) : asNow(before[part]),
  )
})

test('the settings of the mail server became an account, which is on', async () => {
  const { rows } = await sql`select kind, active, site_id from message_account`.execute(app.db)
  expect(rows).toEqual([{ kind: 'smtp', active: true, site_id: null }])
})

test('deadlines that ran before the upgrade run on as clocks, one for each', async () => {
  const { rows } = await sql<{ kind: string; open: number; running: number; alike: boolean }>`
    select 'dispute.answer' as kind, count(*) filter (where x.closed_at is null) as open, count(*) filter (where c.stopped_at is null) as running,
      bool_and(c.due_at = t.due_at) as alike
    from dispute x left join task t on t.cause = 'dispute:' || x.id left join clock c on c.kind = 'dispute.answer' and c.subject_id = t.id
    union all
    select 'instruction.execution', count(*) filter (where i.status = 'issued'), count(*) filter (where c.stopped_at is null), bool_and(c.due_at = t.due_at)
    from return_visit_instruction i left join task t on t.id = i.task_id left join clock c on c.kind = 'instruction.execution' and c.subject_id = i.id`.execute(
    app.db,
  )
  expect(rows).toHaveLength(2)
  for (const row of rows) {
    expect([row.kind, row.running, row.alike]).toEqual([row.kind, row.open, true])
    expect(row.open).toBeGreaterThan(0)
  }
})

test('the audit chain is whole, before and after merges of the old version are taken back', () => {
  expect(after.audit).toEqual(before.audit)
  expect(after.auditAfterwards).toEqual(before.auditAfterwards)
  expect(after.auditAfterwards.intact).toBe(true)
})

test.each(Array.from({ length: 8 }, (_, n) => `merge ${n + 1}`).filter((name) => name !== 'merge 4'))(
  '%s, made before the upgrade and taken back after it, gives each record exactly what was its own',
  (merge) => {
    expect(asNow(after.separated[merge])).toEqual(asNow(before.separated[merge]))
    expect(after.separated[merge]).toBeDefined()
  },
)
