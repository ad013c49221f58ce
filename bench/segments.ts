import path from 'node:path'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import type { Condition } from '../contract/questionnaire.ts'
import { countSegment } from '../server/modules/segment/count.ts'
import { prepareDatabase } from '../server/main.ts'
import { systemActor } from '../server/platform/actor.ts'
import { openDatabase } from '../server/platform/db.ts'
import { startEmbedded } from '../server/platform/embedded.ts'
import { type Figure, median, whenMain } from './figure.ts'
import { populate } from './population.ts'
import { exportTable } from './segments-export.ts'

const size = { persons: 1_000_000, encounters: 5_000_000, tasks: 0, events: 10_000_000, skewed: true }
const runs = 5

type Rule = { name: string; rule: Condition; duck: string }

const is = (
  fact: string,
  op: '=' | '<=' | '>=' | '<' | '>' | 'in' | 'contains',
  value: unknown,
): Condition => ({
  fact: `person.${fact}`,
  op,
  value,
})
/** A literal, as DuckDB has no time zones without an extension that is fetched. */
const now = `timestamp '${new Date().toISOString().slice(0, 19).replace('T', ' ')}'`
const age = `date_diff('year', f.birth_date, (${now})::date) - case when strftime((${now})::date, '%m%d') < strftime(f.birth_date, '%m%d') then 1 else 0 end`
const within = (days: number) => `happened > ${now} - interval '${days} days' and happened <= ${now}`

/** What service managers ask for, with the same question to DuckDB over the same rows. */
export const rules: Rule[] = [
  {
    name: 'women of 45 to 64, the gynaecology of one site, not seen for half a year',
    rule: {
      all: [
        is('sex', '=', 'female'),
        is('ageYears', '>=', 45),
        is('ageYears', '<', 65),
        is('departmentCode', '=', 'D7'),
        is('daysSinceVisit', '>', 180),
      ],
    },
    duck: `f.sex = 'female' and ${age} between 45 and 64 and f.department = 'D7' and f.last_visit_at < ${now} - interval '180 days'`,
  },
  {
    name: 'discharged within a month, 60 or older',
    rule: { all: [is('daysSinceDischarge', '<=', 30), is('ageYears', '>=', 60)] },
    duck: `f.last_discharge_at > ${now} - interval '30 days' and ${age} >= 60`,
  },
  {
    name: 'lapsed: no visit for a year, three or more before',
    rule: { all: [is('stage', '=', 'lapsed'), is('visits', '>=', 3)] },
    duck: `f.last_visit_at <= ${now} - interval '365 days' and f.visits >= 3`,
  },
  {
    name: 'hypertension in one district, no visit within 90 days',
    rule: {
      all: [
        is('conditionCodes', 'contains', 'I10'),
        is('district', '=', '武侯区'),
        is('daysSinceVisit', '>', 90),
      ],
    },
    duck: `list_contains(f.codes, 'I10') and f.district = '武侯区' and f.last_visit_at < ${now} - interval '90 days'`,
  },
  {
    name: 'first visit a month ago and none since',
    rule: {
      all: [is('daysSinceFirstVisit', '>=', 28), is('daysSinceFirstVisit', '<=', 34), is('visits', '=', 1)],
    },
    duck: `f.first_visit_at between ${now} - interval '34 days' and ${now} - interval '28 days' and f.visits = 1`,
  },
  {
    name: 'three visits or more to cardiology within half a year',
    rule: {
      events: {
        of: 'visit',
        measure: 'count',
        where: [{ field: 'department', op: '=', value: 'D3' }],
        withinDays: 180,
        op: '>=',
        value: 2,
      },
    },
    duck: `f.person_id in (select person_id from encounter where department = 'D3' and ${within(180)} and status <> 'cancelled' group by 1 having count(*) >= 2)`,
  },
  {
    name: 'charges of 5,000 or more within 30 days',
    rule: { events: { of: 'charge', measure: 'sum', withinDays: 30, op: '>=', value: 5000 } },
    duck: `f.person_id in (select person_id from event where kind = 'charge.posted' and ${within(30)} group by 1 having sum(amount) >= 5000)`,
  },
  {
    name: 'missed an appointment within 30 days, none booked since a week',
    rule: {
      all: [
        {
          events: {
            of: 'appointment',
            measure: 'count',
            where: [{ field: 'state', op: '=', value: 'missed' }],
            withinDays: 30,
            op: '>=',
            value: 1,
          },
        },
        {
          events: {
            of: 'appointment',
            measure: 'count',
            where: [{ field: 'state', op: '=', value: 'booked' }],
            withinDays: 7,
            op: '=',
            value: 0,
          },
        },
      ],
    },
    duck: `f.person_id in (select person_id from event where kind = 'appointment.missed' and ${within(30)})
      and f.person_id not in (select person_id from event where kind = 'appointment.booked' and ${within(7)})`,
  },
  {
    name: 'HbA1c above 9 lately, over 40',
    rule: {
      all: [
        {
          events: {
            of: 'result',
            measure: 'last',
            field: 'value',
            where: [{ field: 'code', op: '=', value: '4548-4' }],
            withinDays: 60,
            op: '>',
            value: 9,
          },
        },
        is('ageYears', '>', 40),
      ],
    },
    duck: `${age} > 40 and f.person_id in (select person_id from (select person_id, arg_max(value, happened) as v from event
      where kind = 'observation.recorded' and code = '4548-4' and ${within(60)} group by 1) where v > 9)`,
  },
  {
    name: 'not reached by three calls within 90 days, in hospital twice within a year',
    rule: {
      all: [
        {
          events: {
            of: 'call',
            measure: 'count',
            where: [{ field: 'outcome', op: '=', value: 'unreached' }],
            withinDays: 90,
            op: '>=',
            value: 1,
          },
        },
        is('staysInYear', '>=', 2),
      ],
    },
    duck: `f.stays_in_year >= 2 and f.person_id in (select person_id from event where kind = 'contact.attempted' and outcome = 'unreached' and ${within(90)})`,
  },
  {
    name: 'retired women in two districts seen by two departments within 90 days',
    rule: {
      all: [
        is('sex', '=', 'female'),
        is('ageYears', '>=', 55),
        is('district', 'in', ['锦江区', '高新区']),
        is('departmentCode', 'in', ['D1', 'D12']),
        is('daysSinceVisit', '<=', 90),
      ],
    },
    duck: `f.sex = 'female' and ${age} >= 55 and f.district in ('锦江区', '高新区') and f.department in ('D1', 'D12') and f.last_visit_at > ${now} - interval '90 days'`,
  },
  {
    name: 'everybody of 18 to 44 with four visits within a year',
    rule: { all: [is('ageYears', '>=', 18), is('ageYears', '<=', 44), is('visitsInYear', '>=', 4)] },
    duck: `${age} between 18 and 44 and f.visits_in_year >= 4`,
  },
]

