import { z } from 'zod'

/**
 * One e-mail address, in small letters: the only form in which an address is taken in anywhere. Without names, comments, quotes and lists, which
 * mail programs read as further recipients. At most 254 characters, 64 before the @ (RFC 5321, 4.5.3.1).
 */
export const emailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(
    z
      .email()
      .max(254)
      .regex(/^[^@]{1,64}@/),
  )

/** The address that a text is; null when it is none, or several. */
export function readEmail(text: string): string | null {
  return emailAddress.safeParse(text).data ?? null
}

/** A sender: `care@hospital.example` or `"Hospital" <care@hospital.example>`; null for anything else. */
export function readSender(text: string): { name: string; address: string } | null {
  const parts = /^(?:"?([^"<>@\p{Cc}]*?)"?\s*<([^<>]+)>|([^<>]+))$/u.exec(text.trim())
  const address = readEmail(parts?.[2] ?? parts?.[3] ?? '')
  return address === null ? null : { name: parts?.[1]?.trim() ?? '', address }
}
