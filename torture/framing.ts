import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import iconv from 'iconv-lite'
import pg from 'pg'
import { Deframer, frame } from '../server/modules/hl7/framer.ts'
import { encodeEvent } from '../sim/hl7.ts'
import { createWorld, lifeEvents } from '../sim/life.ts'
import { prng } from '../sim/prng.ts'
import { createInstallation, type Installation } from './installation.ts'

export type FramingResult = { name: string; frames: number; answered: number; problem: string | null }

/** One connection that counts answers; answers are read whole, however they are cut. */
class Wire {
  readonly socket: Socket
  readonly codes: string[] = []

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true })
    const deframer = new Deframer()
    this.socket.on('data', (chunk: Buffer) => {
      for (const item of deframer.push(chunk))
        if (item.kind === 'message')
          this.codes.push(/MSA\|(\w+)/.exec(item.bytes.toString('latin1'))?.[1] ?? '?')
    })
    this.socket.on('error', () => undefined)
  }

  async write(bytes: Buffer): Promise<void> {
    if (!this.socket.write(bytes))
      await Promise.race([once(this.socket, 'drain'), once(this.socket, 'close')])
  }

  async answers(count: number, ms = 20_000): Promise<void> {
    const end = performance.now() + ms
    while (this.codes.length < count && performance.now() < end) await sleep(5)
  }
}

let serial = 0

/** A registration that nobody sent before. */
function message(options: { name?: string; charset?: string; filler?: number } = {}): Buffer {
  const id = `T${++serial}`
  const text =
    `MSH|^~\\&|TORTURE|GH09|CareLoop|GH09|20260101080000+0800||ADT^A04^ADT_A01|${id}|P|2.5|||||CHN|${options.charset ?? 'UNICODE UTF-8'}\r` +
    `EVN|A04|20260101080000+0800\rPID|1||${id}^^^GH09^MR||${options.name ?? '王^伟'}||19800101|M\r` +
    `PV1|1|O|D01^^^GH09||||S01^李^强||||||||||||V${id}^^^GH09^VN|||||||||||||||||||||||||20260101080000+0800\r` +
    (options.filler ? `NTE|1||${'x'.repeat(options.filler)}\r` : '')
  const encoding = { 'GB 18030-2000': 'gb18030', 'BIG-5': 'big5' }[options.charset ?? ''] ?? 'utf-8'
  return iconv.encode(text, encoding)
}

type Case = {
  name: string
  run: (port: number) => Promise<{ frames: number; codes: string[]; expected?: RegExp }>
}

/** Sends frames cut into pieces and waits for all answers. */
async function pieces(
  port: number,
  chunks: Buffer[],
  frames: number,
): Promise<{ frames: number; codes: string[] }> {
  const wire = new Wire(port)
  for (const chunk of chunks) {
    await wire.write(chunk)
    // A turn of the loop, so that each piece is a packet of its own.
    if (chunks.length < 5000) await new Promise((resolve) => setImmediate(resolve))
  }
  await wire.answers(frames)
  wire.socket.destroy()
  return { frames, codes: wire.codes }
}

