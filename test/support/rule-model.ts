import { prng } from '../../sim/prng.ts'

/*
 * A small hospital in memory, and (`rule-meaning.ts`) what rules say of it: written from the documentation of the rule language, with nothing of the compiler.
 * The property test holds the compiler against it.
 */

const hour = 3_600_000
export const day = 24 * hour

export type Visit = {
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
export type Human = {
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

export const zones = ['Asia/Shanghai', 'America/Los_Angeles']
export const departments = [
  { id: 1, code: 'CARD', site: 1 },
  { id: 2, code: 'GAST', site: 1 },
  { id: 3, code: 'CARD', site: 2 },
  { id: 4, code: 'EYE', site: 2 },
]
export const places = [null, { latitude: 30.66, longitude: 104.06 }]

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

/** The day of a moment in a time zone. */
export function localDate(at: number, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at)
}
