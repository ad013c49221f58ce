import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { int, pick, prng } from '../sim/prng.ts'
import { brokenAppointmentRules } from '../test/support/appointment-rules.ts'
import { careloop } from '../test/support/process.ts'
import { createInstallation } from './installation.ts'

export type AppointmentsOptions = {
  /** At a time, each one request after another. */
  clients: number
  requests: number
  kills: number
  seed: number
  dir?: string
}

export type AppointmentsResult = {
  answers: Record<number, number>
  booked: number
  offers: number
  kills: number
  seconds: number
  deviations: string[]
}

const channels = ['phone', 'window', 'follow-up', 'alliance', 'green'] as const
const [people, sessions, places] = [30, 6, 12]

/** Clients book, hold, move, cancel, wait, answer offers and suspend at random while the process is killed again and again. */
export async function appointmentsTest(options: AppointmentsOptions): Promise<AppointmentsResult> {
  const began = performance.now()
  const installation = await createInstallation({ dir: options.dir })
  try {
    await installation.start()
    const { output } = await careloop(
      ['api-key', 'create', '--name', 'torture', '--role', 'integration'],
      installation.env,
    ).ended
    const [key] = /cl_[0-9A-Za-z]+/.exec(output) ?? []
    if (!key) throw new Error(`no API key: ${output}`)
    const pool = new pg.Pool({ connectionString: await installation.databaseUrl(), max: 4 })
    const rows = async <T>(text: string, values: unknown[] = []) =>
      (await pool.query(text, values)).rows as T[]
    try {
      await rows(setUp)
      const life = new Life(`http://127.0.0.1:${installation.port}/api/v1`, key, rows)
      const random = prng(options.seed)
      const killer = (async () => {
        for (let kill = 0; kill < options.kills; kill++) {
          // A kill every so many answers, so that a slow machine has as much done between two.
          const until = life.done + (options.clients * options.requests) / (options.kills + 1)
          while (life.done < until && !life.over) await sleep(int(random, 5, 50))
          await installation.kill()
          await installation.start({ ready: false })
          await installation.ready()
        }
      })()
      await Promise.all(
        Array.from({ length: options.clients }, (_, client) =>
          life.live(prng(options.seed * 100 + client), options.requests),
        ),
      )
      life.over = true
      await killer
      const lost = await life.lost()
      return {
        answers: life.answers,
        booked: life.booked.size,
        offers: Number((await rows<{ n: string }>('select count(*) as n from slot_offer'))[0]?.n),
        kills: options.kills,
        seconds: (performance.now() - began) / 1000,
        deviations: [...life.faults, ...lost, ...(await brokenAppointmentRules(rows))],
      }
    } finally {
      await pool.end()
    }
  } finally {
    await installation.remove()
  }
}

const setUp = `
with site as (insert into site (code, name) values ('T', 'Torture') returning id),
  d as (insert into department (site_id, code, name) select id, 'D', 'D' from site returning id, site_id),
  v as (insert into visit_type (site_id, code, name, minutes) select id, 'V', 'V', 15 from site returning id),
  p as (insert into person (name, pinyin, initials, search_name, source, source_time) select '患者' || n, '', '', '', 'torture', now()
    from generate_series(1, ${people}) n),
  c as (insert into clinic_session (site_id, department_id, visit_type_id, date, period)
    select d.site_id, d.id, v.id, current_date + n, tstzrange(current_date + n + time '08:00', current_date + n + time '11:00') from d, v,
      generate_series(2, ${sessions + 1}) n returning *)
insert into slot (session_id, site_id, department_id, visit_type_id, starts_at, ends_at, number, channel, release_at)
select c.id, c.site_id, c.department_id, c.visit_type_id, lower(c.period) + (n - 1) * interval '15 minutes', lower(c.period) + n * interval '15 minutes', n,
  case when n % 4 = 0 then 'follow-up' end, case when n % 4 = 0 then now() + n * interval '2 seconds' end
from c, generate_series(1, ${places}) n`

type Answer = { status: number; body: { id?: number; version?: number; items?: Item[] } }
type Item = { id: number; version: number; status: string }
type Rows = <T>(text: string, values?: unknown[]) => Promise<T[]>

class Life {
  done = 0
  readonly answers: Record<number, number> = {}
  readonly faults: string[] = []
  /** Appointments whose booking was answered. */
  readonly booked = new Set<number>()
  readonly cancelled = new Set<number>()

