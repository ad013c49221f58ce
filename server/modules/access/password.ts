import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'

const common = new Set(
  readFileSync(path.join(import.meta.dirname, 'common-passwords.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')),
)

/**
 * The rules of OWASP ASVS 5: length and block-list, no composition rule.
 * @returns a sentence for the person, or undefined when the password may be used
 */
export function passwordProblem(
  password: string,
  context: { username: string; words: string[] },
): string | undefined {
  const length = [...password].length
  if (length < 8) return 'Use at least 8 characters.'
  if (length > 128) return 'Use at most 128 characters.'
  const plain = password.normalize('NFKC').toLowerCase()
  if (common.has(plain) || isTrivial(plain)) return 'This password is too common. Choose another.'
  const name = context.username.toLowerCase()
  if (name.length >= 3 && plain.includes(name)) return 'The password must not contain the user name.'
  const word = ['careloop', '关怀环', ...context.words].find((one) => {
    const known = one.toLowerCase()
    // The hospital's name with a few extra characters is easily guessed.
    return known.length >= 2 && plain.includes(known) && plain.length - known.length <= 6
  })
  return word === undefined ? undefined : 'The password must not be the name of the site.'
}

/** One character repeated, or a straight run like 12345678 or hgfedcba. */
function isTrivial(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0)
  const steps = new Set(codes.slice(1).map((code, at) => code - (codes[at] ?? 0)))
  const step = [...steps][0] ?? 0
  return steps.size === 1 && Math.abs(step) <= 1
}

/** @throws {AppError} invalid */
export async function assertGoodPassword(
  db: Db,
  password: string,
  username: string,
  field = 'password',
): Promise<void> {
  const sites = await db.selectFrom('site').select(['code', 'name']).execute()
  const words = sites.flatMap((site) => [site.code, site.name])
  const problem = passwordProblem(password, { username, words })
  if (problem) throw new AppError('invalid', problem, [{ path: field, message: problem }])
}
