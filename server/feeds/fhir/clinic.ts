import { type RawBuilder, sql } from 'kysely'
import type { BookingChannel } from '../../../contract/clinic-schedule.ts'
import { bookable } from '../../modules/appointment/slot.ts'
import { numberOf } from '../../modules/appointment/view.ts'
import { joinPerson } from '../../modules/event/record.ts'
import { ownPrefix, ownRow } from '../../modules/questionnaire/fhir/terms.ts'
import type { Db } from '../../platform/db.ts'
import type { Resource } from './types.ts'

/**
 * The channel whose places FHIR clients take: they are systems of partner hospitals and of the region. The other channels belong to our own
 * page, desk and follow-up, so a quota for `alliance` is how a hospital keeps places for other systems.
 */
export const fhirChannel: BookingChannel = 'alliance'

/** FHIR's slotstatus of slot `l` as its clients may see it: a place that their channel may not take is `busy-unavailable`. */
export const slotStatus: RawBuilder<string> = sql<string>`case when l.status = 'booked' then 'busy'
  when l.status = 'held' and l.held_until >= now() then 'busy-tentative' when ${bookable(fhirChannel)} then 'free' else 'busy-unavailable' end`

/** Status of appointment `a` with what its client sent, `r`: checked in is more precise than arrived. */
export const appointmentStatus: RawBuilder<string> = sql<string>`case when a.status = 'arrived' and r.content ->> 'status' = 'checked-in'
  then 'checked-in' else a.status end`

/** Found in our tables, not stored as a resource. `updated`: null where nothing tells. */
type Composed = { resource: Resource; updated: Date | null }
type Row = Record<string, unknown> & { key: string; site: string }

/** Names of site `s`, clinic `d`, doctor `h`, room `m` and kind of visit `v`; see {@link joined}. */
const named = sql`
  s.code as site, d.id as department_id, d.code as department_code, d.name as department_name, h.id as staff_id, h.code as staff_code, h.name as staff_name,
  m.id as room_id, m.name as room_name, v.code as visit_code, v.name as visit_name`
const joined = (alias: string, room: string) => {
  const of = (column: string) => sql.ref(`${alias}.${column}`)
  return sql`
    join site s on s.id = ${of('site_id')} left join department d on d.id = ${of('department_id')} left join staff h on h.id = ${of('staff_id')}
    left join resource m on m.id = ${sql.ref(room)} left join visit_type v on v.id = ${of('visit_type_id')}`
}

const concept = (system: string, code: unknown, text: unknown) => ({
  coding: [{ system: `urn:careloop:${system}`, code, display: text }],
  text,
})

const placeOf = (row: Row) => ({
  serviceType: row['visit_code']
    ? [concept(`visit-type:${row.site}`, row['visit_code'], row['visit_name'])]
    : undefined,
  specialty: row['department_code']
    ? [concept(`department:${row.site}`, row['department_code'], row['department_name'])]
    : undefined,
})

/** Doctor, clinic and room, each readable at its address. */
function actorsOf(row: Row): { reference: string; display: unknown }[] {
  const one = (type: string, id: unknown, display: unknown) =>
    id ? [{ reference: `${type}/${ownPrefix}${id as string}`, type, display }] : []
  return [
    ...one('Practitioner', row['staff_id'], row['staff_name']),
    ...one('Location', row['department_id'], row['department_name']),
    ...one('Location', row['room_id'] && `room-${row['room_id'] as string}`, row['room_name']),
  ]
}

const composers: Record<string, { from: (ids: string[]) => RawBuilder<Row>; view: (row: Row) => Resource }> =
  {
    Schedule: {
      from: (ids) => sql<Row>`
        select c.id::text as key, ${named}, lower(c.period) as starts, upper(c.period) as ends, c.status = 'open' as active, c.reason
        from clinic_session c ${joined('c', 'c.room_id')} where c.id = any(${numbersIn(ids)}::bigint[])`,
      view: (row) => ({
        resourceType: 'Schedule',
        active: row['active'],
        ...placeOf(row),
        actor: actorsOf(row),
        planningHorizon: { start: row['starts'], end: row['ends'] },
        comment: row['reason'] ?? undefined,
      }),
    },
    Slot: {
      from: (ids) => sql<Row>`
        select l.id::text as key, ${named}, l.session_id, l.starts_at as starts, l.ends_at as ends, l.overbooked, ${slotStatus} as status
        from slot l join clinic_session c on c.id = l.session_id ${joined('l', 'c.room_id')} where l.id = any(${numbersIn(ids)}::bigint[])`,
      view: (row) => ({
        resourceType: 'Slot',
        ...placeOf(row),
        schedule: { reference: `Schedule/${row['session_id'] as string}` },
        status: row['status'],
        start: row['starts'],
        end: row['ends'],
        overbooked: row['overbooked'],
      }),
    },
    Practitioner: {
      from: (ids) => sql<Row>`
        select ${ownPrefix} || h.id as key, s.code as site, h.code, h.name, h.title, h.active from staff h join site s on s.id = h.site_id
        where h.id = any(${numbersIn(ids)}::bigint[])`,
      view: (row) => ({
        resourceType: 'Practitioner',
        identifier: [{ system: `urn:careloop:staff:${row.site}`, value: row['code'] }],
        active: row['active'],
        name: [{ text: row['name'] }],
        qualification: row['title'] ? [{ code: { text: row['title'] } }] : undefined,
      }),
    },
    Location: {
      from: (ids) => sql<Row>`
        select ${ownPrefix} || d.id as key, s.code as site, 'department' as kind, d.code, d.name, d.active, null as directions
        from department d join site s on s.id = d.site_id where ${ownPrefix} || d.id = any(${ids}::text[])
        union all
        select ${ownPrefix} || 'room-' || m.id, s.code, 'room', m.code, m.name, m.active, m.directions
        from resource m join site s on s.id = m.site_id where ${ownPrefix} || 'room-' || m.id = any(${ids}::text[])`,
      view: (row) => ({
        resourceType: 'Location',
        identifier: [{ system: `urn:careloop:${row['kind'] as string}:${row.site}`, value: row['code'] }],
        status: row['active'] ? 'active' : 'inactive',
        name: row['name'],
        description: row['directions'] ?? undefined,
      }),
    },
  }

