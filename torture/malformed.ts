import { connect, type Socket } from 'node:net'
import iconv from 'iconv-lite'
import { Deframer, frame } from '../server/modules/hl7/framer.ts'
import { prng } from '../sim/prng.ts'

/** One frame to send and what must become of it. */
type Malformed = {
  kind: string
  bytes: Buffer
  /** What the answer's first MSA-1 may be. */
  code: RegExp
  /** The reason that an AR must give, word for word; null when any true one will do. */
  reason: string | null
}

export type MalformedResult = {
  sent: Record<string, number>
  answered: number
  accepted: number
  rejected: number
  /** Reasons given on the wire, with how often. */
  reasons: Map<string, number>
  /** What was not as it must be: an answer missing, of the wrong code or with the wrong reason. */
  problems: string[]
}

const stamp = '20260101080000+0800'

function registration(id: string, charset = 'UNICODE UTF-8', name = '王^伟'): string {
  return (
    `MSH|^~\\&|TORTURE|GH09|CareLoop|GH09|${stamp}||ADT^A04^ADT_A01|${id}|P|2.5|||||CHN|${charset}\r` +
    `EVN|A04|${stamp}\rPID|1||${id}^^^GH09^MR||${name}||19800101|M|||中山路1号^^宁波市海曙区||^PRN^CP^^^^13812345678\r` +
    `PV1|1|O|D01^^^GH09||||S01^李^强||||||||||||V${id}^^^GH09^VN|||||||||||||||||||||||||${stamp}\r`
  )
}

function result(id: string, value: string): string {
  return (
    `MSH|^~\\&|TORTURE|GH09|CareLoop|GH09|${stamp}||ORU^R01|${id}|P|2.5||||||UNICODE UTF-8\r` +
    `PID|1||${id}^^^GH09^MR||王^伟||19800101|M\rOBR|1||${id}|CBC^血常规\rOBX|1|ST|N^说明||${value}||||||F\r`
  )
}

type Make = (id: string, random: () => number) => { bytes: Buffer; code: RegExp; reason?: string }

const ok = /^AA$/
const refused = /^AR$/
/** The framing bytes cannot stand in a message: they would end it. */
const unframed = (bytes: Buffer) =>
  Buffer.from(bytes.map((byte) => (byte === 0x0b || byte === 0x1c ? 0x20 : byte)))

function mutated(id: string, random: () => number): Buffer {
  let bytes = Buffer.from(registration(id))
  for (let times = 1 + Math.floor(random() * 6); times > 0; times--) {
    const at = Math.floor(random() * bytes.length)
    const length = 1 + Math.floor(random() * 12)
    const head = bytes.subarray(0, at)
    const noise = Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)))
    const way = random()
    if (way < 0.3) bytes = Buffer.concat([head, noise, bytes.subarray(at + length)])
    else if (way < 0.5) bytes = Buffer.concat([head, bytes.subarray(at + length)])
    else if (way < 0.7) bytes = Buffer.concat([head, bytes.subarray(at, at + length), bytes.subarray(at)])
    else if (way < 0.85)
      bytes = Buffer.concat([head, Buffer.from('|^~&\\\r'.charAt(length % 6)), bytes.subarray(at)])
    else bytes = Buffer.concat([bytes.subarray(at), head])
  }
  return unframed(bytes)
}

