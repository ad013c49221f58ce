import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scryptSync } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { PassThrough, pipeline as pipe, Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress, createZstdDecompress } from 'node:zlib'
import { z } from 'zod'
import { ConfigError } from '../platform/config.ts'

/*
 * A backup file: one line of JSON (see Header), then chunks. Each chunk is a 4-byte length and bytes sealed by AES-256-GCM under
 * a nonce that counts, and the last one is marked, so that a changed or cut file is noticed. Without a key of the operator's the
 * seal is made with one that anybody can derive: it hides nothing then, and still finds every damage, which the checksum of zstd
 * does not. The bytes of all chunks together are one zstd stream of frames: a 4-byte length, a letter, a payload.
 *
 * Format 2 seals the first line as well, and its manifest names no bounds of partitions. Format 1 is still read.
 */
const formats = ['careloop-backup-1', 'careloop-backup-2'] as const
const presentFormat = 'careloop-backup-2'
const chunkSize = 1 << 20
/** Far above what is written: a frame is a piece of what PostgreSQL sent, or a list of tables. */
const frameLimit = 64 << 20

export type BackupKey = { kind: 'none' } | { kind: 'secret' | 'passphrase'; text: string }
const header = z.object({
  format: z.enum(formats),
  key: z.enum(['none', 'secret', 'passphrase']),
  salt: z.string().regex(/^[0-9a-f]{32}$/),
})
type Header = z.output<typeof header>

/** `m` manifest, `t` table begins, `d` data, `e` table ends, `z` end of the backup. */
const frameTypes = ['m', 't', 'd', 'e', 'z'] as const
export type FrameType = (typeof frameTypes)[number]
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

/** The key of one file, and what is sealed with every chunk though it is readable. */
type Seal = { key: Buffer; line: Buffer }

function sealOf(key: BackupKey, { format, salt }: Header, line: Buffer): Seal {
  return {
    key: fileKey(key, Buffer.from(salt, 'hex')),
    line: format === 'careloop-backup-1' ? Buffer.alloc(0) : line,
  }
}

/** Cuts the stream into chunks and seals each; the key is new for every file, so a counting nonce never repeats. */
function sealing(by: Seal): Transform {
  let waiting: Buffer[] = []
  let size = 0
  let index = 0
  const seal = (bytes: Buffer, last: boolean): Buffer => {
    const body = encrypt(by, index++, bytes, last)
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

function encrypt({ key, line }: Seal, index: number, bytes: Buffer, last: boolean): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(index)).setAAD(
    Buffer.concat([Buffer.of(last ? 1 : 0), line]),
  )
  return Buffer.concat([Buffer.of(last ? 1 : 0), cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

function decrypt({ key, line }: Seal, index: number, sealed: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce(index), { authTagLength: 16 })
    decipher.setAAD(Buffer.concat([sealed.subarray(0, 1), line])).setAuthTag(sealed.subarray(-16))
    return Buffer.concat([decipher.update(sealed.subarray(1, -16)), decipher.final()])
  } catch {
    throw new BackupFileError(
      'The backup cannot be decrypted: the key is another one, or the file was changed.',
    )
  }
}

/** @throws {BackupFileError} */
export function parseFrame<S extends z.ZodType>(schema: S, payload: Buffer): z.output<S> {
  try {
    return schema.parse(JSON.parse(payload.toString()))
  } catch (cause) {
    throw new BackupFileError('The backup is damaged.', { cause })
  }
}

export type BackupWriter = {
  write: (type: FrameType, payload: Buffer | string) => Promise<void>
  /** Writes everything out to the disk. */
  end: () => Promise<void>
  /** Resolves when the file is closed, whole or not. */
  abort: () => Promise<void>
}

/**
 * Opens a new file, readable by its owner only.
 * @throws {BackupFileError} when it cannot be opened; so do the functions of the result when it cannot be written
 */
export async function writeBackup(file: string, key: BackupKey): Promise<BackupWriter> {
  const handle = await open(file, 'wx', 0o600).catch(cannotWrite(file))
  const first: Header = { format: presentFormat, key: key.kind, salt: randomBytes(16).toString('hex') }
  const line = Buffer.from(`${JSON.stringify(first)}\n`)
  const target = handle.createWriteStream({ flush: true })
  target.write(line)
  const frames = new PassThrough()
  const done = pipeline(frames, createZstdCompress(), sealing(sealOf(key, first, line)), target)
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
      if (frames.destroyed) await done.catch(cannotWrite(file))
    },
    async end() {
      frames.end()
      await done.catch(cannotWrite(file))
    },
    async abort() {
      frames.destroy()
      await done.catch(() => undefined)
    },
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such directory',
  ENOTDIR: 'there is no such directory',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'that file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  EFBIG: 'a file may not grow so large there',
  ENAMETOOLONG: 'the name is too long',
}

/** A sentence for what prevents a file from being written. */
export function cannotWrite(file: string): (cause: unknown) => never {
  return (cause) => {
    const { code = '', message = '' } = cause as { code?: string; message?: string }
    throw new BackupFileError(`The backup cannot be written to ${file}: ${reasons[code] ?? message}.`, {
      cause,
    })
  }
}

/** Resolves also when the stream was closed by an error further down. */
function drained(stream: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) {
      resolve()
      return
    }
    const go = () => {
      stream.off('drain', go).off('close', go)
      resolve()
    }
    stream.on('drain', go).on('close', go)
  })
}

/** The kind of key a file needs. @throws {BackupFileError} */
export async function readBackupHeader(file: string): Promise<Header & { line: Buffer }> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw new BackupFileError(`The file ${file} cannot be read.`, { cause })
  })
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0)
    const line = buffer.subarray(0, buffer.subarray(0, bytesRead).indexOf(0x0a) + 1)
    const text = line.toString('utf8')
    const [, number] = /^\{"format":"careloop-backup-(\d{1,4})"/.exec(text) ?? []
    if (Number(number) > formats.length)
      throw new BackupFileError(
        `${file} was made by a newer CareLoop (format ${number}). Update this program first.`,
      )
    return { ...header.parse(JSON.parse(text)), line }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new BackupFileError(`${file} is not a CareLoop backup.`, { cause: error })
  } finally {
    await handle.close()
  }
}

/** Reads the frames one after the other. @throws {BackupFileError} when the file is cut, changed or locked by another key */
export async function* readBackup(file: string, key: BackupKey): AsyncGenerator<Frame> {
  const { line, ...first } = await readBackupHeader(file)
  const source = createReadStream(file, { start: line.length })
  const plain = Readable.from(openChunks(source, sealOf(key, first, line)))
  const unpacked = pipe(plain, createZstdDecompress(), () => undefined)
  const take = reader(unpacked)
  try {
    for (;;) {
      const head = await take(5)
      if (!head) throw new BackupFileError('The backup is incomplete: its end is missing.')
      const type = frameTypes.find((one) => one === head.toString('latin1', 4, 5))
      const length = head.readUInt32BE()
      if (!type || length > frameLimit) throw new BackupFileError('The backup is damaged.')
      const payload = await take(length)
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

async function* openChunks(source: Readable, seal: Seal): AsyncGenerator<Buffer> {
  const take = reader(source)
  for (let index = 0; ; index++) {
    const length = (await take(4))?.readUInt32BE() ?? 0
    if (length > chunkSize * 4) throw new BackupFileError('The backup is damaged.')
    const sealed = length > 0 ? await take(length) : undefined
    if (!sealed) throw new BackupFileError('The backup is incomplete: its end is missing.')
    yield decrypt(seal, index, sealed)
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
