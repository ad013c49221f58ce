import type { z } from 'zod'
import type { Trx } from '../../platform/db.ts'
import type { NewAct } from './step.ts'

/** An act of another module that a pathway step can trigger, such as booking an appointment. */
export type Act<Input extends z.ZodType = z.ZodType> = {
  name: string
  /** Its input, given by the pathway's author. */
  input: Input
  /** Runs for all enrolments of a batch, in the transaction of their steps; an error rolls back the batch. */
  run: (trx: Trx, items: (Omit<NewAct, 'input'> & { input: z.output<Input> })[]) => Promise<void>
}

const acts = new Map<string, Act>()

/** Called once at start-up by the module that does it (`server/reactions.ts`). @returns a function that forgets it again */
export function registerAct<Input extends z.ZodType>(act: Act<Input>): () => void {
  acts.set(act.name, act)
  return () => void acts.delete(act.name)
}

/** The problem of an act step, or null. */
export function actProblem(name: string, input: Record<string, unknown>): string | null {
  const act = acts.get(name)
  if (!act) return `Asks for the act "${name}", which no module knows.`
  const [issue] = act.input.safeParse(input).error?.issues ?? []
  return issue
    ? `The act "${name}" needs another ${issue.path.join('.') || 'input'}: ${issue.message}.`
    : null
}

/** @throws {Error} when a published step names an unknown act */
export async function runActs(trx: Trx, items: NewAct[]): Promise<void> {
  for (const name of new Set(items.map((item) => item.act))) {
    const act = acts.get(name)
    if (!act) throw new Error(`No module knows the act "${name}"`)
    await act.run(
      trx,
      items
        .filter((item) => item.act === name)
        .map((item) => ({ ...item, input: act.input.parse(item.input) })),
    )
  }
}