/** Every way to be odd, each made anew for every message. */
const kinds: Record<string, Make> = {
  'well-formed, cut anywhere': (id) => ({ bytes: Buffer.from(registration(id)), code: ok }),
  'any segment terminator, blank lines, a mark in front': (id, random) => {
    const ending = ['\n', '\r\n', '\r\r', '\n\r\n'][Math.floor(random() * 4)] ?? '\r'
    const front = ['', '\uFEFF', '\r\n', '  \n'][Math.floor(random() * 4)] ?? ''
    return { bytes: Buffer.from(front + registration(id).replaceAll('\r', ending)), code: ok }
  },
  'separators of its own': (id, random) => {
    const signs = ['#@*%', '$!;:', '[]{}'][Math.floor(random() * 3)] ?? '#@*%'
    const swap: Record<string, string> = {
      '|': signs[0] ?? '',
      '^': signs[1] ?? '',
      '~': signs[2] ?? '',
      '&': signs[3] ?? '',
    }
    return {
      bytes: Buffer.from(registration(id).replaceAll(/[|^~&]/g, (sign) => swap[sign] ?? sign)),
      code: ok,
    }
  },
  'no MSH': (id, random) => {
    const text = registration(id).slice(3 + Math.floor(random() * 40))
    return {
      bytes: Buffer.from(text.replaceAll('MSH', 'XSH')),
      code: refused,
      reason: 'The message does not begin with MSH',
    }
  },
  binary: (_, random) => {
    const noise = Buffer.from(
      Array.from({ length: 1 + Math.floor(random() * 400) }, () => 128 + Math.floor(random() * 128)),
    )
    return { bytes: noise, code: refused, reason: 'The message does not begin with MSH' }
  },
  'no field separator': (id, random) => ({
    bytes: Buffer.from(`MSH${'A9 z'.charAt(Math.floor(random() * 4))}${registration(id).slice(4)}`),
    code: refused,
    reason: 'MSH has no field separator',
  }),
  'MSH cut short': (id, random) => ({
    bytes: Buffer.from(
      `${registration(id)
        .split('|')
        .slice(0, 1 + Math.floor(random() * 8))
        .join('|')}|`,
    ),
    code: refused,
    reason: 'The message has no control id',
  }),
  'no control id': (id) => ({
    bytes: Buffer.from(registration(id).replace(`|${id}|P|`, '||P|')),
    code: refused,
    reason: 'The message has no control id',
  }),
  'no type': (id) => ({
    bytes: Buffer.from(registration(id).replace('ADT^A04^ADT_A01', '')),
    code: refused,
    reason: 'The message has no type',
  }),
  'control character in MSH': (id, random) => ({
    bytes: Buffer.from(
      registration(id).replace('CareLoop', `Care${String.fromCharCode(1 + Math.floor(random() * 8))}Loop`),
    ),
    code: refused,
    reason: 'MSH holds a control character',
  }),
  'bytes that are not what MSH-18 says': (id, random) => {
    const [said, real] = [
      ['UNICODE UTF-8', 'gb18030'],
      ['GB18030', 'utf8'],
      ['BIG-5', 'utf8'],
      ['', 'big5'],
    ][Math.floor(random() * 4)] ?? ['', 'utf8']
    return { bytes: unframed(iconv.encode(registration(id, said, '陳^美玲'), real ?? 'utf8')), code: ok }
  },
  'GB18030, Big5, ISO-8859-1 as announced': (id, random) => {
    const [said, real, name] = [
      ['GB 18030-2000', 'gb18030', '赵^镕'],
      ['BIG-5', 'big5', '陳^美玲'],
      ['8859/1', 'latin1', 'Müller^Anaïs'],
    ][Math.floor(random() * 3)] ?? ['', 'utf8', '']
    const text = registration(id, said, name)
    return {
      bytes: iconv.encode(
        real === 'latin1' ? text.replaceAll(/\p{Script=Han}/gu, 'x') : text,
        real ?? 'utf8',
      ),
      code: ok,
    }
  },
  'a character set that nobody knows': (id) => ({
    bytes: Buffer.from(registration(id, 'KLINGON')),
    code: ok,
  }),
  'batch with the wrong count': (id, random) => {
    const count = 3 + Math.floor(random() * 90)
    return {
      bytes: Buffer.from(
        `FHS|^~\\&|T|GH09\rBHS|^~\\&|T|GH09|||||||${id}\r${registration(`${id}a`)}${registration(`${id}b`)}BTS|${count}\rFTS|9\r`,
      ),
      code: ok,
    }
  },
  'batch with a bad message in it': (id) => ({
    bytes: Buffer.from(
      `BHS|^~\\&|T|GH09\rMSH|^~\\&|T|GH09|||||ADT^A01||P|2.5\r${registration(`${id}a`)}BTS|2\r`,
    ),
    code: refused,
    reason: 'The message has no control id',
  }),
  'several messages in one frame': (id) => ({
    bytes: Buffer.from(registration(`${id}a`) + registration(`${id}b`)),
    code: ok,
  }),
  'wrong fields, dates and numbers': (id, random) => {
    const text = registration(id)
      .replace('19800101', ['19801341', 'never', '0', '99999999'][Math.floor(random() * 4)] ?? '')
      .replace(
        'PV1|1|O',
        `PV1|${'9'.repeat(Math.floor(random() * 200))}|${'~^&'.repeat(Math.floor(random() * 50))}`,
      )
    return { bytes: Buffer.from(text), code: ok }
  },
  'escapes that end nowhere': (id, random) => ({
    bytes: Buffer.from(
      result(
        id,
        ['\\', '\\X', '\\XZZ\\', '\\F', '\\.br', '\\\\\\', '\\Xff00\\'][Math.floor(random() * 7)] ?? '',
      ),
    ),
    code: ok,
  }),
  'a thousand repetitions and sub-components': (id, random) => ({
    bytes: Buffer.from(result(id, 'a~b&c^d'.repeat(Math.floor(random() * 1000)))),
    code: ok,
  }),
  'bytes changed, lost, doubled and moved at random': (id, random) => ({
    bytes: mutated(id, random),
    code: /^A[AR]$/,
  }),
}

