import { pino } from 'pino'

type Known = Error & Record<'code' | 'constraint' | 'table' | 'column' | 'routine' | 'syscall', unknown>

/**
 * What may be logged of an error: its kind, codes, names of our tables, and where it happened. Never its text: that of a database, of a
 * parser or of a network library quotes what it was given, such as a name, a number or a password in an address.
 */
function harmless(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error }
  const { name, code, constraint, table, column, routine, syscall, stack, cause } = error as Known
  return {
    name,
    ...Object.fromEntries(
      Object.entries({ code, constraint, table, column, routine, syscall }).filter(([, value]) =>
        isWord(value),
      ),
    ),
    // The first line repeats the text, which may have several lines itself.
    at: stack
      ?.split('\n')
      .filter((line) => /^ {4}at \S+/.test(line))
      .map((line) => line.trim()),
    ...(cause !== undefined && { cause: harmless(cause) }),
  }
}

/** Codes and identifiers, not sentences. */
const isWord = (value: unknown) => typeof value === 'string' && /^\w{1,80}$/.test(value)

/** The one logger. It writes ids and counts, never names, numbers or message contents. */
export const log = pino({
  level: 'info',
  base: undefined,
  timestamp: pino.stdTimeFunctions.isoTime,
  serializers: { err: harmless },
})
