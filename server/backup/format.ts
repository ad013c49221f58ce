import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scryptSync } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { PassThrough, pipeline as pipe, Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress, createZstdDecompress } from 'node:zlib'
import { ConfigError } from '../platform/config.ts'

/*
 * A backup file: one line of JSON (see Header), then chunks. Each chunk is a 4-byte length and bytes sealed by AES-256-GCM under
 * a nonce that counts, and the last one is marked, so that a changed or cut file is noticed. Without a key of the operator's the
 * seal is made with one that anybody can derive: it hides nothing then, and still finds every damage, which the checksum of zstd
 * does not. The bytes of all chunks together are one zstd stream of frames: a 4-byte length, a letter, a payload.
 */
const magic = 'careloop-backup-1'
const chunkSize = 1 << 20

export type BackupKey = { kind: 'none' } | { kind: 'secret' | 'passphrase'; text: string }
type Header = { format: typeof magic; key: BackupKey['kind']; salt: string }

/** `m` manifest, `t` table begins, `d` data, `e` table ends, `z` end of the backup. */
export type FrameType = 'm' | 't' | 'd' | 'e' | 'z'
export type Frame = { type: FrameType; payload: Buffer }

export class BackupFileError extends ConfigError {}

function fileKey(key: BackupKey, salt: Buffer): Buffer {
  if (key.kind === 'passphrase')
    return scryptSync(key.text, salt, 32, { N: 1 << 16, r: 8, p: 1, maxmem: 128 << 20 })
  return Buffer.from(hkdfSync('sha256', key.kind === 'secret' ? key.text : '', salt, 'careloop/backup', 32))
}

function nonce(index: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeBigUInt64BE(BigInt(index), 4)
  return bytes
}

/** Cuts the stream into chunks and seals each; the key is new for every file, so a counting nonce never repeats. */
function sealing(key: Buffer): Transform {
  let waiting: Buffer[] = []
  let size = 0
  let index = 0
  const seal = (bytes: Buffer, last: boolean): Buffer => {
    const body = encrypt(key, index++, bytes, last)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length)
    return Buffer.concat([length, body])
  }
  return new Transform({
    transform(chunk: Buffer, _, done) {
      waiting.push(chunk)
      size += chunk.length
      if (size >= chunkSize) {
        this.push(seal(Buffer.concat(waiting), false))
        waiting = []
        size = 0
      }
      done()
    },
    flush(done) {
      this.push(seal(Buffer.concat(waiting), true))
      done()
    },
  })
}

function encrypt(key: Buffer, index: number, bytes: Buffer, last: boolean): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(index)).setAAD(Buffer.of(last ? 1 : 0))
  return Buffer.concat([Buffer.of(last ? 1 : 0), cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, index: number, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(index)).setAAD(sealed.subarray(0, 1))
  decipher.setAuthTag(sealed.subarray(-16))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1, -16)), decipher.final()])
  } catch {
    throw new BackupFileError(
      'The backup cannot be decrypted: the key is another one, or the file was changed.',
    )
  }
}

/** @throws {BackupFileError} */
export function parseFrame<T>(payload: Buffer): T {
  try {
    return JSON.parse(payload.toString()) as T
  } catch (cause) {
    throw new BackupFileError('The backup is damaged.', { cause })
  }
}

export type BackupWriter = {
  write: (type: FrameType, payload: Buffer | string) => Promise<void>
  /** Writes everything out to the disk. */
  end: () => Promise<void>
  abort: () => void
}

