import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deriveKey } from './secret.ts'

const keyId = 'k1'
const [nonceBytes, tagBytes] = [12, 16]

/** Encrypts a stored secret (AES-256-GCM); the result names the key, so that keys can be rotated. */
export function seal(secret: string, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', deriveKey(secret, `sealed/${keyId}`), nonce)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return [
    keyId,
    nonce.toString('base64url'),
    Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64url'),
  ].join('.')
}

/** @throws {Error} when it was sealed with another secret or was changed */
export function unseal(secret: string, sealed: string): string {
  const [id = '', nonce = '', body = ''] = sealed.split('.')
  const bytes = Buffer.from(body, 'base64url')
  const decipher = createDecipheriv(
    'aes-256-gcm',
    deriveKey(secret, `sealed/${id}`),
    Buffer.from(nonce, 'base64url'),
  )
  decipher.setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8')
}

/**
 * Encrypts a file (AES-256-GCM): id of the key, nonce, ciphertext, tag.
 * @param label what the bytes belong to; they open under the same label only, so that rows cannot be swapped
 */
export function sealBytes(secret: string, bytes: Uint8Array, label: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', deriveKey(secret, `sealed/${keyId}`), nonce)
  cipher.setAAD(Buffer.from(label))
  return Buffer.concat([Buffer.from(keyId), nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

/** @throws {Error} when it was sealed with another secret, under another label, or was changed */
export function unsealBytes(secret: string, sealed: Buffer, label: string): Buffer {
  const at = keyId.length
  const key = deriveKey(secret, `sealed/${sealed.toString('latin1', 0, at)}`)
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(at, at + nonceBytes))
  decipher.setAAD(Buffer.from(label))
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(at + nonceBytes, -tagBytes)), decipher.final()])
}
