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

/** Told with the contact that they belong to since the timeline folds them: their rows are compared as tasks and answers. */
const folded = /^\["[^"]*","(questionnaire|task|contact|red-flag)\./
/** What a person's answer says since then besides. */
const added = [
  'nextVisitAt',
  'nextTask',
  'redFlags',
  'ofOthers',
  'alarms',
  'shortCallSeconds',
  'callingHours',
  'remindedAt',
]

/** Two pictures with what only one version can say left out. */
function alike(value: unknown): unknown {
  if (Array.isArray(value))
    return value.filter((one) => !(typeof one === 'string' && folded.test(one))).map(alike)
  if (typeof value === 'string' && /^(\{|\[\{)/.test(value)) return alike(JSON.parse(value))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !added.includes(name))
      .map(([name, one]) => [name, alike(one)]),
  )
}

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
  // Not figures and their rows: since that version who is not due yet is out of the divisor.
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

test.each(parts)('after an upgrade of an installation made before it, %s are what they were', (part) => {
  expect(alike(after[part])).toEqual(alike(before[part]))
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
    expect(alike(after.separated[merge])).toEqual(alike(before.separated[merge]))
    expect(after.separated[merge]).toBeDefined()
  },
)
