import { sql } from 'kysely'
import type { EventFilter, EventQuestion } from '../../contract/event-fact.ts'
import type { Condition } from '../../contract/questionnaire.ts'
import { refreshActivity, refreshFacts } from '../../server/modules/person/facts.ts'
import { transaction } from '../../server/platform/db.ts'
import { prng } from '../../sim/prng.ts'
import type { TestApp } from './app.ts'

/*
 * A small hospital in memory, and what rules say of it: written from the documentation of the rule language, with nothing of the compiler.
 * The property test holds the compiler against it.
 */

/** The database has pathways and questionnaires from its seed. */
const own = 9000
const hour = 3_600_000
const day = 24 * hour

type Visit = {
  id: number
  person: number
  class: string
  status: string
  site: number
  department: number | null
  from: number
  to: number | null
  disposition: string | null
}
type Happened = { id: number; person: number; kind: string; at: number; data: Record<string, unknown> }
type Plain = Record<string, unknown> & { id: number; person: number; at: number }
type Human = {
  id: number
  survivor: number | null
  sex: string
  born: string | null
  language: string | null
  dead: boolean
  home: {
    city: string | null
    district: string | null
    latitude: number | null
    longitude: number | null
  } | null
  phones: string[]
}

export type Model = ReturnType<typeof makeModel>

const zones = ['Asia/Shanghai', 'America/Los_Angeles']
const departments = [
  { id: 1, code: 'CARD', site: 1 },
  { id: 2, code: 'GAST', site: 1 },
  { id: 3, code: 'CARD', site: 2 },
  { id: 4, code: 'EYE', site: 2 },
]
const places = [null, { latitude: 30.66, longitude: 104.06 }]

