import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'

/** A certificate with its key, both as PEM, that can sign others. */
export type Certificate = { cert: string; key: string; name: string; privateKey: KeyObject }

type Wanted = {
  name: string
  /** Who signs it; left out: it signs itself and is an authority. */
  by?: Certificate
  /** Addresses in the subject alternative name. */
  addresses?: string[]
  validTo?: Date
}

/** Makes an X.509 certificate (RFC 5280), which Node can read and use but not make. ECDSA on P-256. */
export function makeCertificate({ name, by, addresses = [], validTo }: Wanted): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(objectId('2a8648ce3d040302'))
  const distinguished = (common: string) =>
    sequence(tagged(0x31, sequence(objectId('550403'), tagged(0x0c, Buffer.from(common)))))
  const extensions = [
    ...(by ? [] : [extension('551d13', sequence(tagged(0x01, Buffer.from([0xff]))))]),
    ...(addresses.length > 0
      ? [
          extension(
            '551d11',
            sequence(...addresses.map((one) => tagged(0x87, Buffer.from(one.split('.').map(Number))))),
          ),
        ]
      : []),
  ]
  const body = sequence(
    tagged(0xa0, integer(2)),
    integer(Math.floor(Math.random() * 1e9) + 1),
    algorithm,
    distinguished(by?.name ?? name),
    sequence(
      time(new Date('2000-01-01T00:00:00Z')),
      // TLS asks the machine's clock, not the one of the tests: it holds on both.
      time(validTo ?? new Date('2999-12-31T00:00:00Z')),
    ),
    distinguished(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [tagged(0xa3, sequence(...extensions))] : []),
  )
  const signature = createSign('sha256')
    .update(body)
    .sign(by?.privateKey ?? privateKey)
  const whole = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    name,
    privateKey,
  }
}

/** DER: tag, length, value (X.690). */
function tagged(tag: number, value: Buffer): Buffer {
  const { length } = value
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), value])
}

const sequence = (...parts: Buffer[]) => tagged(0x30, Buffer.concat(parts))
const objectId = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'))
const extension = (id: string, value: Buffer) => sequence(objectId(id), tagged(0x04, value))
const time = (at: Date) =>
  tagged(0x18, Buffer.from(`${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`))

function integer(value: number): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  // A leading bit would make it negative.
  return tagged(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}
