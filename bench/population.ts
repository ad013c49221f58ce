import pg from 'pg'
import { searchName } from '../server/modules/person/name.ts'
import { fullName, personName } from '../sim/names.ts'
import { prng } from '../sim/prng.ts'

export type Size = {
  persons: number
  encounters: number
  tasks: number
  /** Charges, appointments, results, calls and replies, as segments ask about them. */
  events?: number
  /** Some persons come often and most seldom, as in real life; otherwise everybody comes as often. */
  skewed?: boolean
}

const siteCount = 2
const departmentCount = 40
const staffPerDepartment = 12
const poolSize = 60_000
const chunk = 250_000

const diseases: [code: string, text: string][] = [
  ['I10', '原发性高血压'],
  ['E11.9', '2型糖尿病'],
  ['J18.9', '肺炎'],
  ['I25.1', '冠状动脉粥样硬化性心脏病'],
  ['J44.1', '慢性阻塞性肺疾病伴急性加重'],
  ['K80.2', '胆囊结石'],
  ['I63.9', '脑梗死'],
  ['M51.2', '腰椎间盘突出'],
  ['N20.0', '肾结石'],
  ['C34.9', '肺恶性肿瘤'],
  ['H25.9', '老年性白内障'],
  ['K35.8', '急性阑尾炎'],
  ['J06.9', '急性上呼吸道感染'],
  ['K29.5', '慢性胃炎'],
  ['S72.0', '股骨颈骨折'],
  ['O80', '单胎顺产'],
]

/** Secondary indexes of the big tables are built after loading; primary keys stay. */
const bigTables = [
  'person',
  'person_identifier',
  'person_telecom',
  'person_address',
  'person_relationship',
  'encounter',
  'condition',
  'event',
  'person_facts',
  'task',
]

/** Those whose rows were given their numbers here. */
const numberedTables = ['person', 'encounter']

/**
 * Fills an empty migrated database with persons, visits and tasks as an intake and a follow-up desk would leave them, set-based. The same
 * size gives the same rows. Visits come in order of time, so that those of one person lie scattered over the table as in real life.
 */
export async function populate(
  url: string,
  size: Size,
  say: (line: string) => void = console.log,
): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`set synchronous_commit = off; set maintenance_work_mem = '512MB';
      set session_replication_role = replica`)
    const rebuild = await dropIndexes(client)
    await organisation(client)
    await namePool(client)
    await inChunks(client, size.persons, say, 'persons', persons)
    await inChunks(client, size.encounters, say, 'encounters', (range) => encounters(range, size))
    await inChunks(client, size.events ?? 0, say, 'events', (range) => events(range, size))
    say('facts')
    await client.query(facts)
    if (size.tasks > 0) {
      say('tasks')
      await client.query(tasks(size))
      await client.query(contacts)
    }
    for (const statement of rebuild) await client.query(statement)
    for (const table of numberedTables)
      await client.query(
        `select setval(pg_get_serial_sequence('${table}', 'id'), (select coalesce(max(id), 0) + 1 from ${table}))`,
      )
    await client.query('drop table bench_name')
    await client.query('vacuum (freeze, analyze)')
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

type Range = { from: number; to: number }

async function inChunks(
  client: pg.Client,
  total: number,
  say: (line: string) => void,
  what: string,
  statements: (range: Range) => string[],
): Promise<void> {
  for (let from = 1; from <= total; from += chunk) {
    const to = Math.min(total, from + chunk - 1)
    for (const statement of statements({ from, to })) await client.query(statement)
    say(`${what}: ${to.toLocaleString('en')}`)
  }
}

