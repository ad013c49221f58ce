import type { ContactRefusal, Purpose } from '../../../contract/contact.ts'
import { type Calendar, nextOpening } from '../../platform/calendar.ts'
import { fromLocal, localDate, shiftDate } from '../../platform/clock.ts'
import type { SettingValues } from '../setting/definitions.ts'

export const contactSettings = [
  'contact.quiet-from',
  'contact.quiet-to',
  'contact.on-holidays',
  'contact.marketing-per-30-days',
  'contact.total-per-7-days',
  'contact.household-marketing-per-30-days',
  'contact.household-total-per-7-days',
] as const
export type ContactSettings = SettingValues<(typeof contactSettings)[number]>

/** Past and pending contacts: all within 7 days, and marketing within 30. */
export type Contacted = { total7: number; marketing30: number }

export type ContactFacts = {
  purpose: Purpose
  /** Started by a pathway or campaign; else by staff for this person. */
  automatic: boolean
  /** A mass notice that two people decided: see docs/decisions/0053-what-the-gate-may-override.md. */
  emergency: boolean
  /** Answers what the person asked within a day: see docs/decisions/0058-one-inbox.md. */
  reply?: boolean
  deceased: boolean
  /** The person has an open dispute with the hospital. */
  disputed: boolean
  optedOut: boolean
  /** The person has a valid consent to this purpose by this channel. */
  consented: boolean
  /** The address; null: none known. Empty for a channel that needs none. */
  address: string | null
  person: Contacted
  household: Contacted
  /** Hours of the day, `[from, to)`, in which the person wants to be contacted. */
  wished: { from: number; to: number } | null
  timeZone: string
}

export type Verdict =
  | { kind: 'permit'; address: string }
  | { kind: 'refuse'; reason: ContactRefusal }
  | { kind: 'later'; at: Date }

/**
 * The rules before any contact. Clinical contacts count like any other but are never held back by a cap; in quiet hours nobody is
 * contacted, not even for clinical reasons (red flags have their own tasks, which the gate does not check). Marketing needs consent: PIPL
 * Art. 13 and 14, Advertising Law Art. 43. An emergency goes to everybody who lives and can be reached, at any hour (PIPL Art. 13 (4)).
 */
export function decide(
  facts: ContactFacts,
  settings: ContactSettings,
  now: Date,
  holidays: Calendar,
): Verdict {
  const reason = refusalOf(facts, settings)
  if (reason) return { kind: 'refuse', reason }
  if (facts.emergency || facts.reply) return { kind: 'permit', address: facts.address ?? '' }
  const at = nextTime(facts, settings, now, holidays)
  return at.getTime() > now.getTime()
    ? { kind: 'later', at }
    : { kind: 'permit', address: facts.address ?? '' }
}

function refusalOf(facts: ContactFacts, settings: ContactSettings): ContactRefusal | undefined {
  const { purpose } = facts
  if (facts.deceased) return 'deceased'
  if (facts.emergency) return facts.address === null ? 'no-address' : undefined
  if (facts.reply) return facts.optedOut ? 'opted-out' : facts.address === null ? 'no-address' : undefined
  // Contacts by staff for a person's care are still allowed: they know the person.
  if (facts.disputed && (facts.automatic || purpose !== 'clinical')) return 'open-dispute'
  if (facts.optedOut) return 'opted-out'
  if (purpose === 'marketing' && !facts.consented) return 'no-consent'
  if (facts.address === null) return 'no-address'
  if (purpose === 'clinical') return undefined
  const full = (counted: Contacted, total: number, marketing: number) =>
    counted.total7 >= total || (purpose === 'marketing' && counted.marketing30 >= marketing)
  return full(
    facts.person,
    settings['contact.total-per-7-days'],
    settings['contact.marketing-per-30-days'],
  ) ||
    full(
      facts.household,
      settings['contact.household-total-per-7-days'],
      settings['contact.household-marketing-per-30-days'],
    )
    ? 'frequency-cap'
    : undefined
}

/**
 * The earliest allowed time: after quiet hours and, unless clinical, in the hours that the person wishes and after public holidays, in the
 * person's time zone.
 */
function nextTime(
  { purpose, timeZone, wished }: ContactFacts,
  settings: ContactSettings,
  now: Date,
  holidays: Calendar,
): Date {
  if (purpose === 'clinical') return afterQuiet(now, settings, timeZone)
  let at = now
  // The wished hour after a holiday may lie on the next one.
  for (let round = 0; round < 30; round++) {
    const next = afterHolidays(atWished(at, wished, settings, timeZone), settings, timeZone, holidays)
    if (next.getTime() === at.getTime()) break
    at = next
  }
  return at
}

const everyDay = { exceptions: new Map<string, boolean>(), years: new Set<number>() }

/** After quiet hours and within the wished ones; wishes that lie wholly in quiet hours cannot be met. */
function atWished(
  now: Date,
  wished: ContactFacts['wished'],
  settings: ContactSettings,
  timeZone: string,
): Date {
  const legal = afterQuiet(now, settings, timeZone)
  if (!wished) return legal
  let at = legal
  // Each round goes on to the next opening of one of the two; a day has at most three of them.
  for (let round = 0; round < 6; round++) {
    const next = nextOpening(at, { ...wished, workingDaysOnly: false }, timeZone, everyDay)
    at = afterQuiet(next, settings, timeZone)
    if (at.getTime() === next.getTime()) return at
  }
  return legal
}

function afterHolidays(at: Date, settings: ContactSettings, timeZone: string, holidays: Calendar): Date {
  if (settings['contact.on-holidays']) return at
  // A year without an entered calendar has no known holidays. A weekend is no holiday unless the calendar says so.
  const first = localDate(at, timeZone)
  let date = first
  while (holidays.exceptions.get(date) === false) date = shiftDate(date, 1)
  if (date === first) return at
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  return afterQuiet(
    fromLocal({ year, month, day, hour: 0, minute: 0, second: 0 }, timeZone),
    settings,
    timeZone,
  )
}

/**
 * The next time at which the person answers best: that hour of the day, when it is no quiet one. Before the gate, which has the last word.
 * @param hour 0–23, in the time zone of the person
 */
export function atBestHour(now: Date, hour: number, settings: ContactSettings, timeZone: string): Date {
  const opening = { from: hour, to: hour + 1, workingDaysOnly: false }
  const at = nextOpening(now, opening, timeZone, everyDay)
  return afterQuiet(at, settings, timeZone).getTime() === at.getTime() ? at : now
}

function afterQuiet(now: Date, settings: ContactSettings, timeZone: string): Date {
  const [from, to] = [settings['contact.quiet-from'], settings['contact.quiet-to']]
  if (from === to) return now
  // Quiet hours may span midnight (21–8): then the open hours are [to, from); else they are before and after.
  if (to < from) return nextOpening(now, { from: to, to: from, workingDaysOnly: false }, timeZone, everyDay)
  const later = nextOpening(now, { from: to, to: 24, workingDaysOnly: false }, timeZone, everyDay)
  if (from === 0) return later
  const earlier = nextOpening(now, { from: 0, to: from, workingDaysOnly: false }, timeZone, everyDay)
  return later.getTime() < earlier.getTime() ? later : earlier
}
