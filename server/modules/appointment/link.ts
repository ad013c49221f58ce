import { sql, type SqlBool } from 'kysely'
import type { AppointmentLinkPage } from '../../../contract/appointment-link.ts'
import { maskName } from '../../../contract/export.ts'
import type { Actor } from '../../platform/actor.ts'
import { personLinkActor } from '../../platform/outside-actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { signedLinks } from '../../platform/signed-link.ts'
import { countPreference, countStranger } from '../access/throttle.ts'
import { joinPerson } from '../event/record.ts'
import type { Placeholder } from '../message/placeholder.ts'
import { emergencyNumberOf, isTaiwan, languageOf } from '../person/language.ts'
import { attendLocked } from './attendance.ts'
import { cancelLocked, lockReached } from './book.ts'
import { decideOffer } from './decide.ts'
import { cancelUntil, shownAppointments, shownColumns, type ShownRow } from './shown.ts'

const links = signedLinks('appointment-link', ['appointment', 'offer'])
export const useAppointmentKey = links.use

/** Links outlive the visit by so many days, so that what they lead to still says what became of it. */
const linkDays = 120

/** `{{booking}}` in a message about an appointment or an offered slot: the page on which the person answers. */
export const bookingInMessage: Placeholder = {
  name: 'booking',
  async prepare(trx, messageIds, publicUrl) {
    if (publicUrl === undefined) return new Map(messageIds.map((id) => [id, 'no-public-address']))
    const { rows } = await sql<{ id: number }>`
      select id from message where id = any(${messageIds}::bigint[]) and coalesce(subject_kind, '') not in ('appointment', 'slot-offer')`.execute(
      trx,
    )
    return new Map(rows.map((row) => [row.id, 'no-appointment']))
  },
  async fill(trx, messageIds, publicUrl = '') {
    const { rows } = await sql<{ id: number; kind: string; subject_id: number }>`
      select id, subject_kind as kind, subject_id from message where id = any(${messageIds}::bigint[])`.execute(
      trx,
    )
    return new Map(
      rows.map((row) => {
        const kind = row.kind === 'appointment' ? 'appointment' : 'offer'
        return [row.id, urlOf(publicUrl, links.make(trx, { kind, id: row.subject_id }, linkDays).token)]
      }),
    )
  },
}

const urlOf = (base: string, token: string) => `${base.replace(/\/$/, '')}/a/${token}`

/** Who opens a link, and from where. */
type Visitor = { db: Db; address: string | null }
type Named = NonNullable<ReturnType<typeof links.read>>

/** @throws {AppError} too-many-requests */
async function enter({ db, address }: Visitor, token: string): Promise<Named | 'expired' | 'closed'> {
  const link = links.read(db, token)
  if (!link) {
    if (!(await countStranger(db, address))) throw new AppError('too-many-requests')
    return 'closed'
  }
  if (!(await countPreference(db, `${link.kind}:${link.id}`))) throw new AppError('too-many-requests')
  return link.expiresAt < new Date() ? 'expired' : link
}

/** What the page shows; it changes nothing. @throws {AppError} too-many-requests */
export async function openLink(visitor: Visitor, token: string): Promise<AppointmentLinkPage> {
  const link = await enter(visitor, token)
  if (typeof link === 'string') return { state: link }
  const page = await show(visitor.db, link)
  if (!page) return { state: 'closed' }
  await audit(visitor.db, actorOf(link, page.personId, visitor.address), {
    action: 'appointment.open',
    personId: page.personId,
    fields: ['name-masked'],
  })
  return page.view
}

/** @throws {AppError} too-many-requests, link-closed, already-closed, appointment-too-late, slot-taken */
export async function actByLink(
  visitor: Visitor,
  token: string,
  act: 'confirm' | 'cancel' | 'accept' | 'decline',
): Promise<AppointmentLinkPage> {
  const link = await enter(visitor, token)
  if (typeof link === 'string') throw new AppError('link-closed')
  return transaction(visitor.db, async (trx) => {
    const page = await show(trx, link)
    if (!page) throw new AppError('link-closed')
    await answer(trx, actorOf(link, page.personId, visitor.address), link, act)
    return (await show(trx, link))?.view ?? { state: 'closed' as const }
  })
}

function actorOf({ kind, id }: Named, personId: number, address: string | null): Actor {
  return personLinkActor(`appointment:${kind}:${id}`, '本人（预约链接）', personId, address, [
    'person.read',
    'appointment.write',
  ])
}

/** The person answers: by the page, or by a reply to the message. */
export async function answer(
  trx: Trx,
  actor: Actor,
  { kind, id }: { kind: 'appointment' | 'offer'; id: number },
  act: 'confirm' | 'cancel' | 'accept' | 'decline',
): Promise<void> {
  const ofOffer = act === 'accept' || act === 'decline'
  if (ofOffer !== (kind === 'offer'))
    throw new AppError('invalid', undefined, [{ path: 'act', message: 'does not fit' }])
  if (ofOffer) {
    await decideOffer(trx, actor, id, act === 'accept')
    return
  }
  const row = await lockReached(trx, actor, id, sql`a.id = ${id}`)
  if (act === 'confirm') {
    await attendLocked(trx, actor, row, 'confirm')
    return
  }
  if (row.status === 'booked' && new Date() > (await cancelUntil(trx, row.site_id, row.starts_at)))
    throw new AppError('appointment-too-late')
  await cancelLocked(trx, actor, row, { by: 'patient', reason: 'link' })
}

async function show(db: Db, link: Named): Promise<{ personId: number; view: AppointmentLinkPage } | null> {
  return link.kind === 'appointment' ? showAppointment(db, link.id) : showOffer(db, link.id)
}

const viewOf = (row: ShownRow) => ({
  name: maskName(row.person_name),
  siteName: row.site_name,
  timeZone: row.zone,
  spoken:
    languageOf(row.language, row.zone) ?? (isTaiwan(row.zone) ? ('zh-TW' as const) : ('zh-CN' as const)),
  emergencyNumber: emergencyNumberOf(row.zone),
  departmentName: row.department_name,
  staffName: row.staff_name,
  title: row.title,
  startsAt: row.starts_at.toISOString(),
})

async function showAppointment(db: Db, id: number) {
  const [one] = await shownAppointments(db, sql<SqlBool>`a.id = ${id}`)
  if (!one) return null
  const { row, shown } = one
  return { personId: row.person_id, view: { state: 'appointment' as const, ...viewOf(row), ...shown } }
}

async function showOffer(db: Db, id: number) {
  const { rows } = await sql<
    ShownRow & {
      status: 'open' | 'accepted' | 'declined' | 'expired' | 'withdrawn'
      expires_at: Date
      instead_of: Date | null
    }
  >`
    select o.id, ${shownColumns}, coalesce(v.name, '') as title, o.starts_at, o.expires_at,
      case when o.status = 'open' and o.expires_at < now() then 'expired' else o.status end as status,
      (select a.starts_at from appointment a where a.id = o.appointment_id) as instead_of
    from slot_offer o ${joinPerson(sql`o.person_id`)} join site s on s.id = o.site_id left join slot l on l.id = o.slot_id
      left join department d on d.id = l.department_id left join staff h on h.id = l.staff_id left join visit_type v on v.id = l.visit_type_id
    where o.id = ${id}`.execute(db)
  const [row] = rows
  if (!row) return null
  const view = {
    state: 'offer' as const,
    ...viewOf(row),
    status: row.status,
    expiresAt: row.expires_at.toISOString(),
    insteadOf: row.status === 'open' ? (row.instead_of?.toISOString() ?? null) : null,
  }
  return { personId: row.person_id, view }
}