function* generate(count: number, seed: number, big: number): Generator<Malformed> {
  const random = prng(seed, 7, 0)
  const names = Object.keys(kinds)
  for (let at = 0; at < count; at++) {
    const kind = names[at % names.length] ?? ''
    const make = kinds[kind]
    if (make) yield { kind, reason: null, ...make(`M${seed}-${at}`, random) }
    if (big > 0 && at % Math.ceil(count / big) === 0)
      yield {
        kind: 'an OBX of 10 MB',
        bytes: Buffer.from(result(`B${seed}-${at}`, 'x'.repeat(10 * 1024 * 1024))),
        code: ok,
        reason: null,
      }
  }
}

/** Unanswered frames per connection before its sender waits. */
const window = 100

/**
 * Sends generated frames over several connections, cut at random, several to a packet, with noise between them, and checks every answer:
 * one per frame, in order, with the code and the reason that it must have.
 */
export async function sendMalformed(
  port: number,
  options: { count: number; seed: number; connections: number; big: number },
): Promise<MalformedResult> {
  const found: MalformedResult = {
    sent: {},
    answered: 0,
    accepted: 0,
    rejected: 0,
    reasons: new Map(),
    problems: [],
  }
  const source = generate(options.count, options.seed, options.big)
  await Promise.all(
    Array.from({ length: options.connections }, (_, at) =>
      sendOver(port, source, found, prng(options.seed, 8, at)),
    ),
  )
  return found
}

async function sendOver(
  port: number,
  source: Generator<Malformed>,
  found: MalformedResult,
  random: () => number,
): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  const waiting: Malformed[] = []
  const deframer = new Deframer()
  let wake: () => void = () => undefined
  let gone = false
  socket.on('data', (chunk: Buffer) => {
    for (const item of deframer.push(chunk))
      if (item.kind === 'message') check(found, waiting.shift(), item.bytes)
    wake()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    gone = true
    wake()
  })
  const until = async (limit: number) => {
    const end = Date.now() + 120_000
    while (waiting.length > limit && !gone && Date.now() < end)
      await new Promise<void>((resolve) => {
        wake = resolve
        // Answers wake us; this only looks at the clock, for a listener that answers no more.
        setTimeout(resolve, 1000)
      })
  }
  for (const item of source) {
    if (socket.destroyed) break
    found.sent[item.kind] = (found.sent[item.kind] ?? 0) + 1
    waiting.push(item)
    const noise =
      random() < 0.1 ? Buffer.from(['\r\n', 'noise', '\n'][Math.floor(random() * 3)] ?? '') : Buffer.alloc(0)
    await writeInPieces(socket, Buffer.concat([noise, frame(item.bytes)]), random)
    await until(window)
  }
  // Half-open: our side is ended, the answers still come.
  socket.end()
  await until(0)
  if (waiting.length > 0)
    found.problems.push(`${waiting.length} frames without an answer, the first: ${waiting[0]?.kind ?? ''}`)
  socket.destroy()
}

