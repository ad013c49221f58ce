import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ContactChannel, purposes, type Purpose } from '../../../contract/contact.ts'
import { type SmtpSink, startSmtpSink } from '../../../sim/smtp-sink.ts'
import { createTestApp, testActor, type TestApp } from '../../../test/support/app.ts'
import { tries } from '../../../test/support/tries.ts'
import { toLocal } from '../../platform/clock.ts'
import { transaction } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { dispatchDue } from '../message/dispatch.ts'
import { holdTask } from '../task/task.ts'

/*
 * The gate against a model that knows nothing of it: random people with shared addresses, refusals, consents and disputes are mailed, called and
 * visited by several workers at once. Afterwards the rows must be such as one worker could have left behind, one contact after another.
 */

let app: TestApp
let sink: SmtpSink
let worlds = 0
const zones = ['Asia/Shanghai', 'America/New_York', 'Asia/Kathmandu']
const pathways = new Map<Purpose, { id: number; version_id: number }>()

beforeAll(async () => {
  app = await createTestApp()
  sink = await startSmtpSink({ keep: 1 })
  for (const [at, zone] of zones.entries())
    await sql`with s as (insert into site (code, name, time_zone) values (${`Z${at}`}, ${zone}, ${zone}) returning id)
      insert into department (site_id, code, name) select id, 'D', 'D' from s`.execute(app.db)
  for (const purpose of purposes) {
    const { rows } = await sql<{ id: number; version_id: number }>`
      with p as (insert into pathway (code, name, active) values (${purpose}, ${purpose}, false) returning id)
      insert into pathway_version (pathway_id, version, definition) select id, 1, ${JSON.stringify({ purpose })}::jsonb from p
      returning pathway_id as id, id as version_id`.execute(app.db)
    if (rows[0]) pathways.set(purpose, rows[0])
  }
})
afterAll(async () => {
  await sink.close()
  await app.close()
})

/** Of each world: some three share a mailbox or a telephone, and each is contacted some three times. */
const people = tries(40)
const ways = tries(10)
const contacts = tries(125)

const seldom = fc.integer({ min: 0, max: 9 }).map((n) => n === 0)
const anyPurpose = fc.constantFrom(...purposes)
type OptOut = { channel: string; purpose: string }
const anyPerson = fc.record({
  /** Whose mailbox and telephone it is, of a few; null: none. */
  mailbox: fc.option(fc.nat({ max: ways }), { freq: 8 }),
  phone: fc.option(fc.nat({ max: ways }), { freq: 8 }),
  mailboxWrong: seldom,
  deceased: seldom,
  disputed: seldom,
  zone: fc.nat({ max: zones.length - 1 }),
  mergedInto: fc.option(fc.nat({ max: 5 }), { freq: 1 }),
  optOuts: fc.oneof(
    { arbitrary: fc.constant<OptOut[]>([]), weight: 4 },
    {
      arbitrary: fc.array(
        fc.record<OptOut>({
          channel: fc.constantFrom('all', 'email', 'phone', 'visit'),
          purpose: fc.constantFrom('all', ...purposes),
        }),
        { maxLength: 2 },
      ),
      weight: 1,
    },
  ),
  consents: fc.array(
    fc.record({
      channel: fc.constantFrom('all', 'email', 'phone', 'visit'),
      purpose: fc.constantFrom('marketing' as const, 'marketing' as const, 'service' as const),
      withdrawn: seldom,
    }),
    { maxLength: 2 },
  ),
})
type Person = typeof anyPerson extends fc.Arbitrary<infer T> ? T : never

