import {
  components,
  type CorrectedPerson,
  escapeText,
  header,
  identification,
  messageOf,
  type Receiver,
  segment,
  since,
  stamp,
} from './build.ts'
import { nameParts } from '../person/name.ts'

/** Trigger events that are sent: new, moved, changed otherwise, cancelled, not come (HL7 v2.5 chapter 10.4). */
export type SiuEvent = 'S12' | 'S13' | 'S14' | 'S15' | 'S26'

/** Namespace of our numbers in SCH-1; by it what comes back is known as ours. */
export const placerNamespace = 'CARELOOP'

type Named = { code: string; name: string }
export type SentAppointment = {
  /** Ours. */
  number: string
  /** That of the receiver, once it has told one. */
  fillerNumber: string | null
  /** HL7 table 0278. */
  status: 'Booked' | 'Pending' | 'Started' | 'Complete' | 'Cancelled' | 'Noshow'
  reason: string | null
  visitType: { code: string; name: string }
  startsAt: Date
  endsAt: Date | null
  bookedBy: string
  siteCode: string
  department: Named | null
  doctor: Named | null
  room: string | null
}

/** Action codes of a resource group (HL7 table 0206): added, deleted, updated. */
const actions: Record<SiuEvent, string> = { S12: 'A', S13: 'U', S14: 'U', S15: 'D', S26: 'U' }

/**
 * SIU about one appointment (HL7 v2.5 chapter 10.4, structure SIU_S12).
 * @returns the bytes in the receiver's character set, segments ended by CR
 */
export function buildAppointment(
  receiver: Receiver,
  {
    controlId,
    at,
    event,
    person,
    appointment,
  }: {
    controlId: string
    at: Date
    event: SiuEvent
    person: CorrectedPerson
    appointment: SentAppointment
  },
): Buffer {
  const { startsAt, endsAt, department, doctor, visitType } = appointment
  const [start, end] = [startsAt, endsAt].map((one) => (one ? stamp(one, receiver.timeZone) : ''))
  const minutes = endsAt ? String(Math.round((endsAt.getTime() - startsAt.getTime()) / 60_000)) : ''
  const unit = minutes && 'MIN'
  const action = actions[event]
  const clerk = components('', appointment.bookedBy)
  const physician = doctor ? components(doctor.code, ...Object.values(nameParts(doctor.name))) : ''
  const place = components(
    department?.code ?? '',
    appointment.room ?? '',
    '',
    appointment.siteCode,
    ...['', '', '', ''],
    department?.name ?? '',
  )
  const service = components(visitType.code, visitType.name)
  const { status } = appointment
  return messageOf(receiver, [
    header(receiver, { type: `SIU^${event}`, structure: 'SIU_S12', controlId, at }),
    segment('SCH', {
      1: components(appointment.number, placerNamespace),
      2: escapeText(appointment.fillerNumber ?? ''),
      6: components('', appointment.reason ?? ''),
      7: service,
      9: minutes,
      10: unit,
      11: components('', '', minutes && `M${minutes}`, start ?? '', end ?? ''),
      16: clerk,
      20: clerk,
      25: status,
    }),
    ...(since(receiver.version, '2.5') ? [segment('TQ1', { 1: '1', 7: start ?? '', 8: end ?? '' })] : []),
    identification(receiver, person),
    segment('PV1', { 1: '1', 2: 'O', 3: place, 7: physician }),
    segment('RGS', { 1: '1', 2: action }),
    segment('AIS', { 1: '1', 2: action, 3: service, 4: start ?? '', 7: minutes, 8: unit, 10: status }),
    ...(doctor
      ? [
          segment('AIP', {
            1: '1',
            2: action,
            3: physician,
            6: start ?? '',
            9: minutes,
            10: unit,
            12: status,
          }),
        ]
      : []),
    segment('AIL', { 1: '1', 2: action, 3: place, 6: start ?? '', 9: minutes, 10: unit, 12: status }),
  ])
}