const numbersIn = (ids: string[]) => ids.flatMap((id) => ownRow(id) ?? [])

/** Sessions, places, and the doctors, clinics and rooms they name, by `Type/id`. */
export async function loadClinic(
  db: Db,
  wanted: { type: string; id: string }[],
): Promise<Map<string, Composed>> {
  const found = new Map<string, Composed>()
  for (const [type, { from, view }] of Object.entries(composers)) {
    const ids = wanted.flatMap((one) => (one.type === type ? [one.id] : []))
    if (ids.length === 0) continue
    const { rows } = await from(ids).execute(db)
    for (const row of rows)
      found.set(`${type}/${row.key}`, { resource: { ...plain(view(row)), id: row.key }, updated: null })
  }
  return found
}

/** Times as text, as they leave. */
const plain = (resource: Resource) => JSON.parse(JSON.stringify(resource)) as Resource

type Participant = { actor?: { reference?: string } }

/** How an appointment stands; its times, place and status are the table's, everything else is as it was sent. */
export async function loadAppointments(
  db: Db,
  wanted: { id: string; sent: Resource | undefined }[],
): Promise<Map<string, { resource: Resource; updated: Date }>> {
  if (wanted.length === 0) return new Map()
  const sent = new Map(wanted.map((one) => [one.id, one.sent]))
  const ids = [...sent.keys()]
  const { rows } = await sql<
    Row & { id: number; person_id: number; starts: Date; ends: Date | null; updated: Date; booked_at: Date }
  >`
    select w.id as key, a.id, ${named}, p.id as person_id, ${appointmentStatus} as status, a.title, a.slot_id, a.starts_at as starts, a.ends_at as ends,
      a.source, a.source_number, a.booked_at, a.cancel_reason, a.note, greatest(a.updated_at, r.last_updated) as updated
    from unnest(${ids}::text[]) as w(id) left join fhir_resource r on r.type = 'Appointment' and r.id = w.id
    join appointment a on a.id = case when r.id is null and w.id like ${`${ownPrefix}%`} then substr(w.id, ${ownPrefix.length + 1})::bigint
      else r.appointment_id end
    ${joinPerson(sql`a.person_id`)} ${joined('a', 'a.room_id')}`.execute(db)
  return new Map(
    rows.map((row) => [
      row.key,
      { resource: composeAppointment(row, sent.get(row.key)), updated: row.updated },
    ]),
  )
}

function composeAppointment(
  row: Row & { id: number; person_id: number; starts: Date; ends: Date | null; booked_at: Date },
  sent: Resource | undefined,
): Resource {
  const patients = ((sent?.['participant'] ?? []) as Participant[]).filter((one) =>
    /^Patient\//.test(one.actor?.reference ?? ''),
  )
  return plain({
    ...sent,
    resourceType: 'Appointment',
    id: row.key,
    identifier: [
      { system: 'urn:careloop:appointment', value: numberOf(row.id) },
      ...(row['source_number']
        ? [{ system: `urn:careloop:appointment:${row['source'] as string}`, value: row['source_number'] }]
        : []),
      ...((sent?.['identifier'] ?? []) as { system?: string }[]).filter(
        (one) => one.system !== 'urn:careloop:appointment',
      ),
    ],
    status: row['status'],
    cancelationReason:
      row['status'] === 'cancelled'
        ? (sent?.['cancelationReason'] ?? (row['cancel_reason'] ? { text: row['cancel_reason'] } : undefined))
        : undefined,
    ...placeOf(row),
    description: sent?.['description'] ?? row['title'],
    start: row.starts,
    end: row.ends ?? undefined,
    minutesDuration: row.ends
      ? Math.max(1, Math.round((row.ends.getTime() - row.starts.getTime()) / 60_000))
      : undefined,
    slot: row['slot_id'] ? [{ reference: `Slot/${row['slot_id'] as string}` }] : undefined,
    created: row.booked_at,
    comment: sent?.['comment'] ?? row['note'] ?? undefined,
    participant: [
      ...(patients.length > 0
        ? patients
        : [{ actor: { reference: `Patient/${row.person_id}` }, status: 'accepted' }]),
      ...actorsOf(row).map((actor) => ({ actor, status: 'accepted' })),
    ],
  })
}
