import { encodeAs } from './charset.ts'
import type { Header } from './header.ts'

const usual = '|^~\\&'

/**
 * The acknowledgement of a message (HL7 v2.5 chapter 2.9.2) in its version, processing id and character set, addressed to MSH-3 and MSH-4
 * whole. Before 2.2 the type of an acknowledgement has no event, before 2.3.1 no structure (MSH-9).
 * @param header of the message; null when it has none that can be read
 */
export function acknowledge(
  header: Header | null,
  code: 'AA' | 'AE' | 'AR',
  controlId: string,
  text: string | null,
  now: Date,
): Buffer {
  const { version = '2.5', msh } = header ?? {}
  const stamp = now.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)
  const event = header?.messageType.split('^')[1]
  const type =
    !event || before(version, '2.2') ? 'ACK' : before(version, '2.3.1') ? `ACK^${event}` : `ACK^${event}^ACK`
  const plainText = text?.replaceAll(/[|^~\\&\r\n]/g, ' ') ?? ''
  const echo = (field: string | undefined) => inUsualSeparators(field ?? '', header?.separators ?? usual)
  const lines = [
    [
      'MSH',
      ...['^~\\&', 'CARELOOP', 'CARELOOP', echo(msh?.application), echo(msh?.facility), `${stamp}+0000`, ''],
      ...[type, `${stamp}${controlId.slice(-12)}`, echo(msh?.processingId) || 'P', version],
      ...(header?.charset ? ['', '', '', '', '', header.charset] : []),
    ],
    ['MSA', code, controlId, ...(plainText ? [plainText] : [])],
  ]
  return encodeAs(lines.map((line) => `${line.join('|')}\r`).join(''), null)
}

/** A field of a message with separators of its own; what is one only here would be read as such and becomes a blank. */
function inUsualSeparators(field: string, separators: string): string {
  if (separators === usual) return field
  return [...field]
    .map((sign) => {
      const at = separators.indexOf(sign)
      return at >= 0 ? (usual[at] ?? sign) : usual.includes(sign) ? ' ' : sign
    })
    .join('')
}

/** Versions are 2.1 to 2.9, with a third number at most. */
const before = (version: string, other: string) => version < other
