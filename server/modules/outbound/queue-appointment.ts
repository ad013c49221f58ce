import { sql } from 'kysely'
import type { EventKind } from '../../../contract/timeline.ts'
import { numberOf } from '../appointment/view.ts'
import { buildAppointment, placerNamespace, type SentAppointment, type SiuEvent } from '../hl7/build-siu.ts'
import type { Trx } from '../../platform/db.ts'
import type { RecordedEvent } from '../event/event.ts'
import { joinPerson } from '../event/record.ts'
import {
  addressColumns,
  type AddressedRow,
  addressJoins,
  enqueue,
  newControlId,
  personOf,
  receiverOf,
} from './queue.ts'

/** A suspended clinic leaves its patients booked until they have another time, so it is a change. */
const triggers: Partial<Record<EventKind, SiuEvent>> = {
  'appointment.booked': 'S12',
  'appointment.rescheduled': 'S13',
  'appointment.changed': 'S14',
  'appointment.suspended': 'S14',
  'appointment.cancelled': 'S15',
  'appointment.missed': 'S26',
}

/** What feeds say has their own source; sent back to them it would be an echo. */
const madeHere = new Set(['staff', 'person', 'careloop'])

type Told = { id: number; trigger: SiuEvent; reason: string | null; actorId: string }
type Row = AddressedRow & {
  at: number
  id: number
  person_id: number
  number: string | null
  status: string
  suspended: boolean
  title: string
  visit_code: string | null
  starts_at: Date
  ends_at: Date | null
  booked_by_name: string
  site_code: string
  department_code: string | null
  department_name: string | null
  staff_code: string | null
  staff_name: string | null
  room_name: string | null
}

/** Queues an SIU for every active channel of the site that sends appointments, in the transaction of what was done here. */
export async function queueAppointments(trx: Trx, events: RecordedEvent[]): Promise<void> {
  const told = events.flatMap(tellable)
  if (told.length === 0) return
  const { rows } = await sql<Row>`
    select w.at::int as at, ${addressColumns}, a.id, p.id as person_id, a.source_number as number, a.status, a.rebook is not null as suspended, a.title,
      v.code as visit_code, a.starts_at, a.ends_at, a.booked_by_name, s.code as site_code, d.code as department_code, d.name as department_name,
      h.code as staff_code, h.name as staff_name, m.name as room_name
    from unnest(${told.map((one) => one.id)}::bigint[]) with ordinality as w(id, at) join appointment a on a.id = w.id
    join site s on s.id = a.site_id ${joinPerson(sql`a.person_id`)} ${addressJoins('SIU')}
    left join department d on d.id = a.department_id left join staff h on h.id = a.staff_id left join resource m on m.id = a.room_id
    left join visit_type v on v.id = a.visit_type_id
    where cs.id is null or cs.id = a.site_id order by w.at, c.id`.execute(trx)
  const now = new Date()
  await enqueue(
    trx,
    rows.flatMap((row) => {
      const one = told[row.at - 1]
      if (!one) return []
      const controlId = newControlId()
      const raw = buildAppointment(receiverOf(row), {
        controlId,
        at: now,
        event: one.trigger,
        person: patientOf(row),
        appointment: appointmentOf(row, one.reason),
      })
      return [
        {
          channel_id: row.channel_id,
          person_id: row.person_id,
          control_id: controlId,
          kind: `SIU^${one.trigger}`,
          about: `appointment:${row.id}`,
          raw,
          charset: row.charset,
          created_by: one.actorId,
        },
      ]
    }),
  )
}

function tellable({ kind, source, actorId, data }: RecordedEvent): Told[] {
  const trigger = triggers[kind]
  const subject = data['subject'] as { kind: string; id: number } | undefined
  if (!trigger || !madeHere.has(source) || subject?.kind !== 'appointment') return []
  // Being called in and being seen are nothing to a schedule; that somebody did not come after all is taken back.
  if (kind === 'appointment.changed' && (data['step'] ?? 'undo') !== 'undo') return []
  const reason = typeof data['note'] === 'string' ? data['note'] : null
  return [{ id: subject.id, trigger, reason, actorId: actorId ?? 'system:outbound' }]
}

/** Who has no number of the receiver, such as somebody who booked on the web, is named by ours. */
function patientOf(row: Row) {
  const person = personOf(row)
  return person.identifiers.length > 0
    ? person
    : {
        ...person,
        identifiers: [{ value: String(row.person_id), type: 'PI', authority: placerNamespace }],
      }
}

const statuses: Record<string, SentAppointment['status']> = {
  booked: 'Booked',
  arrived: 'Started',
  fulfilled: 'Complete',
  cancelled: 'Cancelled',
  noshow: 'Noshow',
}

const named = (code: string | null, name: string | null) => (code && name ? { code, name } : null)

const appointmentOf = (row: Row, reason: string | null): SentAppointment => ({
  number: numberOf(row.id),
  fillerNumber: row.number,
  status: row.suspended && row.status === 'booked' ? 'Pending' : (statuses[row.status] ?? 'Booked'),
  reason,
  visitType: { code: row.visit_code ?? '', name: row.title },
  startsAt: row.starts_at,
  endsAt: row.ends_at,
  bookedBy: row.booked_by_name,
  siteCode: row.site_code,
  department: named(row.department_code, row.department_name),
  doctor: named(row.staff_code, row.staff_name),
  room: row.room_name,
})
