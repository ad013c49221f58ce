import fc from 'fast-check'
import { type ContactChannel, purposes, type Purpose } from '../../contract/contact.ts'
import { toLocal } from '../../server/platform/clock.ts'
import { tries } from './tries.ts'

/* Random people to be contacted, and a model of what may become of it that knows nothing of the gate. */

export const zones = ['Asia/Shanghai', 'America/New_York', 'Asia/Kathmandu']

/** Of each world: some three share a mailbox or a telephone, and each is contacted some three times. */
const people = tries(40)
const ways = tries(10)
const contacts = tries(125)

const seldom = fc.integer({ min: 0, max: 9 }).map((n) => n === 0)
const anyPurpose = fc.constantFrom(...purposes)
type OptOut = { channel: string; purpose: string }
const anyPerson = fc.record({
  /** Of a few; null: none. */
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
type Of<A> = A extends fc.Arbitrary<infer T> ? T : never
type Person = Of<typeof anyPerson>

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
type Rules = Of<typeof rules>

export const world = fc.record({
  people: fc.array(anyPerson, { minLength: people / 4, maxLength: people, size: 'max' }),
  earlier: fc.array(earlier, { maxLength: people }),
  wanted: fc.array(wanted, { minLength: contacts, maxLength: contacts, size: 'max' }),
  rules,
})
export type World = Of<typeof world>

/** A world as it stands in the database; `survivor` leads from a record to the person it belongs to. */
export type Made = { ids: number[]; survivor: Map<number, number>; messages: number[]; tasks: number[] }

/** A contact as it stands in the rows afterwards. */
export type Fate = {
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
export function violations(given: World, made: Made, fates: Fate[], hours: Date[]): string[] {
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
