import { crc32, deflateSync } from 'node:zlib'

const segment = (marker: number, body: Buffer) =>
  Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255]), body])

/** What telephones write into pictures, with a place. */
export const exif = Buffer.from('Exif\0\0MM\0*GPS 39.9042 N 116.4074 E, Telephone 17', 'latin1')

type Jpeg = { width?: number; height?: number; before?: { marker: number; body: Buffer }[]; after?: Buffer }

/** A small grey JPEG that every decoder shows. */
export function jpeg({ width = 8, height = 8, before = [], after }: Jpeg = {}): Buffer {
  const frame = Buffer.from([8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0])
  const oneCode = (table: number) => Buffer.from([table, 1, ...Array<number>(15).fill(0), 0])
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8)
  const bits = '00'.repeat(blocks)
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1')
  const scan = Buffer.from(padded.match(/.{8}/g)?.map((byte) => parseInt(byte, 2)) ?? [])
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    ...before.map(({ marker, body }) => segment(marker, body)),
    segment(0xdb, Buffer.from([0, ...Array<number>(64).fill(1)])),
    segment(0xc0, frame),
    segment(0xc4, oneCode(0)),
    segment(0xc4, oneCode(0x10)),
    segment(0xda, Buffer.from([1, 1, 0, 0, 0x3f, 0])),
    scan,
    Buffer.from([0xff, 0xd9]),
    ...(after ? [after] : []),
  ])
}

export function pngChunk(type: string, body: Buffer): Buffer {
  const whole = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)]
  head.writeUInt32BE(body.length)
  tail.writeUInt32BE(crc32(whole))
  return Buffer.concat([head, whole, tail])
}

/** A PNG in which red grows to the right and green downwards. */
export function png(width = 8, height = 8, more: Buffer[] = []): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.from([
      0,
      ...Array.from({ length: width }, (__, x) => [(x * 255) / width, (y * 255) / height, 120]).flat(),
    ]),
  )
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', head),
    ...more,
    pngChunk('IDAT', deflateSync(Buffer.concat(rows))),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}
