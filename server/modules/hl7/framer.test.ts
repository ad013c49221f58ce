import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Deframer, type Framed, frame } from './framer.ts'

const body = fc
  .uint8Array({ maxLength: 60 })
  .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0b && byte !== 0x1c)))

function cut(stream: Buffer, points: number[]): Buffer[] {
  const at = [0, ...points.map((p) => p % (stream.length + 1)).sort((a, b) => a - b), stream.length]
  return at.slice(1).map((end, i) => stream.subarray(at[i], end))
}

function run(chunks: Buffer[], maxBytes?: number): Framed[] {
  const deframer = new Deframer(maxBytes === undefined ? {} : { maxBytes })
  return [...chunks.flatMap((chunk) => deframer.push(chunk)), ...deframer.end()]
}

function messages(framed: Framed[]): string[] {
  return framed.flatMap((f) => (f.kind === 'message' ? [f.bytes.toString('latin1')] : []))
}

function shape(framed: Framed[]): string[] {
  return framed.map((f) => (f.kind === 'message' ? f.bytes.toString('latin1') : `${f.kind} ${f.size}`))
}

test('any list of messages split anywhere comes out as the same list with nothing to report', () => {
  fc.assert(
    fc.property(fc.array(body), fc.array(fc.nat(2000)), (list, points) => {
      const framed = run(cut(Buffer.concat(list.map(frame)), points))
      expect(shape(framed)).toEqual(list.map((m) => m.toString('latin1')))
    }),
  )
})

test('any bytes at all are taken without throwing and what is found does not depend on the split', () => {
  const noisy = fc
    .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0x0b, 0x1c, 0x0d, 0x0a) }, fc.nat(255)))
    .map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(noisy, fc.array(fc.nat(200)), (stream, points) => {
      expect(shape(run(cut(stream, points)))).toEqual(shape(run([stream])))
    }),
  )
})

test('every byte offset is a good place to split', () => {
  const list = ['MSH|^~\\&|HIS', '', '王^小明'].map((text) => Buffer.from(text))
  const stream = Buffer.concat(list.map(frame))
  for (let i = 0; i <= stream.length; i++) {
    expect(messages(run([stream.subarray(0, i), stream.subarray(i)]))).toEqual(
      list.map((m) => m.toString('latin1')),
    )
  }
})

test('bytes outside of a frame are skipped and counted, line ends are not', () => {
  const stream = Buffer.concat([Buffer.from('\r\nhello\r\n'), frame(Buffer.from('A')), Buffer.from('x\n')])
  expect(shape(run([stream]))).toEqual(['outside 5', 'A', 'outside 1'])
})

test('a start byte inside an unfinished frame reports it as truncated and begins again', () => {
  const stream = Buffer.from('\x0bhalf a mess\x0bwhole\x1c\r', 'latin1')
  expect(shape(run([stream]))).toEqual(['truncated 11', 'whole'])
})

test('a stream that ends inside a frame reports it as truncated', () => {
  expect(shape(run([Buffer.from('\x0babc', 'latin1')]))).toEqual(['truncated 3'])
})

test('an end byte without its carriage return still ends the message', () => {
  expect(shape(run([Buffer.from('\x0bA\x1c\x0bB\x1c', 'latin1')]))).toEqual(['A', 'B'])
})

test('a message beyond the maximum is reported once, skipped, and the next one is read', () => {
  const stream = Buffer.concat([frame(Buffer.alloc(500, 0x41)), frame(Buffer.alloc(100, 0x42))])
  const framed = run(cut(stream, [10, 90, 150, 300]), 100)
  expect(framed.map((f) => f.kind)).toEqual(['too-large', 'message'])
})

test('GB18030 text with delimiter-like second bytes passes unharmed', () => {
  const text = Buffer.from([0x81, 0x5c, 0x83, 0x7c, 0x84, 0x31, 0x95, 0x33])
  expect(messages(run(cut(frame(text), [2, 4, 6])))).toEqual([text.toString('latin1')])
})

test('ten megabytes in one-kilobyte chunks and a flood of start bytes both take linear time', () => {
  const stream = frame(Buffer.alloc(10 * 1024 * 1024, 0x41))
  const chunks: Buffer[] = []
  for (let i = 0; i < stream.length; i += 1024) chunks.push(stream.subarray(i, i + 1024))
  const began = performance.now()
  expect(messages(run(chunks))[0]?.length).toBe(10 * 1024 * 1024)
  expect(run([Buffer.alloc(300_000, 0x0b)])).toHaveLength(300_000)
  // Quadratic copying or searching would take minutes here.
  expect(performance.now() - began).toBeLessThan(3000)
})
