import { randomBytes } from 'node:crypto'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { createPersonFor as createRoute } from '../../../contract/conversation.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { refreshFacts } from '../person/facts.ts'
import { loadPerson } from '../person/person.ts'
import { readPhones } from '../person/phone.ts'
import { upsertPersons } from '../person/upsert.ts'
import { readSettings } from '../setting/setting.ts'
import { zoneAt } from '../setting/time-zone.ts'
import { tellOpened } from './arrive.ts'
import { writeEntry } from './message.ts'
import { type Locked, lockOpen, tell } from './scope.ts'

/**
 * Says who writes. With an open conversation of that person at the site the two become one: its messages go there.
 * @returns the conversation in which it goes on
 * @throws {AppError} not-found (also a person outside the actor's reach), already-closed
 */
export async function linkPerson(
  trx: Trx,
  actor: Actor,
  id: number,
  personId: number,
): Promise<{ id: number }> {
  const conversation = await lockOpen(trx, actor, id)
  const { person } = await loadPerson(trx, actor, personId)
  return link(trx, actor, conversation, person.id)
}

async function link(trx: Trx, actor: Actor, conversation: Locked, personId: number): Promise<{ id: number }> {
  const { id, site_id: siteId } = conversation
  await sql`select pg_advisory_xact_lock(hashtext('conversation'), hashtext(${`${siteId} person ${personId}`}))`.execute(
    trx,
  )
  const { rows } = await sql<{ id: number; department_id: number | null }>`
    select id, department_id from conversation where site_id = ${siteId} and status <> 'closed' and id <> ${id}
      and person_id = any(${recordsOf(personOfRecord(sql`${personId}`))}) order by id desc limit 1 for update`.execute(
    trx,
  )
  const [other] = rows
  const by = { authorId: actor.id, authorName: actor.name }
  await audit(trx, actor, { action: 'conversation.linked', personId, subject: `conversation:${id}` })
  if (!other) {
    await sql`update conversation set person_id = ${personId} where id = ${id}`.execute(trx)
    await writeEntry(trx, { conversationId: id, siteId, kind: 'linked', ...by })
    if (conversation.person_id === null) await tellOpened(trx, id, personId, conversation.channel, new Date())
    await tell(trx, conversation)
    return { id }
  }
  await sql`update conversation_message set conversation_id = ${other.id} where conversation_id = ${id}`.execute(
    trx,
  )
  await sql`update conversation_attachment set pending_id = ${other.id} where pending_id = ${id}`.execute(trx)
  await sql`update conversation_visitor set conversation_id = ${other.id} where conversation_id = ${id}`.execute(
    trx,
  )
  await sql`
    update conversation o set unread = o.unread + c.unread, waiting_since = least(o.waiting_since, c.waiting_since), channel = c.channel,
      last_at = greatest(o.last_at, c.last_at), last_in_at = greatest(o.last_in_at, c.last_in_at),
      first_answer_at = least(o.first_answer_at, c.first_answer_at), assignee_id = coalesce(o.assignee_id, c.assignee_id), status = 'open', snoozed_until = null
    from conversation c where o.id = ${other.id} and c.id = ${id}`.execute(trx)
  await sql`
    update conversation set status = 'closed', closed_at = now(), closed_by_name = ${actor.name}, outcome = 'no-answer-needed', joined_id = ${other.id},
      unread = 0, waiting_since = null, snoozed_until = null where id = ${id}`.execute(trx)
  await writeEntry(trx, { conversationId: other.id, siteId, kind: 'joined', ...by })
  await tell(trx, conversation)
  await tell(trx, { site_id: siteId, department_id: other.department_id })
  return { id: other.id }
}

/** A record of somebody who is not known here yet. @throws {AppError} not-found, already-closed, forbidden, invalid */
export async function createPersonFor(
  trx: Trx,
  actor: Actor,
  id: number,
  input: z.output<typeof createRoute.body>,
): Promise<{ id: number; personId: number }> {
  authorize(actor, 'person.write')
  const conversation = await lockOpen(trx, actor, id)
  if (conversation.person_id !== null) throw new AppError('already-exists')
  const { 'organisation.country': country } = await readSettings(
    trx,
    ['organisation.country'],
    conversation.site_id,
  )
  const { rows } = await sql<{ later: boolean | null }>`
    select ${input.birthDate}::date > (now() at time zone ${zoneAt(sql`${conversation.site_id}::int`)})::date as later`.execute(
    trx,
  )
  if (rows[0]?.later)
    throw new AppError('invalid', undefined, [{ path: 'birthDate', message: 'lies in the future' }])
  const phones = readPhones(input.phone ?? '', country)
  if (input.phone && phones.length === 0)
    throw new AppError('invalid', undefined, [{ path: 'phone', message: 'is no telephone number' }])
  const { channel, address } = conversation
  const [made] = await upsertPersons(trx, [
    {
      source: 'conversation',
      sourceTime: new Date(),
      name: input.name,
      sex: input.sex === 'unknown' ? null : input.sex,
      birthDate: input.birthDate,
      deceasedAt: null,
      deceased: false,
      maritalStatus: null,
      language: null,
      // A person needs a number of its own from whoever tells of it; it also shows the person to staff of the hospital.
      identifiers: [
        {
          system: 'booking',
          value: `C${randomBytes(8).toString('hex').toUpperCase()}`,
          siteId: conversation.site_id,
        },
      ],
      telecoms: [
        ...phones.map(({ value }) => ({ system: 'phone' as const, value, use: 'mobile' as const })),
        ...(address !== null && (channel === 'email' || channel === 'wechat')
          ? [{ system: channel, value: address, use: 'other' as const }]
          : []),
        ...(address !== null && channel === 'sms' && !phones.some((one) => one.value === address)
          ? [{ system: 'phone' as const, value: address, use: 'mobile' as const }]
          : []),
      ],
      addresses: [],
      relationships: [],
    },
  ])
  if (!made) throw new Error('a new person is always made')
  await recordEvents(trx, [
    {
      personId: made.id,
      at: new Date(),
      kind: 'person.created',
      source: 'staff',
      actorId: actor.id,
      data: {},
    },
  ])
  await refreshFacts(trx, [made.id])
  await audit(trx, actor, {
    action: 'conversation.new-person',
    personId: made.id,
    subject: `conversation:${id}`,
  })
  const linked = await link(trx, actor, conversation, made.id)
  return { ...linked, personId: made.id }
}

/** As the index of numbers has it. */
const reversed = (text: string) => [...text].reverse().join('')

/** Persons whose number or address it is, as far as the caller may see them. */
export async function candidatesOf(
  db: Db,
  within: RawBuilder<SqlBool>,
  { address, stated_phone: phone }: { address: string | null; stated_phone: string | null },
): Promise<{ id: number; name: string; birthDate: string | null }[]> {
  const values = [address, ...readPhones(phone ?? '').map((one) => one.value)].filter((one) => one !== null)
  if (values.length === 0) return []
  const { rows } = await sql<{ id: number; name: string; birthDate: string | null }>`
    select p.id, p.name, p.birth_date::text as "birthDate" from person p where p.id in (
      select coalesce(r.survivor_id, r.id) from person_telecom t join person r on r.id = t.person_id
      where t.valid and reverse(t.value) = any(${values.flatMap((one) => [one, one.toLowerCase()]).map(reversed)}))
      and ${within} order by p.id limit 5`.execute(db)
  return rows
}
