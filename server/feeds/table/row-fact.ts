import type { ClinicalFact, EventKind } from '../../../contract/timeline.ts'
import { type FactStatement, sharedAppointment, sharedCharge } from '../../modules/hl7/map-facts.ts'
import type { Cells, RowContext } from './cells.ts'

/** Limit for future appointments, to catch typing errors. */
const farthestDays = 3 * 366

/** All files of a site are one source: next month's file may repeat last month's charges. */
export const fileSource = (siteCode: string) => `file:${siteCode}`

const data = (cells: Cells) => ({
  department: cells.short('departmentName') ?? undefined,
  performer: cells.short('doctorName') ?? undefined,
  note: cells.short('note') ?? undefined,
})

/** One charge. Negative amounts are credits, as in the HL7 feed. */
export function chargeOf(cells: Cells, context: RowContext): FactStatement {
  const number = cells.short('chargeNumber') ?? ''
  const code = cells.short('itemCode')
  const text = cells.short('itemName') ?? ''
  const amount = cells.number('amount')
  const quantity = cells.number('quantity')
  const at = cells.time('chargedAt') ?? context.at
  const currency = cells.short('currency')?.toUpperCase()
  const about = code ?? text
  return {
    kind: 'charge.posted',
    at,
    // Without a number only the whole line identifies it.
    key: [
      cells.text('recordNumber') ?? '',
      number,
      about,
      at.toISOString(),
      (amount ?? 0) < 0 ? 'credit' : 'charge',
      ...(number ? [] : [String(amount), String(quantity)]),
    ],
    shared: ofPatient(
      cells,
      sharedCharge({ number, code: about, at, amount: amount ?? undefined }, context.timeZone),
    ),
    data: {
      code: { ...(code && { code }), text },
      amount: amount ?? undefined,
      currency,
      quantity: quantity === null ? undefined : String(quantity),
      orderNumber: number || undefined,
      ...data(cells),
    },
  }
}

type Step = { kind: EventKind; status: string }
const steps: Record<string, Step> = Object.fromEntries(
  (
    [
      [
        'appointment.booked',
        'booked',
        ['已预约', '预约', '预约成功', '待就诊', '未就诊', '已預約', '預約', 'booked', 'pending', 's12'],
      ],
      [
        'appointment.booked',
        'fulfilled',
        ['已就诊', '已完成', '完成', '已到诊', '已報到', '已就診', 'fulfilled', 'arrived', 'completed'],
      ],
      ['appointment.rescheduled', 'booked', ['改期', '已改期', '改約', 'rescheduled', 's13']],
      [
        'appointment.cancelled',
        'cancelled',
        ['取消', '已取消', '退号', '已退号', '退號', 'cancelled', 'canceled', 's15'],
      ],
      [
        'appointment.missed',
        'noshow',
        ['爽约', '未到', '失约', '爽約', '未報到', 'noshow', 'no-show', 'missed', 's26'],
      ],
    ] satisfies [EventKind, string, string[]][]
  ).flatMap(([kind, status, words]) => words.map((word) => [word, { kind, status }])),
)

/** An appointment with its FHIR status. */
export function appointmentOf(cells: Cells, context: RowContext): FactStatement {
  const number = cells.short('appointmentNumber') ?? ''
  const step = cells.coded('appointmentStatus', steps, 'not-a-status')
  const { kind, status } = step ?? { kind: 'appointment.booked' as const, status: undefined }
  const start = cells.time('appointmentStart', farthestDays)
  const end = cells.time('appointmentEnd', farthestDays)
  if (start && end && end < start) cells.wrong('appointmentEnd', 'ends-before-it-starts')
  const ownData: Partial<ClinicalFact> = data(cells)
  const text = cells.short('service') ?? ownData.department ?? number
  return {
    kind,
    // The booking time is not in the file: future appointments count from the time of the file.
    at: start && start < context.at ? start : context.at,
    key: [
      cells.text('recordNumber') ?? '',
      number,
      kind,
      start?.toISOString() ?? '',
      ...(number ? [] : [ownData.department ?? '', ownData.performer ?? '']),
    ],
    shared: number ? ofPatient(cells, sharedAppointment(number, kind, start)) : undefined,
    data: {
      code: { text },
      status,
      start: start?.toISOString(),
      end: end?.toISOString(),
      orderNumber: number || undefined,
      ...ownData,
    },
  }
}

function ofPatient(cells: Cells, shared: FactStatement['shared']): FactStatement['shared'] {
  return shared && { ...shared, key: [cells.text('recordNumber') ?? '', ...shared.key] }
}
