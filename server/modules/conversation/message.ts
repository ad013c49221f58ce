import { sql } from 'kysely'
import type { ConversationChannel } from '../../../contract/conversation.ts'
import type { Trx } from '../../platform/db.ts'
import { vectorOf, wordsOf } from '../../platform/bigram.ts'
import type { Draft } from './draft.ts'

/** What stands in a thread. */
export type NewEntry = {
  conversationId: number
  siteId: number
  kind:
    | 'in'
    | 'out'
    | 'note'
    | 'taken'
    | 'handed'
    | 'released'
    | 'snoozed'
    | 'woken'
    | 'waiting'
    | 'closed'
    | 'reopened'
    | 'linked'
    | 'joined'
  channel?: ConversationChannel | null
  subject?: string | null
  body?: string
  quoted?: string | null
  authorId?: string | null
  authorName?: string | null
  automatic?: boolean
  at?: Date
  externalKey?: string | null
  messageId?: number | null
  directState?: 'queued' | null
  sentAt?: Date | null
  /** See `draft.ts`. */
  draft?: Draft | undefined
}

/** Found by its text; the rest are acts. */
const searched: ReadonlySet<NewEntry['kind']> = new Set(['in', 'out', 'note'])

/** No letter of Chinese or Latin begins so: the site is part of what is looked for, so that a small site need not read the messages of a large one. */
export const siteWord = (siteId: number): string => `§${siteId}`

/** Writes one entry. @returns its id; null when it stood there already under its external key */
export async function writeEntry(trx: Trx, entry: NewEntry): Promise<number | null> {
  const text = [entry.subject, entry.body].filter(Boolean).join(' ')
  const words = searched.has(entry.kind) ? vectorOf([siteWord(entry.siteId), ...wordsOf(text)]) : null
  const { rows } = await sql<{ id: number }>`
    insert into conversation_message (conversation_id, kind, channel, subject, body, quoted, author_id, author_name, automatic, at, external_key,
      message_id, direct_state, sent_at, words, draft_id, draft_edited)
    values (${entry.conversationId}, ${entry.kind}, ${entry.channel ?? null}, ${entry.subject || null}, ${entry.body ?? ''},
      ${entry.quoted || null}, ${entry.authorId ?? null}, ${entry.authorName ?? null}, ${entry.automatic ?? false},
      ${entry.at ?? new Date()}, ${entry.externalKey ?? null}, ${entry.messageId ?? null}::bigint, ${entry.directState ?? null},
      ${entry.sentAt ?? null}::timestamptz, ${words}::tsvector, ${entry.draft?.id ?? null}::bigint, ${entry.draft?.edited ?? null})
    on conflict (external_key) do nothing returning id`.execute(trx)
  return rows[0]?.id ?? null
}
