import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  revealPerson as revealRoute,
  setOptOut as optOutRoute,
  updatePerson as updateRoute,
} from '../../../contract/person.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { Statement } from '../../platform/said.ts'
import { recordEvents } from '../event/event.ts'
import { queueDemographics } from '../outbound/queue.ts'
import { membersOf } from './group.ts'
import { normalise, searchName } from './name.ts'
import { loadPerson } from './person.ts'
import { formatPhone, normalisePhone } from './phone.ts'
import { insertNames } from './upsert.ts'

type Update = z.output<(typeof updateRoute)['body']>

/**
 * Corrects facts by hand. A correction counts as newer than anything the HIS said before.
 * @throws {AppError} not-found, forbidden, changed-meanwhile
 */
export async function updatePerson(trx: Trx, actor: Actor, asked: number, input: Update): Promise<void> {
  authorize(actor, 'person.write')
  const { person } = await loadPerson(trx, actor, asked)
  const { id } = person
  const { version, addPhone, ...rest } = input
  const name = rest.name === undefined ? person.name : normalise(rest.name)
  const before: Record<string, unknown> = {
    name: person.name,
    sex: person.sex,
    birthDate: person.birth_date,
    preferredChannel: person.preferred_channel,
    note: person.note,
  }
  const changed = Object.entries<unknown>({ ...rest, ...(rest.name !== undefined && { name }) })
    .filter(([field, value]) => value !== undefined && value !== before[field])
    .map(([field]) => field)
  if (changed.length > 0 || version !== person.version) {
    const result = await trx
      .updateTable('person')
      .set({
        name,
        ...searchName(name),
        ...(rest.sex !== undefined && { sex: rest.sex }),
        ...(rest.birthDate !== undefined && { birth_date: rest.birthDate }),
        ...(rest.preferredChannel !== undefined && { preferred_channel: rest.preferredChannel }),
        ...(rest.note !== undefined && { note: rest.note }),
        source: 'staff',
        ...saidNow(person, changed),
        updated_at: sql`now()`,
        version: sql`version + 1`,
      })
      .where('id', '=', id)
      .where('version', '=', version)
      .executeTakeFirst()
    if (result.numUpdatedRows === 0n) throw new AppError('changed-meanwhile')
    if (changed.includes('name')) await insertNames(trx, [{ id, text: person.name, source: 'staff' }])
  }
  if (addPhone) {
    const value = checkedPhone(addPhone)
    await trx
      .insertInto('person_telecom')
      .values({ person_id: id, system: 'phone', value, use: 'mobile', source: 'staff' })
      .onConflict((c) =>
        c
          .columns(['person_id', 'system', 'value'])
          .doUpdateSet({ valid: true, source: 'staff', updated_at: sql`now()` }),
      )
      .execute()
    changed.push('phone')
  }
  if (changed.length === 0) return
  await recordEvents(trx, [
    {
      personId: id,
      at: new Date(),
      kind: 'person.updated',
      source: 'staff',
      actorId: actor.id,
      data: { fields: changed },
    },
  ])
  await queueDemographics(trx, actor, id, changed)
  await audit(trx, actor, { action: 'person.update', personId: id, fields: changed })
}

/** The corrected fields count as said now; of the others the HIS keeps the word it had. */
function saidNow(person: Awaited<ReturnType<typeof loadPerson>>['person'], changed: string[]) {
  const row = { source_time: new Date(person.source_time), said_at: person.said_at }
  const statement = new Statement(row, new Date())
  const known = {
    name: person.name,
    sex: person.sex,
    birthDate: person.birth_date,
    deceasedAt: person.deceased_at,
    maritalStatus: person.marital_status,
  }
  for (const [field, value] of Object.entries(known))
    statement.pick(field, changed.includes(field) ? (value ?? '') : null, value)
  const { source_time, said_at } = statement.times()
  return { source_time, said_at: JSON.stringify(said_at) }
}

function checkedPhone(text: string): string {
  const value = normalisePhone(text)
  if (!/^\+?\d{5,16}$/.test(value))
    throw new AppError('invalid', undefined, [{ path: 'addPhone', message: 'is not a phone number' }])
  return value
}

type Reveal = z.output<(typeof revealRoute)['body']>

/** Shows masked fields for a reason; the look is in the audit before the answer leaves. @throws {AppError} not-found, forbidden */
export async function revealPerson(trx: Trx, actor: Actor, id: number, input: Reveal) {
  authorize(actor, 'person.reveal')
  const row = await loadPerson(trx, actor, id)
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
        value: one.system === 'phone' ? formatPhone(one.value) : one.value,
      })),
    }),
    ...(wants('identifiers') && {
      identifiers: row.identifiers.map(({ system, value }) => ({ system, value })),
    }),
    ...(wants('addresses') && { addresses: row.addresses.map((one) => ({ id: one.id, text: one.text })) }),
    ...(wants('relationships') && {
      relationships: row.relationships.map((one) => ({
        id: one.id,
        phone: one.phone && formatPhone(one.phone),
      })),
    }),
  }
}

type OptOut = z.output<(typeof optOutRoute)['body']>

/** Withdrawal is as easy as consent (PIPL Art. 15): recorded by anybody who hears it, effective at the next contact. */
export async function setOptOut(trx: Trx, actor: Actor, asked: number, input: OptOut): Promise<void> {
  authorize(actor, 'person.write')
  const { id } = (await loadPerson(trx, actor, asked)).person
  const { channel, purpose, active, reason = null } = input
  if (active)
    await trx
      .insertInto('opt_out')
      .values({ person_id: id, channel, purpose, reason, recorded_by: actor.id })
      .onConflict((c) => c.doNothing())
      .execute()
  else
    await trx
      .deleteFrom('opt_out')
      .where('person_id', '=', sql<number>`any(${membersOf(sql`${id}`)})`)
      .where('channel', '=', channel)
      .where('purpose', '=', purpose)
      .execute()
  const kind = active ? 'person.opted-out' : 'person.opted-in'
  await recordEvents(trx, [
    { personId: id, at: new Date(), kind, source: 'staff', actorId: actor.id, data: { channel, purpose } },
  ])
  await audit(trx, actor, { action: kind, personId: id, subject: `${channel}/${purpose}`, reason })
}