/** Writes a new file, readable by its owner only. */
export function writeBackup(file: string, key: BackupKey): BackupWriter {
  const salt = randomBytes(16)
  const header: Header = { format: magic, key: key.kind, salt: salt.toString('hex') }
  const target = createWriteStream(file, { mode: 0o600, flush: true })
  target.write(`${JSON.stringify(header)}\n`)
  const frames = new PassThrough()
  const done = pipeline(frames, createZstdCompress(), sealing(fileKey(key, salt)), target)
  // The error is reported by `write` or `end`; until then nobody waits for it.
  done.catch(() => undefined)
  return {
    async write(type, payload) {
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
      const head = Buffer.alloc(5)
      head.writeUInt32BE(bytes.length)
      head.write(type, 4, 'latin1')
      frames.write(head)
      if (!frames.write(bytes)) await drained(frames)
      // The disk is full, say: the pipeline knows why.
      if (frames.destroyed) await done
    },
    async end() {
      frames.end()
      await done
    },
    abort: () => frames.destroy(),
  }
}

/** Resolves also when the stream was closed by an error further down. */
function drained(stream: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      stream.off('drain', go).off('close', go)
      resolve()
    }
    stream.on('drain', go).on('close', go)
  })
}

/** The kind of key a file needs. @throws {BackupFileError} */
export async function readBackupHeader(file: string): Promise<Header & { offset: number }> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw new BackupFileError(`The file ${file} cannot be read.`, { cause })
  })
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0)
    const end = buffer.subarray(0, bytesRead).indexOf(0x0a)
    const header = JSON.parse(buffer.subarray(0, Math.max(end, 0)).toString('utf8')) as Header
    if ((header.format as string) !== magic) throw new Error('format')
    return { ...header, offset: end + 1 }
  } catch {
    throw new BackupFileError(`${file} is not a CareLoop backup.`)
  } finally {
    await handle.close()
  }
}

/** Reads the frames one after the other. @throws {BackupFileError} when the file is cut, changed or locked by another key */
export async function* readBackup(file: string, key: BackupKey): AsyncGenerator<Frame> {
  const header = await readBackupHeader(file)
  const opened = fileKey(key, Buffer.from(header.salt, 'hex'))
  const source = createReadStream(file, { start: header.offset })
  const plain = Readable.from(openChunks(source, opened))
  const unpacked = pipe(plain, createZstdDecompress(), () => undefined)
  const take = reader(unpacked)
  try {
    for (;;) {
      const head = await take(5)
      if (!head) throw new BackupFileError('The backup is incomplete: its end is missing.')
      const type = head.toString('latin1', 4, 5) as FrameType
      const payload = await take(head.readUInt32BE())
      // Reading on after the last frame is what opens the last chunk's seal.
      if (!payload || (type === 'z' && (await take(1)))) throw new BackupFileError('The backup is damaged.')
      yield { type, payload }
      if (type === 'z') return
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new BackupFileError(`The backup cannot be read: ${(error as Error).message}`, { cause: error })
  } finally {
    source.destroy()
    unpacked.destroy()
    await finished(source).catch(() => undefined)
  }
}

async function* openChunks(source: Readable, key: Buffer): AsyncGenerator<Buffer> {
  const take = reader(source)
  for (let index = 0; ; index++) {
    const length = (await take(4))?.readUInt32BE() ?? 0
    if (length > chunkSize * 4) throw new BackupFileError('The backup is damaged.')
    const sealed = length > 0 ? await take(length) : undefined
    if (!sealed) throw new BackupFileError('The backup is incomplete: its end is missing.')
    yield decrypt(key, index, sealed)
    if (sealed[0] === 1) return
  }
}

/** Takes exact numbers of bytes from a stream; undefined when it ends before. */
function reader(stream: Readable): (count: number) => Promise<Buffer | undefined> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let rest: Buffer = Buffer.alloc(0)
  return async (count) => {
    const parts = [rest]
    let size = rest.length
    while (size < count) {
      const next = await chunks.next()
      if (next.done) return undefined
      const { value } = next
      parts.push(value)
      size += value.length
    }
    const all: Buffer = parts.length === 1 ? rest : Buffer.concat(parts)
    rest = all.subarray(count)
    return all.subarray(0, count)
  }
}
