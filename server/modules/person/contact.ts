import { sql } from 'kysely'
import type { z } from 'zod'
import type { updatePerson as updateRoute } from '../../../contract/person.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { PersonRow } from './person.ts'
import { lineOf, type Phone, readPhones } from './phone.ts'
import { staffSource } from './staff.ts'

type Changes = Pick<
  z.output<(typeof updateRoute)['body']>,
  'addPhone' | 'addEmail' | 'telecoms' | 'addRelationship' | 'removeRelationships'
>

/**
 * Edits ways to reach a person and their contacts by hand, on any record of a merged person.
 * @returns names of what changed
 * @throws {AppError} invalid
 */
export async function changeContacts(
  trx: Trx,
  actor: Actor,
  row: PersonRow,
  input: Changes,
): Promise<string[]> {
  const source = staffSource(actor)
  const { id } = row.person
  const changed: string[] = []
  if (input.addPhone) {
    const phone = checkedPhone(input.addPhone, 'addPhone', row.country)
    await addTelecom(trx, { id, source, system: 'phone', ...phone })
    changed.push('phone')
  }
  if (input.addEmail) {
    await addTelecom(trx, { id, source, system: 'email', value: input.addEmail, extension: null })
    changed.push('email')
  }
  for (const one of input.telecoms ?? []) {
    const known = row.telecoms.find((telecom) => telecom.id === one.id)
    if (!known) throw invalid('telecoms', 'is not a number or address of this person')
    if (known.valid === one.valid) continue
    await trx
      .updateTable('person_telecom')
      .set({ valid: one.valid, source, updated_at: sql`now()` })
      .where('person_id', '=', known.person_id)
      .where('id', '=', one.id)
      .execute()
    changed.push(known.system)
  }
  if (input.addRelationship) {
    const { relation, name } = input.addRelationship
    const phone = input.addRelationship.phone
      ? checkedPhone(input.addRelationship.phone, 'addRelationship.phone', row.country)
      : null
    await trx
      .insertInto('person_relationship')
      .values({
        person_id: id,
        relation,
        name,
        phone: phone?.value ?? null,
        extension: phone?.extension ?? null,
        source,
      })
      .onConflict((c) =>
        c.columns(['person_id', 'relation', 'name']).doUpdateSet((e) => ({
          phone: e.ref('excluded.phone'),
          extension: e.ref('excluded.extension'),
          phone_wrong_at: null,
          source: e.ref('excluded.source'),
          updated_at: sql`now()`,
        })),
      )
      .execute()
    changed.push('relationships')
  }
  const gone = input.removeRelationships ?? []
  if (gone.some((one) => !row.relationships.some((known) => known.id === one)))
    throw invalid('removeRelationships', 'is not a contact of this person')
  if (gone.length > 0) {
    await trx
      .deleteFrom('person_relationship')
      .where('id', '=', sql<number>`any(${gone}::bigint[])`)
      .execute()
    changed.push('relationships')
  }
  return changed
}

const invalid = (path: string, message: string) => new AppError('invalid', undefined, [{ path, message }])

function checkedPhone(text: string, path: string, country: string): Phone {
  const phones = readPhones(text, country)
  const [phone] = phones
  if (!phone || phones.length > 1) throw invalid(path, 'is not a phone number')
  return phone
}

/** Entering a number again clears its mark as wrong. */
async function addTelecom(
  trx: Trx,
  one: { id: number; source: string; system: 'phone' | 'email'; value: string; extension: string | null },
): Promise<void> {
  await trx
    .insertInto('person_telecom')
    .values({
      person_id: one.id,
      system: one.system,
      value: one.value,
      extension: one.extension,
      use: one.system === 'phone' ? lineOf(one.value) : 'home',
      source: one.source,
    })
    .onConflict((c) =>
      c
        .columns(['person_id', 'system', 'value'])
        .doUpdateSet({ valid: true, extension: one.extension, source: one.source, updated_at: sql`now()` }),
    )
    .execute()
}
