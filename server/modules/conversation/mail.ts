import { createHash } from 'node:crypto'
import PostalMime, { type Email } from 'postal-mime'
import { readEmail } from '../../../contract/email.ts'
import { AppError } from '../../platform/errors.ts'
import { mostFiles, type NewFile, readFile } from './attachment.ts'

/** What a mail is: written by somebody; by a machine for somebody (RFC 3834); a report about a mail that came back (RFC 3464). */
export type MailKind = 'written' | 'automatic' | 'bounce'

export type IncomingMail = {
  kind: MailKind
  /** Its Message-ID, or a hash of it where it has none. */
  key: string
  from: string
  fromName: string
  subject: string
  text: string
  quoted: string
  files: NewFile[]
  /** Names of files that were left out, because of their kind or size. */
  leftOut: string[]
  /** Our own mail that it answers, by its number in the queue or in the conversation. */
  answers: { queue: number | null; direct: number | null }
}

/** A conversation holds no books. */
const longestText = 20_000
const longestQuote = 20_000

/** @throws {SyntaxError} when it is no mail, or nobody sent it */
export async function readMail(raw: Buffer): Promise<IncomingMail> {
  const mail = await PostalMime.parse(raw, { attachmentEncoding: 'arraybuffer' }).catch(() => {
    throw new SyntaxError('no mail')
  })
  const kind = kindOf(mail)
  const from = readEmail(mail.from?.address ?? '')
  if (from === null && kind !== 'bounce') throw new SyntaxError('a mail without a sender')
  const { own, quoted } = apart(mail.text?.trim() ? mail.text : textOfHtml(mail.html ?? ''))
  const { files, leftOut } = filesIn(mail)
  return {
    kind,
    key: mail.messageId?.trim() || createHash('sha256').update(raw).digest('base64url'),
    from: from ?? '',
    fromName: (mail.from?.name ?? '')
      .replaceAll(/\p{C}+/gu, ' ')
      .trim()
      .slice(0, 60),
    subject: (mail.subject ?? '')
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, 200),
    text: clean(own).slice(0, longestText),
    quoted: clean(quoted).slice(0, longestQuote),
    files,
    leftOut,
    answers: answersOf(mail),
  }
}

const clean = (text: string) =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
    .trim()

function headerOf(mail: Email, name: string): string {
  return mail.headers.find((one) => one.key === name)?.value.trim() ?? ''
}

/** RFC 3834 section 5, RFC 3464, and what mail programs set that know neither. */
function kindOf(mail: Email): MailKind {
  const type = headerOf(mail, 'content-type')
  const sender = mail.from?.address ?? ''
  if (
    /report-type\s*=\s*"?delivery-status/i.test(type) ||
    mail.attachments.some((one) => /^message\/delivery-status/i.test(one.mimeType)) ||
    headerOf(mail, 'return-path') === '<>' ||
    /^(mailer-daemon|postmaster)@/i.test(sender)
  )
    return 'bounce'
  const submitted = headerOf(mail, 'auto-submitted')
  const automatic =
    (submitted !== '' && !/^no\b/i.test(submitted)) ||
    /^(bulk|junk|list|auto_reply)$/i.test(headerOf(mail, 'precedence')) ||
    ['x-autoreply', 'x-autorespond', 'x-auto-response-suppress', 'list-id', 'list-unsubscribe'].some(
      (name) =>
        headerOf(mail, name) !== '' &&
        !(name === 'x-auto-response-suppress' && /^none$/i.test(headerOf(mail, name))),
    ) ||
    /^(no-?reply|do-?not-?reply|noreply)\b/i.test(sender)
  return automatic ? 'automatic' : 'written'
}

/** Our Message-IDs: `careloop-17@careloop` of the queue, `careloop-direct-c17@careloop` of an answer to somebody unknown. */
function answersOf(mail: Email): IncomingMail['answers'] {
  const said = `${headerOf(mail, 'in-reply-to')} ${headerOf(mail, 'references')}`
  const queue = /<careloop-(\d{1,15})(?:-\d+)?@careloop>/.exec(said)?.[1]
  const direct = /<careloop-direct-c(\d{1,15})@careloop>/.exec(said)?.[1]
  return { queue: queue ? Number(queue) : null, direct: direct ? Number(direct) : null }
}

/** Where the mail that was answered begins, in the words of mail programs here. */
const quoteBegins =
  /^(>|-{2,}\s*(原始邮件|原始郵件|Original Message|转发的邮件|Forwarded message)|_{10,}$|On .{5,200} wrote:$|.{3,200}(写道|寫道)[:：]$|(发件人|寄件者|From)[:：]\s?.+)/i

/** What somebody wrote, and what they answered below or above it. Pure. */
export function apart(text: string): { own: string; quoted: string } {
  const lines = text.split(/\r?\n/)
  const begin = lines.findIndex((line) => quoteBegins.test(line.trim()))
  if (begin < 0) return { own: text, quoted: '' }
  const above = lines.slice(0, begin).join('\n').trim()
  if (above !== '') return { own: above, quoted: lines.slice(begin).join('\n') }
  // Answered below: after the last quoted line.
  const last = lines.findLastIndex((line) => line.startsWith('>'))
  const below =
    last < 0
      ? ''
      : lines
          .slice(last + 1)
          .join('\n')
          .trim()
  return below === ''
    ? { own: text, quoted: '' }
    : { own: below, quoted: lines.slice(0, last + 1).join('\n') }
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** HTML is never shown as such: its words, with a line for each block. Pure. */
export function textOfHtml(html: string): string {
  return html
    .slice(0, 500_000)
    .replaceAll(/<!--[\s\S]*?(-->|$)/g, '')
    .replaceAll(/<(script|style|head|title)\b[\s\S]*?(<\/\1\s*>|$)/gi, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/<blockquote\b[^>]*>/gi, '\n> ')
    .replaceAll(/<(br|\/p|\/div|\/tr|\/li|\/h\d|\/blockquote)\b[^>]*>/gi, '\n')
    .replaceAll(/<[^>]*(>|$)/g, '')
    .replaceAll(/&(#x?[\da-f]{1,6}|\w{2,8});/gi, (all, name: string) => {
      if (!name.startsWith('#')) return entities[name.toLowerCase()] ?? all
      const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1))
      return code > 31 && code < 0x110000 && !(code >= 0xd800 && code < 0xe000)
        ? String.fromCodePoint(code)
        : ' '
    })
    .replaceAll(/[ \t]*\n[ \t]*/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

function filesIn(mail: Email): { files: NewFile[]; leftOut: string[] } {
  const files: NewFile[] = []
  const leftOut: string[] = []
  for (const { filename, content, mimeType } of mail.attachments) {
    if (/^(message|text)\/(delivery-status|rfc822|rfc822-headers|calendar)/i.test(mimeType)) continue
    const name = filename ?? mimeType.replace('/', '.')
    try {
      if (files.length >= mostFiles) throw new AppError('too-large')
      files.push(
        readFile(
          name,
          typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer),
        ),
      )
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      leftOut.push(name.slice(0, 120))
    }
  }
  return { files, leftOut }
}
