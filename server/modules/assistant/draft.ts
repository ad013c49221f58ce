import { z } from 'zod'
import { longestAnswer } from '../../../contract/conversation.ts'
import type { AssistantDraft, AssistantProblem } from '../../../contract/assistant.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { hashOf } from '../conversation/draft.ts'
import { ask, type Asked, conclude, placeOf, verified } from './ask.ts'
import { looksInvented } from './placeholder.ts'

const source = z.strictObject({ message: z.number().int(), quote: z.string().max(2000) })
/** Text and where it comes from; nothing that would be an act. */
const drafted = z.strictObject({
  text: z.string().trim().min(1).max(longestAnswer),
  sources: z.array(source).max(20),
})

const instructions = {
  reply:
    'Draft the reply of the staff to what the person wrote last, in the language of the person, polite, short, plain. Form: {"text": "...", "sources": [{"message": id, "quote": "..."}]} with each sentence of the person that it answers.',
  note: 'Write a note for the colleague who goes on: who asks what, what was answered, what is still open; at most five short lines, in Chinese unless all messages are in English. Form: {"text": "...", "sources": [{"message": id, "quote": "..."}]} with the sentences that it rests on.',
}

/** Has a reply or a note drafted; it is only shown. @throws {AppError} forbidden, not-found, assistant-off, too-many-requests */
export async function draft(
  db: Db,
  actor: Actor,
  secret: string,
  conversationId: number,
  kind: 'reply' | 'note',
): Promise<AssistantDraft> {
  const place = await placeOf(db, actor, conversationId)
  const asked = await ask(db, actor, secret, place, { kind, instruction: instructions[kind] })
  const made = readDraft(asked)
  await conclude(db, asked.requestId, {
    problem: made.problem,
    dropped: made.dropped.length,
    ...(made.text !== null && { hash: hashOf(made.text) }),
  })
  return { id: asked.requestId, ...made }
}

const nothing = (problem: AssistantProblem, dropped: AssistantDraft['dropped'] = []) => ({
  text: null,
  sources: [],
  dropped,
  problem,
})

function readDraft(asked: Asked): Omit<AssistantDraft, 'id'> {
  if (asked.problem) return nothing(asked.problem)
  const read = drafted.safeParse(asked.json)
  if (!read.success) return nothing('wrong-form')
  const sources = read.data.sources.flatMap((one) => verified(asked, one) ?? [])
  const dropped = read.data.sources.slice(sources.length).map(() => ({ why: 'quote' as const }))
  if (sources.length === 0) return nothing('no-source', dropped)
  const text = asked.hidden.restore(read.data.text)
  if (text === undefined || looksInvented(read.data.text))
    return nothing('invented', [...dropped, { why: 'invented' }])
  // Control characters have no business in a message.
  return { text: text.replaceAll(/[^\P{Cc}\n\t]/gu, ''), sources, dropped, problem: null }
}
