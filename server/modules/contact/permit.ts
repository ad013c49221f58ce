import { loadCalendars } from '../../platform/calendar.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { readSettingsEverywhere } from '../setting/setting.ts'
import { contactFacts, type ContactRequest, type KnownContact } from './facts.ts'
import { lockHouseholds } from './household.ts'
import { type Contacted, contactSettings, decide, type Verdict } from './rules.ts'

/**
 * The gate for messages, calls and visits, asked immediately before the contact. Each permitted request counts at once towards the caps of
 * the others in `requests`, and for everybody else once the caller has recorded it in this transaction (a message `sending`, a task held):
 * until then the households stay locked.
 * @param now the time to check for; by default now
 * @returns verdicts by the requests' keys
 */
export async function permit(
  trx: Trx,
  requests: ContactRequest[],
  now = new Date(),
): Promise<Map<number, Verdict>> {
  await lockHouseholds(trx, countedOf(requests))
  const permitted = new Map<number, Contacted>()
  return judge(
    trx,
    requests,
    now,
    (known) => {
      const before = permitted.get(known.personId) ?? { total7: 0, marketing30: 0 }
      permitted.set(known.personId, plus(before, known.purpose === 'marketing'))
    },
    permitted,
  )
}

/** Persons whose earlier contacts decide; nothing clinical is held back by a cap. */
export const countedOf = (requests: ContactRequest[]): number[] =>
  requests.filter((one) => one.purpose !== 'clinical').map((one) => one.personId)

/** The same without locks, each by itself: for looking at, and for choosing one of several. */
export async function foresee(
  db: Db,
  requests: ContactRequest[],
  now = new Date(),
): Promise<Map<number, Verdict>> {
  return judge(db, requests, now, () => undefined, new Map())
}

async function judge(
  db: Db,
  requests: ContactRequest[],
  now: Date,
  onPermit: (known: KnownContact) => void,
  permitted: ReadonlyMap<number, Contacted>,
): Promise<Map<number, Verdict>> {
  if (requests.length === 0) return new Map()
  const settingsAt = await readSettingsEverywhere(db, contactSettings)
  const holidaysAt = await loadCalendars(db)
  const facts = await contactFacts(db, requests)
  return new Map(
    facts.map((known) => {
      const verdict = decide(
        {
          ...known,
          person: sum(known.person, permitted, [known.personId]),
          household: sum(known.household, permitted, known.household.persons),
        },
        settingsAt(known.siteId),
        now,
        holidaysAt(known.siteId),
      )
      if (verdict.kind === 'permit') onPermit(known)
      return [known.request.key, verdict]
    }),
  )
}

function plus(one: Contacted, marketing: boolean): Contacted {
  return { total7: one.total7 + 1, marketing30: one.marketing30 + (marketing ? 1 : 0) }
}

function sum(before: Contacted, permitted: ReadonlyMap<number, Contacted>, persons: number[]): Contacted {
  return persons.reduce((total, person) => {
    const more = permitted.get(person)
    return more
      ? { total7: total.total7 + more.total7, marketing30: total.marketing30 + more.marketing30 }
      : total
  }, before)
}
