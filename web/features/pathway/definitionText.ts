import { type PathwayDefinition, pathwayDefinition } from '../../../contract/pathway.ts'

export type Problem = { step: string | null; message: string }
export type Read =
  | { ok: true; definition: PathwayDefinition }
  | { ok: false; notJson: string }
  | { ok: false; problems: Problem[] }

/** Reads what was typed as a definition; faults of shape are named by step before the server looks at the sense. */
export function readDefinition(text: string): Read {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    return { ok: false, notJson: (error as Error).message }
  }
  const parsed = pathwayDefinition.safeParse(raw)
  if (parsed.success) return { ok: true, definition: parsed.data }
  const steps = (raw as { steps?: unknown } | null)?.steps
  const keyOf = (index: unknown): string | null => {
    const step =
      Array.isArray(steps) && typeof index === 'number' ? (steps[index] as { key?: unknown } | null) : null
    return typeof step?.key === 'string' ? step.key : null
  }
  return {
    ok: false,
    problems: parsed.error.issues.map((issue) => {
      const inStep = issue.path[0] === 'steps'
      const where = issue.path.slice(inStep ? 2 : 0).join('.')
      return {
        step: inStep ? keyOf(issue.path[1]) : null,
        message: [where, issue.message].filter(Boolean).join(': '),
      }
    }),
  }
}

/** Where a step begins in the text, so that the editor can go there. */
export function findStep(text: string, key: string): number {
  return text.search(
    new RegExp(`"key"\\s*:\\s*${JSON.stringify(key).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`),
  )
}
