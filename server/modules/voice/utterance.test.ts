import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listen, speak } from '../../../sim/spoken-sound.ts'
import { type Frame, Frames } from './audio-socket.ts'
import { Utterances } from './utterance.ts'

const cut = (data: Buffer, sizes: number[]) => {
  const pieces: Buffer[] = []
  for (let at = 0, n = 0; at < data.length; n++) {
    const size = sizes.length === 0 ? data.length : (sizes[n % sizes.length] ?? 1)
    pieces.push(data.subarray(at, at + size))
    at += size
  }
  return pieces
}

test('a stream is the same frames however it is cut', () => {
  const frame = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 400 }))
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 5 }),
      (frames, sizes) => {
        const bytes = Buffer.concat(
          frames.flatMap(([kind, payload]) => [
            Buffer.from([kind, payload.length >> 8, payload.length & 255]),
            Buffer.from(payload),
          ]),
        )
        const reader = new Frames()
        const read: Frame[] = cut(bytes, sizes).flatMap((piece) => reader.take(piece))
        expect(read.map((one) => [one.kind, [...one.payload]])).toEqual(
          frames.map(([kind, payload]) => [kind, [...payload]]),
        )
      },
    ),
  )
})

test('what is said between quiet is an utterance, with its beginning; a click is none', () => {
  const quiet = Buffer.alloc(16_000)
  const click = Buffer.alloc(1600, 0x40)
  const utterances = new Utterances()
  const changes = [quiet, click, quiet, speak('好转了', 90), speak('没有', 80)].flatMap((pcm) =>
    cut(pcm, [320]).flatMap((piece) => utterances.take(piece)),
  )
  expect(changes.map((one) => one.kind)).toEqual(['begins', 'utterance', 'begins', 'utterance'])
  const said = changes.flatMap((one) =>
    one.kind === 'utterance' ? listen(Buffer.from(one.samples.buffer)) : [],
  )
  expect(said).toEqual([
    { text: '好转了', clarity: 90 },
    { text: '没有', clarity: 80 },
  ])
})
