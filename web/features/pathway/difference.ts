import type { PathwayDefinition, PathwayStep } from '../../../contract/pathway.ts'

export type FieldChange = { field: string; before: unknown; after: unknown }
export type Difference =
  | { is: 'added' | 'removed'; step: PathwayStep }
  | { is: 'changed'; step: PathwayStep; fields: FieldChange[] }
  /** Of the pathway itself: entry, rules, what ends it. */
  | { is: 'pathway'; fields: FieldChange[] }

/** The same whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
}

function fieldChanges(before: object, after: object, skip: readonly string[] = []): FieldChange[] {
  const [old, now] = [before as Record<string, unknown>, after as Record<string, unknown>]
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((field) => !skip.includes(field) && canonical(old[field]) !== canonical(now[field]))
    .map((field) => ({ field, before: old[field], after: now[field] }))
}

/** What two versions of a pathway differ in, step by step and field by field; the order of the steps in the file says nothing. */
export function differences(before: PathwayDefinition, after: PathwayDefinition): Difference[] {
  const old = new Map(before.steps.map((step) => [step.key, step]))
  const now = new Set(after.steps.map((step) => step.key))
  const pathway = fieldChanges(before, after, ['steps'])
  return [
    ...(pathway.length > 0 ? [{ is: 'pathway' as const, fields: pathway }] : []),
    ...after.steps.flatMap((step): Difference[] => {
      const was = old.get(step.key)
      if (!was) return [{ is: 'added', step }]
      const fields = fieldChanges(was, step)
      return fields.length > 0 ? [{ is: 'changed', step, fields }] : []
    }),
    ...before.steps.filter((step) => !now.has(step.key)).map((step) => ({ is: 'removed' as const, step })),
  ]
}
