import { sql } from 'kysely'
import type { GroupAgreementBody, GroupContactBody } from '../../../contract/group.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { isUniqueViolation, type Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { normalisePhone, readPhones, withExtension } from '../person/phone.ts'
import { assertGroup } from './scope.ts'

/** Locks a part of a group customer in the version that the caller saw. */
type Part = { groupId: number; partId: number; version: number }

function storedPhone(text: string): string {
  const [phone] = readPhones(text)
  return phone ? withExtension(phone) : normalisePhone(text)
}

const contactColumns = (input: GroupContactBody) => ({
  name: input.name,
  title: input.title || null,
  role: input.role,
  phone: input.phone ? storedPhone(input.phone) : null,
  email: input.email,
  // A former contact is not a main contact.
  main: input.main && input.active,
  active: input.active,
  note: input.note || null,
})

/** There is one main contact; a new one replaces the former. */
async function makeRoom(trx: Trx, groupId: number, input: GroupContactBody, exceptId: number): Promise<void> {
  if (!input.main || !input.active) return
  await trx
    .updateTable('group_contact')
    .set({ main: false, version: sql`version + 1`, updated_at: sql`now()` })
    .where('group_id', '=', groupId)
    .where('id', '<>', exceptId)
    .where('main', '=', true)
    .execute()
}

/** @throws {AppError} forbidden, not-found */
export async function addContact(
  trx: Trx,
  actor: Actor,
  groupId: number,
  input: GroupContactBody,
): Promise<void> {
  await assertGroup(trx, actor, 'group.write', groupId)
  await makeRoom(trx, groupId, input, 0)
  const { id } = await trx
    .insertInto('group_contact')
    .values({ group_id: groupId, ...contactColumns(input), source: 'staff' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await audit(trx, actor, { action: 'group.contact', subject: `group:${groupId} contact:${id}` })
}

/** @throws {AppError} forbidden, not-found, changed-meanwhile */
export async function updateContact(
  trx: Trx,
  actor: Actor,
  { groupId, partId, version }: Part,
  input: GroupContactBody,
): Promise<void> {
  await assertGroup(trx, actor, 'group.write', groupId)
  await makeRoom(trx, groupId, input, partId)
  const { numUpdatedRows } = await trx
    .updateTable('group_contact')
    .set({
      ...contactColumns(input),
      source: 'staff',
      version: sql`version + 1`,
      updated_at: sql`now()`,
    })
    .where('id', '=', partId)
    .where('group_id', '=', groupId)
    .where('version', '=', version)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new AppError('changed-meanwhile')
  await audit(trx, actor, { action: 'group.contact', subject: `group:${groupId} contact:${partId}` })
}

const agreementColumns = (input: GroupAgreementBody) => ({
  number: input.number,
  title: input.title || null,
  status: input.status,
  valid_from: input.validFrom,
  valid_until: input.validUntil,
  payment: input.payment,
  discount_percent: input.discountPercent,
  credit_limit: input.creditLimit,
  currency: input.currency,
  services: input.services,
  terms: input.terms || null,
  document: input.document || null,
  signed_on: input.signedOn,
})

/** Records the agreement's event, for pathways about it. */
async function recordAgreementEvent(
  trx: Trx,
  actor: Actor,
  groupId: number,
  id: number,
  kind: 'agreement.signed' | 'agreement.changed' | 'agreement.ended',
): Promise<void> {
  const about = { personId: null, groupId, at: new Date(), source: 'staff', actorId: actor.id }
  await recordEvents(trx, [{ ...about, kind, data: { subject: { kind: 'agreement', id } } }])
}

const numberTaken = (error: unknown): unknown =>
  isUniqueViolation(error, 'group_agreement_group_id_number_key')
    ? new AppError('already-exists', 'This group customer has an agreement of this number already.')
    : error

/** @throws {AppError} forbidden, not-found, already-exists */
export async function addAgreement(
  trx: Trx,
  actor: Actor,
  groupId: number,
  input: GroupAgreementBody,
): Promise<void> {
  await assertGroup(trx, actor, 'group.write', groupId)
  const { id } = await trx
    .insertInto('group_agreement')
    .values({ group_id: groupId, ...agreementColumns(input), source: 'staff' })
    .returning('id')
    .executeTakeFirstOrThrow()
    .catch((error: unknown) => {
      throw numberTaken(error)
    })
  if (input.status === 'active') await recordAgreementEvent(trx, actor, groupId, id, 'agreement.signed')
  await audit(trx, actor, { action: 'group.agreement', subject: `group:${groupId} agreement:${id}` })
}

/** @throws {AppError} forbidden, not-found, already-exists, changed-meanwhile */
export async function updateAgreement(
  trx: Trx,
  actor: Actor,
  { groupId, partId, version }: Part,
  input: GroupAgreementBody,
): Promise<void> {
  await assertGroup(trx, actor, 'group.write', groupId)
  const before = await trx
    .selectFrom('group_agreement')
    .select('status')
    .where('id', '=', partId)
    .forUpdate()
    .executeTakeFirst()
  const { numUpdatedRows } = await trx
    .updateTable('group_agreement')
    .set({
      ...agreementColumns(input),
      source: 'staff',
      version: sql`version + 1`,
      updated_at: sql`now()`,
    })
    .where('id', '=', partId)
    .where('group_id', '=', groupId)
    .where('version', '=', version)
    .executeTakeFirst()
    .catch((error: unknown) => {
      throw numberTaken(error)
    })
  if (numUpdatedRows === 0n) throw new AppError('changed-meanwhile')
  const begins = input.status === 'active' && before?.status !== 'active'
  const kind = begins
    ? 'agreement.signed'
    : input.status === 'active'
      ? 'agreement.changed'
      : 'agreement.ended'
  await recordAgreementEvent(trx, actor, groupId, partId, kind)
  await audit(trx, actor, { action: 'group.agreement', subject: `group:${groupId} agreement:${partId}` })
}
