import type { ClinicalFact } from '../../../contract/timeline.ts'
import type { SenderContext } from './map-adt.ts'
import { concept, type FactStatement, performer, requiredConcept } from './map-facts.ts'
import { type Fields, whole } from './message.ts'

/** One OBR (the order) with its OBX and their notes. */
export type ResultGroup = {
  orc: Fields | null
  obr: Fields | null
  obx: Fields[]
  notes: Map<Fields, string[]>
}

/** HL7 table 0085 and 0123 to FHIR's observation status. */
const statuses: Record<string, string> = {
  C: 'corrected',
  D: 'entered-in-error',
  F: 'final',
  I: 'registered',
  N: 'registered',
  O: 'registered',
  P: 'preliminary',
  R: 'preliminary',
  S: 'partial',
  U: 'final',
  W: 'entered-in-error',
  X: 'cancelled',
}

/** Groups segments as ORU and ORM order them: each OBR with the segments below it; an OBX without an OBR is a group of its own. */
export function resultGroups(all: { name: string; fields: Fields }[]): ResultGroup[] {
  const groups: ResultGroup[] = []
  let orc: Fields | null = null
  let last: Fields | null = null
  for (const { name, fields } of all) {
    if (name === 'ORC') orc = fields
    if (name === 'OBR') {
      groups.push({ orc, obr: fields, obx: [], notes: new Map() })
      orc = null
      last = fields
    }
    if (name === 'OBX') {
      if (groups.length === 0) groups.push({ orc, obr: null, obx: [], notes: new Map() })
      groups.at(-1)?.obx.push(fields)
      last = fields
    }
    const group = groups.at(-1)
    if (name === 'NTE' && last && group) {
      const text = fields
        .repetitions(3)
        .map((one) => one.map(whole).join(' '))
        .join('\n')
      group.notes.set(last, [...(group.notes.get(last) ?? []), text])
    }
  }
  return groups
}

/** Placer and filler number of an order. */
export function orderNumber(group: Pick<ResultGroup, 'orc' | 'obr'>): { filler: string; placer: string } {
  const of = (field: number) => group.obr?.component(field, 1) ?? group.orc?.component(field, 1) ?? ''
  return { filler: of(3), placer: of(2) }
}

/**
 * Each OBX of a group as an observation. Lines of one text (TX, FT with the same OBX-3 and OBX-4) are one.
 * @throws {MappingError} an OBX without a code of the observation, or an invalid time
 */
export function mapObservations(group: ResultGroup, context: SenderContext, sentAt: Date): FactStatement[] {
  const { filler, placer } = orderNumber(group)
  const collected = group.obr?.time(7, context.timeZone) ?? null
  const panel = group.obr && concept(group.obr, 4)
  const facts: FactStatement[] = []
  let text: { line: string; fact: FactStatement } | null = null
  for (const obx of group.obx) {
    const type = obx.component(2, 1)?.toUpperCase() ?? ''
    const code = requiredConcept(obx, 3, 'What was observed')
    const line = ['TX', 'FT'].includes(type) ? `${code.code ?? code.text}|${obx.component(4, 1) ?? ''}` : ''
    const value = valueOf(obx, type)
    if (text && line && text.line === line) {
      const before = text.fact.data.value
      text.fact.data.value = `${before === undefined ? '' : `${before}\n`}${value ?? ''}`.slice(0, longest)
      text.fact.data.note = [text.fact.data.note, noteOf(group, obx)].filter(Boolean).join('\n') || undefined
      continue
    }
    const observed = obx.time(14, context.timeZone) ?? collected
    const number = filler || placer
    const status = obx.component(11, 1)?.toUpperCase() ?? group.obr?.component(25, 1)?.toUpperCase() ?? ''
    const fact: FactStatement = {
      kind: 'observation.recorded',
      at: observed ?? sentAt,
      key: [
        number,
        panel?.code ?? panel?.text ?? '',
        code.code ?? code.text,
        obx.component(4, 1) ?? '',
        obx.component(1, 1) ?? '',
        observed?.toISOString() ?? '',
        // Without number and time, only day and value distinguish two measurements.
        ...(number || observed ? [] : [sentAt.toISOString().slice(0, 10), String(value ?? '')]),
      ],
      data: {
        code,
        group: panel?.text,
        value,
        unit: obx.component(6, 2) ?? obx.component(6, 1) ?? undefined,
        range: obx.component(7, 1) ?? undefined,
        interpretation: obx.component(8, 1) ?? undefined,
        status: group.obr?.component(25, 1)?.toUpperCase() === 'C' ? 'corrected' : statuses[status],
        performer: performer(obx, 16) ?? performer(group.obr ?? obx, group.obr ? 32 : 16),
        orderNumber: number || undefined,
        note: noteOf(group, obx),
      },
    }
    facts.push(fact)
    text = line ? { line, fact } : null
  }
  return facts
}

