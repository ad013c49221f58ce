import { stopsOn } from '../contract/stop-rule.ts'
import { sql } from 'kysely'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PathwayDefinition } from '../contract/pathway.ts'
import { type NewEvent, recordEvents } from '../server/modules/event/event.ts'
import { createPathway, updatePathway } from '../server/modules/pathway/pathway.ts'
import { draw } from '../server/modules/pathway/step.ts'
import { systemActor } from '../server/platform/actor.ts'
import { readConfig } from '../server/platform/config.ts'
import { type Db, transaction } from '../server/platform/db.ts'
import { openServices } from '../server/services.ts'
import { configureDemoChannels, demoMail } from '../server/seed/demo/seed.ts'
import { updateSetting } from '../server/modules/setting/setting.ts'
import { prng } from '../sim/prng.ts'
import { startSmtpSink } from '../sim/smtp-sink.ts'
import { clockDeviations, runningClocks, startClocksOf } from './clocks.ts'
import { createInstallation, type Installation } from './installation.ts'

export type StepsOptions = {
  /** Each has six or seven steps, due in four portions. */
  persons: number
  kills: number
  seed: number
  /** Where it is set up; default: a new folder. A `data` in it is used. */
  dir?: string
  say?: (line: string) => void
}

export type StepsResult = {
  steps: number
  tasks: number
  mails: number
  /** Mails of which nobody knows whether they went out: told as such, not sent again. */
  unknown: number
  stopped: number
  /** Levels of clocks that fired. */
  clocks: number
  kills: number
  seconds: number
  /** Empty when everything is as it must be. */
  deviations: string[]
}

const actor = systemActor('system:torture', 'torture')
const half = { sample: { rate: 0.5, seed: 'half' } }
const soon = { value: 0.02, unit: 'minutes' as const }
const base = { kind: 'task' as const, task: 'follow-up-call' as const, assignee: 'attending-doctor' as const }
const due = {
  dueSince: 'here' as const,
  dueIn: { value: 3, unit: 'days' as const },
  priority: 'routine' as const,
}

/** call → wait → drawn by lot: mail, else a second call → wait → visit: what each person must have is known beforehand. */
const definition: PathwayDefinition = {
  purpose: 'clinical',
  entry: { event: 'encounter.discharged', maxAgeDays: 30 },
  variables: {},
  stopOn: stopsOn('death'),
  start: 'call',
  steps: [
    { key: 'call', title: 'call', next: 'pause', ...base, ...due, waitFor: 'nothing' },
    { key: 'pause', title: 'pause', next: 'lot', kind: 'wait', since: 'here', for: soon },
    { key: 'lot', title: 'lot', next: 'mail', kind: 'branch', when: half, otherwise: 'again' },
    {
      key: 'mail',
      title: 'mail',
      next: 'later',
      kind: 'message',
      channel: 'email',
      purpose: 'clinical',
      subject: '{{hospital}}',
      body: '{{name}}',
    },
    { key: 'again', title: 'again', next: 'later', ...base, ...due, waitFor: 'nothing' },
    { key: 'later', title: 'later', next: 'visit', kind: 'wait', since: 'here', for: soon },
    { key: 'visit', title: 'visit', next: null, ...base, ...due, waitFor: 'nothing' },
  ],
}

/** The worker is killed again and again while steps fall due and people die; then every enrolment is compared with what it must be. */
export async function stepsTest(options: StepsOptions): Promise<StepsResult> {
  const began = performance.now()
  const say = options.say ?? (() => undefined)
  const sink = await startSmtpSink({ keep: options.persons + 1 })
  const installation = await createInstallation({ dir: options.dir })
  try {
    await installation.start()
    const services = await openServices(
      { ...readConfig({}), dataDir: installation.env['CARELOOP_DATA_DIR'] ?? '' },
      await installation.databaseUrl(),
    )
    const { db, secret } = services
    try {
      await configureDemoChannels(db, secret, [demoMail(sink.port)])
      await prepare(db, secret, options.persons)
      const feeding = feed(db, options)
      await startClocksOf(db, options.persons, (options.kills + 1) * 2000)
      await killWhile(installation, db, options, say)
      await feeding
      await untilDone(db)
      const sent = Map.groupBy(sink.mails, (mail) => mail.to.join())
      const found = await deviations(db, options.persons, sent)
      const clocks = await clockDeviations(db, options.persons)
      found.deviations.push(...clocks.deviations)
      return {
        ...found,
        clocks: clocks.fired,
        kills: options.kills,
        seconds: (performance.now() - began) / 1000,
      }
    } finally {
      await services.close()
    }
  } finally {
    await installation.remove()
    await sink.close()
  }
}

