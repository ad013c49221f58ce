import type { Hl7Message } from '@medplum/core'
import { decode } from './charset.ts'

// PostgreSQL text cannot hold NUL; control characters have no meaning in a field.
const control = /[\u0000-\u0009\u000b-\u001f\u007f]/
const controls = new RegExp(control, 'g')

export function clean(text: string): string {
  return control.test(text) ? text.replaceAll(controls, ' ') : text
}

/** HL7 escape sequences (v2.5 chapter 2.7); an unknown one stays unchanged. @param charset of the bytes that `\X…\` writes */
export function unescape(text: string, context: Hl7Message['context'], charset: string): string {
  const { escapeCharacter } = context
  if (escapeCharacter === '' || !text.includes(escapeCharacter)) return text
  const signs: Record<string, string> = {
    F: context.fieldSeparator,
    S: context.componentSeparator,
    R: context.repetitionSeparator,
    E: escapeCharacter,
    T: context.subcomponentSeparator,
    H: '',
    N: '',
  }
  const mark = escapeCharacter.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')
  const sequences = new RegExp(
    `((?:${mark}X(?:[0-9A-F]{2})+${mark})+)|${mark}([^${mark}]{1,40})${mark}`,
    'gi',
  )
  return text.replaceAll(sequences, (sequence, bytes: string | undefined, code = '') =>
    bytes === undefined
      ? (signs[code as string] ?? lineBreak(code as string) ?? sequence)
      : (decoded(bytes.replaceAll(/[^0-9A-F]/gi, ''), charset) ?? sequence),
  )
}

/** Formatted text (chapter 2.7.2): `.br` and `.sp<n>` end lines, the other commands only set margins. */
function lineBreak(code: string): string | undefined {
  const lines = /^\.(?:br|sp\+?(\d{1,2})?)$/i.exec(code)
  if (lines) return '\n'.repeat(Number(lines[1] ?? 1))
  return /^\.(?:ce|fi|nf|in[+-]?\d*|ti[+-]?\d*|sk\+?\d*)$/i.test(code) ? ' ' : undefined
}

function decoded(hex: string, charset: string): string | undefined {
  try {
    return decode(Buffer.from(hex, 'hex'), charset)
  } catch {
    return undefined
  }
}

/** The first `length` UTF-16 units, cut between characters. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length)
}
