import type { Trx } from '../../platform/db.ts'

/** A placeholder that a higher module fills in at sending, such as a one-time link. */
export type Placeholder = {
  /** The placeholder's text, such as `{{link}}`. */
  mark: string
  /**
   * Before the gate: prepares the data of these messages and locks it until the transaction ends.
   * @returns why messages must not be sent, by message id
   */
  prepare: (trx: Trx, messageIds: number[], publicUrl: string | undefined) => Promise<Map<number, string>>
  /** Replacement text by message id; new for each attempt. */
  fill: (trx: Trx, messageIds: number[], publicUrl: string | undefined) => Promise<Map<number, string>>
}

const placeholders = new Map<string, Placeholder>()

/** Called once at start-up by the module that fills it in. */
export function registerPlaceholder(placeholder: Placeholder): void {
  placeholders.set(placeholder.mark, placeholder)
}

type Text = { id: number; body: string }

function holding(messages: Text[]): { placeholder: Placeholder; ids: number[] }[] {
  return [...placeholders.values()].flatMap((placeholder) => {
    const ids = messages.filter((one) => one.body.includes(placeholder.mark)).map((one) => one.id)
    return ids.length > 0 ? [{ placeholder, ids }] : []
  })
}

/** @returns why messages must not be sent, by id */
export async function preparePlaceholders(
  trx: Trx,
  messages: Text[],
  publicUrl: string | undefined,
): Promise<Map<number, string>> {
  const reasons = new Map<number, string>()
  for (const { placeholder, ids } of holding(messages))
    for (const [id, reason] of await placeholder.prepare(trx, ids, publicUrl)) reasons.set(id, reason)
  return reasons
}

/** The final texts. */
export async function fillPlaceholders<M extends Text>(
  trx: Trx,
  messages: M[],
  publicUrl: string | undefined,
): Promise<M[]> {
  let filled = messages
  for (const { placeholder, ids } of holding(messages)) {
    const texts = await placeholder.fill(trx, ids, publicUrl)
    filled = filled.map((one) => {
      const text = texts.get(one.id)
      return text === undefined ? one : { ...one, body: one.body.replaceAll(placeholder.mark, text) }
    })
  }
  return filled
}