async function dropIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i left join pg_constraint c on c.conindid = i.indexrelid
     where i.indrelid = any($1::text[]::regclass[]) and c.oid is null`,
    [bigTables],
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  return rows.map((row) => row.definition)
}

async function organisation(client: pg.Client): Promise<void> {
  await client.query(`
    insert into site (code, name) select 'GH0' || g, '演示医院' || g from generate_series(1, ${siteCount}) g;
    insert into department (site_id, code, name)
      select 1 + g % ${siteCount}, 'D' || g, '科室' || g from generate_series(1, ${departmentCount}) g;
    insert into staff (site_id, department_id, code, name, role)
      select d.site_id, d.id, d.code || '-' || g, '医生' || d.id || '-' || g, 'doctor'
      from department d cross join generate_series(1, ${staffPerDepartment}) g order by d.id, g`)
}

/** Pinyin is computed once per different name; persons draw from the pool. */
async function namePool(client: pg.Client): Promise<void> {
  const names = new Set<string>()
  for (let index = 0; names.size < poolSize; index++) {
    const random = prng(11, 5, index)
    names.add(fullName(personName(random, index % 2 === 0 ? 'M' : 'F', 1940 + (index % 80))))
  }
  const list = [...names]
  const search = list.map(searchName)
  await client.query(
    `create unlogged table bench_name (id int, name text, search_name text, pinyin text, initials text)`,
  )
  await client.query(
    `insert into bench_name select ordinality - 1, a, b, c, d
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality as t(a, b, c, d, ordinality)`,
    [
      list,
      search.map((one) => one.search_name),
      search.map((one) => one.pinyin),
      search.map((one) => one.initials),
    ],
  )
  await client.query('create index on bench_name (id); analyze bench_name')
}

const hash = (expression: string) => `(hashint8(${expression}) & 2147483647)`
const source = `'hl7:HIS/GH01'`
const start = `timestamptz '2023-12-01'`

function persons({ from, to }: Range): string[] {
  const series = `generate_series(${from}::bigint, ${to}::bigint) g`
  const birth = `(date '1935-01-01' + ((g * 7919) % 31000)::int)`
  return [
    `insert into person (id, name, search_name, pinyin, initials, sex, birth_date, marital_status, source, source_time, created_at, updated_at)
     select g, n.name, n.search_name, n.pinyin, n.initials, case when g % 100 < 52 then 'female' else 'male' end, ${birth}, 'M',
       ${source}, ${start} + g * interval '60 seconds', ${start}, ${start}
     from ${series} join bench_name n on n.id = ${hash('g')} % ${poolSize} order by g`,
    `insert into person_identifier (person_id, system, value, site_id, source, updated_at)
     select g, 'mrn:GH01', '1' || lpad(g::text, 8, '0'), 1, ${source}, ${start} from ${series}
     union all
     select g, 'national-id', '510104' || to_char(${birth}, 'YYYYMMDD') || lpad((g / 31000)::text, 3, '0') || g % 10, null, ${source}, ${start}
     from ${series} where g % 100 < 94`,
    `insert into person_telecom (person_id, system, value, use, source, updated_at)
     select g, 'phone', ${phoneSql('g')}, 'mobile', ${source}, ${start} from ${series} where g % 100 < 97`,
    `insert into person_address (person_id, use, text, district, city, province, postal_code, source, updated_at)
     select g, 'home', '四川省成都市武侯区玉林北路' || g % 320 || '号' || g % 18 || '栋' || g % 4 || '单元' || g % 3300,
       ${district('g')}, '成都市', '四川省', '610041', ${source}, ${start} from ${series}`,
    `insert into person_relationship (person_id, relation, name, phone, source, updated_at)
     select g, 'SPO', n.name, '+861' || (3000000000 + (g * 6700427) % 6999999999), ${source}, ${start}
     from ${series} join bench_name n on n.id = ${hash('g + 7')} % ${poolSize} where g % 100 < 85`,
  ]
}

function phoneSql(person: string): string {
  return `'+861' || (3000000000 + (${person} * 6700417) % 6999999999)`
}

/** Telephone number of a person made here. */
export function phoneOf(person: number): string {
  return `1${3_000_000_000n + ((BigInt(person) * 6_700_417n) % 6_999_999_999n)}`
}

/** Whose the row `k` is. The cube of an even number: one person in ten has half of the rows, and a third has one or two. */
function somebody({ persons, skewed }: Size, stride: number): string {
  const even = `(k * ${stride}) % ${persons}`
  return skewed
    ? `1 + (floor(${persons} * power((${hash(`k * ${stride}`)} % 1000003) / 1000003.0, 2))::bigint * 7919) % ${persons}`
    : `1 + ${even}`
}

/** One visit in twenty-five minutes or so, over three years up to now. */
function encounters({ from, to }: Range, size: Size): string[] {
  const list = diseases.map(([code, text]) => `('${code}', '${text}')`).join(',')
  const visit = `
    with disease as (select row_number() over () - 1 as no, code, text from (values ${list}) v(code, text)), visit as (
      select k, ${somebody(size, 7919)} as person_id, 1 + ${hash('k')} % ${departmentCount} as department_id,
        1 + (${hash('k')} % ${departmentCount}) * ${staffPerDepartment} + k % ${staffPerDepartment} as staff_id,
        case when k % 20 < 3 then 'inpatient' when k % 20 < 16 then 'outpatient' else 'emergency' end as class,
        now() - interval '3 years' + interval '3 years' * (k::float8 / ${size.encounters}) - interval '8 days' as starts_at,
        interval '1 hour' * (24 + ${hash('k + 3')} % 160) as stay, d.code, d.text
      from generate_series(${from}::bigint, ${to}::bigint) k join disease d on d.no = ${hash('k + 5')} % ${diseases.length}
    )`
  return [
    `${visit} insert into encounter (id, person_id, site_id, department_id, attending_staff_id, class, status, visit_number, bed, starts_at,
       ends_at, disposition, condition_text, source, source_time, start_recorded_at, end_recorded_at)
     select k, person_id, 1 + department_id % ${siteCount}, department_id, staff_id, class,
       case when class = 'inpatient' then 'finished' else 'in-progress' end, 'V' || lpad(k::text, 11, '0'),
       case when class = 'inpatient' then '1103-08' end, starts_at, case when class = 'inpatient' then starts_at + stay end,
       case when class = 'inpatient' then '01' end, text, ${source}, starts_at, starts_at,
       case when class = 'inpatient' then starts_at + stay end from visit order by k`,
    `${visit} insert into condition (person_id, encounter_id, role, code, text, source, recorded_at)
     select person_id, k, r.role, code, text, ${source}, starts_at from visit
     cross join lateral (select 'admission' as role union all select 'discharge' where class = 'inpatient') r order by k`,
  ]
}

const district = (person: string) =>
  `(array['武侯区', '锦江区', '青羊区', '金牛区', '成华区', '高新区', '双流区', '温江区', '郫都区', '新都区', '龙泉驿区', '天府新区'])[1 + ${person} % 12]`

/** Events of three years in order of time, by kind as a hospital of this size has them. */
function events({ from, to }: Range, size: Size): string[] {
  return [
    `insert into event (person_id, at, recorded_at, kind, source, data)
     select ${somebody(size, 104729)}, at, at, kind, ${source}, case kind
       when 'charge.posted' then jsonb_build_object('code', jsonb_build_object('code', '2503' || ${hash('k + 1')} % 40, 'text', '收费项目'), 'amount', ${hash('k + 2')} % 3000)
       when 'observation.recorded' then jsonb_build_object('code', jsonb_build_object('code', (array['4548-4', '2345-7', '2160-0', '718-7'])[1 + ${hash('k')} % 4], 'text', '检验'), 'value', ${hash('k + 3')} % 150 / 10.0, 'unit', '%')
       when 'contact.attempted' then jsonb_build_object('outcome', (array['done', 'unreached', 'refused'])[1 + ${hash('k')} % 3], 'channel', 'phone')
       when 'message.replied' then jsonb_build_object('channel', 'sms')
       else jsonb_build_object('code', jsonb_build_object('text', '预约'), 'start', at + interval '5 days') end
     from (
       select k, now() - interval '3 years' * (1 - k::float8 / ${size.events ?? 1}) - interval '8 days' as at, (array['charge.posted', 'charge.posted', 'charge.posted',
         'charge.posted', 'appointment.booked', 'appointment.booked', 'observation.recorded', 'contact.attempted', 'appointment.missed', 'message.replied'])[1 + k % 10] as kind
       from generate_series(${from}::bigint, ${to}::bigint) k) e order by k`,
  ]
}

const facts = `
  insert into person_facts (person_id, first_visit_at, last_visit_at, last_discharge_at, visits, stays, visits_in_year, stays_in_year,
    last_department_id, last_attending_staff_id, last_condition_text, site_id, condition_codes, charges_in_year, city, district, sex, birth_date,
    counted, updated_at)
  select p.id, e.first_at, e.last_at, e.discharged_at, coalesce(e.visits, 0), coalesce(e.stays, 0), coalesce(e.visits_in_year, 0),
    coalesce(e.stays_in_year, 0), e.department_id, e.staff_id, e.condition_text, e.site_id, c.codes, a.amount, '成都市', ${district('p.id')}, p.sex,
    p.birth_date, true, now()
  from person p left join (
    select person_id, min(starts_at) as first_at, max(starts_at) as last_at, max(ends_at) as discharged_at, count(*) as visits,
      count(*) filter (where class = 'inpatient') as stays,
      count(*) filter (where starts_at > now() - interval '365 days') as visits_in_year,
      count(*) filter (where starts_at > now() - interval '365 days' and class = 'inpatient') as stays_in_year,
      (array_agg(department_id order by starts_at desc))[1] as department_id,
      (array_agg(attending_staff_id order by starts_at desc))[1] as staff_id,
      (array_agg(condition_text order by starts_at desc))[1] as condition_text, (array_agg(site_id order by starts_at desc))[1] as site_id
    from encounter group by person_id) e on e.person_id = p.id
  left join (select person_id, array_agg(distinct code) as codes from condition group by person_id) c on c.person_id = p.id
  left join (
    select person_id, sum((data ->> 'amount')::numeric) as amount from event
    where kind = 'charge.posted' and at > now() - interval '365 days' group by person_id) a on a.person_id = p.id
  order by p.id`

/** Two levels of follow-up per discharge, the newest discharges first; one task in ten is still open. */
function tasks({ tasks: count }: Size): string {
  return `
    insert into task (kind, level, title, person_id, encounter_id, site_id, department_id, assignee_role, assignee_staff_id, queue, status,
      priority, start_at, due_at, reached, outcome, completed_at, completed_by, created_at)
    select case l.level when 3 then 'home-visit' else 'follow-up-call' end, l.level, '随访 ' || l.level || ' 级', n.person_id, n.id, n.site_id,
      n.department_id, case l.level when 1 then 'doctor' when 2 then 'nurse' else 'outreach' end,
      case l.level when 1 then n.attending_staff_id end,
      case l.level when 1 then 'staff:' || n.attending_staff_id when 2 then 'department:' || n.department_id || ':nurse'
        else 'site:' || n.site_id || ':outreach' end,
      case when open then 'requested' else 'completed' end, case when n.id % 200 = 0 then 1 else 0 end,
      n.ends_at + (l.level - 1) * interval '7 days', n.ends_at + l.level * interval '7 days', not open,
      case when open then null else 'done' end, case when open then null else n.ends_at + (l.level * 6.5) * interval '1 day' end,
      case when open then null else 'user:bench' end, n.ends_at
    from (select * from encounter where class = 'inpatient' order by id desc limit ${count}) n
    cross join lateral (select 1 as level union all select 2 where n.id % 10 < 6 union all select 3 where n.id % 10 < 2) l
    cross join lateral (select ${hash('n.id + l.level')} % 10 = 0 as open) o
    limit ${count}`
}

/** One call for each finished task. */
const contacts = `
  insert into task_contact (task_id, attempts, ladder_step, ladder_step_from)
  select id, 1, 'phone', 0 from task where status = 'completed' order by id`

/** Disk used by each table: heap, each index, and everything else of the database. */
export async function diskSizes(url: string): Promise<{ name: string; bytes: number; rows: number }[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string; bytes: string; rows: string }>(`
      select c.relname as name, pg_table_size(c.oid)::text as bytes, c.reltuples::bigint::text as rows
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'i')
      order by pg_table_size(c.oid) desc`)
    return rows.map((row) => ({ name: row.name, bytes: Number(row.bytes), rows: Number(row.rows) }))
  } finally {
    await client.end()
  }
}
