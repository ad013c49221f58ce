import { sql } from 'kysely'
import type { IntakeNote } from '../../../contract/intake.ts'
import { type Actor, systemActor } from '../../platform/actor.ts'
import { type Db, isTransient, isUniqueViolation, transaction, type Trx } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { applyAdt } from './apply-adt.ts'
import { laneCount } from '../../modules/hl7/header.ts'
import type { AdtMessage } from '../../modules/hl7/map-adt.ts'
import { mapMessage, NothingKept, whyIgnored } from '../../modules/hl7/map-message.ts'
import { parseMessage, segment } from '../../modules/hl7/message.ts'
import { MappingError } from '../../modules/hl7/note.ts'
import { settleMessages } from '../../modules/intake/settle.ts'
import {
  contextOf,
  overrideFields,
  profileJoin,
  readingOf,
  readProfile,
} from '../../modules/intake/sender-profile.ts'
import { countryAt } from '../../modules/setting/country.ts'
import { settingSql } from '../../modules/setting/setting.ts'
import { organisationZone } from '../../modules/setting/time-zone.ts'

type Stored = {
  id: number
  received_at: Date
  sender: string
  facility: string
  message_type: string
  charset: string
  raw: Buffer
  time_zone: string
  country: string
  /** The sender's profile, if any. */
  profile: unknown
  /** Whether messages for training and debugging are applied. */
  test_messages: boolean
  /** The only sites whose patients it may be about, with their codes; null: any. */
  bound_site_ids: number[] | null
  bound_codes: string[]
}

type Outcome =
  | {
      stored: Stored
      status: 'applied'
      /** One for each patient that the message is about. */
      messages: AdtMessage[]
      notes: IntakeNote[]
      personId: number | null
    }
  | { stored: Stored; status: 'dead' | 'ignored'; reason: string; location: string | null }

const batchSize = 300
/** One process takes at most half of the lanes at a time, so that a second one finds work. */
const lanesAtOnce = laneCount / 2

/** The part of a database error that may be shown and logged: its text can hold patient data. */
function codeOf(error: unknown): string {
  const { code, constraint } = (error ?? {}) as { code?: string; constraint?: string }
  return [code ?? (error as Error).name, constraint].filter(Boolean).join(' ')
}

/** A readable message that cannot be applied. */
class Unappliable extends Error {
  readonly stored: Stored

  readonly location: string | null

  constructor(stored: Stored, cause: unknown) {
    super(cause instanceof MappingError ? cause.message : `The database refused it (${codeOf(cause)})`, {
      cause,
    })
    this.stored = stored
    this.location = cause instanceof MappingError ? cause.location : null
  }
}

/**
 * Applies waiting messages of the lanes that nobody else works on, in order, in one transaction: their effects and their new status are
 * one commit. Lane locks end with the transaction, so a killed process leaves nothing behind.
 * @returns how many messages left the waiting state
 * @throws the database error when it is transient; call again later
 */
export async function applyWaiting(db: Db): Promise<number> {
  try {
    return await transaction(db, (trx) => applyNext(trx, batchSize))
  } catch (error) {
    if (isTransient(error)) throw error
    log.warn({ code: codeOf(error) }, 'a batch failed; its messages are applied one by one')
    return applySingly(db)
  }
}

/** One message must not block its lane: one that fails on its own becomes a dead letter. */
async function applySingly(db: Db): Promise<number> {
  let done = 0
  let clashed: number | undefined
  while (done < batchSize) {
    try {
      const applied = await transaction(db, (trx) => applyNext(trx, 1))
      if (applied === 0) break
    } catch (error) {
      if (!(error instanceof Unappliable)) throw error
      const { stored, message: reason, location } = error
      // After a conflict with another transaction's number or visit, the second try finds it; a second conflict is the message's own.
      if (clashes(error.cause) && clashed !== stored.id) {
        clashed = stored.id
        continue
      }
      await transaction(db, (trx) => settle(trx, [{ stored, status: 'dead', reason, location }]))
    }
    done += 1
  }
  return done
}

/** Two lanes may concern one person (two record numbers, one identity number): the second retries and finds the person. */
function clashes(error: unknown): boolean {
  return ['person_identifier_pkey', 'encounter_visit', 'clinical_fact_pkey'].some((name) =>
    isUniqueViolation(error, name),
  )
}

