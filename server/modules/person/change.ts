import { recordOptOut } from './opt-out.ts'
import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  chooseStatement as chooseRoute,
  revealPerson as revealRoute,
  setOptOut as optOutRoute,
  updatePerson as updateRoute,
} from '../../../contract/person.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordEvents, sourceOf } from '../event/event.ts'
import { changeContacts } from './contact.ts'
import { refreshFacts } from './facts.ts'
import { recordsOf } from '../event/record.ts'
import { normalise } from './name.ts'
import { loadPerson, type PersonRow } from './person.ts'
import { formatPhone } from './phone.ts'
import { claimOf, stateByStaff } from './staff.ts'
import { type ClaimValues, packAddress } from './stated.ts'

type Update = z.output<(typeof updateRoute)['body']>

/**
 * Corrects facts by hand. A correction counts as newer than all earlier statements; the replaced value is kept as the statement of its
 * source.
 * @throws {AppError} not-found, forbidden, changed-meanwhile, invalid
 */
export async function updatePerson(trx: Trx, actor: Actor, asked: number, input: Update): Promise<void> {
  await correctPerson(trx, actor, asked, input)
}

/**
 * Settles a conflict between sources: staff confirm one statement, even if it already counts.
 * @throws {AppError} not-found (also when the source has changed its statement), forbidden, changed-meanwhile
 */
export async function chooseStatement(
  trx: Trx,
  actor: Actor,
  asked: number,
  { version, field, recordId, source, reason }: z.output<(typeof chooseRoute)['body']>,
): Promise<void> {
  const { records } = await loadPerson(trx, actor, asked, 'person.write')
  const { value } = claimOf(found(records.find((one) => one.id === recordId)), field, source)
  await correctPerson(trx, actor, asked, { version, reason }, { [field]: value })
}

async function correctPerson(
  trx: Trx,
  actor: Actor,
  asked: number,
  input: Update,
  chosen: ClaimValues = {},
): Promise<void> {
  const row = await loadPerson(trx, actor, asked, 'person.write')
  const { person } = row
  const { id } = person
  const values = { ...statedByHand(row, input), ...chosen }
  const plain = {
    ...(input.preferredChannel !== undefined && { preferred_channel: input.preferredChannel }),
    ...(input.note !== undefined && { note: input.note }),
  }
  const changed: string[] = [
    ...(Object.keys(values).length > 0 || input.version !== person.version
      ? await stateByStaff(trx, actor, id, values, { version: input.version })
      : []),
    ...(plain.preferred_channel !== undefined && plain.preferred_channel !== person.preferred_channel
      ? ['preferredChannel']
      : []),
    ...(plain.note !== undefined && plain.note !== person.note ? ['note'] : []),
    ...Object.keys(chosen),
  ]
  if (changed.includes('note') || changed.includes('preferredChannel'))
    await setPlain(trx, id, plain, Object.keys(values).length > 0 ? undefined : input.version)
  if (input.deceased === false) changed.push(...(await withdrawDeath(trx, actor, row, input)))
  changed.push(...(await changeContacts(trx, actor, row, input)))
  const fields = [...new Set(changed)]
  if (fields.length === 0) return
  await refreshFacts(trx, [id])
  await recordEvents(trx, [
    {
      personId: id,
      at: new Date(),
      kind: 'person.updated',
      source: 'staff',
      actorId: actor.id,
      data: { fields },
    },
  ])
  await audit(trx, actor, {
    action: 'person.update',
    personId: id,
    fields,
    ...(input.reason !== undefined && { reason: input.reason }),
  })
}

/**
 * Withdraws a death recorded by mistake on all records of the person. Pathways that it stopped resume (see `pathway/restart.ts`).
 * @throws {AppError} invalid without a reason
 */
async function withdrawDeath(trx: Trx, actor: Actor, row: PersonRow, input: Update): Promise<string[]> {
  if (!row.deceased) return []
  if (input.reason === undefined)
    throw new AppError('invalid', undefined, [{ path: 'reason', message: 'is needed to take a death back' }])
  for (const record of row.records.filter((one) => one.deceased))
    await stateByStaff(trx, actor, record.id, { deceased: 'false' })
  await recordEvents(trx, [
    {
      personId: row.person.id,
      at: new Date(),
      kind: 'person.death-withdrawn',
      source: 'staff',
      actorId: actor.id,
      data: { note: input.reason },
    },
  ])
  return ['deceased']
}