async function prepare(db: Db, secret: string, persons: number): Promise<void> {
  await transaction(db, async (trx) => {
    // The hour of the day at which this runs must not matter.
    for (const key of ['contact.quiet-from', 'contact.quiet-to'])
      await updateSetting(trx, actor, secret, key, { value: 0, version: 0 })
    const { rows } = await sql<{ id: number }>`select id from pathway`.execute(trx)
    for (const { id } of rows) await updatePathway(trx, actor, id, { active: false })
    await createPathway(trx, actor, { code: 'torture', name: 'torture', definition })
    await sql`insert into site (code, name) values ('T1', 'T1')`.execute(trx)
    await sql`insert into department (site_id, code, name) values (1, 'D1', 'D1')`.execute(trx)
    await sql`insert into staff (site_id, department_id, code, name, role) values (1, 1, 'S1', 'S1', 'doctor')`.execute(
      trx,
    )
    await sql`insert into person (id, name, search_name, pinyin, initials, sex, source, source_time)
      select g, 'P' || g, 'P' || g, 'p', 'p', 'male', 'torture', now() from generate_series(1, ${persons}::int) g`.execute(
      trx,
    )
    await sql`insert into person_telecom (person_id, system, value, source)
      select g, 'email', 'p' || g || '@example.test', 'torture' from generate_series(1, ${persons}::int) g`.execute(
      trx,
    )
    await sql`insert into encounter (id, person_id, site_id, department_id, attending_staff_id, class, status, visit_number, starts_at,
        ends_at, disposition, source, source_time)
      select g, g, 1, 1, 1, 'inpatient', 'finished', 'V' || g, now() - interval '2 days', now(), '01', 'torture', now()
      from generate_series(1, ${persons}::int) g`.execute(trx)
    await sql`insert into person_facts (person_id, last_department_id, last_attending_staff_id)
      select g, 1, 1 from generate_series(1, ${persons}::int) g`.execute(trx)
  })
}

/** One in ten dies, at a moment that falls anywhere between the steps. */
const dies = (person: number) => person % 10 === 3
const portion = 250

async function feed(db: Db, { persons, kills }: StepsOptions): Promise<void> {
  // Spread over the kills, so that each of them meets work.
  const pause = (kills * 1500) / Math.ceil(persons / portion)
  for (let from = 1; from <= persons; from += portion) {
    const ids = Array.from({ length: Math.min(portion, persons - from + 1) }, (_, at) => from + at)
    await tell(db, ids, 'encounter.discharged')
    await tell(
      db,
      ids.map((id) => id - portion).filter((id) => id > 0 && dies(id)),
      'person.deceased',
    )
    await sleep(pause)
  }
  const last = Array.from({ length: portion }, (_, at) => persons - at).filter(dies)
  await tell(db, last, 'person.deceased')
}

async function tell(
  db: Db,
  persons: number[],
  kind: 'encounter.discharged' | 'person.deceased',
): Promise<void> {
  if (persons.length === 0) return
  const events = persons.map((id): NewEvent => ({
    personId: id,
    at: new Date(),
    kind,
    source: 'torture',
    ...(kind === 'encounter.discharged' && {
      encounterId: id,
      data: { class: 'inpatient', siteId: 1, departmentId: 1, attendingStaffId: 1, disposition: '01' },
    }),
  }))
  await transaction(db, async (trx) => {
    if (kind === 'person.deceased')
      await sql`update person set deceased = true, deceased_at = now() where id = any(${persons}::bigint[])`.execute(
        trx,
      )
    await recordEvents(trx, events)
  })
}

const openSteps = async (db: Db) =>
  (
    await sql<{ n: number }>`
      select (select count(*) from enrollment where status = 'active')::int +
        (select count(*) from message where status in ('queued', 'sending'))::int + ${runningClocks} as n`.execute(
      db,
    )
  ).rows[0]?.n ?? 0

