import { createHash, createHmac, randomBytes } from 'node:crypto'
import { type Db, perDatabase } from '../../platform/db.ts'
import { seal, unseal } from '../../platform/sealed.ts'
import { deriveKey } from '../../platform/secret.ts'

type Keys = { secret: string; phone: Buffer; code: Buffer }
const keys = perDatabase((): { keys: Keys | undefined } => ({ keys: undefined }))

/** Called once for each database of a process: the worker that sends codes gets no secret handed down. */
export function useBookingKey(db: Db, secret: string): void {
  keys(db).keys = {
    secret,
    phone: deriveKey(secret, 'booking-phone'),
    code: deriveKey(secret, 'booking-code'),
  }
}

function keysOf(db: Db): Keys {
  const { keys: known } = keys(db)
  if (!known) throw new Error('No key for bookings: openServices sets it')
  return known
}

const mac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest('base64url')

/** A number can be guessed from a plain hash of it in minutes; not without the key. */
export const phoneHash = (db: Db, phone: string): string => mac(keysOf(db).phone, phone)
/** @param request whose code it is, so that equal codes look different */
export const codeHash = (db: Db, request: string, code: string): string =>
  mac(keysOf(db).code, `${request} ${code}`)

export const sealCode = (db: Db, value: SealedCode): string => seal(keysOf(db).secret, JSON.stringify(value))
export const unsealCode = (db: Db, sealed: string): SealedCode =>
  JSON.parse(unseal(keysOf(db).secret, sealed)) as SealedCode

/** What sending a code needs, and nobody afterwards. */
export type SealedCode = { phone: string; code: string; language: 'zh-CN' | 'zh-TW' | 'en' }
/** The page for which a code is. */
export type CodePurpose = 'booking' | 'portal'

/** 256 bits. */
export const newToken = (): string => randomBytes(32).toString('base64url')
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url')
