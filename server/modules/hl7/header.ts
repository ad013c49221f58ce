import { createHash } from 'node:crypto'
import { decodeHeader } from './charset.ts'

/** Header fields read before storing a message: enough to acknowledge it, recognise a repetition and keep order. */
export type Header = {
  sender: string
  facility: string
  controlId: string
  messageType: string
  /** MSH-18 as written. */
  charset: string
  version: string
  /** MSH-1 and MSH-2: `|^~\\&`. */
  separators: string
  /** MSH-3, MSH-4 and MSH-11 as they came, for the answer. */
  msh: { application: string; facility: string; processingId: string }
  /** Orders messages of one patient: all with the same key are applied one after the other. */
  lane: number
  /** Hash of everything after MSH: distinguishes a repeated message from a reused control id. */
  bodyHash: string
}

export const laneCount = 16

export type HeaderProblem = { reason: string; location: string; controlId?: string }

/**
 * Reads MSH and the patient key from raw bytes. The patient key is read as Latin-1, because all accepted charsets are ASCII up to there;
 * MSH may name the hospital in Chinese, whose second bytes can look like separators.
 */
export function readHeader(bytes: Buffer): Header | HeaderProblem {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const head = bytes.toString('latin1', start, Math.min(bytes.length, start + 4096))
  if (!head.startsWith('MSH')) return { reason: 'The message does not begin with MSH', location: 'MSH' }
  const separator = head[3]
  if (!separator || /[A-Za-z0-9\s]/.test(separator))
    return { reason: 'MSH has no field separator', location: 'MSH-1' }
  const end = head.search(/[\r\n]/)
  const line = decodeHeader(Buffer.from(end === -1 ? head : head.slice(0, end), 'latin1'))
  // PostgreSQL text cannot hold NUL, and other control characters do not belong there either.
  if (/\p{Cc}/u.test(line)) return { reason: 'MSH holds a control character', location: 'MSH' }
  const fields = line.split(separator)
  const controlId = fields[9]?.trim() ?? ''
  if (!controlId) return { reason: 'The message has no control id', location: 'MSH-10' }
  const component = fields[1]?.[0] ?? '^'
  // An application or a facility (HD) may have only a universal id.
  const first = (field: string | undefined) =>
    field
      ?.split(component)
      .find((part) => part.trim() !== '')
      ?.trim() ?? ''
  const facility = first(fields[3])
  const type = (fields[8] ?? '').split(component)
  if (!type[0]) return { reason: 'The message has no type', location: 'MSH-9', controlId }
  const bodyStart = end === -1 ? bytes.length : start + end
  const patient = patientKey(bytes, separator, component)
  return {
    sender: first(fields[2]),
    facility,
    controlId,
    messageType: [type[0], type[1]].filter(Boolean).join('^'),
    charset: fields[17] ?? '',
    version: first(fields[11]) || '2.5',
    separators: `${separator}${fields[1] ?? ''}`,
    msh: { application: fields[2] ?? '', facility: fields[3] ?? '', processingId: fields[10] ?? '' },
    lane: laneOf(`${facility}|${patient}`),
    bodyHash: createHash('sha1').update(bytes.subarray(bodyStart)).digest('hex'),
  }
}

export function isProblem(header: Header | HeaderProblem): header is HeaderProblem {
  return 'reason' in header
}

function patientKey(bytes: Buffer, separator: string, component: string): string {
  const marker = `PID${separator}`
  let at = bytes.indexOf(`\r${marker}`, 0, 'latin1')
  if (at === -1) at = bytes.indexOf(`\n${marker}`, 0, 'latin1')
  if (at === -1) return ''
  const line = bytes.toString('latin1', at + 1, Math.min(bytes.length, at + 1024)).split(/[\r\n]/, 1)[0] ?? ''
  const fields = line.split(separator)
  return (fields[3] || fields[2] || '').split(component)[0]?.trim() ?? ''
}

/** FNV-1a, 32 bits. */
function laneOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0) % laneCount
}
