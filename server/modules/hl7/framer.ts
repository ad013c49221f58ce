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
  #held = new Pieces()

  constructor(options: { maxBytes?: number } = {}) {
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_MESSAGE_BYTES
  }

  /** True while a frame has begun and not ended. */
  get unfinished(): boolean {
    return this.#state !== 'outside'
  }

  /** Memory of the unfinished frame, in bytes. */
  get held(): number {
    return this.#held.memory
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
        if (this.#state === 'inside') out.push({ kind: 'truncated', size: this.#held.length })
        this.#open(out)
      }
      position = stop + 1
    }
    return out
  }

  /** Call when the stream has ended: reports an unfinished frame and trailing bytes. */
  end(): Framed[] {
    const out: Framed[] = []
    if (this.#state === 'inside') out.push({ kind: 'truncated', size: this.#held.length })
    this.#open(out)
    this.#state = 'outside'
    return out
  }

  #open(out: Framed[]): void {
    if (this.#outside > 0) out.push({ kind: 'outside', size: this.#outside })
    this.#outside = 0
    if (this.#held.length > 0) this.#held = new Pieces()
    this.#state = 'inside'
  }

  #countOutside(chunk: Buffer, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const byte = chunk[i]
      if (byte !== CR && byte !== LF) this.#outside++
    }
  }

  #take(chunk: Buffer, from: number, to: number, complete: boolean, out: Framed[]): void {
    const length = this.#held.length + to - from
    if (length > this.#maxBytes) {
      out.push({ kind: 'too-large', size: length })
      this.#state = 'skipping'
      this.#held = new Pieces()
      return
    }
    const part = chunk.subarray(from, to)
    if (complete && this.#held.length === 0) {
      out.push({ kind: 'message', bytes: part })
      return
    }
    this.#held.add(part)
    if (!complete) return
    out.push({ kind: 'message', bytes: this.#held.joined() })
    this.#held = new Pieces()
  }
}

/** Of what a socket gives at once; smaller parts are put together, else a slow sender would cost an object per byte. */
const pieceBytes = 64 * 1024
const smallestBlock = 4096

/** An unfinished frame in the chunks that it came in: a large one is put together once, when it is whole, and not at every growth. */
class Pieces {
  #full: Buffer[] = []
  #block = Buffer.alloc(0)
  #filled = 0
  /** Bytes of the frame, and of the memory that holds them. */
  length = 0
  memory = 0

  add(part: Buffer): void {
    this.length += part.length
    if (part.length >= pieceBytes) {
      this.#endBlock()
      this.#full.push(part)
      this.memory += part.length
      return
    }
    const copied = part.copy(this.#block, this.#filled)
    this.#filled += copied
    if (copied === part.length) return
    this.#endBlock()
    const rest = part.subarray(copied)
    const size = Math.max(rest.length, Math.min(pieceBytes, Math.max(smallestBlock, this.length)))
    this.#block = Buffer.allocUnsafeSlow(size)
    this.memory += size
    this.#filled = rest.copy(this.#block)
  }

  #endBlock(): void {
    if (this.#filled > 0) this.#full.push(this.#block.subarray(0, this.#filled))
    this.#block = Buffer.alloc(0)
    this.#filled = 0
  }

  joined(): Buffer {
    return Buffer.concat([...this.#full, this.#block.subarray(0, this.#filled)])
  }
}

function find(chunk: Buffer, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from)
  return at === -1 ? chunk.length : at
}
