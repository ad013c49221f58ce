import { randomBytes } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Insertable } from 'kysely'
import { buildPersonUpdate, type CorrectedPerson, type Receiver } from '../hl7/build.ts'
import type { Trx } from '../../platform/db.ts'
import type { DB } from '../../platform/db-types.ts'
import { wakeLoop } from '../../platform/loop.ts'
import type { RecordedEvent } from '../event/event.ts'
import { recordsOf } from '../event/record.ts'
import { countryAt } from '../setting/country.ts'
import { organisationZone } from '../setting/time-zone.ts'

/** Fields that staff can correct and ADT^A31 can carry; notes and contact preferences are not sent. */
const demographics = ['name', 'sex', 'birthDate', 'phone']

/** A channel and what it is told of a person. */
export type AddressedRow = {
  channel_id: number
  receiving_application: string
  receiving_facility: string
  assigning_authority: string
  charset: 'UTF-8' | 'GB18030'
  hl7_version: string
  time_zone: string
  country: string
  name: string
  sex: string
  birth_date: string | null
  /** Null: the receiver gave none. */
  identifiers: { system: string; value: string }[] | null
  phones: CorrectedPerson['phones']
}

/** Columns of {@link AddressedRow} with {@link addressJoins}. */
export const addressColumns: RawBuilder<unknown> = sql`
  c.id as channel_id, c.receiving_application, c.receiving_facility, c.assigning_authority, c.charset, c.hl7_version,
  coalesce(cs.time_zone, ${organisationZone}) as time_zone, ${countryAt(sql`cs.id`)} as country, p.name, p.sex, p.birth_date, i.identifiers,
  (select coalesce(jsonb_agg(jsonb_build_object('value', t.value, 'extension', t.extension, 'use', t.use) order by t.updated_at desc, t.id), '[]')
    from person_telecom t where t.person_id = any(g.members) and t.system = 'phone' and t.valid) as phones`
/** Active channels `c` that send `kind`, and the numbers of person `p` there. */
export const addressJoins = (kind: string): RawBuilder<unknown> => sql`
  cross join lateral (select ${recordsOf(sql`p.id`)} as members) g
  join outbound_channel c on c.active and ${kind} = any(c.kinds)
  cross join lateral (
    select jsonb_agg(jsonb_build_object('system', n.system, 'value', n.value) order by n.updated_at, n.value) as identifiers
    from person_identifier n
    where n.person_id = any(g.members) and split_part(n.system, ':', 2) = c.assigning_authority
  ) i
  left join site cs on cs.code = c.assigning_authority`

export const receiverOf = (row: AddressedRow): Receiver => ({
  application: row.receiving_application,
  facility: row.receiving_facility,
  charset: row.charset,
  version: row.hl7_version,
  timeZone: row.time_zone,
  country: row.country,
})

export const personOf = (row: AddressedRow): CorrectedPerson => ({
  identifiers: (row.identifiers ?? []).map(({ system, value }) => ({
    value,
    type: system.startsWith('mrn:') ? 'MR' : (system.split(':')[0] ?? '').toUpperCase(),
    authority: row.assigning_authority,
  })),
  name: row.name,
  sex: row.sex,
  birthDate: row.birth_date,
  phones: row.phones,
})

/**
 * Queues an ADT^A31 for every active channel that wants corrections and knows the person, in the transaction of the correction. Only for
 * corrections made here: statements of feeds are never sent, which avoids echoes.
 */
export async function queueCorrections(trx: Trx, events: RecordedEvent[]): Promise<void> {
  for (const { kind, source, personId, actorId, data } of events)
    if (kind === 'person.updated' && source === 'staff')
      await queueDemographics(trx, actorId ?? 'system:outbound', personId, data['fields'])
}

async function queueDemographics(
  trx: Trx,
  actorId: string,
  personId: number,
  changed: unknown,
): Promise<void> {
  if (!Array.isArray(changed) || !changed.some((field) => demographics.includes(String(field)))) return
  const { rows } = await sql<AddressedRow>`
    select ${addressColumns} from person p ${addressJoins('ADT^A31')}
    where p.id = ${personId} and i.identifiers is not null order by c.id`.execute(trx)
  const at = new Date()
  await enqueue(
    trx,
    rows.map((row) => {
      const controlId = newControlId()
      const raw = buildPersonUpdate(receiverOf(row), { controlId, at, person: personOf(row) })
      return {
        channel_id: row.channel_id,
        person_id: personId,
        control_id: controlId,
        kind: 'ADT^A31',
        raw,
        charset: row.charset,
        created_by: actorId,
      }
    }),
  )
}

export async function enqueue(trx: Trx, messages: Insertable<DB['outbound_message']>[]): Promise<void> {
  if (messages.length === 0) return
  await trx.insertInto('outbound_message').values(messages).execute()
  wakeLoop('outbound')
}

/** MSH-10 holds 20 characters before version 2.7; 96 random bits do not collide. */
export function newControlId(): string {
  return `CL-${randomBytes(12).toString('base64url')}`
}
