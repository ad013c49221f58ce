import { z } from 'zod'
import { id, idParams, many, page, pageQuery, route, timestamp } from './route.ts'

/** Ways in which people turn to the hospital, all in one inbox. */
export const conversationChannels = [
  'web-chat',
  'email',
  'sms',
  'wechat',
  'portal',
  'phone',
  'fax',
  'visit',
] as const
export const conversationChannel = z.enum(conversationChannels)
export type ConversationChannel = z.infer<typeof conversationChannel>
/** Those by which an answer goes out from here; the others are spoken. */
export const answerChannels = ['web-chat', 'email', 'sms', 'wechat', 'portal'] as const
export const answerChannel = z.enum(answerChannels)
export type AnswerChannel = z.infer<typeof answerChannel>
/** What staff write down of what was said elsewhere. */
export const notedChannel = z.enum(['phone', 'fax', 'visit'])

export const conversationStatus = z.enum(['open', 'waiting', 'snoozed', 'closed'])
export const conversationOutcome = z.enum(['answered', 'passed-on', 'no-answer-needed', 'given-up', 'spam'])

const conversation = z.object({
  id,
  siteId: id,
  siteName: z.string(),
  personId: id.nullable(),
  /** Of the person, else as they gave it; null: neither. */
  name: z.string().nullable(),
  channel: conversationChannel,
  subject: z.string().nullable(),
  status: conversationStatus,
  snoozedUntil: timestamp.nullable(),
  departmentId: id.nullable(),
  departmentName: z.string().nullable(),
  assigneeId: z.string().nullable(),
  assigneeName: z.string().nullable(),
  mine: z.boolean(),
  unread: z.number().int(),
  openedAt: timestamp,
  lastAt: timestamp,
  /** Since when the earliest message without an answer waits. */
  waitingSince: timestamp.nullable(),
  /** The beginning of what was said last. */
  preview: z.string().nullable(),
})
export type Conversation = z.infer<typeof conversation>

export const conversationView = z.enum(['mine', 'unassigned', 'all', 'closed'])

export const listConversations = route({
  method: 'get',
  path: '/conversations',
  permission: 'conversation.read',
  summary: 'The inbox: conversations within reach; whoever waits longest first, or the newest first',
  query: pageQuery.extend({
    view: conversationView.default('all'),
    order: z.enum(['waiting', 'newest']).default('waiting'),
    siteId: id.optional(),
    personId: id.optional(),
    channel: many(conversationChannel),
  }),
  response: page(conversation),
  example: { query: { view: 'unassigned' } },
})

export const countConversations = route({
  method: 'get',
  path: '/conversations/counts',
  permission: 'conversation.read',
  summary: 'How many conversations wait in each view',
  response: z.object({
    mine: z.number().int(),
    unassigned: z.number().int(),
    all: z.number().int(),
    /** Not answered within the time that the site sets. */
    late: z.number().int(),
  }),
})

export const attachment = z.object({
  id,
  name: z.string(),
  contentType: z.string(),
  size: z.number().int(),
})
export type Attachment = z.infer<typeof attachment>

/** What staff did beside writing; the words of a hand-over stand in the text. */
const messageKind = z.enum([
  'in',
  'out',
  'note',
  'taken',
  'handed',
  'released',
  'snoozed',
  'woken',
  'waiting',
  'closed',
  'reopened',
  'linked',
  'joined',
])

/** What became of an answer. */
export const answerState = z.enum(['queued', 'sent', 'delivered', 'read', 'failed', 'unknown'])

const message = z.object({
  id,
  kind: messageKind,
  channel: conversationChannel.nullable(),
  subject: z.string().nullable(),
  body: z.string(),
  /** What it answered, as it came along with it. */
  quoted: z.string().nullable(),
  authorName: z.string().nullable(),
  automatic: z.boolean(),
  at: timestamp,
  /** Of answers; null for everything else. */
  state: answerState.nullable(),
  reason: z.string().nullable(),
  /** Whether it began as a draft of the assistant: taken as it was, or changed. */
  draft: z.enum(['accepted', 'edited']).nullable(),
  attachments: z.array(attachment),
})
export type ConversationMessage = z.infer<typeof message>

