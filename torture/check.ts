import pg from 'pg'
import { type Expected, expectedFollowUps } from './model.ts'

const day = 86_400_000

/** Compares the database with the model. @returns one sentence per deviation, at most a few of each kind */
export async function deviations(
  url: string,
  expected: Expected,
  messages: number,
  windowStart: number,
): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const found: string[] = []
    const say = (kind: string, list: string[]) => {
      if (list.length > 0) found.push(`${kind}: ${list.length}, e.g. ${list.slice(0, 3).join('; ')}`)
    }
    await checkMessages(client, messages, say)
    await checkVisits(client, expected, say)
    await checkRecords(client, expected, say)
    await checkFollowUps(client, expected, windowStart, say)
    return found
  } finally {
    await client.end()
  }
}

type Say = (kind: string, list: string[]) => void

async function scalar(client: pg.Client, text: string): Promise<number> {
  const { rows } = await client.query<{ n: string }>(`select count(*) as n from ${text}`)
  return Number(rows[0]?.n)
}

async function checkMessages(client: pg.Client, messages: number, say: Say): Promise<void> {
  const counts: [string, number, number][] = [
    ['messages stored', await scalar(client, 'inbound_message'), messages],
    ['keys stored', await scalar(client, 'inbound_key'), messages],
    [
      'messages applied once',
      await scalar(client, `inbound_message where status = 'applied' and attempts = 1`),
      messages,
    ],
    // Each application writes one line of the audit, so that a second one could not hide.
    [
      'applications in the audit',
      await scalar(client, `audit_event where action = 'intake.apply'`),
      messages,
    ],
    [
      'control ids stored twice',
      await scalar(
        client,
        `(select 1 from inbound_message group by sender, facility, control_id having count(*) > 1) x`,
      ),
      0,
    ],
    [
      'events of one kind and visit written twice',
      await scalar(
        client,
        `(select 1 from timeline where kind in ('encounter.admitted', 'encounter.registered', 'encounter.discharged')
          group by encounter_id, kind having count(*) > 1) x`,
      ),
      0,
    ],
  ]
  for (const [what, is, should] of counts) if (is !== should) say(what, [`${is} instead of ${should}`])
  const { rows } = await client.query<{ status: string; reason: string }>(
    `select status, coalesce(reason, '') as reason from inbound_message where status <> 'applied' limit 3`,
  )
  say(
    'messages not applied',
    rows.map((row) => `${row.status} ${row.reason}`),
  )
}

type VisitRow = {
  id: number
  site: string
  visit_number: string
  class: string
  status: string
  starts_at: Date
  ends_at: Date | null
  department: string
  attending: string
  disposition: string | null
  condition_text: string | null
  events: Record<string, number> | null
}

async function checkVisits(client: pg.Client, expected: Expected, say: Say): Promise<void> {
  const { rows } = await client.query<VisitRow>(`
    select s.code as site, n.visit_number, n.class, n.status, n.starts_at, n.ends_at, d.code as department, h.code as attending,
      n.disposition, n.condition_text,
      (select jsonb_object_agg(kind, count) from (select kind, count(*) from timeline e where e.encounter_id = n.id
        and kind in ('encounter.admitted', 'encounter.registered', 'encounter.discharged') group by kind) k) as events
    from encounter n join site s on s.id = n.site_id left join department d on d.id = n.department_id
    left join staff h on h.id = n.attending_staff_id`)
  const seen = new Map(rows.map((row) => [`${row.site}|${row.visit_number}`, row]))
  const wrong: string[] = []
  for (const [key, visit] of expected.visits) {
    const row = seen.get(key)
    seen.delete(key)
    const is = row && {
      class: row.class,
      status: row.status,
      startsAt: row.starts_at.getTime(),
      endsAt: row.ends_at?.getTime() ?? null,
      department: row.department,
      attending: row.attending,
      disposition: row.disposition,
      conditionText: row.condition_text,
      events: sorted(row.events ?? {}),
    }
    const { site: _site, visitNumber: _number, person: _person, ...rest } = visit
    const should = { ...rest, events: sorted(rest.events) }
    for (const field of Object.keys(should) as (keyof typeof should)[])
      if (JSON.stringify(is?.[field]) !== JSON.stringify(should[field]))
        wrong.push(
          `${key} ${field} is ${JSON.stringify(is?.[field])}, should be ${JSON.stringify(should[field])}`,
        )
  }
  say('visits that differ from the model', wrong)
  say('visits nobody sent', [...seen.keys()])
}

