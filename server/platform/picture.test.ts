import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exif, jpeg, png, pngChunk } from '../../test/support/picture.ts'
import { AppError } from './errors.ts'
import { readPicture } from './picture.ts'

const refusal = (bytes: Buffer): string => {
  try {
    readPicture(bytes)
    return 'taken'
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return error.id
  }
}

test('what a telephone writes into a JPEG goes, the picture stays byte for byte', () => {
  const dirty = jpeg({
    before: [
      { marker: 0xe1, body: exif },
      { marker: 0xe2, body: Buffer.from('ICC_PROFILE\0 made by somebody') },
      { marker: 0xed, body: Buffer.from('Photoshop 3.0\0 caption') },
      { marker: 0xfe, body: Buffer.from('<script>alert(1)</script>') },
    ],
  })
  const { contentType, bytes, width, height } = readPicture(dirty)
  expect({ contentType, width, height }).toEqual({ contentType: 'image/jpeg', width: 8, height: 8 })
  expect(bytes.equals(jpeg())).toBe(true)
  expect(dirty.includes('GPS')).toBe(true)
  expect(bytes.includes('GPS')).toBe(false)
})

test('the preview that JFIF may carry goes, and what Adobe says about colours stays without the rest', () => {
  const preview = Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01abc', 'latin1')
  const adobe = Buffer.from('Adobe\0\x64\0\0\0\0\x01hidden words', 'latin1')
  const { bytes } = readPicture(
    jpeg({
      before: [
        { marker: 0xe0, body: preview },
        { marker: 0xee, body: adobe },
      ],
    }),
  )
  expect(bytes.includes('abc')).toBe(false)
  expect(bytes.includes('hidden')).toBe(false)
  expect(bytes.includes('Adobe')).toBe(true)
  expect(readPicture(bytes).bytes.equals(bytes)).toBe(true)
})

test('a PNG keeps what shows it and loses words, place and time', () => {
  const dirty = png(9, 4, [
    pngChunk('gAMA', Buffer.from([0, 0, 0xb1, 0x8f])),
    pngChunk('tEXt', Buffer.from('Author\0somebody')),
    pngChunk('eXIf', exif),
    pngChunk('tIME', Buffer.from([7, 234, 11, 22, 13, 0, 0])),
  ])
  const { contentType, bytes, width, height } = readPicture(dirty)
  expect({ contentType, width, height }).toEqual({ contentType: 'image/png', width: 9, height: 4 })
  expect(bytes.equals(png(9, 4, [pngChunk('gAMA', Buffer.from([0, 0, 0xb1, 0x8f]))]))).toBe(true)
})

test.each<[string, Buffer, string]>([
  ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), 'picture-type'],
  ['a drawing with a script', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'picture-type'],
  ['a GIF', Buffer.from('GIF89a\x01\0\x01\0'), 'picture-type'],
  ['nothing', Buffer.alloc(0), 'picture-type'],
  ['a page behind a JPEG', jpeg({ after: Buffer.from('<script>alert(1)</script>') }), 'picture-damaged'],
  ['an archive behind a JPEG', jpeg({ after: Buffer.from('PK\x03\x04') }), 'picture-damaged'],
  ['a second picture behind a JPEG', jpeg({ after: jpeg() }), 'picture-damaged'],
  ['an archive behind a PNG', Buffer.concat([png(), Buffer.from('PK\x03\x04')]), 'picture-damaged'],
  ['a JPEG of 20000 pixels a side', jpeg({ width: 20_000 }), 'picture-damaged'],
  ['a JPEG without height', jpeg({ height: 0 }), 'picture-damaged'],
  ['half a JPEG', jpeg().subarray(0, 120), 'picture-damaged'],
  [
    'a JPEG without its pixels',
    Buffer.concat([jpeg().subarray(0, 20), Buffer.from([0xff, 0xd9])]),
    'picture-damaged',
  ],
  ['half a PNG', png().subarray(0, 50), 'picture-damaged'],
  ['a PNG with a changed byte', Buffer.from(png()).fill(1, 18, 19), 'picture-damaged'],
  ['a padded JPEG', jpeg({ after: Buffer.alloc(512) }), 'taken'],
])('%s: %s', (_, bytes, expected) => {
  expect(refusal(bytes)).toBe(expected)
})

test('whatever is cut off or changed, it is taken or refused, and what was taken is taken again unchanged', () => {
  const whole = fc.constantFrom(jpeg({ before: [{ marker: 0xe1, body: exif }] }), png(5, 5))
  const change = fc.record({ at: fc.nat(400), byte: fc.nat(255), cut: fc.nat(400) })
  fc.assert(
    fc.property(whole, change, (bytes, { at, byte, cut }) => {
      const changed = Buffer.from(bytes)
      if (at < changed.length) changed[at] = byte
      const given = changed.subarray(0, changed.length - (cut % 3 === 0 ? cut : 0))
      if (refusal(given) !== 'taken') return
      const { bytes: clean } = readPicture(given)
      expect(readPicture(clean).bytes.equals(clean)).toBe(true)
    }),
    { numRuns: 500 },
  )
})
