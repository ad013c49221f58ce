import iconv from 'iconv-lite'

/** Names of HL7 table 0211, and those used by Chinese systems, to names of iconv-lite. */
const charsets: Record<string, string> = {
  '': 'utf-8',
  ASCII: 'utf-8',
  'UNICODE UTF-8': 'utf-8',
  'UTF-8': 'utf-8',
  UTF8: 'utf-8',
  UNICODE: 'utf-8',
  'GB 18030-2000': 'gb18030',
  'GB18030-2000': 'gb18030',
  'GB 18030': 'gb18030',
  GB18030: 'gb18030',
  GBK: 'gb18030',
  GB2312: 'gb18030',
  'BIG-5': 'big5',
  BIG5: 'big5',
  '8859/1': 'latin1',
  'ISO-8859-1': 'latin1',
  'ISO8859-1': 'latin1',
  LATIN1: 'latin1',
  '8859/15': 'iso-8859-15',
  'WINDOWS-1252': 'windows-1252',
  CP936: 'gb18030',
  CP950: 'big5',
  'ISO IR87': 'utf-8',
}

/** @returns undefined for an unsupported name */
export function knownCharset(msh18: string): string | undefined {
  return charsets[msh18.split('~')[0]?.trim().toUpperCase() ?? '']
}

/** Strict: a wrong byte is an error, not a question mark in somebody's name. */
const strict: Partial<Record<string, InstanceType<typeof TextDecoder>>> = Object.fromEntries(
  ['utf-8', 'gb18030', 'big5'].map((name) => [name, new TextDecoder(name, { fatal: true })]),
)

/** @throws {TypeError} when the bytes are not valid in that charset */
export function decode(bytes: Buffer, charset: string): string {
  if (charset !== 'utf-8' && looksLikeUtf8(bytes)) throw new TypeError('these bytes are UTF-8')
  return strict[charset]?.decode(bytes) ?? iconv.decode(bytes, charset)
}

/**
 * Chinese text in UTF-8 also decodes as GB18030 and Big5, mostly without an invalid byte. The reverse is rare: two Chinese characters in
 * valid UTF-8 are no coincidence.
 */
function looksLikeUtf8(bytes: Buffer): boolean {
  if (!bytes.some((byte) => byte >= 0xe4 && byte <= 0xe9)) return false
  try {
    const text = strict['utf-8']?.decode(bytes) ?? ''
    return (text.match(/\p{Script=Han}/gu)?.length ?? 0) >= 2
  } catch {
    return false
  }
}

/** MSH before its own charset field is known: UTF-8 when it is valid, else the charset that the line seems to declare. */
export function decodeHeader(bytes: Buffer): string {
  const plain = bytes.toString('latin1')
  if (!bytes.some((byte) => byte >= 0x80)) return plain
  const declared = /gb ?18030|gbk|gb2312/i.test(plain)
    ? 'gb18030'
    : /big-?5/i.test(plain)
      ? 'big5'
      : undefined
  for (const name of ['utf-8', declared])
    try {
      if (name) return strict[name]?.decode(bytes) ?? plain
    } catch {
      // Try the next.
    }
  return plain
}

/** Encodes a message that arrives as text in the charset of its MSH-18. */
export function encode(text: string): Buffer {
  return encodeAs(text, null)
}

/** The same for a sender whose profile sets the character set; MSH-18 is ignored. */
export function encodeAs(text: string, named: string | null): Buffer {
  const line = text.split(/[\r\n]/, 1)[0] ?? ''
  const charset = knownCharset(named ?? line.split(line[3] ?? '|')[17] ?? '')
  return charset && charset !== 'utf-8' ? iconv.encode(text, charset) : Buffer.from(text, 'utf8')
}
