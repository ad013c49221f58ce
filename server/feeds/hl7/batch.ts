import { acknowledge } from '../../modules/hl7/acknowledge.ts'
import type { RawStore, Receipt } from '../../modules/intake/store.ts'

const CR = 0x0d
const LF = 0x0a
/** Reading so many headers takes a twentieth of a second, in which nobody else is answered. */
const mostMessages = 10_000
const envelopes = new Set(['FHS', 'BHS', 'BTS', 'FTS'])

/** Content of one frame: one message, a batch (FHS, BHS … BTS, FTS; chapter 2.10.3), or several concatenated messages. */
export type Parcel = {
  /** The batch header, which requires one answer to the batch; null without one. */
  header: { segment: Buffer; count: number | null } | null
  messages: Buffer[]
}

/**
 * Cuts a frame where messages begin. Works on bytes: the character set is not known yet, but no accepted charset uses CR, LF or MSH's
 * letters inside a character at the start of a line.
 */
export function openParcel(bytes: Buffer): Parcel {
  const body = trimStart(bytes)
  if (!isBatch(body) && nextHeader(body, 3) === -1) return { header: null, messages: [body] }
  const messages: Buffer[] = []
  let header: Parcel['header'] = null
  let start = -1
  let end = 0
  for (const { name, from, to } of lines(body)) {
    if (name === 'MSH' || envelopes.has(name)) {
      if (start !== -1) messages.push(body.subarray(start, end))
      start = name === 'MSH' ? from : -1
    }
    if (name === 'BHS' || (name === 'FHS' && !header))
      header = { segment: body.subarray(from, to), count: null }
    if (name === 'BTS' && header) header.count = countOf(body.subarray(from, to))
    end = to + 1
  }
  if (start !== -1) messages.push(body.subarray(start))
  return { header, messages }
}

/** BTS-1: the number of messages stated by the sender. */
function countOf(segment: Buffer): number | null {
  const text = segment.toString('latin1', 4).split(String.fromCharCode(segment[3] ?? 0x7c))[0] ?? ''
  return /^\d+$/.test(text) ? Number(text) : null
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** Removes what some senders put before the first segment: a byte order mark, line ends, blanks. */
function trimStart(bytes: Buffer): Buffer {
  let at = bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0
  while (at < bytes.length && [CR, LF, 0x20, 0x09].includes(bytes[at] ?? 0)) at += 1
  return bytes.subarray(at)
}

function isBatch(body: Buffer): boolean {
  return envelopes.has(body.toString('latin1', 0, 3))
}

/** Position of the next MSH at the start of a line; one inside a field is not followed by a field separator. */
function nextHeader(body: Buffer, from: number): number {
  const separator = body[3]
  for (let at = body.indexOf('MSH', from, 'latin1'); at !== -1; at = body.indexOf('MSH', at + 3, 'latin1')) {
    const before = body[at - 1]
    if ((before === CR || before === LF) && body[at + 3] === separator) return at
  }
  return -1
}

function* lines(body: Buffer): Generator<{ name: string; from: number; to: number }> {
  for (let from = 0; from < body.length;) {
    let to = from
    while (to < body.length && body[to] !== CR && body[to] !== LF) to += 1
    if (to > from) yield { name: body.toString('latin1', from, from + 3), from, to }
    from = to + 1
  }
}

/** Stores a frame's messages and builds the answer: an acknowledgement per message, for a batch in one batch. */
export async function acceptFrame(store: RawStore, bytes: Buffer): Promise<Buffer> {
  const { header, messages } = openParcel(bytes)
  if (!header && messages.length === 1) return answerTo(await store.accept(messages[0] ?? bytes))
  if (messages.length === 0) return answerTo(await store.reject(bytes, 'The batch holds no message', 'BHS'))
  if (messages.length > mostMessages)
    return refuseFrame(
      store,
      `The frame holds ${messages.length} messages; at most ${mostMessages} are taken`,
    )
  const receipts = await Promise.all(messages.map((message) => store.accept(message)))
  const answers = receipts.map(answerTo)
  if (!header) return Buffer.concat(answers)
  const wrong = header.count !== null && header.count !== messages.length
  if (wrong)
    await store.reject(
      header.segment,
      `The batch says ${header.count} messages and holds ${messages.length}; each of them was taken`,
      'BTS-1',
    )
  const end = `BTS|${receipts.length}${wrong ? '|The number of messages is wrong' : ''}\r`
  return Buffer.concat([Buffer.from(batchHeader(header.segment)), ...answers, Buffer.from(end)])
}

/** Stores the reason why a frame was rejected, and builds the answer. */
export async function refuseFrame(store: RawStore, reason: string): Promise<Buffer> {
  return answerTo(await store.reject(Buffer.alloc(0), reason, 'MLLP'))
}

function answerTo({ header, code, controlId, text }: Receipt): Buffer {
  return acknowledge(header, code, controlId, text, new Date())
}

/** BHS of the answer, with the batch control id (BHS-11) of the request in BHS-12. */
function batchHeader(segment: Buffer): string {
  const separator = String.fromCharCode(segment[3] ?? 0x7c)
  const fields = segment.toString('latin1').split(separator)
  const ascii = (at: number) => (fields[at] ?? '').replaceAll(/[^\x20-\x7e]|[|^~\\&]/g, '')
  const stamp = new Date()
    .toISOString()
    .replaceAll(/[-:TZ.]/g, '')
    .slice(0, 14)
  return `BHS|^~\\&|CARELOOP|CARELOOP|${ascii(2)}|${ascii(3)}|${stamp}+0000||||${stamp}|${ascii(10)}\r`
}
