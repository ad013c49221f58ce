import {
  listCannedReplies as listCanned,
  createCannedReply as createCanned,
  listCannedVersions as cannedVersions,
  retireCannedReply as retireCanned,
  updateCannedReply as updateCanned,
} from '../../../contract/canned-reply.ts'
import * as chat from '../../../contract/chat.ts'
import * as routes from '../../../contract/conversation.ts'
import * as mailbox from '../../../contract/mailbox.ts'
import { bodyBytes } from '../../platform/body.ts'
import { transaction } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { type Api, type ApiContext, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import type { Visitor } from '../booking/limit.ts'
import { isSignedBy } from '../message/webhook.ts'
import { addNote, retryAnswer, sendAnswer } from './answer.ts'
import { addPending, readAttachment, readFile, sendFile } from './attachment.ts'
import {
  createCannedReply,
  listCannedReplies,
  listCannedVersions,
  retireCannedReply,
  updateCannedReply,
} from './canned.ts'
import { chatInfo, endChat, rateChat, readChat, readChatFile, sendChat, startChat } from './chat.ts'
import * as handle from './handle.ts'
import { createPersonFor, linkPerson } from './link.ts'
import { countConversations, listConversations } from './list.ts'
import { calledMailbox, createMailbox, listMailboxes, updateMailbox } from './mailbox.ts'
import { keepMail } from './receive-mail.ts'
import { searchMessages } from './search.ts'
import { startNoted } from './start.ts'
import { readConversation } from './thread.ts'

export function mountConversation(api: Api, services: Services): void {
  const { secret } = services
  implement(api, routes.countConversations, ({ db, actor }) => countConversations(db, actor))
  implement(api, routes.listConversations, ({ db, actor, query }) => listConversations(db, actor, query))
  implement(api, routes.searchMessages, ({ db, actor, query }) => searchMessages(db, actor, query))
  implement(api, routes.startConversation, ({ db, actor, body }) =>
    transaction(db, (trx) => startNoted(trx, actor, body)),
  )
  implement(api, routes.readConversation, ({ db, actor, params, query }) =>
    readConversation(db, actor, params.id, query.before),
  )
  implement(api, routes.listColleagues, ({ db, actor, params }) =>
    handle.listColleagues(db, actor, params.id),
  )
  implement(api, routes.sendAnswer, ({ db, actor, params, body }) =>
    transaction(db, (trx) => sendAnswer(trx, actor, params.id, body)),
  )
  implement(api, routes.retryAnswer, async ({ db, actor, params }) => {
    await transaction(db, (trx) => retryAnswer(trx, actor, params.id, params.messageId))
    return undefined
  })
  implement(api, routes.addNote, ({ db, actor, params, body }) =>
    transaction(db, (trx) => addNote(trx, actor, params.id, body)),
  )
  implement(api, routes.takeConversation, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => handle.takeConversation(trx, actor, params.id, body.from))
    return undefined
  })
  implement(api, routes.handOver, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => handle.handOver(trx, actor, params.id, body))
    return undefined
  })
  implement(api, routes.releaseConversation, async ({ db, actor, params }) => {
    await transaction(db, (trx) => handle.releaseConversation(trx, actor, params.id))
    return undefined
  })
  implement(api, routes.setAside, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => handle.setAside(trx, actor, params.id, body.until))
    return undefined
  })
  implement(api, routes.closeConversation, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => handle.closeConversation(trx, actor, params.id, body))
    return undefined
  })
  implement(api, routes.reopenConversation, async ({ db, actor, params }) => {
    await transaction(db, (trx) => handle.reopenConversation(trx, actor, params.id))
    return undefined
  })
  implement(api, routes.markRead, async ({ db, actor, params }) => {
    await transaction(db, (trx) => handle.markRead(trx, actor, params.id))
    return undefined
  })
  implement(api, routes.linkPerson, ({ db, actor, params, body }) =>
    transaction(db, (trx) => linkPerson(trx, actor, params.id, body.personId)),
  )
  implement(api, routes.createPersonFor, ({ db, actor, params, body }) =>
    transaction(db, (trx) => createPersonFor(trx, actor, params.id, body)),
  )
  implement(api, routes.addAttachment, async ({ c, db, actor, params, query }) => {
    const file = readFile(query.name, await bodyBytes(c, routes.largestAttachment))
    return transaction(db, (trx) => addPending(trx, actor, secret, params.id, file))
  })
  implement(api, routes.readAttachment, async ({ c, db, actor, params }) =>
    sendFile(c, await readAttachment(db, actor, secret, params)),
  )
  implement(api, listCanned, ({ db, actor }) => listCannedReplies(db, actor))
  implement(api, createCanned, ({ db, actor, body }) =>
    transaction(db, (trx) => createCannedReply(trx, actor, body)),
  )
  implement(api, updateCanned, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => updateCannedReply(trx, actor, params.id, body))
    return undefined
  })
  implement(api, retireCanned, async ({ db, actor, params }) => {
    await transaction(db, (trx) => retireCannedReply(trx, actor, params.id))
    return undefined
  })
  implement(api, cannedVersions, ({ db, actor, params }) => listCannedVersions(db, actor, params.id))
  mountChat(api, secret)
  mountMailboxes(api, secret)
}

