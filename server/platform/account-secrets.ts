import { AppError } from './errors.ts'
import { seal } from './sealed.ts'

/** Secrets of an account, sealed, by the name of their field; `former-…`: the one before. */
export type SealedSecrets = Readonly<Record<string, string>>

/** The fields of a form, and its secrets apart; those left empty are none. */
export function partSecrets(
  fields: object,
  hidden: readonly string[],
): { config: Record<string, unknown>; secrets: Record<string, string> } {
  const entries: [string, unknown][] = Object.entries(fields)
  return {
    config: Object.fromEntries(entries.filter(([name]) => !hidden.includes(name))),
    secrets: Object.fromEntries(
      entries.flatMap(([name, value]) =>
        hidden.includes(name) && typeof value === 'string' && value !== '' ? [[name, value] as const] : [],
      ),
    ),
  }
}

/**
 * The secrets of an account after a change: given ones replace, others stay. The one before stays in force while the other side changes over,
 * unless the account goes elsewhere: then all have to be entered again, because they would be told to somebody else.
 * @throws {AppError} invalid
 */
export function changeSecrets(
  key: string,
  hidden: readonly string[],
  { known, given, elsewhere }: { known: SealedSecrets; given: SealedSecrets; elsewhere: boolean },
): SealedSecrets {
  for (const path of hidden)
    if (elsewhere && known[path] !== undefined && given[path] === undefined)
      throw new AppError('invalid', undefined, [
        { path, message: 'has to be entered again, because it would go elsewhere' },
      ])
  return Object.fromEntries(
    hidden.flatMap((name) => {
      const text = given[name]
      const [now, before] =
        text === undefined ? [known[name], known[`former-${name}`]] : [seal(key, text), known[name]]
      return [
        ...(now === undefined ? [] : [[name, now]]),
        ...(before === undefined || elsewhere ? [] : [[`former-${name}`, before]]),
      ]
    }),
  ) as SealedSecrets
}
