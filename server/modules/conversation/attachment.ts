import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { largestAttachment, type Attachment } from '../../../contract/conversation.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import type { ApiContext } from '../../platform/http.ts'
import { readPicture } from '../../platform/picture.ts'
import { sealBytes, unsealBytes } from '../../platform/sealed.ts'
import { conversationWithin, lockOpen } from './scope.ts'

export type NewFile = { name: string; contentType: string; bytes: Buffer }

/** Of one message. */
export const mostFiles = 10
const nameLength = 120

/**
 * What a file is, by its content: pictures are rebuilt without what is not shown, a PDF is left as it is and only ever downloaded, a text has
 * to be one. Whatever else came is refused.
 * @throws {AppError} too-large, file-type, picture-damaged
 */
export function readFile(name: string, bytes: Buffer): NewFile {
  if (bytes.length === 0) throw new AppError('file-empty')
  if (bytes.length > largestAttachment) throw new AppError('too-large')
  const clean = cleanName(name)
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-')
    return { name: withEnding(clean, 'pdf'), contentType: 'application/pdf', bytes }
  if (bytes[0] === 0xff || bytes.subarray(1, 4).toString('latin1') === 'PNG') {
    const picture = readPicture(bytes)
    const ending = picture.contentType === 'image/png' ? 'png' : 'jpg'
    return { name: withEnding(clean, ending), contentType: picture.contentType, bytes: picture.bytes }
  }
  if (isText(bytes)) return { name: withEnding(clean, 'txt'), contentType: 'text/plain', bytes }
  throw new AppError('file-type')
}

function isText(bytes: Buffer): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // A page or a drawing may carry a script; as a text it would still be one when somebody opens it.
    return !/[\u0000-\u0008\u000e-\u001f]/.test(text) && !/^\s*<(!doctype|html|svg|\?xml|script)/i.test(text)
  } catch {
    return false
  }
}

/** A name of ours: no path, no signs that turn a line around, no ending that lies. */
function cleanName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? ''
  return (
    last
      .replaceAll(/[\p{C}"<>|:*?]/gu, '')
      .trim()
      .slice(-nameLength) || 'file'
  )
}

const withEnding = (name: string, ending: string) =>
  new RegExp(`\\.(${ending}${ending === 'jpg' ? '|jpeg' : ''})$`, 'i').test(name)
    ? name
    : `${name.replace(/\.[a-z0-9]{1,5}$/i, '')}.${ending}`

/** Stores files of a message, encrypted. */
export async function storeFiles(
  trx: Trx,
  secret: string,
  messageId: number,
  files: NewFile[],
): Promise<void> {
  for (const { name, contentType, bytes } of files.slice(0, mostFiles)) {
    const label = randomBytes(16).toString('hex')
    await sql`
      insert into conversation_attachment (conversation_message_id, name, content_type, size, label, sealed)
      values (${messageId}, ${name}, ${contentType}, ${bytes.length}, ${label}, ${sealBytes(secret, bytes, labelOf(label))})`.execute(
      trx,
    )
  }
}

/** A file that an agent chose for the next answer. @returns the key by which the answer takes it */
export async function addPending(
  trx: Trx,
  actor: Actor,
  secret: string,
  id: number,
  file: NewFile,
): Promise<{ key: string; name: string; contentType: string; size: number }> {
  const conversation = await lockOpen(trx, actor, id)
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from conversation_attachment where pending_id = ${id} and pending_by = ${actor.id}`.execute(
    trx,
  )
  if ((rows[0]?.n ?? 0) >= mostFiles) throw new AppError('too-many-files')
  const key = randomBytes(16).toString('hex')
  const { name, contentType, bytes } = file
  await sql`
    insert into conversation_attachment (pending_id, pending_by, name, content_type, size, label, sealed)
    values (${id}, ${actor.id}, ${name}, ${contentType}, ${bytes.length}, ${key}, ${sealBytes(secret, bytes, labelOf(key))})`.execute(
    trx,
  )
  await audit(trx, actor, {
    action: 'conversation.attach',
    personId: conversation.person_id,
    subject: `conversation:${id}`,
  })
  return { key, name, contentType, size: bytes.length }
}

/** Puts chosen files into the answer. @throws {AppError} invalid when one is not there any more */
export async function takePending(
  trx: Trx,
  actor: Actor,
  { id, messageId, keys }: { id: number; messageId: number; keys: string[] },
): Promise<void> {
  if (keys.length === 0) return
  const { rows } = await sql`
    update conversation_attachment set conversation_message_id = ${messageId}, pending_id = null, pending_by = null
    where pending_id = ${id} and pending_by = ${actor.id} and label = any(${keys}) returning 1`.execute(trx)
  if (rows.length < new Set(keys).size)
    throw new AppError('invalid', undefined, [
      { path: 'attachments', message: 'names a file that was not sent' },
    ])
}

const labelOf = (label: string) => `conversation-attachment/${label}`

type Sealed = {
  id: number
  name: string
  content_type: string
  label: string
  sealed: Buffer
  person_id: number | null
}

function open(secret: string, row: Sealed): NewFile {
  return {
    name: row.name,
    contentType: row.content_type,
    bytes: unsealBytes(secret, row.sealed, labelOf(row.label)),
  }
}

/** A file of a conversation within reach. @throws {AppError} not-found */
export async function readAttachment(
  db: Db,
  actor: Actor,
  secret: string,
  { id, attachmentId }: { id: number; attachmentId: number },
): Promise<NewFile> {
  const { rows } = await sql<Sealed>`
    select a.id, a.name, a.content_type, a.label, a.sealed, c.person_id
    from conversation_attachment a join conversation_message m on m.id = a.conversation_message_id join conversation c on c.id = m.conversation_id
    where a.id = ${attachmentId} and c.id = ${id} and ${conversationWithin(actor, 'conversation.read')}`.execute(
    db,
  )
  const row = found(rows[0])
  await audit(db, actor, {
    action: 'conversation.file',
    personId: row.person_id,
    subject: `conversation:${id} file:${row.id}`,
  })
  return open(secret, row)
}

/** A file of what was said in a chat; the caller has checked whose chat it is. @throws {AppError} not-found */
export async function readChatAttachment(
  db: Db,
  secret: string,
  { id: conversationId, since }: { id: number; since: Date },
  id: number,
): Promise<NewFile> {
  const { rows } = await sql<Sealed>`
    select a.id, a.name, a.content_type, a.label, a.sealed, null as person_id
    from conversation_attachment a join conversation_message m on m.id = a.conversation_message_id
    where a.id = ${id} and m.conversation_id = ${conversationId} and m.kind in ('in', 'out') and m.channel = 'web-chat'
      and m.at >= ${since}`.execute(db)
  return open(secret, found(rows[0]))
}

/** Pictures are shown, everything else is saved; nothing in a file runs. */
export function sendFile(c: ApiContext, { name, contentType, bytes }: NewFile): Response {
  const shown = contentType.startsWith('image/')
  const ascii = name.replaceAll(/[^\w.-]/g, '_')
  return c.body(new Uint8Array(bytes), 200, {
    'Content-Type': contentType === 'text/plain' ? 'text/plain; charset=utf-8' : contentType,
    'Content-Disposition': `${shown ? 'inline' : 'attachment'}; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  })
}

/** Columns of the files of a message `m`, as JSON. */
export const filesOf = sql<Attachment[]>`coalesce((
  select jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'contentType', a.content_type, 'size', a.size) order by a.id)
  from conversation_attachment a where a.conversation_message_id = m.id), '[]')`
