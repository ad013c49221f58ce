import { encodeAs } from './charset.ts'
import type { Header } from './header.ts'

const usual = '|^~\\&'

/**
 * The acknowledgement of a message (HL7 v2.5 chapter 2.9.2), in its separators, version, processing id and character set, addressed to
 * MSH-3 and MSH-4 as they came. Before 2.2 the type of an acknowledgement has no event, before 2.3.1 no structure (MSH-9).
 * @param header of the message; null when it has none that can be read
 */
export function acknowledge(
  header: Header | null,
  code: 'AA' | 'AE' | 'AR',
  controlId: string,
  text: string | null,
  now: Date,
): Buffer {
  const { separators = usual, version = '2.5', msh } = header ?? {}
  const [field = '|', component = '^'] = separators
  const stamp = now.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)
  const event = header?.messageType.split('^')[1]
  const type =
    !event || before(version, '2.2') ? ['ACK'] : before(version, '2.3.1') ? ['ACK', event] : ['ACK', event, 'ACK']
  const plainText = [...(text ?? '')].map((sign) => (separators.includes(sign) || sign < ' ' ? ' ' : sign)).join('')
  const lines = [
    [
      `MSH${field}${separators.slice(1)}`,
      ...['CARELOOP', 'CARELOOP', msh?.application ?? '', msh?.facility ?? '', `${stamp}+0000`, ''],
      ...[type.join(component), `${stamp}${controlId.slice(-12)}`, msh?.processingId || 'P', version],
      ...(header?.charset ? ['', '', '', '', '', header.charset] : []),
    ],
    ['MSA', code, controlId, ...(plainText ? [plainText] : [])],
  ]
  return encodeAs(lines.map((line) => `${line.join(field)}\r`).join(''), header?.charset ?? null)
}

const before = (version: string, other: string) => version.localeCompare(other, 'en', { numeric: true }) < 0