async function applyNext(trx: Trx, limit: number): Promise<number> {
  // The lane that has waited longest comes first, otherwise a steady stream into the first lanes would starve the last ones.
  const { rows: lanes } = await sql<{ lane: number }>`
    select lane from (
      select l.lane from generate_series(0, ${laneCount - 1}::int) as l(lane) cross join lateral (
        select id from inbound_message m where m.lane = l.lane and m.status = 'received' order by id limit 1
      ) as first order by first.id
    ) as waiting
    where pg_try_advisory_xact_lock(hashtext('careloop.intake'), lane) limit ${lanesAtOnce}`.execute(trx)
  if (lanes.length === 0) return 0
  const { rows } = await sql<Stored>`
    select m.id, m.received_at, m.sender, m.facility, m.message_type, m.charset, m.raw, coalesce(s.time_zone, ${organisationZone}) as time_zone, ${countryAt(sql`s.id`)} as country, h.definition as profile,
      (${settingSql('intake.apply-test-messages')})::boolean as test_messages, m.bound_site_ids,
      array(select b.code from site b where b.id = any(m.bound_site_ids)) as bound_codes
    from inbound_message m left join site s on s.code = m.facility ${profileJoin}
    where m.lane = any(${lanes.map((one) => one.lane)}::smallint[]) and m.status = 'received'
    order by m.id limit ${limit}`.execute(trx)
  if (rows.length === 0) return 0
  const outcomes = rows.map(interpret)
  try {
    await effect(trx, outcomes)
    await settle(trx, outcomes)
  } catch (error) {
    const [only] = rows
    throw limit === 1 && only && !isTransient(error) ? new Unappliable(only, error) : error
  }
  return rows.length
}

/** Maps bytes to our terms; unreadable messages get their reason here, before any statement runs. */
function interpret(stored: Stored): Outcome {
  try {
    const ignored = whyIgnored(stored.message_type)
    if (ignored !== null) return { stored, status: 'ignored', reason: ignored, location: 'MSH-9' }
    const profile = readProfile(stored.profile)
    const message = parseMessage(stored.raw, readingOf(profile, stored.charset, stored))
    const purpose = segment(message, 'MSH').component(11, 1)?.toUpperCase() ?? ''
    const applied = profile.testMessages === null ? stored.test_messages : profile.testMessages === 'apply'
    if (!applied && ['T', 'D'].includes(purpose))
      return {
        stored,
        status: 'ignored',
        reason: `A message for ${purpose === 'T' ? 'training' : 'debugging'}, not about a real patient`,
        location: 'MSH-11',
      }
    overrideFields(message.hl7, profile.fields)
    const context = contextOf(profile, { ...stored, source: sourceOf(stored) })
    const messages = mapMessage(message, stored.message_type, context)
    if (stored.bound_site_ids && messages.some(({ siteCode }) => !stored.bound_codes.includes(siteCode)))
      throw new MappingError('PV1-3', 'The message is about a site that its sender does not reach')
    return { stored, status: 'applied', messages, notes: message.notes, personId: null }
  } catch (error) {
    if (error instanceof NothingKept)
      return { stored, status: 'ignored', reason: error.message, location: 'MSH-9' }
    const location = error instanceof MappingError ? error.location : null
    return { stored, status: 'dead', reason: (error as Error).message, location }
  }
}

const sourceOf = (stored: Stored) => `hl7:${stored.sender || '?'}/${stored.facility || '?'}`

async function effect(trx: Trx, outcomes: Outcome[]): Promise<void> {
  const parts = outcomes.flatMap((outcome) =>
    outcome.status === 'applied' ? outcome.messages.map((message) => ({ outcome, message })) : [],
  )
  const groups = Map.groupBy(parts, ({ message, outcome }) =>
    JSON.stringify([message.person.source, outcome.stored.bound_site_ids]),
  )
  for (const [group, ofSource] of groups) {
    const [source, siteIds] = JSON.parse(group) as [string, number[] | null]
    const results = await applyAdt(
      trx,
      feedActor(source, siteIds),
      ofSource.map(({ message }) => message),
    )
    for (const [at, { outcome }] of ofSource.entries()) {
      outcome.personId ??= results[at]?.personId ?? null
      outcome.notes.push(...(results[at]?.notes ?? []))
    }
  }
}

/** @param siteIds the sites that the sender is bound to, or null */
export function feedActor(source: string, siteIds: number[] | null = null): Actor {
  return systemActor(`feed:${source.replace(/^hl7:/, '')}`, source, siteIds)
}

async function settle(trx: Trx, outcomes: Outcome[]): Promise<void> {
  const reason = (one: Outcome) => (one.status === 'applied' ? null : one.reason.slice(0, 500))
  await settleMessages(
    trx,
    outcomes.map((one) => ({
      id: one.stored.id,
      status: one.status,
      reason: reason(one),
      location: one.status === 'applied' ? null : one.location,
      personId: one.status === 'applied' ? one.personId : null,
      notes: one.status === 'applied' ? one.notes : [],
    })),
  )
}
