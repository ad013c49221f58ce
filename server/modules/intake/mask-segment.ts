import { decodeMessage } from '../hl7/message.ts'
import { maskIdentifier } from '../person/mask.ts'

/** Fields that hold names, numbers, addresses or telephone numbers (HL7 v2.5), by segment. */
const personal: Record<string, number[]> = {
  PID: [2, 4, 5, 6, 9, 11, 13, 14, 18, 19, 20, 21, 23, 26, 27],
  NK1: [2, 4, 5, 6, 30, 31, 32, 33],
  GT1: [3, 4, 5, 6, 7, 12, 16, 17, 18, 19],
  IN1: [16, 19, 36, 49],
  MRG: [7],
}
/** Segments without patient data. Segments on neither list (notes, results, Z segments) are masked completely. */
const harmless = new Set(['MSH', 'EVN', 'PV1', 'PV2', 'DG1', 'PD1', 'AL1', 'MSA', 'ERR'])

/**
 * A masked segment for the intake list: record numbers stay (they are needed to find the patient), names keep their first character, other
 * personal fields only their length. An identity number in PID-3 is masked as usual.
 */
function maskSegment(segment: string, separator: string): string {
  const parts = segment.split(separator)
  const name = parts[0] ?? ''
  if (harmless.has(name)) return segment
  const fields = personal[name]
  return parts
    .map((part, at) => {
      if (at === 0) return part
      if (name === 'PID' && at === 3) return part.split('~').map(maskNumber).join('~')
      return !fields || fields.includes(at) ? maskField(part) : part
    })
    .join(separator)
}

/** A message as segments, masked. Undecodable messages are shown as Latin-1, for diagnosis. */
export function maskedSegments(raw: Buffer, charset: string): string[] {
  let text: string
  try {
    text = decodeMessage(raw, charset).hl7.toString()
  } catch {
    text = raw.toString('latin1')
  }
  return text
    .split(/[\r\n]+/)
    .filter(Boolean)
    .map((segment) => maskSegment(segment, text[3] ?? '|'))
}

/** One repetition of PID-3: the hospital's own number stays, any other is masked. */
function maskNumber(repetition: string): string {
  const [value = '', ...rest] = repetition.split('^')
  const own =
    ['', 'MR', 'PI', 'PK'].includes((rest[3] ?? '').toUpperCase()) && !/^\d{15}$|^\d{17}[\dXx]$/.test(value)
  return own ? repetition : [maskIdentifier(value), ...rest].join('^')
}

/** Only the first character stays: with two single-character names, more would be the full name. */
function maskField(field: string): string {
  return field
    .split('~')
    .map((repetition) =>
      repetition.replaceAll(/[^|^&\\]+/g, (text: string, at: number) => {
        const [first = ''] = text
        const length = [...text].length
        return at === 0 ? `${first}${'*'.repeat(Math.min(8, length - 1))}` : '*'.repeat(Math.min(8, length))
      }),
    )
    .join('~')
}