/** The database of this benchmark, kept in `BENCH_DIR` when that is set: making it takes some minutes. */
async function database(): Promise<{ url: string; dir: string; stop: () => Promise<void> }> {
  const kept = process.env.BENCH_DIR
  const dir = kept ?? (await mkdtemp(path.join(tmpdir(), 'careloop-segments-')))
  const marker = path.join(dir, `segments-${size.persons}`)
  const data = path.join(dir, 'data')
  const known = existsSync(marker)
  if (!known) await rm(data, { recursive: true, force: true })
  const server = await startEmbedded(data)
  await prepareDatabase({ url: server.url, ownerUrl: server.url })
  if (!known) await populate(server.url, size, console.error)
  await writeFile(marker, '')
  const stop = async () => {
    await server.stop()
    if (!kept) await rm(dir, { recursive: true, force: true })
  }
  return { url: server.url, dir, stop }
}

async function timed(run: () => Promise<number>): Promise<{ ms: number; count: number }> {
  let count = await run()
  const times: number[] = []
  for (let at = 0; at < runs; at++) {
    const start = performance.now()
    count = await run()
    times.push(performance.now() - start)
  }
  return { ms: median(times), count }
}

type Duck = { count: (where: string) => Promise<number>; close: () => void }

/** The same rows in DuckDB, columns as it likes them; null where `bench/package.json` is not installed. */
async function duck(url: string, dir: string): Promise<Duck | null> {
  const name: string = '@duckdb/node-api'
  const api = (await import(name).catch(() => null)) as {
    DuckDBInstance: {
      create: (
        path: string,
        options: Record<string, string>,
      ) => Promise<{ connect: () => Promise<DuckConnection> }>
    }
  } | null
  if (!api) return null
  type DuckConnection = {
    run: (text: string) => Promise<unknown>
    runAndReadAll: (text: string) => Promise<{ getRows: () => unknown[][] }>
    closeSync: () => void
  }
  const file = path.join(dir, 'segments.duckdb')
  const fresh = !existsSync(file)
  const connection = await (await api.DuckDBInstance.create(file, { threads: '2' })).connect()
  if (fresh) {
    for (const [table, columns, query] of tables) {
      const csv = await exportTable(url, query, path.join(dir, `${table}.csv`))
      await connection.run(
        `create table ${table} as select * from read_csv('${csv}', header = false, columns = ${columns})`,
      )
      await rm(csv)
    }
  }
  return {
    count: async (where) => {
      const answer = await connection.runAndReadAll(`select count(*)::int from person_facts f where ${where}`)
      return Number(answer.getRows()[0]?.[0])
    },
    close: () => connection.closeSync(),
  }
}

