import { z } from 'zod'
import { id, route, timestamp } from './route.ts'
import { largestAttachment } from './conversation.ts'

const token = z.string().min(20).max(100)
const language = z.enum(['zh-CN', 'zh-TW', 'en'])
/** A visitor writes on a telephone. */
export const longestChatText = 2000
/** The header that says whose chat a file is for. */
export const chatTokenHeader = 'x-chat-token'

export const chatInfo = route({
  method: 'get',
  path: '/chat',
  permission: 'public',
  summary: 'Where somebody can ask by web chat, and when that is answered',
  response: z.object({
    sites: z.array(
      z.object({
        id,
        code: z.string(),
        name: z.string(),
        /** Somebody answers now. */
        open: z.boolean(),
        /** When somebody answers again; null: not known. */
        opensAt: timestamp.nullable(),
        timeZone: z.string(),
        /** 120 on the mainland, 119 in Taiwan. */
        emergency: z.string(),
      }),
    ),
  }),
})

const chatMessage = z.object({
  id,
  from: z.enum(['visitor', 'staff', 'system']),
  text: z.string(),
  /** Who answers, as visitors see it. */
  name: z.string().nullable(),
  at: timestamp,
  files: z.array(z.object({ id, name: z.string(), contentType: z.string(), size: z.number().int() })),
})
export type ChatMessage = z.infer<typeof chatMessage>

const chat = z.object({
  messages: z.array(chatMessage),
  closed: z.boolean(),
  /** The question at the end waits for an answer. */
  ask: z.boolean(),
  score: z.number().int().nullable(),
  open: z.boolean(),
  opensAt: timestamp.nullable(),
})
export type Chat = z.infer<typeof chat>

export const startChat = route({
  method: 'post',
  path: '/chat/start',
  permission: 'public',
  summary: 'Ask something by web chat; the token goes on with it',
  body: z.object({
    siteId: id,
    text: z.string().trim().min(1).max(longestChatText),
    name: z.string().trim().max(60).default(''),
    phone: z.string().trim().max(30).default(''),
    language: language.default('zh-CN'),
  }),
  response: chat.extend({ token }),
  status: 201,
})

export const readChat = route({
  method: 'post',
  path: '/chat/messages',
  permission: 'public',
  summary: 'What was said since a message',
  body: z.object({ token, after: z.number().int().min(0).default(0) }),
  response: chat,
})

export const sendChat = route({
  method: 'post',
  path: '/chat/send',
  permission: 'public',
  summary: 'Write something further',
  body: z.object({
    token,
    text: z.string().trim().min(1).max(longestChatText),
    after: z.number().int().min(0).default(0),
    /** Made by the page: sent twice over a bad line counts once. */
    key: z.uuid().optional(),
  }),
  response: chat,
})

export const sendChatFile = route({
  method: 'post',
  path: '/chat/file',
  permission: 'public',
  summary: 'Send a picture or a PDF; the token is in a header',
  query: z.object({ name: z.string().trim().min(1).max(120) }),
  consumes: 'application/octet-stream',
  largestBody: largestAttachment,
  response: chat,
})

export const readChatFile = route({
  method: 'post',
  path: '/chat/read-file',
  permission: 'public',
  summary: 'A file of one’s own chat',
  body: z.object({ token, id }),
  produces: 'application/octet-stream',
})

export const endChat = route({
  method: 'post',
  path: '/chat/end',
  permission: 'public',
  summary: 'The visitor has no further question',
  body: z.object({ token }),
  response: chat,
})

export const rateChat = route({
  method: 'post',
  path: '/chat/rate',
  permission: 'public',
  summary: 'How satisfied somebody is, from 1 to 5, with a sentence',
  body: z.object({
    token,
    score: z.number().int().min(1).max(5),
    text: z.string().trim().max(500).default(''),
  }),
  response: chat,
})
