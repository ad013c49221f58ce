import { sendingNames } from '../../../contract/message-template.ts'
import type { Purpose } from '../../../contract/contact.ts'
import { fillLater } from '../../../contract/template.ts'
import type { Trx } from '../../platform/db.ts'

/** Names in templates of messages that only sending can fill in. */
export const filledAtSending = sendingNames
type Name = (typeof filledAtSending)[number]

/** A placeholder that a higher module fills in at sending, such as a one-time link. */
export type Placeholder = {
  /** `link` for `{{link}}`. */
  name: Name
  /**
   * Before the gate: prepares the data of these messages and locks it until the transaction ends.
   * @returns why messages must not be sent, by message id
   */
  prepare: (trx: Trx, messageIds: number[], publicUrl: string | undefined) => Promise<Map<number, string>>
  /** Replacement text by message id; new for each attempt. */
  fill: (trx: Trx, messageIds: number[], publicUrl: string | undefined) => Promise<Map<number, string>>
}

const placeholders = new Map<Name, Placeholder>()

/** Called once at start-up by the module that fills it in. */
export function registerPlaceholder(placeholder: Placeholder): void {
  placeholders.set(placeholder.name, placeholder)
}

/** A text with the places where its template has something to be filled in now; nothing else in it is looked at. */
type Text = { id: number; body: string; placeholder_at: number[] }

function holding(messages: Text[]): { placeholder: Placeholder; ids: number[] }[] {
  return [...placeholders.values()].flatMap((placeholder) => {
    const mark = `{{${placeholder.name}}}`
    const ids = messages
      .filter((one) => one.placeholder_at.some((place) => one.body.startsWith(mark, place)))
      .map((one) => one.id)
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
  const values = new Map(messages.map((one) => [one.id, {}]))
  for (const { placeholder, ids } of holding(messages))
    for (const [id, text] of await placeholder.fill(trx, ids, publicUrl))
      Object.assign(values.get(id) ?? {}, { [placeholder.name]: text })
  return messages.map((one) => ({
    ...one,
    body: fillLater({ text: one.body, later: one.placeholder_at }, values.get(one.id) ?? {}),
  }))
}

type UnsubscribeUrls = (
  trx: Trx,
  purpose: Purpose,
  messages: { id: number; record_id: number; address: string }[],
  publicUrl: string | undefined,
) => Promise<Map<number, string>>

let makeUnsubscribeUrls: UnsubscribeUrls | undefined

/** Called once at start-up by the module that ends messages with a click: a signed address by message id. @public */
export function registerUnsubscribe(make: UnsubscribeUrls): void {
  makeUnsubscribeUrls = make
}

/** Addresses for RFC 8058; what belongs to a person's care has none. */
export async function unsubscribeUrls(
  ...[trx, purpose, messages, publicUrl]: Parameters<UnsubscribeUrls>
): Promise<Map<number, string>> {
  if (purpose === 'clinical' || messages.length === 0) return new Map()
  return (await makeUnsubscribeUrls?.(trx, purpose, messages, publicUrl)) ?? new Map()
}