/** Whoever chats is a visitor, even if somebody else is signed in on the same tablet. */
function mountChat(api: Api, secret: string): void {
  const visitor = (c: ApiContext): Visitor => ({ db: c.get('db'), address: c.get('address') })
  implement(api, chat.chatInfo, ({ c }) => chatInfo(visitor(c)))
  implement(api, chat.startChat, ({ c, body }) => startChat(visitor(c), secret, body))
  implement(api, chat.readChat, ({ c, body }) => readChat(visitor(c), body.token, body.after))
  implement(api, chat.sendChat, ({ c, body }) => sendChat(visitor(c), secret, body))
  implement(api, chat.sendChatFile, async ({ c, query }) => {
    const token = c.req.header(chat.chatTokenHeader) ?? ''
    // Before the bytes: a stranger sends none.
    await readChat(visitor(c), token, Number.MAX_SAFE_INTEGER)
    const file = readFile(query.name, await bodyBytes(c, routes.largestAttachment))
    return sendChat(visitor(c), secret, { token, text: '', after: 0 }, [file])
  })
  implement(api, chat.readChatFile, async ({ c, body }) =>
    sendFile(c, await readChatFile(visitor(c), secret, body.token, body.id)),
  )
  implement(api, chat.endChat, ({ c, body }) => endChat(visitor(c), body.token))
  implement(api, chat.rateChat, ({ c, body }) => rateChat(visitor(c), body))
}

/** Larger than any mail that a person writes with pictures. */
const largestMail = 25 * 1024 * 1024

function mountMailboxes(api: Api, secret: string): void {
  implement(api, mailbox.listMailboxes, ({ db, actor }) => listMailboxes(db, actor))
  implement(api, mailbox.createMailbox, ({ db, actor, body }) =>
    transaction(db, (trx) => createMailbox(trx, actor, secret, body)),
  )
  implement(api, mailbox.updateMailbox, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => updateMailbox(trx, actor, secret, params.id, body))
    return undefined
  })
  implement(api, mailbox.receiveMail, async ({ c, db, params }) => {
    const called = await calledMailbox(db, secret, params.id)
    const header = (name: string) => c.req.header(name)
    // Without a time stamp of now nothing is read; the mail itself is what is signed.
    if (header('x-careloop-signature') === undefined) throw new AppError('not-found')
    const body = await bodyBytes(c, largestMail)
    if (!isSignedBy([called.secret], { header, body })) throw new AppError('not-found')
    return { result: await keepMail(db, secret, called.place, body) }
  })
}