  over = false
  readonly #base: string
  readonly #key: string
  readonly #rows: Rows

  constructor(base: string, key: string, rows: Rows) {
    this.#base = base
    this.#key = key
    this.#rows = rows
  }

  /** One request; without an answer the process was killed meanwhile, and what became of it nobody knows. */
  async ask(method: string, path: string, body?: object): Promise<Answer | undefined> {
    for (let look = 0; look < 600; look++) {
      try {
        const answer = await fetch(this.#base + path, {
          method,
          headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
          ...(body && { body: JSON.stringify(body) }),
        })
        this.answers[answer.status] = (this.answers[answer.status] ?? 0) + 1
        const text = await answer.text()
        if (![200, 201, 204, 404, 409, 422].includes(answer.status)) {
          // Not up yet, or on its way down.
          if (answer.status === 503) {
            await sleep(100)
            continue
          }
          this.faults.push(`${method} ${path}: ${answer.status} ${text.slice(0, 200)}`)
        }
        return { status: answer.status, body: text ? (JSON.parse(text) as Answer['body']) : {} }
      } catch (error) {
        if ((error as { cause?: { code?: string } }).cause?.code !== 'ECONNREFUSED') return undefined
        await sleep(100)
      }
    }
    throw new Error('the installation did not come back')
  }

  async live(random: () => number, requests: number): Promise<void> {
    const persons = await this.#rows<{ id: number }>(
      `select id from person where source = 'torture' order by id`,
    )
    const slots = await this.#rows<{ id: number }>('select id from slot order by id')
    const department = (await this.#rows<{ id: number }>(`select id from department where code = 'D'`))[0]?.id
    for (let step = 0; step < requests; step++, this.done++) {
      const personId = pick(random, persons).id
      const slotId = pick(random, slots).id
      const channel = pick(random, channels)
      const what = int(random, 0, 11)
      if (what <= 4) {
        const answer = await this.ask('POST', '/appointments', { personId, slotId, channel })
        if (answer?.status === 201 && answer.body.id) this.booked.add(answer.body.id)
      } else if (what === 5) await this.ask('POST', `/slots/${slotId}/hold`, { channel })
      else if (what === 6)
        await this.ask('POST', '/waitlist', {
          personId,
          departmentId: department,
          earliest: day(0),
          latest: day(30),
          urgent: int(random, 0, 4) === 0,
        })
      else if (what === 7) {
        const [offer] = await this.#rows<{ id: number }>(
          `select id from slot_offer where status = 'open' order by random() limit 1`,
        )
        if (offer) await this.ask('POST', `/offers/${offer.id}/decide`, { accept: int(random, 0, 2) > 0 })
      } else if (what === 8 && int(random, 0, 5) === 0) {
        const [session] = await this.#rows<{ id: number; version: number; status: string }>(
          'select id, version, status from clinic_session order by random() limit 1',
        )
        const act = session?.status === 'open' ? 'suspend' : 'resume'
        await this.ask('POST', `/clinic-sessions/${session?.id}/${act}`, {
          version: session?.version,
          reason: 'x',
        })
      } else {
        const list = await this.ask('GET', `/appointments?personId=${personId}&view=coming`)
        const one = list?.body.items?.[0]
        if (!one) continue
        if (what === 9)
          await this.ask('POST', `/appointments/${one.id}/reschedule`, {
            version: one.version,
            slotId,
            channel,
          })
        else {
          const gone = await this.ask('POST', `/appointments/${one.id}/cancel`, {
            version: one.version,
            by: 'patient',
            reason: 'x',
          })
          if (gone?.status === 200) this.cancelled.add(one.id)
        }
      }
    }
  }

  /** What was answered and is not there. */
  async lost(): Promise<string[]> {
    const there = new Map(
      (await this.#rows<{ id: number; status: string }>('select id, status from appointment')).map((one) => [
        one.id,
        one.status,
      ]),
    )
    return [
      ...[...this.booked]
        .filter((id) => !there.has(id))
        .map((id) => `appointment ${id} was answered and is lost`),
      ...[...this.cancelled]
        .filter((id) => there.get(id) !== 'cancelled')
        .map((id) => `the cancellation of ${id} was answered and is lost`),
    ]
  }
}

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
