import type { ClinicalFact } from '../../../contract/timeline.ts'
import { cut } from './escape.ts'
import { type Fields, whole } from './fields.ts'
import { concept, type FactStatement, performer, requiredConcept } from './map-facts.ts'
import { eachReadable } from './message.ts'
import type { Message } from './note.ts'

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
    if (!['OBR', 'OBX', 'NTE', 'ORC'].includes(name)) last = null
    const group = groups.at(-1)
    if (name === 'NTE' && last && group) {
      const text = fields.texts(3).join('\n')
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

/** Each OBX of a group as an observation. Lines of one text (TX, FT with the same OBX-3 and OBX-4) are one. */
export function mapObservations(message: Message, group: ResultGroup, sentAt: Date): FactStatement[] {
  const { filler, placer } = orderNumber(group)
  const collected = group.obr?.past(7) ?? null
  const panel = group.obr && concept(group.obr, 4)
  let text: { line: string; fact: FactStatement } | null = null
  return eachReadable(message, group.obx, (obx): FactStatement[] => {
    const type = obx.component(2, 1)?.toUpperCase() ?? ''
    const code = requiredConcept(obx, 3, 'What was observed')
    const line = ['TX', 'FT'].includes(type) ? `${code.code ?? code.text}|${obx.component(4, 1) ?? ''}` : ''
    const value = valueOf(obx, type)
    if (text && line && text.line === line) {
      const before = text.fact.data.value
      text.fact.data.value = cut(`${before === undefined ? '' : `${before}\n`}${value ?? ''}`, longest)
      text.fact.data.note = [text.fact.data.note, noteOf(group, obx)].filter(Boolean).join('\n') || undefined
      return []
    }
    const observed = obx.past(14) ?? collected
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
        unit: unitOf(obx),
        range: obx.texts(7)[0],
        interpretation: obx.component(8, 1) ?? undefined,
        status: statusOf(group, obx, status),
        performer: performer(obx, 16) ?? performer(group.obr ?? obx, group.obr ? 32 : 16),
        orderNumber: number || undefined,
        // What is said of the whole panel stands with its first result.
        note:
          [obx === group.obx[0] && group.obr && noteOf(group, group.obr), noteOf(group, obx)]
            .filter(Boolean)
            .join('\n') || undefined,
      },
    }
    text = line ? { line, fact } : null
    return [fact]
  })
}

const longest = 20_000

function statusOf({ obr }: ResultGroup, obx: Fields, status: string): string | undefined {
  if (obr?.component(25, 1)?.toUpperCase() === 'C') return 'corrected'
  const known = statuses[status]
  if (!known && status !== '') obx.note(11, 'unknown-code', status)
  return known
}

function noteOf(group: ResultGroup, fields: Fields): string | undefined {
  const text = group.notes.get(fields)?.join('\n')
  return text ? cut(text, longest) : undefined
}

/** OBX-6: code and text, or a power such as `10^9/L` whose sign the sender did not escape. */
function unitOf(obx: Fields): string | undefined {
  const [code, text] = [obx.component(6, 1), obx.component(6, 2)]
  const third = obx.component(6, 3)
  if (code === '10' && /^[+-]?\d/.test(text ?? '')) return `10^${text}`
  // The same in the text of a code: `10*9/L^10^9/L^UCUM`.
  return text === '10' && /^[+-]?\d/.test(third ?? '') ? `10^${third}` : (text ?? code ?? undefined)
}

/** Types of OBX-5 (OBX-2, table 0125) that have components; in all others a `^` is text. */
const composite = new Set(
  'AD CD CE CF CK CN CNE CP CWE CX DR ED EI HD MA MO NA NR PL PN RI RP SN TQ XAD XCN XON XPN XTN'.split(' '),
)
const coded = new Set(['CE', 'CWE', 'CNE', 'CF', 'CX'])

/** OBX-5 by its type: numbers as numbers, everything else as readable text. */
function valueOf(obx: Fields, type: string): ClinicalFact['value'] {
  const repetitions = obx.repetitions(5)
  if (repetitions.length === 0) return undefined
  if (!composite.has(type)) {
    const texts = obx.texts(5)
    const [text = ''] = texts
    if (type === 'NM' && texts.length === 1 && isPlainNumber(text)) return Number(text)
    return cut(texts.join(type === 'TX' || type === 'FT' ? '\n' : '; '), longest)
  }
  const all = repetitions.map((one) => one.map(whole))
  // Pictures and documents stay in the raw message; the text only names their kind.
  if (type === 'ED' || type === 'RP') {
    const [source = '', kind = '', subtype = ''] = all[0] ?? []
    return cut([type === 'RP' ? source : '', kind, subtype].filter(Boolean).join(' '), 200)
  }
  const texts = all.map((parts) => {
    const [code = '', text = '', , otherCode = '', otherText = ''] = parts
    if (coded.has(type)) return text || otherText || code || otherCode
    return parts.filter(Boolean).join(type === 'SN' ? '' : ' ')
  })
  return cut(texts.join('; '), longest)
}

/** Whether a number says the same as its text: `1.00` says how exact it is, and a long one would lose its last digits. */
function isPlainNumber(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) && String(Number(text)) === text.replace(/^\+/, '')
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
export function mapOrder(group: ResultGroup, sentAt: Date): FactStatement[] {
  const { obr, orc } = group
  if (!obr) return []
  const code = requiredConcept(obr, 4, 'What was ordered')
  const { filler, placer } = orderNumber(group)
  const placed = orc?.past(9) ?? null
  const start = obr.time(36) ?? orc?.time(15) ?? obr.time(6)
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
