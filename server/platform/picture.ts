import { crc32 } from 'node:zlib'
import { AppError } from './errors.ts'

export type Picture = {
  contentType: 'image/jpeg' | 'image/png'
  bytes: Buffer
  width: number
  height: number
}

/** More than any camera of a telephone makes; a picture of 50,000 × 50,000 would stop the browser that shows it. */
const mostSide = 12_000
const mostPixels = 60_000_000
/** Segments or chunks: cameras and programs write some hundreds. */
const mostParts = 20_000

/**
 * Parses a picture by its content, not its name, and rebuilds it from the parts needed for display: metadata such as camera, place and
 * time, comments, previews and trailing data are removed. Pixels are not changed.
 * @throws {AppError} picture-type, picture-damaged (also when something follows after the end of the picture)
 */
export function readPicture(bytes: Buffer): Picture {
  const picture = isJpeg(bytes) ? readJpeg(bytes) : isPng(bytes) ? readPng(bytes) : undefined
  if (!picture) throw new AppError('picture-type')
  const { width, height } = picture
  if (width < 1 || height < 1 || Math.max(width, height) > mostSide || width * height > mostPixels) damaged()
  return picture
}

function damaged(): never {
  throw new AppError('picture-damaged')
}

const isJpeg = (bytes: Buffer) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff

/** Tables, frame and scans: what a decoder needs (ITU T.81, table B.1). */
const jpegNeeds = new Set([0xc0, 0xc1, 0xc2, 0xc4, 0xdb, 0xdd])
const frames = new Set([0xc0, 0xc1, 0xc2])
const isApplicationData = (marker: number) => (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe

function readJpeg(bytes: Buffer): Picture {
  const parts: Buffer[] = [bytes.subarray(0, 2)]
  let size: { width: number; height: number } | undefined
  let scans = 0
  let at = 2
  for (;;) {
    if (bytes[at] !== 0xff || parts.length > mostParts) damaged()
    while (bytes[at + 1] === 0xff) at += 1
    const marker = bytes[at + 1]
    if (marker === undefined) damaged()
    if (marker === 0xd9) break
    if (at + 4 > bytes.length) damaged()
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    if (end < at + 4 || end > bytes.length) damaged()
    const segment = bytes.subarray(at, end)
    at = end
    if (marker === 0xda) {
      if (!size) damaged()
      const after = endOfScan(bytes, end)
      parts.push(segment, bytes.subarray(end, after))
      scans += 1
      at = after
    } else if (jpegNeeds.has(marker)) {
      if (frames.has(marker)) {
        if (size || segment.length < 10) damaged()
        size = { height: segment.readUInt16BE(5), width: segment.readUInt16BE(7) }
      }
      parts.push(segment)
    } else if (isApplicationData(marker)) parts.push(...needed(marker, segment))
    else damaged()
  }
  if (!size || scans === 0 || !isPadding(bytes.subarray(at + 2))) damaged()
  return { contentType: 'image/jpeg', bytes: Buffer.concat([...parts, bytes.subarray(at, at + 2)]), ...size }
}

/** Of JFIF the density without its preview; of Adobe which colours the numbers mean, without which they turn out inverted. */
function needed(marker: number, segment: Buffer): Buffer[] {
  const name = segment.toString('latin1', 4, 9)
  if (marker === 0xe0 && name === 'JFIF\0' && segment.length >= 18) {
    const head = Buffer.from(segment.subarray(0, 18))
    head.writeUInt16BE(16, 2)
    head.writeUInt16BE(0, 16)
    return [head]
  }
  if (marker === 0xee && name === 'Adobe' && segment.length >= 16) {
    const head = Buffer.from(segment.subarray(0, 16))
    head.writeUInt16BE(14, 2)
    return [head]
  }
  return []
}

/** Position of the next marker that is neither stuffing nor a restart. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1]
    if (next === undefined) break
    const within = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7)
    if (!within) return at
  }
  return damaged()
}

/** Some writers fill up the last sector. */
const isPadding = (rest: Buffer) => rest.every((byte) => byte === 0)

const pngHead = Buffer.from('89504e470d0a1a0a', 'hex')
const isPng = (bytes: Buffer) => bytes.subarray(0, 8).equals(pngHead)

const pngNeeds = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'gAMA', 'sRGB'])

function readPng(bytes: Buffer): Picture {
  const parts: Buffer[] = [pngHead]
  let size: { width: number; height: number } | undefined
  let pixels = false
  let at = 8
  for (;;) {
    if (at + 12 > bytes.length || parts.length > mostParts) damaged()
    const length = bytes.readUInt32BE(at)
    const end = at + 12 + length
    if (end > bytes.length) damaged()
    const type = bytes.toString('latin1', at + 4, at + 8)
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) damaged()
    if (type === 'IHDR') {
      if (size || length !== 13 || at !== 8) damaged()
      size = { width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) }
    }
    if (!size) damaged()
    pixels ||= type === 'IDAT'
    if (pngNeeds.has(type)) parts.push(bytes.subarray(at, end))
    // An upper-case first letter marks a part that is required for display.
    else if (/^[A-Z]/.test(type)) damaged()
    at = end
    if (type !== 'IEND') continue
    if (!pixels || !isPadding(bytes.subarray(end))) damaged()
    return { contentType: 'image/png', bytes: Buffer.concat(parts), ...size }
  }
}