/** Only fields that differ from the current value: saving the rest would record statements that staff did not make. */
function statedByHand({ person, records }: PersonRow, input: Update): ClaimValues {
  const own = records.find((one) => one.id === person.id)
  const changed = (value: string | null | undefined, known: string | null) =>
    value === undefined || value === known ? undefined : (value ?? '')
  const address = input.address && packAddress({ ...noAddress, ...input.address })
  const values: Record<keyof ClaimValues, string | undefined> = {
    name: changed(input.name === undefined ? undefined : normalise(input.name), person.name),
    sex: changed(input.sex, person.sex),
    birthDate: changed(input.birthDate, person.birth_date),
    maritalStatus: changed(input.maritalStatus, person.marital_status),
    language: changed(input.language, person.language),
    deceased: undefined,
    address: changed(address, own?.address ? JSON.stringify(own.address) : null),
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

const noAddress = { district: null, city: null, province: null, postalCode: null }

/** Fields that no source states. @throws {AppError} changed-meanwhile */
async function setPlain(
  trx: Trx,
  id: number,
  values: { preferred_channel?: Update['preferredChannel']; note?: string | null },
  seen: number | undefined,
): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('person')
    .set({
      ...(values.preferred_channel !== undefined && { preferred_channel: values.preferred_channel }),
      ...(values.note !== undefined && { note: values.note }),
      updated_at: sql`now()`,
      version: sql`version + 1`,
    })
    .where('id', '=', id)
    .$if(seen !== undefined, (query) => query.where('version', '=', seen ?? 0))
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new AppError('changed-meanwhile')
}

type Reveal = z.output<(typeof revealRoute)['body']>

/** Reveals masked fields for a reason; audited before the response is sent. @throws {AppError} not-found, forbidden */
export async function revealPerson(trx: Trx, actor: Actor, id: number, input: Reveal) {
  const row = await loadPerson(trx, actor, id, 'person.reveal')
  await audit(trx, actor, {
    action: 'person.reveal',
    personId: row.person.id,
    fields: input.fields,
    reason: input.reason,
  })
  const wants = (field: Reveal['fields'][number]) => input.fields.includes(field)
  return {
    ...(wants('telecoms') && {
      telecoms: row.telecoms.map((one) => ({
        id: one.id,
        value: one.system === 'phone' ? formatPhone(one.value, one.extension, row.country) : one.value,
      })),
    }),
    ...(wants('identifiers') && {
      identifiers: row.identifiers.map(({ system, value }) => ({ system, value })),
    }),
    ...(wants('addresses') && { addresses: row.addresses.map((one) => ({ id: one.id, text: one.text })) }),
    ...(wants('relationships') && {
      relationships: row.relationships.map((one) => ({
        id: one.id,
        phone: one.phone && formatPhone(one.phone, one.extension, row.country),
      })),
    }),
  }
}

type OptOut = z.output<(typeof optOutRoute)['body']>

/** Withdrawal is as easy as consent (PIPL Art. 15): anybody may record it, effective at the next contact. */
export async function setOptOut(trx: Trx, actor: Actor, asked: number, input: OptOut): Promise<void> {
  const { id } = (await loadPerson(trx, actor, asked, 'person.write')).person
  const { channel, purpose, active, reason = null } = input
  if (active) await recordOptOut(trx, { personId: id, channel, purpose, reason, recordedBy: actor.id })
  else
    await trx
      .deleteFrom('opt_out')
      .where('person_id', '=', sql<number>`any(${recordsOf(sql`${id}`)})`)
      .where('channel', '=', channel)
      .where('purpose', '=', purpose)
      .execute()
  const kind = active ? 'person.opted-out' : 'person.opted-in'
  await recordEvents(trx, [
    {
      personId: id,
      at: new Date(),
      kind,
      source: sourceOf(actor),
      actorId: actor.id,
      data: { channel, purpose },
    },
  ])
  await audit(trx, actor, { action: kind, personId: id, subject: `${channel}/${purpose}`, reason })
}