/** A frame in up to four packets; often the end of one and the start of the next share one. */
async function writeInPieces(socket: Socket, bytes: Buffer, random: () => number): Promise<void> {
  const cuts = Array.from({ length: Math.floor(random() * 4) }, () =>
    Math.floor(random() * bytes.length),
  ).sort((a, b) => a - b)
  let start = 0
  for (const cut of [...cuts, bytes.length]) {
    socket.write(bytes.subarray(start, cut))
    start = cut
    if (random() < 0.5) await new Promise((resolve) => setImmediate(resolve))
  }
  if (socket.writableNeedDrain)
    await new Promise<void>((resolve) => {
      socket.once('drain', resolve)
      socket.once('close', resolve)
    })
}

function check(found: MalformedResult, item: Malformed | undefined, answer: Buffer): void {
  found.answered += 1
  const acks = [...answer.toString('utf8').matchAll(/^MSA\|(\w+)\|[^|\r]*(?:\|([^\r]*))?/gm)]
  for (const [, code, text] of acks) {
    if (code === 'AA') found.accepted += 1
    else {
      found.rejected += 1
      found.reasons.set(text ?? '', (found.reasons.get(text ?? '') ?? 0) + 1)
    }
  }
  // A batch whose count is wrong is taken, and the count is listed.
  for (const [, text] of answer.toString('utf8').matchAll(/^BTS\|\d+\|([^\r]*)/gm))
    found.reasons.set(text ?? '', (found.reasons.get(text ?? '') ?? 0) + 1)
  const [, code = '', text = ''] = acks[0] ?? []
  const wrong = !item
    ? 'an answer that nobody asked for'
    : !item.code.test(code)
      ? `${item.kind}: answered ${code} ${text}`
      : item.reason !== null && text !== item.reason
        ? `${item.kind}: the reason was "${text}"`
        : null
  if (wrong !== null && found.problems.length < 20) found.problems.push(wrong)
}

type Query = (text: string) => Promise<{ reason: string | null; n: number }[]>

/**
 * Compares the list of rejected messages with the reasons given on the wire, and looks for dead letters without a reason.
 * @returns what does not agree
 */
export async function compareListed(found: MalformedResult, query: Query): Promise<string[]> {
  const problems: string[] = []
  const listed = new Map<string, number>()
  for (const { reason, n } of await query(
    `select case when location = 'BTS-1' then 'The number of messages is wrong' else reason end as reason, count(*)::int as n
     from inbound_message where status = 'rejected' group by 1`,
  ))
    listed.set(reason ?? '', n)
  for (const [reason, n] of found.reasons)
    if (listed.get(reason.trim()) !== n)
      problems.push(`"${reason}": ${n} on the wire, ${listed.get(reason.trim()) ?? 0} listed`)
  for (const [reason] of listed)
    if (!found.reasons.has(reason)) problems.push(`"${reason}" is listed and was never answered`)
  const [silent] = await query(
    `select null as reason, count(*)::int as n from inbound_message where status in ('dead', 'rejected') and coalesce(reason, '') = ''`,
  )
  if (silent && silent.n > 0) problems.push(`${silent.n} dead or rejected messages without a reason`)
  return problems
}
