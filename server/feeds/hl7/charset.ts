import iconv from 'iconv-lite'

/** HL7 table 0211 names, and what Chinese systems write instead, to the names that iconv-lite knows. */
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
  'ISO IR87': 'utf-8',
}

/** @returns undefined for a name that we cannot decode */
export function knownCharset(msh18: string): string | undefined {
  return charsets[msh18.split('~')[0]?.trim().toUpperCase() ?? '']
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** @throws {TypeError} when the bytes are not valid in that charset */
export function decode(bytes: Buffer, charset: string): string {
  if (charset === 'utf-8') return utf8.decode(bytes)
  return iconv.decode(bytes, charset)
}
