/** What a reader of the mail sees: the subject and the bodies, decoded. */
export interface MailText {
  subject: string
  headers: Map<string, string>
  text: string
  html: string
}

/**
 * Decodes a mail as far as this project's own mails need it: RFC 2047 words in headers, multipart bodies, base64 and
 * quoted-printable in UTF-8. Anything it does not know is passed on as it is.
 */
export function readMail(raw: Buffer): MailText {
  const { headers, body } = split(raw.toString('latin1'))
  const mail: MailText = { subject: decodeWords(headers.get('subject') ?? ''), headers, text: '', html: '' }
  collect(headers, body, mail)
  return mail
}

function collect(headers: Map<string, string>, body: string, mail: MailText): void {
  const type = headers.get('content-type') ?? 'text/plain'
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1]
  if (/^multipart\//i.test(type) && boundary !== undefined) {
    for (const part of body.split(`--${boundary}`).slice(1, -1)) {
      const inner = split(part.replace(/^\r?\n/, ''))
      collect(inner.headers, inner.body, mail)
    }
    return
  }
  const decoded = decodeBody(body, headers.get('content-transfer-encoding') ?? '7bit')
  if (/^text\/html/i.test(type)) mail.html += decoded
  else if (/^text\/plain/i.test(type)) mail.text += decoded
}

function split(source: string): { headers: Map<string, string>; body: string } {
  const end = /\r?\n\r?\n/.exec(source)
  const head = end ? source.slice(0, end.index) : source
  const headers = new Map<string, string>()
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  return { headers, body: end ? source.slice(end.index + end[0].length) : '' }
}

function decodeBody(body: string, encoding: string): string {
  const trimmed = body.replace(/\r?\n$/, '')
  if (/base64/i.test(encoding)) return Buffer.from(trimmed, 'base64').toString()
  if (/quoted-printable/i.test(encoding)) return unquote(trimmed.replace(/=\r?\n/g, ''))
  return Buffer.from(trimmed, 'latin1').toString()
}

function unquote(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

function decodeWords(header: string): string {
  const joined = header.replace(/\?=\s+=\?/g, '?==?')
  const words = joined.replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
    kind.toLowerCase() === 'b' ? Buffer.from(word, 'base64').toString() : unquote(word.replaceAll('_', ' ')),
  )
  return words === joined ? Buffer.from(header, 'latin1').toString() : words
}