const way = z.object({
  channel: answerChannel,
  /** Why it cannot be used now; null: it can. */
  refused: z.string().nullable(),
  /** Masked. */
  address: z.string().nullable(),
})
export type Way = z.infer<typeof way>

const thread = conversation.extend({
  statedPhone: z.string().nullable(),
  firstAnswerAt: timestamp.nullable(),
  closedAt: timestamp.nullable(),
  closedByName: z.string().nullable(),
  outcome: conversationOutcome.nullable(),
  score: z.number().int().nullable(),
  scoreText: z.string().nullable(),
  /** Its messages went on there. */
  joinedId: id.nullable(),
  /** By which the person can be answered. */
  ways: z.array(way),
  /** Persons with the number or address of somebody unknown. */
  candidates: z.array(z.object({ id, name: z.string(), birthDate: z.string().nullable() })),
  messages: z.array(message),
  /** Earlier ones are there: ask with `before`. */
  more: z.boolean(),
})
export type Thread = z.infer<typeof thread>

export const readConversation = route({
  method: 'get',
  path: '/conversations/{id}',
  permission: 'conversation.read',
  summary: 'One conversation with its latest messages',
  params: idParams,
  query: z.object({ before: id.optional() }),
  response: thread,
})

export const listColleagues = route({
  method: 'get',
  path: '/conversations/{id}/colleagues',
  permission: 'conversation.write',
  summary: 'To whom a conversation can be handed over: staff who read this inbox, and departments',
  params: idParams,
  response: z.object({
    users: z.array(z.object({ id: z.string(), name: z.string() })),
    departments: z.array(z.object({ id, name: z.string() })),
  }),
})

const text = (most: number) => z.string().trim().min(1).max(most)
/** The draft of the assistant that the text began as. */
const draftId = id.optional()
/** Longer than any short message; what a person reads at once. */
export const longestAnswer = 4000

export const startConversation = route({
  method: 'post',
  path: '/conversations',
  permission: 'conversation.write',
  summary:
    'Write down what somebody said on the telephone or at the counter, or a fax; goes to their open conversation',
  body: z.object({
    siteId: id,
    personId: id.nullable().default(null),
    /** Of somebody who is not known here. */
    name: z.string().trim().max(60).nullable().default(null),
    phone: z.string().trim().max(30).nullable().default(null),
    channel: notedChannel,
    text: text(longestAnswer),
  }),
  response: z.object({ id }),
  status: 201,
})

export const sendAnswer = route({
  method: 'post',
  path: '/conversations/{id}/answers',
  permission: 'conversation.write',
  summary: 'Answer by one of the channels that reach the person; the conversation becomes the answerer’s own',
  params: idParams,
  body: z.object({
    channel: answerChannel,
    text: text(longestAnswer),
    /** Of an e-mail; left out: that of the conversation. */
    subject: z.string().trim().max(200).optional(),
    /** From the list of `addAttachment`. */
    attachments: z.array(z.string().max(80)).max(5).default([]),
    /** Sets the conversation aside until the person answers. */
    thenWait: z.boolean().default(true),
    /** Made by the screen: the same answer sent twice counts once. */
    key: z.uuid().optional(),
    draftId,
  }),
  response: z.object({ messageId: id }),
  status: 201,
})

export const retryAnswer = route({
  method: 'post',
  path: '/conversations/{id}/messages/{messageId}/retry',
  permission: 'conversation.write',
  summary: 'Send an answer again that did not go out',
  params: z.object({ id, messageId: id }),
  status: 204,
})

export const addNote = route({
  method: 'post',
  path: '/conversations/{id}/notes',
  permission: 'conversation.write',
  summary: 'A note for colleagues, or what was said on the telephone or at the counter',
  params: idParams,
  body: z.object({
    text: text(longestAnswer),
    /** Left out: seen by colleagues only, said by nobody. */
    channel: notedChannel.optional(),
    /** Who said it, where there is a channel. */
    by: z.enum(['person', 'staff']).default('person'),
    draftId,
  }),
  response: z.object({ messageId: id }),
  status: 201,
})

export const takeConversation = route({
  method: 'post',
  path: '/conversations/{id}/take',
  permission: 'conversation.write',
  summary: 'Take a conversation; from a colleague only when that is said',
  params: idParams,
  body: z.object({ from: z.string().nullable().default(null) }),
  status: 204,
})

