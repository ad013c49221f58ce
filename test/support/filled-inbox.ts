import { sql } from 'kysely'
import { vectorOf, wordsOf } from '../../server/platform/bigram.ts'
import type { TestApp } from './app.ts'
import type { InsertRow } from './filled-clinic.ts'

/** Conversations, texts for answers, a mailbox and an article of a site, named with its mark; the rows of their routes. */
export async function fillInbox(
  { db }: TestApp,
  id: InsertRow,
  { site, person, user, mark }: { site: number; person: number; user: string; mark: string },
) {
  const conversation = await id('conversation', {
    site_id: site,
    person_id: person,
    channel: 'sms',
    subject: mark,
    waiting_since: new Date(),
  })
  const messageId = await id('conversation_message', {
    conversation_id: conversation,
    kind: 'in',
    channel: 'sms',
    body: `${mark}的问题`,
    words: sql`${vectorOf(wordsOf(`${mark}的问题`))}::tsvector`,
  })
  const attachmentId = await id('conversation_attachment', {
    conversation_message_id: messageId,
    name: mark,
    content_type: 'text/plain',
    size: 1,
    label: `${mark}-${site}`,
    sealed: Buffer.from('x'),
  })
  const canned = await id('canned_reply', {
    site_id: site,
    shortcut: 'x',
    title: mark,
    body: mark,
    updated_by_name: mark,
  })
  const mailbox = await id('mailbox', {
    site_id: site,
    kind: 'webhook',
    name: mark,
    address: `${site}@example.test`,
    updated_by_name: mark,
    active: false,
  })
  const article = await id('knowledge_article', {
    site_id: site,
    kind: 'answer',
    category: 'other',
    review_on: '2027-01-01',
    published_version: 1,
    words: sql`${vectorOf(wordsOf(mark))}::tsvector`,
  })
  await sql`
    insert into knowledge_version (article_id, version, title, body, by_name, published_at) values (${article}, 1, ${mark}, ${mark}, ${mark}, now())`.execute(
    db,
  )
  const assistant = await id('assistant_account', {
    site_id: site,
    url: 'http://127.0.0.1:9/v1',
    model: mark,
    timeout_seconds: 5,
    updated_by_name: mark,
  })
  const request = await id('assistant_request', {
    site_id: site,
    conversation_id: conversation,
    kind: 'reply',
    user_id: user,
    user_name: mark,
    url: 'http://127.0.0.1:9/v1',
    model: mark,
    sent: mark,
  })
  return {
    'assistant/accounts': { id: assistant },
    'assistant/requests': { id: request },
    conversations: { id: conversation, messageId, attachmentId },
    'canned-replies': { id: canned },
    mailboxes: { id: mailbox },
    knowledge: { id: article },
  }
}