const sorted = (counts: Record<string, number>) => Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))

type RecordRow = {
  site: string
  value: string
  name: string
  sex: string
  birth_date: string
  deceased_at: Date | null
  phones: string[]
  former: string[]
}

async function checkRecords(client: pg.Client, expected: Expected, say: Say): Promise<void> {
  const { rows } = await client.query<RecordRow>(`
    select s.code as site, i.value, p.name, p.sex, p.birth_date::text, p.deceased_at,
      array(select value from person_telecom t where t.person_id = p.id and t.system = 'phone') as phones,
      array(select text from person_name n where n.person_id = p.id and n.use = 'former') as former
    from person_identifier i join person p on p.id = i.person_id join site s on s.id = i.site_id
    where i.system like 'mrn:%'`)
  const seen = new Map(rows.map((row) => [`${row.site}|${row.value}`, row]))
  const wrong: string[] = []
  for (const [key, record] of expected.records) {
    const row = seen.get(key)
    seen.delete(key)
    const phones = [...(row?.phones ?? [])].sort()
    const apart =
      record.mayBeApart &&
      [record.name, ...record.formerNames].includes(row?.name ?? '') &&
      phones.length > 0 &&
      phones.every((phone) => record.phones.has(phone))
    const pairs: [string, unknown, unknown][] = [
      ['name', row?.name, apart ? row?.name : record.name],
      ['sex', row?.sex, record.sex],
      ['birth date', row?.birth_date, record.birthDate],
      ['time of death', row?.deceased_at?.getTime() ?? null, record.deceasedAt],
      ['phones', phones, apart ? phones : [...record.phones].sort()],
    ]
    if (record.oneLane)
      pairs.push(['former names', [...(row?.former ?? [])].sort(), [...record.formerNames].sort()])
    for (const [field, is, should] of pairs)
      if (JSON.stringify(is) !== JSON.stringify(should))
        wrong.push(`${key} ${field} is ${JSON.stringify(is)}, should be ${JSON.stringify(should)}`)
  }
  say('persons that differ from the model', wrong)
  say('record numbers nobody sent', [...seen.keys()])
}

async function checkFollowUps(
  client: pg.Client,
  expected: Expected,
  windowStart: number,
  say: Say,
): Promise<void> {
  const { rows } = await client.query<{ key: string; enrollments: string; status: string; tasks: string }>(`
    select s.code || '|' || n.visit_number as key, count(distinct e.id) as enrollments, min(e.status) as status,
      (select count(*) from task t where t.encounter_id = n.id and t.level = 1) as tasks
    from encounter n join site s on s.id = n.site_id join enrollment e on e.encounter_id = n.id
    group by n.id, s.code, n.visit_number`)
  const seen = new Map(rows.map((row) => [row.key, row]))
  const wrong: string[] = []
  // The server looks back 30 days from its own "now"; within an hour of that border either answer is right.
  const followUps = expectedFollowUps(expected, windowStart - 30 * day + 3_600_000)
  for (const { key, mayBeMissing, mayBeStopped, mustBeStopped } of followUps) {
    const row = seen.get(key)
    if (!row && mayBeMissing) continue
    if (Number(row?.enrollments ?? 0) !== 1) wrong.push(`${key} has ${row?.enrollments ?? 0} enrolments`)
    else if (row?.status === 'stopped' && !mayBeStopped) wrong.push(`${key} was stopped without a reason`)
    // Weeks pass in seconds here: a pathway may have come to its end before the news that would have stopped it.
    else if (row && !['stopped', 'completed'].includes(row.status) && mustBeStopped)
      wrong.push(`${key} was not stopped by death or readmission`)
    // Stopped before its first step ran: then there is nothing to call about.
    else if (Number(row?.tasks) > 1 || (Number(row?.tasks) !== 1 && row?.status !== 'stopped'))
      wrong.push(`${key} has ${row?.tasks ?? 0} level-1 tasks`)
  }
  say('follow-ups that differ from the model', wrong)
  const wanted = expectedFollowUps(expected, windowStart - 30 * day - 3_600_000)
  const keys = new Set(wanted.map((one) => one.key))
  say(
    'enrolments nobody is entitled to',
    [...seen.keys()].filter((key) => !keys.has(key)),
  )
}