/** Times lie hours away from whole days before now, so that no window ends in the same second. */
export function makeModel(seed: number, size: number) {
  const random = prng(seed, 14)
  const upTo = (n: number) => Math.floor(random() * n)
  const pick = <T>(...from: T[]): T => from[upTo(from.length)] as T
  const now = Date.now()
  const ago = (days: number) => now - upTo(days) * day - (3 + upTo(18)) * hour - 17_000
  const some = <T>(n: number, make: (id: number) => T): T[] =>
    Array.from({ length: n }, (_none, at) => make(at + 1))
  const people: Human[] = some(size, (id) => ({
    id,
    // The last tenth were merged into earlier ones.
    survivor: id > size * 0.9 ? 1 + upTo(Math.floor(size * 0.9)) : null,
    sex: pick('male', 'female', 'unknown'),
    born: pick(
      null,
      ...[1938, 1950, 1961, 1975, 1990, 2004, 2020].map((year) => `${year}-0${1 + upTo(9)}-1${upTo(9)}`),
    ),
    language: pick(null, 'zh', 'en'),
    dead: random() < 0.08,
    home: pick(
      null,
      { city: '成都市', district: pick('武侯区', '锦江区', null), latitude: null, longitude: null },
      { city: '成都市', district: '', latitude: 30 + upTo(12) / 10, longitude: 104 + upTo(10) / 10 },
    ),
    phones: random() < 0.7 ? [`+8613800000${String(100 + upTo(size / 2))}`] : [],
  }))
  const person = () => 1 + upTo(size)
  const visits: Visit[] = some(size * 4, (id) => {
    const from = ago(900)
    const kind = pick('inpatient', 'outpatient', 'outpatient', 'emergency')
    const open = random() < 0.1
    const place = pick(...departments)
    return {
      ...{
        id,
        person: person(),
        class: kind,
        status: random() < 0.1 ? 'cancelled' : kind === 'inpatient' && !open ? 'finished' : 'in-progress',
      },
      ...{
        site: place.site,
        department: random() < 0.9 ? place.id : null,
        from,
        disposition: pick(null, '01', '02'),
      },
      to: kind === 'inpatient' && !open ? Math.min(now - hour, from + (1 + upTo(9)) * day) : null,
    }
  })
  const conditions = visits.flatMap(
    (visit, at): { id: number; person: number; visit: number; code: string }[] =>
      random() < 0.5
        ? [
            {
              id: at + 1,
              person: visit.person,
              visit: visit.id,
              code: pick('I10', 'I10.x02', 'E11.9', 'C34.9'),
            },
          ]
        : [],
  )
  const events: Happened[] = some(size * 5, (id) => {
    const kind = pick(
      ...[
        'charge.posted',
        'charge.posted',
        'appointment.booked',
        'appointment.missed',
        'observation.recorded',
        'contact.attempted',
      ],
      ...['medication.requested', 'message.replied', 'procedure.performed'],
    )
    const code = { code: { code: pick('4548-4', '2345-7', '250301'), text: pick('血糖', '化验', '挂号费') } }
    const data = {
      'charge.posted': { ...code, amount: upTo(50) * 10 },
      'appointment.booked': { ...code, start: new Date(now + (upTo(60) - 30) * day - hour).toISOString() },
      'observation.recorded': {
        ...code,
        value: pick<unknown>(upTo(12), '阴性'),
        interpretation: pick('H', 'N'),
      },
      'contact.attempted': { outcome: pick('done', 'unreached'), channel: 'phone' },
      'message.replied': { channel: pick('sms', 'wechat') },
    }[kind]
    const spoilt = random() < 0.1 && kind !== 'contact.attempted'
    return {
      id,
      person: person(),
      kind,
      at: ago(800),
      data: { ...(data ?? code), ...(spoilt && { superseded: true }) },
    }
  })
  const messages: Plain[] = some(size, (id) => ({
    ...{
      id,
      person: person(),
      at: ago(200),
      channel: 'email',
      purpose: pick('service', 'marketing'),
      status: pick('sent', 'failed'),
    },
  }))
  const enrollments: Plain[] = some(size, (id) => ({
    ...{
      id,
      person: person(),
      at: ago(300),
      pathway: pick('model-stay', 'model-vip'),
      status: pick('active', 'waiting', 'completed', 'stopped'),
    },
    reason: pick(null, 'opt-out'),
  }))
  const answers: Plain[] = some(size * 2, (id) => ({
    ...{
      id,
      person: person(),
      at: ago(300),
      questionnaire: pick('model-phq', 'pain-model'),
      score: pick(null, upTo(20)),
    },
    answers: {
      pain: pick<unknown>(upTo(10), null, '7'),
      wound: pick<unknown>('red', '', 'clean'),
      signs: pick<unknown>(['fever', 'cough'], []),
    },
    completed: random() < 0.8,
  }))
  const members: Plain[] = some(Math.ceil(size / 2), (id) => ({
    ...{
      id,
      person: id,
      at: Date.parse(`${new Date(ago(1000) - 3 * day).toISOString().slice(0, 10)}T00:00+08:00`),
      group: pick('acme', 'staff'),
      role: pick('employee', 'retiree'),
      title: pick(null, '总经理', '会计'),
    },
    ended: random() < 0.2,
  }))
  const relatives: Plain[] = some(size, (id) => ({
    id,
    person: person(),
    at: ago(100),
    relation: pick('SPO', 'CHD'),
  }))
  const segments = some(size, (id) => ({
    segment: 1 + (id % 2),
    code: id % 2 ? 'long-lost' : 'frequent',
    person: id,
  }))
  return {
    now,
    people,
    visits,
    conditions,
    events,
    messages,
    enrollments,
    answers,
    members,
    relatives,
    segments,
  }
}

const time = (at: number | null) => (at === null ? null : new Date(at).toISOString())