const cases: Case[] = [
  {
    name: 'one frame cut in two at every byte',
    async run(port) {
      const codes: string[] = []
      const length = frame(message()).length
      for (let at = 1; at < length; at += 40) {
        // Forty connections at once, or the many small waits would take minutes.
        const group = Array.from({ length: Math.min(40, length - at) }, (_, i) => at + i)
        const results = await Promise.all(
          group.map((cut) => {
            const bytes = frame(message())
            return pieces(port, [bytes.subarray(0, cut), bytes.subarray(cut)], 1)
          }),
        )
        codes.push(...results.flatMap((one) => one.codes))
      }
      return { frames: length - 1, codes }
    },
  },
  {
    name: 'every byte a packet of its own',
    run: (port) => {
      const bytes = frame(message())
      return pieces(
        port,
        Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
        1,
      )
    },
  },
  {
    name: '2,000 frames in as few packets as TCP likes',
    run: (port) => pieces(port, [Buffer.concat(Array.from({ length: 2000 }, () => frame(message())))], 2000),
  },
  {
    name: '2,000 frames cut at random',
    async run(port) {
      const random = prng(3, 1, 0)
      const all = Buffer.concat(Array.from({ length: 2000 }, () => frame(message())))
      const chunks: Buffer[] = []
      for (let at = 0; at < all.length;) {
        const size = 1 + Math.floor(random() * 900)
        chunks.push(all.subarray(at, at + size))
        at += size
      }
      return pieces(port, chunks, 2000)
    },
  },
  {
    name: 'CR, LF and noise between frames',
    run: (port) =>
      pieces(
        port,
        Array.from({ length: 200 }, (_, at) =>
          Buffer.concat([Buffer.from(at % 2 ? '\r\n' : 'noise'), frame(message())]),
        ),
        200,
      ),
  },
  {
    name: 'no MSH, empty frame, no control id, binary: each refused with AR',
    async run(port) {
      const bad = [
        Buffer.from('PID|1||X\r'),
        Buffer.alloc(0),
        Buffer.from('MSH|^~\\&|A|B|||||ADT^A01||P|2.5\rPID|1\r'),
        Buffer.from(Array.from({ length: 500 }, (_, at) => 32 + ((at * 37) % 200))),
      ]
      const usable = bad.map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0b && byte !== 0x1c)))
      return { ...(await pieces(port, usable.map(frame), usable.length)), expected: /^AR$/ }
    },
  },
  {
    name: 'GB18030, Big5, and bytes that are not what MSH-18 says',
    run: (port) =>
      pieces(
        port,
        [
          message({ charset: 'GB 18030-2000', name: '赵^镕' }),
          message({ charset: 'BIG-5', name: '陳^美玲' }),
          message({ charset: 'KLINGON' }),
          // GB18030 bytes under a UTF-8 flag: taken and kept as a dead letter, never lost.
          Buffer.from(
            iconv
              .encode(message({ name: '赵^镕' }).toString(), 'gb18030')
              .map((byte) => (byte === 0x0b || byte === 0x1c ? 0x20 : byte)),
          ),
        ].map(frame),
        4,
      ),
  },
  {
    name: 'a message of 10 MB',
    run: (port) => pieces(port, [frame(message({ filler: 10 * 1024 * 1024 }))], 1),
  },
  {
    name: 'a message of 40 MB is refused, the next one taken',
    async run(port) {
      const result = await pieces(port, [frame(message({ filler: 40 * 1024 * 1024 })), frame(message())], 2)
      return { ...result, expected: /^(AR|AA)$/ }
    },
  },
  {
    name: 'half-open: the sender ends its side and still gets every answer',
    async run(port) {
      const wire = new Wire(port)
      await wire.write(Buffer.concat(Array.from({ length: 300 }, () => frame(message()))))
      wire.socket.end()
      await wire.answers(300)
      return { frames: 300, codes: wire.codes }
    },
  },
  {
    name: '300 connections broken in the middle of a frame, others unharmed',
    async run(port) {
      const broken = Array.from({ length: 300 }, () => new Wire(port))
      await Promise.all(broken.map((wire, at) => wire.write(frame(message()).subarray(0, 10 + at))))
      const good = await pieces(port, [frame(message())], 1)
      for (const wire of broken) wire.socket.resetAndDestroy()
      const after = await pieces(port, [frame(message())], 1)
      return { frames: 2, codes: [...good.codes, ...after.codes] }
    },
  },
  {
    name: 'slow-loris: 200 connections that send a byte a second, others unharmed',
    async run(port) {
      const slow = Array.from({ length: 200 }, () => new Wire(port))
      const bytes = frame(message())
      const codes: string[] = []
      let slowest = 0
      for (let second = 0; second < 8; second++) {
        for (const wire of slow) void wire.write(bytes.subarray(second, second + 1))
        const began = performance.now()
        codes.push(...(await pieces(port, [frame(message())], 1)).codes)
        slowest = Math.max(slowest, performance.now() - began)
        await sleep(1000)
      }
      for (const wire of slow) wire.socket.destroy()
      return { frames: slowest < 3000 ? 8 : -1, codes }
    },
  },
  {
    name: 'a sender that never reads its answers, others unharmed',
    async run(port) {
      const deaf = new Wire(port)
      deaf.socket.pause()
      void deaf.write(Buffer.concat(Array.from({ length: 3000 }, () => frame(message()))))
      const good = await pieces(port, [frame(message())], 1)
      deaf.socket.resume()
      await deaf.answers(3000, 60_000)
      deaf.socket.destroy()
      return { frames: 3001, codes: [...good.codes, ...deaf.codes] }
    },
  },
]

/** Whatever is sent, the process lives and every complete frame gets an answer. */
export async function framingTest(say: (line: string) => void = () => undefined): Promise<FramingResult[]> {
  const installation = await createInstallation({ env: { LOG_LEVEL: 'silent' } })
  const results: FramingResult[] = []
  try {
    await installation.start()
    for (const { name, run } of cases) {
      const { frames, codes, expected = /^AA$/ } = await run(installation.mllpPort)
      const wrong = codes.filter((code) => !expected.test(code))
      const problem =
        installation.program().child.exitCode !== null
          ? 'the process ended'
          : codes.length !== frames
            ? `${codes.length} answers to ${frames} frames`
            : wrong.length > 0
              ? `${wrong.length} answers like ${wrong[0]}`
              : null
      results.push({ name, frames, answered: codes.length, problem })
      say(`${problem ? 'FAIL' : 'ok  '} ${name}: ${problem ?? `${codes.length} answers`}`)
    }
    results.push(await afterwards(installation))
  } finally {
    await installation.remove()
  }
  return results
}

/** A whole story after all that is applied as if nothing had happened. */
async function afterwards(installation: Installation): Promise<FramingResult> {
  const events = [...lifeEvents(createWorld({ now: new Date(), seed: 9, people: 60, years: 0.15 }))]
  const { codes } = await pieces(
    installation.mllpPort,
    events.map((event) => frame(encodeEvent(event))),
    events.length,
  )
  const client = new pg.Client({ connectionString: await installation.databaseUrl() })
  await client.connect()
  const count = async (where: string) => {
    const { rows } = await client.query<{ n: string }>(
      `select count(*) as n from inbound_message where ${where}`,
    )
    return Number(rows[0]?.n)
  }
  for (let look = 0; look < 600 && (await count(`status = 'received'`)) > 0; look++) await sleep(100)
  const applied = await count(`status = 'applied' and sender = 'HIS'`)
  await client.end()
  return {
    name: 'a whole story afterwards is applied',
    frames: events.length,
    answered: codes.length,
    problem: applied === events.length ? null : `${applied} of ${events.length} applied`,
  }
}
