import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ContactChannel, purposes, type Purpose } from '../../../contract/contact.ts'
import { type SmtpSink, startSmtpSink } from '../../../sim/smtp-sink.ts'
import { createTestApp, testActor, type TestApp } from '../../../test/support/app.ts'
import { useMailSink } from '../../../test/support/channel.ts'
import {
  type Fate,
  type Made,
  violations,
  world,
  type World,
  zones,
} from '../../../test/support/contact-model.ts'
import { tries } from '../../../test/support/tries.ts'
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

const recordOf = (made: Made, who: number) => made.ids[who % made.ids.length] ?? 0

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
    })}::jsonb) on conflict (key, site_id) do update set value = excluded.value`,
  ])
    await statement.execute(app.db)
  await useMailSink(app, sink.port)
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