/** Writes the model into an empty database, and lets the application make the facts of it. */
export async function storeModel(app: TestApp, model: Model): Promise<void> {
  const put = (table: string, rows: Record<string, unknown>[]) =>
    rows.length === 0
      ? Promise.resolve()
      : sql`insert into ${sql.table(table)} (${sql.join(Object.keys(rows[0] ?? {}).map((name) => sql.ref(name)))}) overriding system value
          select ${sql.join(Object.keys(rows[0] ?? {}).map((name) => sql.ref(name)))} from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::jsonb)`.execute(
          app.db,
        )
  const at = { source: 'test', source_time: time(model.now) }
  await put(
    'site',
    zones.map((zone, n) => ({
      id: n + 1,
      code: `S${n}`,
      name: `S${n}`,
      time_zone: zone,
      created_at: time(model.now),
      ...places[n],
      ...(places[n] ? {} : { latitude: null, longitude: null }),
    })),
  )
  await put(
    'department',
    departments.map(({ site, ...one }) => ({
      ...one,
      site_id: site,
      name: one.code,
      active: true,
      created_at: time(model.now),
      needs_review: false,
    })),
  )
  await put(
    'person',
    model.people.map((one) => ({
      ...{
        id: one.id,
        name: `人${one.id}`,
        search_name: '',
        pinyin: '',
        initials: '',
        sex: one.sex,
        birth_date: one.born,
        language: one.language,
      },
      ...{
        deceased: one.dead,
        ...at,
        said_at: {},
        created_at: time(model.now),
        updated_at: time(model.now),
        version: 1,
      },
    })),
  )
  for (const one of model.people)
    if (one.survivor !== null)
      await sql`update person set survivor_id = ${one.survivor}, merged_into = ${one.survivor} where id = ${one.id}`.execute(
        app.db,
      )
  await put(
    'person_telecom',
    model.people.flatMap((one) =>
      one.phones.map((value) => ({
        id: one.id,
        person_id: one.id,
        system: 'phone',
        value,
        use: 'mobile',
        valid: true,
        source: 'test',
        updated_at: time(model.now),
      })),
    ),
  )
  await put(
    'person_address',
    model.people.flatMap((one) =>
      one.home
        ? [
            {
              id: one.id,
              person_id: one.id,
              use: 'home',
              text: 'x',
              ...one.home,
              position_source: one.home.latitude === null ? null : 'hand',
              source: 'test',
              updated_at: time(model.now - one.id * 1000),
            },
          ]
        : [],
    ),
  )
  await put(
    'encounter',
    model.visits.map((one) => ({
      id: one.id,
      person_id: one.person,
      site_id: one.site,
      department_id: one.department,
      class: one.class,
      status: one.status,
      starts_at: time(one.from),
      ends_at: time(one.to),
      disposition: one.disposition,
      ...at,
      said_at: {},
    })),
  )
  await put(
    'condition',
    model.conditions.map((one) => ({
      id: one.id,
      person_id: one.person,
      encounter_id: one.visit,
      role: 'discharge',
      code: one.code,
      text: one.code,
      source: 'test',
      recorded_at: time(model.now),
    })),
  )
  await put(
    'event',
    model.events.map((one) => ({
      id: one.id,
      person_id: one.person,
      kind: one.kind,
      at: time(one.at),
      recorded_at: time(one.at),
      source: 'test',
      data: one.data,
    })),
  )
  await put(
    'message',
    model.messages.map(({ person, at: finished, ...one }) => ({
      ...one,
      person_id: person,
      finished_at: time(finished),
      body: 'x',
      created_at: time(finished),
      due_at: time(finished),
      attempt: 1,
      fence: 0,
      tries: 1,
      placeholder_at: [],
    })),
  )
  await put(
    'pathway',
    ['model-stay', 'model-vip'].map((code, n) => ({ id: own + n + 1, code, name: code, active: true })),
  )
  await put(
    'pathway_version',
    [1, 2].map((id) => ({
      id: own + id,
      pathway_id: own + id,
      version: 1,
      definition: {},
      published_at: time(model.now),
      follows_subject: false,
      stop_events: [],
    })),
  )
  const once = new Map(model.enrollments.map((one) => [`${one.person} ${String(one['pathway'])}`, one]))
  model.enrollments = [...once.values()]
  await put(
    'enrollment',
    model.enrollments.map((one) => ({
      id: one.id,
      pathway_id: own + (one['pathway'] === 'model-vip' ? 2 : 1),
      pathway_version_id: own + (one['pathway'] === 'model-vip' ? 2 : 1),
      person_id: one.person,
      subject_kind: 'person',
      status: one['status'],
      entered_at: time(one.at),
      started_at: time(one.at),
      stop_reason: one['reason'],
      variables: {},
      fence: 0,
      failures: 0,
      round: 0,
    })),
  )
  await put(
    'questionnaire',
    ['model-phq', 'pain-model'].map((code, n) => ({ id: own + n + 1, code, title: {} })),
  )
  await put(
    'questionnaire_version',
    [1, 2].map((id) => ({
      id: own + id,
      questionnaire_id: own + id,
      version: 1,
      definition: {},
      published_at: time(model.now),
    })),
  )
  await put(
    'questionnaire_response',
    model.answers.map((one) => ({
      id: one.id,
      person_id: one.person,
      questionnaire_version_id: own + (one['questionnaire'] === 'pain-model' ? 2 : 1),
      status: one['completed'] ? 'completed' : 'in-progress',
      answers: one['answers'],
      score: one['score'],
      author: 'x',
      source: 'staff',
      created_at: time(one.at),
      updated_at: time(one.at),
    })),
  )
  await put(
    'group_customer',
    ['acme', 'staff'].map((code, n) => ({
      id: n + 1,
      code,
      name: code,
      search_name: '',
      pinyin: '',
      initials: '',
      kind: 'employer',
      status: 'active',
      source: 'test',
      created_at: time(model.now),
      updated_at: time(model.now),
      version: 1,
    })),
  )
  await put(
    'group_member',
    model.members.map((one) => ({
      id: one.id,
      group_id: one['group'] === 'acme' ? 1 : 2,
      person_id: one.person,
      role: one['role'],
      title: one['title'],
      since: localDate(one.at, 'Asia/Shanghai'),
      until: one['ended'] ? localDate(one.at, 'Asia/Shanghai') : null,
      source: 'test',
      created_at: time(one.at),
      updated_at: time(one.at),
      version: 1,
    })),
  )
  await put(
    'person_relationship',
    model.relatives.map((one) => ({
      id: one.id,
      person_id: one.person,
      relation: one['relation'],
      name: `x${one.id}`,
      source: 'test',
      updated_at: time(one.at),
    })),
  )
  await put(
    'segment',
    [
      { id: 1, code: 'frequent' },
      { id: 2, code: 'long-lost' },
    ].map((one) => ({
      ...one,
      name: one.code,
      kind: 'list',
      made_by: 'hand',
      version: 1,
      created_by: 'test',
      created_at: time(model.now),
      worth: false,
      needs: [],
    })),
  )
  await put(
    'segment_member',
    model.segments.map((one) => ({ segment_id: one.segment, person_id: one.person, since: time(model.now) })),
  )
  const ids = model.people.map((one) => one.id)
  await transaction(app.db, async (trx) => {
    await refreshFacts(trx, ids)
    await refreshActivity(trx, sql`select unnest(${ids}::bigint[])`)
  })
}