const tables = [
  [
    'person_facts',
    `{person_id: 'bigint', sex: 'varchar', birth_date: 'date', district: 'varchar', department: 'varchar', first_visit_at: 'timestamp', last_visit_at: 'timestamp',
      last_discharge_at: 'timestamp', visits: 'int', visits_in_year: 'int', stays_in_year: 'int', codes: 'varchar[]'}`,
    `select f.person_id, f.sex, f.birth_date, f.district, d.code, f.first_visit_at at time zone 'UTC', f.last_visit_at at time zone 'UTC', f.last_discharge_at at time zone 'UTC', f.visits, f.visits_in_year,
      f.stays_in_year, '[' || array_to_string(f.condition_codes, ',') || ']' from person_facts f left join department d on d.id = f.last_department_id`,
  ],
  [
    'encounter',
    `{person_id: 'bigint', department: 'varchar', happened: 'timestamp', status: 'varchar', class: 'varchar'}`,
    `select e.person_id, d.code, e.starts_at at time zone 'UTC', e.status, e.class from encounter e join department d on d.id = e.department_id`,
  ],
  [
    'event',
    `{person_id: 'bigint', kind: 'varchar', happened: 'timestamp', amount: 'double', value: 'double', code: 'varchar', outcome: 'varchar'}`,
    `select person_id, kind, at at time zone 'UTC', data ->> 'amount', data ->> 'value', data -> 'code' ->> 'code', data ->> 'outcome' from event`,
  ],
] as const

/** Each rule counted by the operation behind `POST /segments/count`, warm, and by DuckDB. */
export async function segments(): Promise<Figure[]> {
  const { url, dir, stop } = await database()
  const { db, close } = openDatabase(url)
  const actor = systemActor('system:bench', 'Bench')
  const figures: Figure[] = []
  const ours: number[] = []
  const ratios: number[] = []
  try {
    const other = await duck(url, dir)
    for (const { name, rule, duck: where } of rules) {
      const mine = await timed(
        async () => (await countSegment(db, actor, { rule, siteId: null, by: [], sample: 0 })).count,
      )
      const theirs = other && (await timed(() => other.count(where)))
      ours.push(mine.ms)
      if (theirs) ratios.push(mine.ms / theirs.ms)
      console.error(
        `${name}: ${mine.ms.toFixed(1)} ms, ${mine.count} persons${theirs ? `; DuckDB ${theirs.ms.toFixed(1)} ms, ${theirs.count}` : ''}`,
      )
    }
    other?.close()
    figures.push(
      { name: 'segment count, median of 12 rules', value: median(ours), unit: 'ms', aim: { most: 25 } },
      { name: 'segment count, worst of 12 rules', value: Math.max(...ours), unit: 'ms', aim: { most: 500 } },
    )
    if (ratios.length > 0)
      figures.push({
        name: 'segment count, median ratio to DuckDB',
        value: median(ratios),
        unit: '×',
        aim: { most: 1 },
      })
  } finally {
    await close()
    await stop()
  }
  return figures
}

await whenMain(import.meta.url, segments)