async function killWhile(
  installation: Installation,
  db: Db,
  { kills, seed }: StepsOptions,
  say: (line: string) => void,
): Promise<void> {
  const random = prng(seed, 4, 0)
  for (let at = 1; at <= kills; at++) {
    await sleep(random() * 1500)
    await installation.kill()
    say(`kill ${at} of ${kills}: ${await openSteps(db)} enrolments, mails and clocks were open`)
    await installation.start()
  }
}

/** A mail whose sender was killed is leased for a quarter of an hour; the test lets that time be over. */
async function untilDone(db: Db): Promise<void> {
  for (let before = -1, still = 0; still < 240;) {
    const open = await openSteps(db)
    if (open === 0) return
    still = open === before ? still + 1 : 0
    before = open
    if (still === 20)
      await sql`update message set lease_until = now() - interval '1 second' where status = 'sending'`.execute(
        db,
      )
    await sleep(250)
  }
  throw new Error('the work does not end')
}

type Row = {
  id: number
  person_id: number
  status: string
  ended_at: Date | null
  steps: string[] | null
  tasks: string[] | null
  open_tasks: number
  messages: { status: string; late: boolean }[] | null
}

async function deviations(
  db: Db,
  persons: number,
  mails: Map<string, unknown[]>,
): Promise<Omit<StepsResult, 'clocks' | 'kills' | 'seconds'>> {
  const { rows } = await sql<Row>`
    select e.id, e.person_id, e.status, e.ended_at,
      (select array_agg(s.step_key order by s.step_key) from enrollment_step s where s.enrollment_id = e.id) as steps,
      (select array_agg(t.step_key order by t.step_key) from task t where t.enrollment_id = e.id) as tasks,
      (select count(*)::int from task t where t.enrollment_id = e.id and t.status in ('requested', 'in-progress')) as open_tasks,
      (select jsonb_agg(jsonb_build_object('status', m.status, 'late', m.created_at > e.ended_at)) from message m where m.enrollment_id = e.id) as messages
    from enrollment e order by e.id`.execute(db)
  const found: string[] = []
  const wrong = (row: Row, what: string) =>
    found.length < 50 && found.push(`enrolment ${row.id} (${row.status}): ${what}`)
  if (rows.length !== persons) found.push(`${rows.length} enrolments of ${persons} persons`)
  const whole = {
    mail: ['call', 'later', 'lot', 'mail', 'pause', 'visit'],
    again: ['again', 'call', 'later', 'lot', 'pause', 'visit'],
  }
  const result = { steps: 0, tasks: 0, mails: 0, unknown: 0, stopped: 0 }
  for (const row of rows) {
    const way = draw(`half:${row.id}`) < 0.5 ? 'mail' : 'again'
    const steps = row.steps ?? []
    const tasks = row.tasks ?? []
    const messages = row.messages ?? []
    result.steps += steps.length
    result.tasks += tasks.length
    result.unknown += messages.filter((one) => one.status === 'unknown').length
    const received = mails.get(`p${row.person_id}@example.test`)?.length ?? 0
    result.mails += received
    if (row.status === 'stopped') {
      result.stopped += 1
      if (!dies(row.person_id)) wrong(row, 'stopped, and nobody died')
      if (row.open_tasks > 0) wrong(row, `${row.open_tasks} tasks are still open`)
      if (messages.some((one) => one.late)) wrong(row, 'a mail was written after the stop')
      if (steps.some((key) => !whole[way].includes(key))) wrong(row, `went ${steps.join()}`)
    } else {
      if (row.status !== 'completed') wrong(row, 'did not end')
      if (steps.join() !== whole[way].join()) wrong(row, `went ${steps.join()}`)
      if (dies(row.person_id) && row.open_tasks > 0) wrong(row, 'work is left for a dead person')
    }
    const made = steps.filter((key) => ['call', 'again', 'visit'].includes(key))
    if (tasks.join() !== made.join())
      wrong(row, `has the tasks ${tasks.join()} for the steps ${steps.join()}`)
    if (messages.length !== (steps.includes('mail') ? 1 : 0))
      wrong(row, `${messages.length} mails were written`)
    if (received > 1) wrong(row, `${received} mails arrived`)
    const sent = messages.filter((one) => one.status === 'sent').length
    if (sent > received) wrong(row, 'a mail is called sent and never arrived')
    if (received > 0 && !messages.some((one) => ['sent', 'unknown'].includes(one.status)))
      wrong(row, `a mail arrived and is called ${messages[0]?.status}`)
  }
  return { ...result, deviations: found }
}