/** The living survivors who meet a condition, by id. */
export function whoMeet(model: Model, condition: Condition): number[] {
  return model.people
    .filter((one) => isCounted(model, one) && meets(model, one.id, condition))
    .map((one) => one.id)
}

const recordsFor = (model: Model, id: number) =>
  new Set([id, ...model.people.filter((one) => one.survivor === id).map((one) => one.id)])

function isCounted(model: Model, one: Human): boolean {
  return one.survivor === null && ![...recordsFor(model, one.id)].some((id) => model.people[id - 1]?.dead)
}

function meets(model: Model, id: number, condition: Condition): boolean {
  if ('all' in condition) return condition.all.every((one) => meets(model, id, one))
  if ('any' in condition) return condition.any.some((one) => meets(model, id, one))
  if ('not' in condition) return !meets(model, id, condition.not)
  if ('household' in condition)
    return household(model, id).some((other) => {
      const human = model.people[other - 1]
      return (
        other !== id &&
        human !== undefined &&
        isCounted(model, human) &&
        meets(model, other, condition.household)
      )
    })
  if ('events' in condition)
    return compared(valueOf(model, id, condition.events), condition.events.op, condition.events.value)
  if ('fact' in condition)
    return compared(factOfPerson(model, id, condition.fact), condition.op, condition.value)
  throw new Error('a sample is nothing for a rule')
}

function household(model: Model, id: number): number[] {
  const own = [...recordsFor(model, id)].flatMap((one) => model.people[one - 1]?.phones ?? [])
  const others = model.people
    .filter((one) => one.phones.some((phone) => own.includes(phone)))
    .map((one) => one.survivor ?? one.id)
  return [...new Set([id, ...others])]
}

/** Unknown meets nothing, not even "is not". */
function compared(actual: unknown, op: string, expected: unknown): boolean {
  const known = actual !== null && actual !== undefined && actual !== ''
  if (op === 'exists') return known === (expected !== false)
  if (!known) return false
  switch (op) {
    case '=':
      return actual === expected
    case '!=':
      return actual !== expected
    case 'in':
      return (expected as unknown[]).includes(actual)
    case 'contains':
      return Array.isArray(actual)
        ? actual.some((one) => String(one).startsWith(String(expected)))
        : typeof actual === 'string' && actual.includes(String(expected))
  }
  if (typeof actual !== typeof expected) return false
  const [a, b] = [actual as number, expected as number]
  return op === '<' ? a < b : op === '<=' ? a <= b : op === '>' ? a > b : a >= b
}

