const START = 0x0b
const END = 0x1c
const CR = 0x0d
const LF = 0x0a

/** What a deframer received, in order of arrival. Sizes are in bytes. */
export type Framed =
  | { kind: 'message'; bytes: Buffer }
  /** Bytes other than CR and LF outside of any frame; they were skipped. */
  | { kind: 'outside'; size: number }
  /** A frame that was never finished: a new one began, or the stream ended. Its bytes were dropped. */
  | { kind: 'truncated'; size: number }
  /** A frame grew beyond the maximum; the rest of it is skipped. `size` is the number of bytes received so far. */
  | { kind: 'too-large'; size: number }

export const DEFAULT_MAX_MESSAGE_BYTES = 32 * 1024 * 1024

/**
 * Wraps one message for MLLP (HL7 Transport Specification MLLP, release 1: `VT message FS CR`).
 *
 * @example socket.write(frame(Buffer.from('MSH|^~\\&|…')))
 */
export function frame(bytes: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(bytes.length + 3)
  framed[0] = START
  bytes.copy(framed, 1)
  framed[bytes.length + 1] = END
  framed[bytes.length + 2] = CR
  return framed
}

/**
 * Cuts a byte stream into MLLP messages. Takes chunks split anywhere, never throws, and costs time linear in
 * the bytes received and memory linear in the largest message (`maxBytes`, default 32 MiB).
 *
 * GB18030, Big5 and UTF-8 never use bytes below 0x30 inside a character, so the framing bytes are unambiguous
 * before the character set is known: 0x0B always begins a frame, 0x1C always ends one. The CR after 0x1C is
 * optional, as are CR and LF between frames. A message may share memory with the chunk it came in.
 */
export class Deframer {
  readonly #maxBytes: number
  #state: 'outside' | 'inside' | 'skipping' = 'outside'
  #outside = 0
  #held = Buffer.alloc(0)
  #heldLength = 0

  constructor(options: { maxBytes?: number } = {}) {
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_MESSAGE_BYTES
  }

  /** True while a frame has begun and not ended. */
  get unfinished(): boolean {
    return this.#state !== 'outside'
  }

  /** Memory of the unfinished frame, in bytes. */
  get held(): number {
    return this.#held.length
  }

  /** Takes the next chunk and returns what it completed. */
  push(chunk: Buffer): Framed[] {
    const out: Framed[] = []
    let position = 0
    // Both positions are remembered across the loop: searching again for each frame would be quadratic for a chunk full of start bytes.
    let start = find(chunk, START, 0)
    let end = find(chunk, END, 0)
    while (position < chunk.length) {
      if (start < position) start = find(chunk, START, position)
      if (end < position) end = find(chunk, END, position)
      if (this.#state === 'outside') {
        this.#countOutside(chunk, position, start)
        if (start === chunk.length) break
        this.#open(out)
        position = start + 1
        continue
      }
      const stop = Math.min(start, end)
      if (this.#state === 'inside')
        this.#take(chunk, position, stop, stop === end && stop < chunk.length, out)
      if (stop === chunk.length) break
      if (stop === end) {
        this.#state = 'outside'
      } else {
        if (this.#state === 'inside') out.push({ kind: 'truncated', size: this.#heldLength })
        this.#open(out)
      }
      position = stop + 1
    }
    return out
  }

  /** Call when the stream has ended: reports an unfinished frame and trailing bytes. */
  end(): Framed[] {
    const out: Framed[] = []
    if (this.#state === 'inside') out.push({ kind: 'truncated', size: this.#heldLength })
    this.#open(out)
    this.#state = 'outside'
    return out
  }

  #open(out: Framed[]): void {
    if (this.#outside > 0) out.push({ kind: 'outside', size: this.#outside })
    this.#outside = 0
    this.#heldLength = 0
    this.#state = 'inside'
  }

  #countOutside(chunk: Buffer, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const byte = chunk[i]
      if (byte !== CR && byte !== LF) this.#outside++
    }
  }

  #take(chunk: Buffer, from: number, to: number, complete: boolean, out: Framed[]): void {
    const length = this.#heldLength + to - from
    if (length > this.#maxBytes) {
      out.push({ kind: 'too-large', size: length })
      this.#state = 'skipping'
      this.#held = Buffer.alloc(0)
      this.#heldLength = 0
      return
    }
    if (complete && this.#heldLength === 0) {
      out.push({ kind: 'message', bytes: chunk.subarray(from, to) })
      return
    }
    this.#hold(chunk, from, to, length)
    if (!complete) return
    out.push({ kind: 'message', bytes: this.#held.subarray(0, length) })
    this.#held = Buffer.alloc(0)
    this.#heldLength = 0
  }

  #hold(chunk: Buffer, from: number, to: number, length: number): void {
    if (length > this.#held.length) {
      // Doubling keeps the copying linear; a list of chunks would cost an object per byte to a slow sender.
      const grown = Buffer.allocUnsafe(
        Math.min(this.#maxBytes, Math.max(length, this.#held.length * 2, 4096)),
      )
      this.#held.copy(grown, 0, 0, this.#heldLength)
      this.#held = grown
    }
    chunk.copy(this.#held, this.#heldLength, from, to)
    this.#heldLength = length
  }
}

function find(chunk: Buffer, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from)
  return at === -1 ? chunk.length : at
}
