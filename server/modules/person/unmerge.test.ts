import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getPerson, setOptOut, updatePerson } from '../../../contract/person.ts'
import { holdTask } from '../../../contract/task.ts'
import { recordAttempt } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { type Adt, personOf, receive } from '../../../test/support/hl7.ts'
import { tries } from '../../../test/support/tries.ts'
import { transaction } from '../../platform/db.ts'
import { mergePersons, unmergePerson } from './merge.ts'

let app: TestApp
let centre: string
beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
})
afterAll(() => app.close())

const merge = (survivorId: number, mergedId: number) =>
  transaction(app.db, (trx) =>
    mergePersons(trx, testActor, { survivorId, mergedId, source: 'manual', reason: '同一人' }),
  )
const unmerge = (mergeId: number) =>
  transaction(app.db, (trx) => unmergePerson(trx, testActor, { mergeId, reason: '并错了' }))

/** All that a record has, in words that do not depend on ids: `-7j` at the end of a number tells only the run and the trio. */
async function snapshot(id: number): Promise<unknown> {
  const { rows } = await sql<{ all: unknown }>`
    select jsonb_build_object(
      'person', (select to_jsonb(p) - '{id,version,created_at,updated_at,source_time,said_at,source,claims}'::text[] from person p where p.id = ${id}),
      -- Who says what, and when, where that does not hang on when the test called it.
      'claims', (select jsonb_agg(case when c ->> 0 like 'staff%' then c - 2 - 1 else c end order by c::text) from person p,
        jsonb_array_elements(p.claims) c where p.id = ${id}),
      'identifiers', (select jsonb_agg(jsonb_build_array(system, value) order by 1) from person_identifier where person_id = ${id}),
      'names', (select jsonb_agg(jsonb_build_array(use, text) order by use, text) from person_name where person_id = ${id}),
      'telecoms', (select jsonb_agg(jsonb_build_array(value, valid) order by value) from person_telecom where person_id = ${id}),
      'optOuts', (select jsonb_agg(jsonb_build_array(channel, purpose) order by 1) from opt_out where person_id = ${id}),
      'facts', (select to_jsonb(f) - '{person_id,updated_at}'::text[] from person_facts f where person_id = ${id}),
      'encounters', (select jsonb_agg(to_jsonb(e) - '{id,person_id,start_recorded_at,end_recorded_at}'::text[] order by visit_number) from encounter e where person_id = ${id}),
      'conditions', (select jsonb_agg(jsonb_build_array(c.code, e.visit_number) order by e.visit_number, c.code)
        from condition c join encounter e on e.id = c.encounter_id where c.person_id = ${id}),
      'enrollments', (select jsonb_agg(jsonb_build_array(m.pathway_id, m.status, m.step_key, m.waiting_for, e.visit_number)
        order by e.visit_number, m.pathway_id) from enrollment m left join encounter e on e.id = m.encounter_id where m.person_id = ${id} and m.status <> 'stopped'),
      'tasks', (select jsonb_agg(jsonb_build_array(t.kind, t.level, t.status, (select count(*) from task_attempt a where a.task_id = t.id), t.outcome, e.visit_number)
        order by e.visit_number, t.level, t.kind) from task t left join encounter e on e.id = t.encounter_id where t.person_id = ${id} and t.status <> 'cancelled'),
      'attempts', (select jsonb_agg(jsonb_build_array(a.outcome, e.visit_number) order by e.visit_number, a.number)
        from task_attempt a join task t on t.id = a.task_id left join encounter e on e.id = t.encounter_id where t.person_id = ${id}),
      'events', (select jsonb_agg(told order by told::text) from (
        select jsonb_build_array(e.kind, e.source, n.visit_number, e.data - '{enrollmentId,responseId,messageId}'::text[],
          case when e.source like 'hl7%' then e.at end) as told
        from timeline e left join encounter n on n.id = e.encounter_id where e.person_id = ${id}
          -- What tells of the merge itself, and of work that it held up: a pathway that is stopped in the end may have stopped earlier.
          and e.kind not like 'enrollment.%'
          and e.kind not in ('person.merged', 'person.unmerged', 'task.cancelled', 'message.suppressed')) x)
    ) as all`.execute(app.db)
  return JSON.parse(JSON.stringify(rows[0]?.all).replaceAll(/-\d+[jc]"/g, '"'))
}

type Command =
  | { kind: 'message'; who: number; event: string; visit: number; hoursAgo: number; said: Adt; dies: boolean }
  | { kind: 'note' | 'phone' | 'opt-out'; who: number; text: string }
  | { kind: 'attempt'; who: number; outcome: string }
  | { kind: 'merge'; who: number; into: number }
  | { kind: 'unmerge'; pick: number }
  | { kind: 'process' }

const who = fc.nat({ max: 2 })
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('message' as const),
      who,
      event: fc.constantFrom('A01', 'A03', 'A04', 'A08'),
      visit: fc.integer({ min: 1, max: 3 }),
      hoursAgo: fc.integer({ min: 1, max: 90 }),
      said: fc.record(
        {
          name: fc.constantFrom('钱一', '孙二', '李三'),
          sex: fc.constantFrom('M', 'F'),
          phone: fc.constantFrom('13800000001', '13800000002'),
          birth: fc.constantFrom('19700102', '19800304'),
          diagnoses: fc.constantFrom<Adt['diagnoses']>([['I10', '高血压']], [['E11', '糖尿病']]),
        },
        { requiredKeys: [] },
      ),
      dies: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('note' as const, 'phone' as const, 'opt-out' as const),
      who,
      text: fc.constantFrom('13911110001', '13911110002'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('attempt' as const),
      who,
      outcome: fc.constantFrom('unreached', 'refused', 'deceased', 'readmitted', 'other'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('merge' as const), who, into: who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unmerge' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('process' as const) }) },
)

/** Three records that are merged and separated, or three that never are: the same life otherwise. */
class Trio {
  readonly ids: number[] = []
  readonly #tag: string
  readonly #now: Date
  /** A stay begins when it was first said to; a beginning moved past another stay's end would be a readmission that nobody told. */
  readonly #admitted = new Map<string, Date>()

  constructor(tag: string, now: Date) {
    this.#tag = tag
    this.#now = now
  }

  #hoursAgo(hours: number): Date {
    return new Date(this.#now.getTime() - hours * 3_600_000)
  }

  async begin(): Promise<this> {
    const mrns = [0, 1, 2].map((n) => `M${n}-${this.#tag}`)
    await receive(
      app,
      ...mrns.map((mrn, n) => ({
        event: 'A03',
        mrn,
        visit: `V${n}-0-${this.#tag}`,
        at: this.#hoursAgo(100),
        phone: `1370000000${n}`,
      })),
    )
    for (const mrn of mrns) this.ids.push(await personOf(app, mrn))
    return this
  }

  async message({ who, event, visit, hoursAgo, said, dies }: Command & { kind: 'message' }): Promise<void> {
    const at = this.#hoursAgo(hoursAgo)
    const number = `V${who}-${visit}-${this.#tag}`
    const admittedAt = this.#admitted.get(number) ?? at
    if (event !== 'A08') this.#admitted.set(number, admittedAt)
    await receive(app, {
      ...said,
      event,
      at,
      mrn: `M${who}-${this.#tag}`,
      visit: number,
      ...(event !== 'A08' && { admittedAt }),
      ...(dies && { diedAt: at }),
    })
  }

  async byHand(command: Command & { kind: 'note' | 'phone' | 'opt-out' }): Promise<void> {
    const params = { id: this.ids[command.who] }
    if (command.kind === 'opt-out') {
      const body = { channel: 'all', purpose: 'all', active: true, reason: command.text }
      await app.request(centre, setOptOut, { params, body })
      return
    }
    const { version } = (await app.request(centre, getPerson, { params })).body
    const body = {
      version,
      ...(command.kind === 'note' ? { note: command.text } : { addPhone: command.text }),
    }
    await app.request(centre, updatePerson, { params, body })
  }

  /** The earliest open call about that record, told by its visit. */
  async openCall(who: number): Promise<{ id: number; visit: string } | undefined> {
    const { rows } = await sql<{ id: number; visit: string }>`
      select t.id, e.visit_number as visit from task t join encounter e on e.id = t.encounter_id
      where t.person_id = ${this.ids[who]} and t.status in ('requested', 'in-progress') and t.kind = 'follow-up-call'
      order by e.visit_number, t.level limit 1`.execute(app.db)
    return rows[0] && { id: rows[0].id, visit: rows[0].visit.replace(/-\d+[jc]$/, '') }
  }

  async attempt(who: number, outcome: string): Promise<void> {
    const params = { id: (await this.openCall(who))?.id }
    await app.request(centre, holdTask, { params })
    await app.request(centre, recordAttempt, { params, body: { outcome, optOut: true } })
  }
}

let runs = 0

test(
  'merge, random events by message and by hand, and un-merge give back every person exactly, each event at its true owner',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { minLength: 6, maxLength: 22 }),
        fc.nat(),
        async (commands, order) => {
          const now = new Date(Math.floor(Date.now() / 1000) * 1000)
          runs += 1
          const joined = await new Trio(`${runs}j`, now).begin()
          const control = await new Trio(`${runs}c`, now).begin()
          const merges: { id: number; child: number; parent: number }[] = []
          const rootOf = (who: number): number => {
            const up = merges.find((one) => one.child === who)
            return up ? rootOf(up.parent) : who
          }
          const separate = async (pick: number) => {
            const [one] = merges.splice(pick % merges.length, 1)
            if (one) await unmerge(one.id)
          }
          // Every run has a merge, and something after it.
          for (const one of [
            ...commands,
            { kind: 'merge', who: 0, into: 1 } as const,
            ...commands.slice(0, 4),
          ]) {
            if (one.kind === 'message') for (const trio of [joined, control]) await trio.message(one)
            else if (one.kind === 'merge') {
              const [child, parent] = [rootOf(one.who), rootOf(one.into)]
              const merged = await merge(joined.ids[one.into] ?? 0, joined.ids[one.who] ?? 0)
              expect(merged).toMatchObject({ survivorId: joined.ids[parent] })
              if (child === parent) expect(merged.mergeId).toBeNull()
              else merges.push({ id: merged.mergeId ?? 0, child, parent })
            } else if (one.kind === 'unmerge') {
              if (merges.length > 0) await separate(one.pick)
            } else if (one.kind === 'process') await app.processAll()
            else if (one.kind === 'attempt') {
              // Work that the merge holds up cannot be done; and what is open now must be open without a merge, too.
              const [open, same] = [await joined.openCall(one.who), await control.openCall(one.who)]
              if (open && open.visit === same?.visit)
                for (const trio of [joined, control]) await trio.attempt(one.who, one.outcome)
            } else {
              // What somebody writes on the page of a person belongs to the record that survived.
              await joined.byHand(one)
              await control.byHand({ ...one, who: rootOf(one.who) })
            }
          }
          while (merges.length > 0) await separate(order)
          await app.processAll()
          for (const at of [0, 1, 2])
            expect(await snapshot(joined.ids[at] ?? 0)).toEqual(await snapshot(control.ids[at] ?? 0))
        },
      ),
      { numRuns: tries(8), endOnFailure: true },
    )
    const { rows } = await sql`select 1 from inbound_message where status <> 'applied'`.execute(app.db)
    expect(rows).toEqual([])
  },
  tries(120_000),
)