type Item = { id: number; at: number; fields: Record<string, unknown> }

function itemsOf(model: Model, id: number, of: EventQuestion['of']): Item[] {
  const own = recordsFor(model, id)
  const mine = <T extends { person: number }>(rows: readonly T[]) => rows.filter((one) => own.has(one.person))
  const place = (one: Visit) => ({
    department: departments.find((d) => d.id === one.department)?.code,
    site: `S${one.site - 1}`,
  })
  const told = (...kinds: string[]) =>
    mine(model.events)
      .filter((one) => kinds.includes(one.kind) && !('superseded' in one.data))
      .map(({ id: number, at, kind, data }) => {
        const code = data['code'] as { code: string; text: string } | undefined
        const numeric = typeof data['value'] === 'number' ? data['value'] : null
        return {
          id: number,
          at,
          fields: { ...data, value: numeric, code: code?.code, text: code?.text, state: kind.slice(12) },
        }
      })
  const visits = mine(model.visits).filter((one) => one.status !== 'cancelled')
  switch (of) {
    case 'visit':
      return visits.map((one) => ({ id: one.id, at: one.from, fields: { class: one.class, ...place(one) } }))
    case 'stay':
      return visits
        .filter((one) => one.class === 'inpatient')
        .map((one) => ({
          id: one.id,
          at: one.from,
          fields: {
            ...place(one),
            disposition: one.disposition,
            days: Math.floor(((one.to ?? model.now) - one.from) / day),
          },
        }))
    case 'diagnosis':
      return mine(model.conditions).flatMap((one) => {
        const visit = model.visits[one.visit - 1]
        return visit && visit.status !== 'cancelled'
          ? [{ id: one.id, at: visit.from, fields: { code: one.code, department: place(visit).department } }]
          : []
      })
    case 'charge':
      return told('charge.posted')
    case 'appointment':
      return told('appointment.booked', 'appointment.missed')
    case 'result':
      return told('observation.recorded')
    case 'medication':
      return told('medication.requested')
    case 'procedure':
      return told('procedure.performed')
    case 'call':
      return told('contact.attempted')
    case 'reply':
      return told('message.replied')
    case 'immunization':
      return []
    case 'message':
      return mine(model.messages).map((one) => ({ ...one, fields: one }))
    case 'relative':
      return mine(model.relatives).map((one) => ({ ...one, fields: one }))
    case 'answer':
      return mine(model.answers)
        .filter((one) => one['completed'])
        .map((one) => ({ ...one, fields: one }))
    case 'pathway':
      return mine(model.enrollments).map((one) => ({
        ...one,
        fields: {
          ...one,
          state: one['status'] === 'completed' ? 'finished' : one['status'] === 'stopped' ? 'stopped' : 'on',
        },
      }))
    case 'membership':
      return mine(model.members)
        .filter((one) => !one['ended'])
        .map((one) => ({ ...one, fields: { ...one, kind: 'employer' } }))
  }
}

function valueOf(model: Model, id: number, asked: EventQuestion): unknown {
  const fieldOf = ({ fields }: Item, name: string, question: string | undefined): unknown =>
    name === 'answer' ? (fields['answers'] as Record<string, unknown>)[question ?? ''] : fields[name]
  const fits = (item: Item, { field, question, op, value }: EventFilter) => {
    const actual = fieldOf(item, field, question)
    // A code contains by its beginning.
    return compared(
      field === 'code' && op === 'contains' && typeof actual === 'string' ? [actual] : actual,
      op,
      value,
    )
  }
  const within = ({ at }: Item) => {
    const date = localDate(at, 'Asia/Shanghai')
    return (
      (asked.withinDays === undefined || at > model.now - asked.withinDays * day) &&
      (asked.from === undefined || date >= asked.from) &&
      (asked.to === undefined || date <= asked.to)
    )
  }
  const items = itemsOf(model, id, asked.of).filter(
    (one) => within(one) && (asked.where ?? []).every((filter) => fits(one, filter)),
  )
  if (asked.measure === 'count') return items.length
  if (asked.measure === 'sum')
    return items.reduce(
      (sum, one) => sum + Number(one.fields[asked.of === 'stay' ? 'days' : 'amount'] ?? 0),
      0,
    )
  const last = items.sort((a, b) => b.at - a.at || b.id - a.id)[0]
  return last && fieldOf(last, asked.field ?? '', asked.question)
}

