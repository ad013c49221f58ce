import { z } from 'zod'
import { type PathwayDefinition, pathwayDefinition } from '../../../contract/pathway.ts'

const pathwayFile = z.object({
  careloop: z.literal('pathway'),
  name: z.string().optional(),
  definition: pathwayDefinition,
})

type Read =
  { ok: true; name: string | null; definition: PathwayDefinition } | { ok: false; problems: string[] }

/** A pathway as a file for another hospital or for safe-keeping. */
export function pathwayFileText(name: string, definition: PathwayDefinition): string {
  return `${JSON.stringify({ careloop: 'pathway', name, definition }, null, 2)}\n`
}

/** Hands a text to the browser as a file to save. */
export function download(name: string, text: string, type = 'application/json'): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has taken it over by then; at once would be too early for some.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Reads such a file, or a bare definition; errors of structure are reported with their path. */
export function readPathwayFile(text: string): Read {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    return { ok: false, problems: [(error as Error).message] }
  }
  const whole = typeof raw === 'object' && raw !== null && 'careloop' in raw
  const parsed = whole ? pathwayFile.safeParse(raw) : pathwayDefinition.safeParse(raw)
  if (!parsed.success)
    return {
      ok: false,
      problems: parsed.error.issues.slice(0, 10).map(({ path, message }) => `${path.join('.')}: ${message}`),
    }
  return 'definition' in parsed.data
    ? { ok: true, name: parsed.data.name ?? null, definition: parsed.data.definition }
    : { ok: true, name: null, definition: parsed.data }
}