const wanted = fc.record({
  who: fc.nat(),
  purpose: anyPurpose,
  channel: fc.constantFrom('email' as const, 'email' as const, 'phone' as const, 'visit' as const),
  automatic: fc.boolean(),
})
const earlier = fc.record({
  who: fc.nat(),
  purpose: anyPurpose,
  channel: fc.constantFrom('email' as const, 'phone' as const),
  daysAgo: fc.constantFrom(1, 5, 6.9, 7.1, 12, 29, 31),
})
const rules = fc.record({
  'contact.marketing-per-30-days': fc.integer({ min: 0, max: 3 }),
  'contact.total-per-7-days': fc.integer({ min: 1, max: 6 }),
  'contact.household-marketing-per-30-days': fc.integer({ min: 1, max: 5 }),
  'contact.household-total-per-7-days': fc.integer({ min: 1, max: 9 }),
  'contact.quiet-from': fc.integer({ min: 0, max: 23 }),
  'contact.quiet-to': fc.integer({ min: 0, max: 23 }),
})
type Rules = typeof rules extends fc.Arbitrary<infer T> ? T : never

const world = fc.record({
  people: fc.array(anyPerson, { minLength: people / 4, maxLength: people, size: 'max' }),
  earlier: fc.array(earlier, { maxLength: people }),
  wanted: fc.array(wanted, { minLength: contacts, maxLength: contacts, size: 'max' }),
  rules,
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

const recordOf = (made: Made, who: number) => made.ids[who % made.ids.length] ?? 0

/** A world as it stands in the database; `survivor` leads from a record to the person it belongs to. */
type Made = { ids: number[]; survivor: Map<number, number>; messages: number[]; tasks: number[] }

async function make({ people: persons, earlier: before, wanted: now, rules: set }: World): Promise<Made> {
  const name = `w${++worlds}-`
  const { rows: made } = await sql<{ id: number }>`
    insert into person (name, search_name, pinyin, initials, sex, source, source_time, deceased)
    select name, name, name, name, 'female', 'test', now(), deceased
    from unnest(${persons.map((_, at) => `${name}${at}`)}::text[], ${persons.map((one) => one.deceased)}::boolean[]) with ordinality as u(name, deceased, nr)
    order by nr returning id`.execute(app.db)
  const ids = made.map((row) => row.id)
  const survivor = new Map(ids.map((id) => [id, id]))
  for (const [at, { mergedInto }] of persons.entries())
    // The first few stand for themselves, so that merges lie one deep.
    if (mergedInto !== null && at > 5) survivor.set(ids[at] ?? 0, ids[mergedInto] ?? 0)
  const json = JSON.stringify(
    persons.map((one, at) => ({
      ...one,
      id: ids[at],
      into: survivor.get(ids[at] ?? 0) === ids[at] ? null : survivor.get(ids[at] ?? 0),
      zone: `Z${one.zone}`,
    })),
  )
  const from = sql`jsonb_to_recordset(${json}::jsonb) as p(id bigint, into_id bigint, mailbox int, phone int, "mailboxWrong" boolean,
    disputed boolean, zone text, "optOuts" jsonb, consents jsonb, "into" bigint)`
  for (const statement of [
    sql`update person set survivor_id = p."into", merged_into = p."into" from ${from} where person.id = p.id and p."into" is not null`,
    sql`insert into person_telecom (person_id, system, value, valid, source)
      select id, 'email', ${name} || mailbox || '@example.test', not "mailboxWrong", 'test' from ${from} where mailbox is not null
      union all select id, 'phone', ${name} || phone, true, 'test' from ${from} where phone is not null`,
    sql`insert into event (person_id, at, kind, source, data) select id, now(), 'person.dispute-opened', 'test',
      jsonb_build_object('key', 'd' || id) from ${from} where disputed`,
    sql`insert into opt_out (person_id, channel, purpose, recorded_by) select id, o ->> 'channel', o ->> 'purpose', 'test'
      from ${from}, jsonb_array_elements("optOuts") o on conflict do nothing`,
    sql`insert into consent (person_id, purpose, channel, given_at, proof, recorded_by, recorded_by_name, withdrawn_at, withdrawn_by)
      select id, c ->> 'purpose', c ->> 'channel', now() - interval '1 day', 'paper', 'test', 'test',
        case when (c ->> 'withdrawn')::boolean then now() end, case when (c ->> 'withdrawn')::boolean then 'test' end
      from ${from}, jsonb_array_elements(consents) c on conflict do nothing`,
    sql`insert into person_facts (person_id, last_department_id)
      select p.id, d.id from ${from} join site s on s.code = p.zone join department d on d.site_id = s.id`,
    ...[...pathways.values()].map(
      (one) => sql`insert into enrollment (pathway_id, pathway_version_id, person_id, status, entered_at)
        select ${one.id}::int, ${one.version_id}::int, id, 'completed', now() from ${from}`,
    ),
    sql`insert into setting (key, value) select key, value from jsonb_each(${JSON.stringify({
      ...set,
      'contact.on-holidays': true,
      'channel.smtp.host': '127.0.0.1',
      'channel.smtp.port': sink.port,
      'channel.smtp.tls': 'none',
      'channel.smtp.from': 'care@hospital.test',
    })}::jsonb) on conflict (key) do update set value = excluded.value`,
  ])
    await statement.execute(app.db)
  const rows = { ids, survivor, messages: [], tasks: [] }
  const past = before.map((one, at) => ({ ...one, id: recordOf(rows, one.who), key: `past${at}` }))
  await insertMessages(past.filter((one) => one.channel === 'email'))
  const called = past.filter((one) => one.channel === 'phone')
  const calls = await insertTasks(called.map((one) => ({ ...one, automatic: true, done: true })))
  await sql`insert into task_attempt (task_id, number, at, user_id, user_name, channel, outcome)
    select u.task_id, 1, now() - u.days * interval '1 day', 'test', 'test', 'phone', 'done'
    from unnest(${calls}::bigint[], ${called.map((one) => one.daysAgo)}::float8[]) u(task_id, days)`.execute(
    app.db,
  )
  const rest = now.map((one, at) => ({ ...one, id: recordOf(rows, one.who), key: `now${at}` }))
  return {
    ...rows,
    messages: await insertMessages(rest.filter((one) => one.channel === 'email')),
    tasks: await insertTasks(
      rest.filter((one) => one.channel !== 'email').map((one) => ({ ...one, done: false })),
    ),
  }
}

type NewContact = { id: number; key: string; purpose: Purpose; automatic?: boolean; daysAgo?: number }

/** The pathway that wants the contact; what staff want by hand has none. */
const enrollmentOf = sql`(select e.id from enrollment e join pathway p on p.id = e.pathway_id
  where e.person_id = n.id and p.code = n.purpose and n.automatic)`

async function insertMessages(list: NewContact[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    insert into message (person_id, enrollment_id, step_key, channel, purpose, body, status, finished_at)
    select n.id, ${enrollmentOf}, n.key, 'email', n.purpose, 'text', case when "daysAgo" is null then 'queued' else 'sent' end,
      now() - "daysAgo" * interval '1 day'
    from jsonb_to_recordset(${JSON.stringify(list)}::jsonb) as n(id bigint, key text, purpose text, automatic boolean, "daysAgo" float8)
    returning id`.execute(app.db)
  return rows.map((row) => row.id)
}

async function insertTasks(
  list: (NewContact & { channel: ContactChannel; done: boolean })[],
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    insert into task (kind, title, person_id, enrollment_id, step_key, site_id, assignee_role, queue, start_at, due_at, status)
    select case channel when 'visit' then 'home-visit' else 'follow-up-call' end, 'call', n.id, ${enrollmentOf}, n.key, s.id, 'service-centre',
      'site:1:service-centre', now(), now(), case when n.done then 'completed' else 'requested' end
    from jsonb_to_recordset(${JSON.stringify(list)}::jsonb) as n(id bigint, key text, purpose text, automatic boolean, channel text, done boolean)
    cross join (select min(id) as id from site) s returning id`.execute(app.db)
  return rows.map((row) => row.id)
}

/** Mail workers and agents at once; each agent takes every task it finds free. */
async function contactAll(made: Made): Promise<void> {
  const waiting = [...made.tasks]
  const agent = async (name: string) => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const taskId = id
      await transaction(app.db, (trx) => holdTask(trx, { ...testActor, id: name }, taskId)).catch(
        (error: unknown) => {
          if (!(error instanceof AppError) || error.id !== 'contact-refused') throw error
        },
      )
    }
  }
  const mailer = () => dispatchDue(app.db, app.services.secret)
  await Promise.all([mailer(), agent('user:a'), agent('user:b'), mailer(), agent('user:c')])
  await mailer()
}

/** A contact as it stands in the rows afterwards. */
type Fate = {
  record_id: number
  channel: ContactChannel
  purpose: Purpose
  automatic: boolean
  /** Took place or is on its way. */
  went: boolean
  /** Since how many days; 0 for what this world wanted. */
  days: number
  refusal: string | null
  later: boolean
}

async function fatesOf(made: Made): Promise<Fate[]> {
  const { rows } = await sql<Fate>`
    select person_id as record_id, channel, purpose, enrollment_id is not null as automatic, status in ('sending', 'sent', 'unknown') as went,
      case when id = any(${made.messages}::bigint[]) then 0 else extract(epoch from now() - finished_at) / 86400 end::float8 as days,
      reason as refusal, status = 'queued' as later
    from message where person_id = any(${made.ids}::bigint[])
    union all
    select t.person_id, case t.kind when 'home-visit' then 'visit' else 'phone' end,
      coalesce((select p.code from enrollment e join pathway p on p.id = e.pathway_id where e.id = t.enrollment_id), 'clinical'),
      t.enrollment_id is not null, t.status <> 'requested',
      coalesce((select extract(epoch from now() - a.at) / 86400 from task_attempt a where a.task_id = t.id), 0)::float8,
      (select data ->> 'refusal' from event v where v.task_id = t.id and v.kind = 'contact.refused'), false
    from task t where t.person_id = any(${made.ids}::bigint[])`.execute(app.db)
  return rows
}

type Known = { persons: Person[]; reachedBy: Set<string>; zone: number }

/** What the world says of each person: all its records together. */
function knownOf(given: World, made: Made): Map<number, Known> {
  const known = new Map<number, Known>()
  for (const [at, one] of given.people.entries()) {
    const id = made.ids[at] ?? 0
    const person = made.survivor.get(id) ?? id
    const before = known.get(person) ?? {
      persons: [],
      reachedBy: new Set(),
      zone: given.people[made.ids.indexOf(person)]?.zone ?? 0,
    }
    before.persons.push(one)
    if (one.mailbox !== null && !one.mailboxWrong) before.reachedBy.add(`mail ${one.mailbox}`)
    if (one.phone !== null) before.reachedBy.add(`phone ${one.phone}`)
    known.set(person, before)
  }
  return known
}

/** Why it must not take place whatever else does; null: nothing speaks against it but how often, and the hour. */
function standing({ persons }: Known, { channel, purpose, automatic }: Fate): string | null {
  const fits = (one: { channel: string; purpose: string }) =>
    ['all', channel].includes(one.channel) && ['all', purpose].includes(one.purpose)
  if (persons.some((one) => one.deceased)) return 'deceased'
  if (persons.some((one) => one.disputed) && (automatic || purpose !== 'clinical')) return 'open-dispute'
  if (persons.some((one) => one.optOuts.some(fits))) return 'opted-out'
  // The same consent twice for one record is the first of them.
  const given = persons.flatMap((one) => firstOfEach(one.consents))
  if (purpose === 'marketing' && !given.some((one) => fits(one) && !one.withdrawn)) return 'no-consent'
  if (channel === 'email' && !persons.some((one) => one.mailbox !== null && !one.mailboxWrong))
    return 'no-address'
  return null
}

function firstOfEach(consents: Person['consents']): Person['consents'] {
  const open = new Set<string>()
  return consents.filter((one) => {
    const key = `${one.purpose} ${one.channel}`
    if (one.withdrawn) return true
    if (open.has(key)) return false
    open.add(key)
    return true
  })
}

function quietAt(at: Date, zone: number, set: Rules): boolean {
  const { hour } = toLocal(at, zones[zone] ?? '')
  const [from, to] = [set['contact.quiet-from'], set['contact.quiet-to']]
  if (from === to) return false
  return from < to ? hour >= from && hour < to : hour >= from || hour < to
}

type Judge = { household: (person: number) => number[]; personOf: (fate: Fate) => number; set: Rules }

/** Whether a contact may come after all these: what is clinical always may. */
function fits(one: Fate, before: Fate[], { household, personOf, set }: Judge): boolean {
  if (one.purpose === 'clinical') return true
  const person = personOf(one)
  const members = new Set(household(person))
  const own = before.filter((other) => personOf(other) === person)
  const all = before.filter((other) => members.has(personOf(other)))
  const week = (list: Fate[]) => list.filter((other) => other.days < 7).length
  const month = (list: Fate[]) =>
    list.filter((other) => other.days < 30 && other.purpose === 'marketing').length
  return (
    week(own) < set['contact.total-per-7-days'] &&
    week(all) < set['contact.household-total-per-7-days'] &&
    (one.purpose !== 'marketing' ||
      (month(own) < set['contact.marketing-per-30-days'] &&
        month(all) < set['contact.household-marketing-per-30-days']))
  )
}

/**
 * Contacts of which no order explains that all of them took place. Taken away from the end: one that fits after all others may have been the
 * last, and what is left never fits worse without it.
 */
function unexplained(went: Fate[], judge: Judge): Fate[] {
  let left = went.filter((one) => one.days === 0)
  const past = went.filter((one) => one.days > 0)
  for (let before = Infinity; left.length < before;) {
    before = left.length
    for (const one of [...left]) {
      const others = left.filter((other) => other !== one)
      if (fits(one, [...past, ...others], judge)) left = others
    }
  }
  return left
}

/** Everything that must not be, in words. */
function violations(given: World, made: Made, fates: Fate[], hours: Date[]): string[] {
  const known = knownOf(given, made)
  const household = (person: number) => {
    const own = known.get(person)?.reachedBy ?? new Set()
    return [...known].flatMap(([id, other]) =>
      id === person || [...other.reachedBy].some((way) => own.has(way)) ? [id] : [],
    )
  }
  const households = new Map([...known.keys()].map((id) => [id, household(id)]))
  const judge: Judge = {
    household: (person) => households.get(person) ?? [],
    personOf: (fate) => made.survivor.get(fate.record_id) ?? fate.record_id,
    set: given.rules,
  }
  const went = fates.filter((one) => one.went)
  const wrong = unexplained(went, judge).map((one) => `more than the caps allow: ${JSON.stringify(one)}`)
  for (const one of fates.filter((fate) => fate.days === 0)) {
    const person = known.get(judge.personOf(one))
    if (!person) continue
    const reason = standing(person, one)
    const quiet = hours.map((at) => quietAt(at, person.zone, given.rules))
    const tell = (what: string) => wrong.push(`${what}: ${JSON.stringify(one)}`)
    if (reason !== null && one.refusal !== reason) tell(`not refused as ${reason}`)
    if (reason === null && one.refusal !== null && one.refusal !== 'frequency-cap')
      tell('refused without a reason')
    if (one.refusal === 'frequency-cap' && fits(one, went, judge)) tell('held back although there was room')
    if (one.channel === 'email' && one.went && quiet.every(Boolean)) tell('sent in quiet hours')
    if (one.later && !quiet.some(Boolean)) tell('waits although nobody sleeps')
    if (one.channel !== 'email' && !one.went && one.refusal === null) tell('neither taken nor refused')
  }
  return wrong
}

test('whatever happens at once, nobody is contacted against the rules, and nobody is spared without a reason', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      const made = await make(given)
      const began = new Date()
      await contactAll(made)
      expect(violations(given, made, await fatesOf(made), [began, new Date()])).toEqual([])
    }),
    { numRuns: tries(8), endOnFailure: true },
  )
}, 3_600_000)