export const handOver = route({
  method: 'post',
  path: '/conversations/{id}/hand-over',
  permission: 'conversation.write',
  summary: 'Hand a conversation over to a colleague or a department, with what they need to know',
  params: idParams,
  /** One of the two. */
  body: z.object({
    userId: z.string().max(100).nullable().default(null),
    departmentId: id.nullable().default(null),
    note: text(1000),
    draftId,
  }),
  status: 204,
})

export const releaseConversation = route({
  method: 'post',
  path: '/conversations/{id}/release',
  permission: 'conversation.write',
  summary: 'Give a conversation back to those who have time; from a department back to the service centre',
  params: idParams,
  status: 204,
})

export const setAside = route({
  method: 'post',
  path: '/conversations/{id}/set-aside',
  permission: 'conversation.write',
  summary: 'Wait for the person, or leave it until a time; a message brings it back at once',
  params: idParams,
  body: z.object({ until: timestamp.nullable().default(null) }),
  status: 204,
})

export const closeConversation = route({
  method: 'post',
  path: '/conversations/{id}/close',
  permission: 'conversation.write',
  summary: 'Close a conversation; in web chat the visitor is asked how satisfied they are',
  params: idParams,
  body: z.object({ outcome: conversationOutcome, note: z.string().trim().max(1000).default('') }),
  status: 204,
})

export const reopenConversation = route({
  method: 'post',
  path: '/conversations/{id}/reopen',
  permission: 'conversation.write',
  summary: 'Open a closed conversation again, unless a newer one is open',
  params: idParams,
  status: 204,
})

export const markRead = route({
  method: 'post',
  path: '/conversations/{id}/read',
  permission: 'conversation.write',
  summary: 'What came so far was read',
  params: idParams,
  status: 204,
})

export const linkPerson = route({
  method: 'post',
  path: '/conversations/{id}/person',
  permission: 'conversation.write',
  summary: 'Say who writes; joins their open conversation where there is one',
  params: idParams,
  body: z.object({ personId: id }),
  response: z.object({ id }),
})

export const createPersonFor = route({
  method: 'post',
  path: '/conversations/{id}/new-person',
  permission: 'conversation.write',
  summary: 'Make a record of somebody who is not known here yet, with what they said of themselves',
  params: idParams,
  body: z.object({
    name: text(60),
    sex: z.enum(['male', 'female', 'other', 'unknown']).default('unknown'),
    birthDate: z.iso.date().nullable().default(null),
    phone: z.string().trim().max(30).nullable().default(null),
  }),
  response: z.object({ id, personId: id }),
  status: 201,
})

/** Bytes of one file at most. */
export const largestAttachment = 5 * 1024 * 1024

export const addAttachment = route({
  method: 'post',
  path: '/conversations/{id}/attachments',
  permission: 'conversation.write',
  summary: 'A file for the next answer: picture (JPEG, PNG), PDF or plain text, told by its content',
  params: idParams,
  query: z.object({ name: z.string().trim().min(1).max(120) }),
  consumes: 'application/octet-stream',
  largestBody: largestAttachment,
  response: z.object({ key: z.string(), name: z.string(), contentType: z.string(), size: z.number().int() }),
  status: 201,
})

export const readAttachment = route({
  method: 'get',
  path: '/conversations/{id}/attachments/{attachmentId}',
  permission: 'conversation.read',
  summary: 'A file of a conversation',
  params: z.object({ id, attachmentId: id }),
  produces: 'application/octet-stream',
})

export const searchMessages = route({
  method: 'get',
  path: '/conversation-messages',
  permission: 'conversation.read',
  summary: 'Search in everything that was written, Chinese words included; newest first',
  personal: ['search'],
  query: pageQuery.extend({
    search: z.string().trim().min(1).max(100).optional(),
    siteId: id.optional(),
  }),
  response: page(
    z.object({
      id,
      conversationId: id,
      personId: id.nullable(),
      name: z.string().nullable(),
      kind: z.enum(['in', 'out', 'note']),
      channel: conversationChannel.nullable(),
      at: timestamp,
      /** The text around what was found. */
      excerpt: z.string(),
    }),
  ),
})
