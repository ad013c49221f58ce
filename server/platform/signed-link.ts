import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Db, perDatabase } from './db.ts'
import { deriveKey } from './secret.ts'

const dayMs = 86_400_000
const firstDay = Date.UTC(2026, 0, 1)
const [headBytes, macBytes] = [8, 10]

/**
 * Signed links need no row: 100,000 messages write none, and 24 characters cost a short message less than a random token. A link names one
 * thing of a kind and the day on which it ends; 80 bits of HMAC-SHA-256 sign that, with a key for this purpose alone.
 * @param kinds in an order that never changes: their places are in the links
 */
export function signedLinks<const K extends string>(purpose: string, kinds: readonly K[]) {
  const keys = perDatabase((): { key: Buffer | undefined } => ({ key: undefined }))
  const sign = (db: Db, head: Buffer) => {
    const { key } = keys(db)
    if (!key) throw new Error(`No key for links of ${purpose}: openServices sets it`)
    return createHmac('sha256', key).update(head).digest().subarray(0, macBytes)
  }
  return {
    /** Called once for each database of a process: messages are filled in where nobody hands a secret down. */
    use: (db: Db, secret: string): void => {
      keys(db).key = deriveKey(secret, purpose)
    },
    /** @param days how long it works from now */
    make: (
      db: Db,
      { kind, id }: { kind: K; id: number },
      days: number,
    ): { token: string; expiresAt: Date } => {
      const day = Math.ceil((Date.now() - firstDay) / dayMs) + days
      const head = Buffer.alloc(headBytes)
      head.writeUInt8(kinds.indexOf(kind) + 1, 0)
      head.writeUIntBE(id, 1, 5)
      head.writeUInt16BE(day, 6)
      const token = Buffer.concat([head, sign(db, head)]).toString('base64url')
      return { token, expiresAt: new Date(firstDay + day * dayMs) }
    },
    /** What a token names; undefined when nobody here signed it. */
    read: (db: Db, token: string): { kind: K; id: number; expiresAt: Date } | undefined => {
      const bytes = Buffer.from(token, 'base64url')
      if (bytes.length !== headBytes + macBytes) return undefined
      const head = bytes.subarray(0, headBytes)
      if (!timingSafeEqual(bytes.subarray(headBytes), sign(db, head))) return undefined
      const kind = kinds[head.readUInt8(0) - 1]
      return (
        kind && {
          kind,
          id: head.readUIntBE(1, 5),
          expiresAt: new Date(firstDay + head.readUInt16BE(6) * dayMs),
        }
      )
    },
  }
}