function localDate(at: number, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at)
}

const between = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / day)

function factOfPerson(model: Model, id: number, name: string): unknown {
  const human = model.people[id - 1] as Human
  const own = recordsFor(model, id)
  const visits = model.visits.filter((one) => own.has(one.person) && one.status !== 'cancelled')
  const stays = visits.filter((one) => one.class === 'inpatient')
  const latest = [...visits].sort((a, b) => b.from - a.from)[0]
  const zone = latest ? (zones[latest.site - 1] ?? '') : 'Asia/Shanghai'
  const today = localDate(model.now, zone)
  const yearAgo = model.now - 365 * day
  const first = visits.length > 0 ? Math.min(...visits.map((one) => one.from)) : null
  const discharges = stays.flatMap((one) => (one.status === 'finished' && one.to !== null ? [one.to] : []))
  const discharged = discharges.length > 0 ? Math.max(...discharges) : null
  const next = model.events
    .filter((one) => own.has(one.person) && one.kind === 'appointment.booked' && !('superseded' in one.data))
    .map((one) => Date.parse(String(one.data['start'])))
    .filter((at) => at > model.now)
    .sort((a, b) => a - b)[0]
  const date = (at: number | null | undefined) =>
    at === null || at === undefined ? null : localDate(at, zone)
  const since = (at: number | null | undefined) =>
    at === null || at === undefined ? null : between(localDate(at, zone), today)
  const home = model.people.filter((one) => own.has(one.id) && one.home).sort((a, b) => a.id - b.id)[0]?.home
  switch (name) {
    case 'person.sex':
      return human.sex
    case 'person.ageYears':
      return human.born === null
        ? null
        : Number(today.slice(0, 4)) -
            Number(human.born.slice(0, 4)) -
            (today.slice(5) < human.born.slice(5) ? 1 : 0)
    case 'person.birthDate':
      return human.born
    case 'person.language':
      return human.language
    case 'person.city':
      return home?.city
    case 'person.district':
      return home?.district
    case 'person.stage':
      if (!latest) return 'never'
      if (stays.some((one) => one.status === 'in-progress')) return 'in-hospital'
      if (discharged !== null && discharged > model.now - 30 * day) return 'after-discharge'
      return latest.from > yearAgo ? 'active' : 'lapsed'
    case 'person.departmentCode':
      return departments.find((one) => one.id === latest?.department)?.code
    case 'person.conditionCodes': {
      // Of all visits, the cancelled ones too: what was diagnosed was diagnosed.
      const codes = model.conditions.filter((one) => own.has(one.person)).map((one) => one.code)
      return codes.length > 0 ? codes : null
    }
    case 'person.visits':
      return visits.length
    case 'person.stays':
      return stays.length
    case 'person.visitsInYear':
      return visits.filter((one) => one.from > yearAgo).length
    case 'person.staysInYear':
      return stays.filter((one) => one.from > yearAgo).length
    case 'person.chargesInYear': {
      const sums = itemsOf(model, id, 'charge').filter((one) => one.at > yearAgo)
      return sums.length > 0 ? sums.reduce((sum, one) => sum + Number(one.fields['amount']), 0) : null
    }
    case 'person.daysSinceFirstVisit':
      return since(first)
    case 'person.daysSinceVisit':
      return since(latest?.from)
    case 'person.daysSinceDischarge':
      return since(discharged)
    case 'person.daysUntilVisit':
      return next === undefined ? null : between(today, localDate(next, zone))
    case 'person.firstVisitDate':
      return date(first)
    case 'person.lastVisitDate':
      return date(latest?.from)
    case 'person.lastDischargeDate':
      return date(discharged)
    case 'person.nextVisitDate':
      return date(next)
    case 'person.segments': {
      const codes = model.segments.filter((one) => one.person === id).map((one) => one.code)
      return codes.length > 0 ? codes : null
    }
    case 'person.householdSize':
      return household(model, id).length
    default:
      throw new Error(`${name} is not in the model`)
  }
}