const longest = 20_000

function noteOf(group: ResultGroup, fields: Fields): string | undefined {
  return group.notes.get(fields)?.join('\n').slice(0, longest) || undefined
}

/** OBX-5 by its type (OBX-2, table 0125): numbers as numbers, everything else as readable text. */
function valueOf(obx: Fields, type: string): ClinicalFact['value'] {
  const repetitions = obx.repetitions(5)
  if (repetitions.length === 0) return undefined
  const parts = (repetition: string[]) => repetition.map(whole)
  if (type === 'NM') {
    const text = obx.component(5, 1) ?? ''
    return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : text
  }
  if (type === 'SN') return parts(repetitions[0] ?? []).join('')
  // Pictures and documents stay in the raw message; the text only names their kind.
  if (type === 'ED' || type === 'RP') {
    const [source = '', kind = '', subtype = ''] = parts(repetitions[0] ?? [])
    return [type === 'RP' ? source : '', kind, subtype].filter(Boolean).join(' ').slice(0, 200)
  }
  const coded = ['CE', 'CWE', 'CNE', 'CF', 'CX'].includes(type)
  return repetitions
    .map((one) => {
      const [code = '', text = '', , otherCode = '', otherText = ''] = parts(one)
      return coded ? text || otherText || code || otherCode : parts(one).filter(Boolean).join(' ')
    })
    .join(type === 'TX' || type === 'FT' ? '\n' : '; ')
    .slice(0, longest)
}

/** ORC-1 (table 0119) and ORC-5 (table 0038) to FHIR's request status. */
const orderStatuses: Record<string, string> = {
  NW: 'active',
  OK: 'active',
  XO: 'active',
  SC: 'active',
  IP: 'active',
  CA: 'cancelled',
  OC: 'cancelled',
  CR: 'cancelled',
  DC: 'stopped',
  OD: 'stopped',
  DR: 'stopped',
  HD: 'on-hold',
  OH: 'on-hold',
  CM: 'completed',
}

export function orderStatus(orc: Fields | null): string | undefined {
  const [control = '', status = ''] = [1, 5].map((at) => orc?.component(at, 1)?.toUpperCase() ?? '')
  return orderStatuses[status] ?? orderStatuses[control]
}

/** An order (ORC with OBR): what was ordered, by whom, for when. @throws {MappingError} OBR-4 missing */
export function mapOrder(group: ResultGroup, context: SenderContext, sentAt: Date): FactStatement[] {
  const { obr, orc } = group
  if (!obr) return []
  const code = requiredConcept(obr, 4, 'What was ordered')
  const { filler, placer } = orderNumber(group)
  const placed = orc?.time(9, context.timeZone) ?? null
  const start =
    obr.time(36, context.timeZone) ?? orc?.time(15, context.timeZone) ?? obr.time(6, context.timeZone)
  const number = placer || filler
  return [
    {
      kind: 'order.placed',
      at: placed ?? sentAt,
      key: [
        number,
        code.code ?? code.text,
        ...(number ? [] : [(placed ?? sentAt).toISOString().slice(0, 10)]),
      ],
      data: {
        code,
        status: orderStatus(orc),
        start: start?.toISOString(),
        performer: (orc && performer(orc, 12)) ?? performer(obr, 16),
        orderNumber: number || undefined,
        note: noteOf(group, obr),
      },
    },
  ]
}
