import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import { type Db, perDatabase } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { deriveKey } from '../../platform/secret.ts'
import type { Segment } from './dialogue.ts'
import type { SpeechEngine } from './speech.ts'
import { makeWav, secondsOf } from './wav.ts'

export const staffEngine = 'staff'

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const keyOf = (language: string, hash: string) => `${language} ${hash}`

/** Prompts by what they say: the recording of staff, else what the engine spoke. */
export type Prompts = { idOf: (segment: Segment) => number | undefined; missing: Segment[] }

export async function findPrompts(db: Db, engine: string, segments: Segment[]): Promise<Prompts> {
  const hashed = segments.map((segment) => ({ segment, hash: hashOf(segment.text) }))
  const { rows } = await sql<{ id: number; language: string; hash: string }>`
    select distinct on (p.language, p.hash) p.id, p.language, p.hash
    from unnest(${hashed.map((one) => one.segment.language)}::text[], ${hashed.map((one) => one.hash)}::text[]) as w(language, hash)
    join voice_prompt p on p.language = w.language and p.hash = w.hash and p.engine in (${staffEngine}, ${engine}) and p.withdrawn_at is null
    order by p.language, p.hash, p.engine = ${staffEngine} desc, p.version desc`.execute(db)
  const ids = new Map(rows.map((row) => [keyOf(row.language, row.hash), row.id]))
  const idOf = ({ language, text }: Segment) => ids.get(keyOf(language, hashOf(text)))
  const missing = hashed.filter((one) => !ids.has(keyOf(one.segment.language, one.hash)))
  return { idOf, missing: missing.map((one) => one.segment) }
}

/** Texts that one run of the engine speaks: few, so that a busy machine gets on, keeping what was spoken before a run took too long. */
const batch = 6

/** Has the engine speak what nobody has recorded or spoken before. Never inside a transaction. */
export async function preparePrompts(db: Db, engine: SpeechEngine, segments: Segment[]): Promise<Prompts> {
  const found = await findPrompts(db, engine.name, segments)
  if (found.missing.length === 0) return found
  for (let at = 0; at < found.missing.length; at += batch) {
    const part = found.missing.slice(at, at + batch)
    const spoken = await engine.speak(part)
    const wavs = part.map((one, n) => ({ one, samples: spoken[n] ?? new Int16Array(0) }))
    if (wavs.some(({ samples }) => samples.length === 0)) throw new Error('the speech engine said nothing')
    await sql`
      insert into voice_prompt (hash, language, text, engine, wav, seconds)
      select * from unnest(${part.map((one) => hashOf(one.text))}::text[], ${part.map((one) => one.language)}::text[],
        ${part.map((one) => one.text)}::text[], ${part.map(() => engine.name)}::text[],
        ${wavs.map(({ one, samples }) => makeWav(samples, one.text))}::bytea[], ${wavs.map(({ samples }) => secondsOf(samples))}::real[])
      on conflict do nothing`.execute(db)
  }
  return findPrompts(db, engine.name, segments)
}

const keys = perDatabase((): { key: Buffer | undefined } => ({ key: undefined }))
const hourMs = 3_600_000
const macBytes = 12

/** Called once for each database of a process. */
export function useVoiceKey(db: Db, secret: string): void {
  keys(db).key = deriveKey(secret, 'voice-audio')
}

function sign(db: Db, head: Buffer): Buffer {
  const { key } = keys(db)
  if (!key) throw new Error('No key for prompts: openServices sets it')
  return createHmac('sha256', key).update(head).digest().subarray(0, macBytes)
}

/**
 * Address of a prompt for the telephone system, for one to two hours: the same for all calls of an hour, so that its cache of media helps.
 * @param base public address of this installation, as the telephone system reaches it
 */
export function audioUrl(db: Db, base: string, id: number, now = Date.now()): string {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(id, 0)
  head.writeUInt32BE(Math.floor(now / hourMs) + 2, 4)
  const token = Buffer.concat([head, sign(db, head)]).toString('base64url')
  return `${base.replace(/\/$/, '')}/api/v1/voice/audio/${token}.wav`
}

/** @throws {AppError} not-found, also when the address is too old or not ours */
export async function audioOf(db: Db, token: string, now = Date.now()): Promise<Buffer> {
  const bytes = Buffer.from(token.replace(/\.wav$/, ''), 'base64url')
  if (bytes.length !== 8 + macBytes) throw new AppError('not-found')
  const head = bytes.subarray(0, 8)
  const until = head.readUInt32BE(4) * hourMs
  if (!timingSafeEqual(bytes.subarray(8), sign(db, head)) || until <= now) throw new AppError('not-found')
  const row = await db
    .selectFrom('voice_prompt')
    .select('wav')
    .where('id', '=', head.readUInt32BE(0))
    .executeTakeFirst()
  if (!row) throw new AppError('not-found')
  return row.wav
}
