import PostalMime from 'postal-mime'
import { readEmail } from '../../../contract/email.ts'
import type { AccountInForce, ProviderCall, ProviderReport } from './channel.ts'

/** Our Message-ID (smtp.ts), in whatever header it stands. */
const ownId = /<?(careloop-\d{1,15}(?:-\d+)?)@careloop>?/

/**
 * A raw mail to the sender's address, handed in by the mail server: a report about a mail of ours (RFC 3464), or a reply to one. Anything else,
 * such as an out-of-office note (RFC 3834), is taken and says nothing.
 * @throws {SyntaxError} when it is no mail
 */
export async function reportOfMail(
  _account: AccountInForce,
  { body }: ProviderCall,
): Promise<ProviderReport> {
  const mail = await PostalMime.parse(body, { attachmentEncoding: 'utf8' }).catch(() => {
    throw new SyntaxError('no mail')
  })
  const nothing = { receipts: [], replies: [], answer: 'ok' }
  const part = (type: RegExp) => {
    const content = mail.attachments.find((one) => type.test(one.mimeType))?.content
    return typeof content === 'string' ? content : undefined
  }
  const status = part(/^message\/delivery-status/i)
  const at = new Date()
  if (status !== undefined) {
    const reference = ownId.exec(part(/^(message\/rfc822|text\/rfc822-headers)/i) ?? mail.text ?? '')?.[1]
    const field = (name: string) =>
      new RegExp(`^${name}:\\s*(.+)$`, 'im').exec(status)?.[1]?.trim().toLowerCase()
    const action = field('Action')
    // Delayed is not the end of it; relayed left the place where anybody would report more.
    const state = action === 'failed' ? 'undelivered' : action === 'delivered' ? 'delivered' : undefined
    if (reference === undefined || state === undefined) return nothing
    return { ...nothing, receipts: [{ reference, state, at, reason: field('Status') ?? null }] }
  }
  const header = (name: string) => mail.headers.find((one) => one.key === name)?.value ?? ''
  const answered = ownId.exec(`${header('in-reply-to')} ${header('references')}`)?.[1]
  const automatic = !/^(no)?$/i.test(header('auto-submitted')) || header('precedence') !== ''
  const from = readEmail(mail.from?.address ?? '')
  if (answered === undefined || automatic || from === null) return nothing
  return {
    ...nothing,
    replies: [
      {
        key: mail.messageId ?? `${from} ${answered}`,
        from,
        text: ownWords(mail.text ?? ''),
        at,
        reference: answered,
      },
    ],
  }
}

/** What somebody wrote, without the mail that they answered. */
function ownWords(text: string): string {
  const lines = text.split(/\r?\n/)
  const quoted = lines.findIndex((line) =>
    /^(>|-{2,}\s*(原始邮件|Original Message)|On .+ wrote:$|.+写道[:：]$)/.test(line),
  )
  return lines
    .slice(0, quoted < 0 ? undefined : quoted)
    .join('\n')
    .trim()
}
