import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Db, perDatabase } from '../../platform/db.ts'
import { deriveKey } from '../../platform/secret.ts'

/**
 * A signed link needs no row: 100,000 messages write none, and 24 characters cost a short message less than a random token. It names a
 * message (whose person and purpose it then has) or a person, and the day on which it ends; 80 bits of HMAC-SHA-256 sign that. It opens
 * nothing but contact wishes.
 */
export type LinkOf = { kind: 'message' | 'person'; id: number }
type Signed = LinkOf & { expiresAt: Date }

const dayMs = 86_400_000
const firstDay = Date.UTC(2026, 0, 1)
const [headBytes, macBytes] = [8, 10]

const keys = perDatabase((): { key: Buffer | undefined } => ({ key: undefined }))

/** Called once for each database of a process: messages are filled in where nobody hands a secret down. */
export function usePreferenceKey(db: Db, secret: string): void {
  keys(db).key = deriveKey(secret, 'preference-link')
}

function keyOf(db: Db): Buffer {
  const { key } = keys(db)
  if (!key) throw new Error('No key for preference links: openServices sets it')
  return key
}

const sign = (db: Db, head: Buffer) =>
  createHmac('sha256', keyOf(db)).update(head).digest().subarray(0, macBytes)

/** @param days how long it works from now */
export function makeLink(db: Db, { kind, id }: LinkOf, days: number): { token: string; expiresAt: Date } {
  const day = Math.ceil((Date.now() - firstDay) / dayMs) + days
  const head = Buffer.alloc(headBytes)
  head.writeUInt8(kind === 'message' ? 1 : 2, 0)
  head.writeUIntBE(id, 1, 5)
  head.writeUInt16BE(day, 6)
  const token = Buffer.concat([head, sign(db, head)]).toString('base64url')
  return { token, expiresAt: new Date(firstDay + day * dayMs) }
}

/** What a token names; undefined when nobody here signed it. */
export function readLink(db: Db, token: string): Signed | undefined {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== headBytes + macBytes) return undefined
  const head = bytes.subarray(0, headBytes)
  if (!timingSafeEqual(bytes.subarray(headBytes), sign(db, head))) return undefined
  return {
    kind: head.readUInt8(0) === 1 ? 'message' : 'person',
    id: head.readUIntBE(1, 5),
    expiresAt: new Date(firstDay + head.readUInt16BE(6) * dayMs),
  }
}

export const wishesUrl = (base: string, token: string): string => `${base.replace(/\/$/, '')}/p/${token}`
