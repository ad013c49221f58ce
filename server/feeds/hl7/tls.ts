import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type PeerCertificate, type TLSSocket, type TlsOptions } from 'node:tls'
import { type Config, ConfigError } from '../../platform/config.ts'

export type MllpTlsListener = {
  options: TlsOptions
  validTo: Date
  /** Whether the sender's certificate is one of those that are listed; true without a list. */
  allows: (socket: TLSSocket) => boolean
}

/**
 * Reads certificate and key of the MLLP listener. With an authority, senders must present a certificate signed by it.
 * @throws {ConfigError} naming the variable to fix
 */
export function loadMllpTls({ cert, key, ca, senders }: NonNullable<Config['mllpTls']>): MllpTlsListener {
  const certPem = read('MLLP_TLS_CERT', cert)
  const keyPem = read('MLLP_TLS_KEY', key)
  const caPem = ca === undefined ? undefined : read('MLLP_TLS_CA', ca)
  const certificate = parse('MLLP_TLS_CERT', cert, 'a certificate', () => new X509Certificate(certPem))
  const privateKey = parse('MLLP_TLS_KEY', key, 'a private key without a passphrase', () =>
    createPrivateKey(keyPem),
  )
  if (caPem) parse('MLLP_TLS_CA', ca ?? '', 'a certificate', () => new X509Certificate(caPem))
  if (!certificate.checkPrivateKey(privateKey))
    throw new ConfigError(`MLLP_TLS_KEY: the key in ${key} does not belong to the certificate in ${cert}.`)
  const validTo = new Date(certificate.validTo)
  if (validTo.getTime() < Date.now())
    throw new ConfigError(`MLLP_TLS_CERT: the certificate in ${cert} ran out on ${certificate.validTo}.`)
  const options: TlsOptions = {
    cert: certPem,
    key: keyPem,
    minVersion: 'TLSv1.2',
    // Limits connections without a handshake.
    handshakeTimeout: 10_000,
    ...(caPem && { ca: caPem, requestCert: true, rejectUnauthorized: true }),
  }
  parse('MLLP_TLS_CERT', cert, 'a certificate that TLS can use', () => createSecureContext(options))
  return { options, validTo, allows: (socket) => senders === undefined || isListed(socket, senders) }
}

/** By its SHA-256 fingerprint, or by its common name, which the authority vouches for. */
function isListed(socket: TLSSocket, senders: string[]): boolean {
  const { fingerprint256, subject } = socket.getPeerCertificate() as Partial<PeerCertificate>
  const names = [fingerprint256?.replaceAll(':', '').toLowerCase(), subject?.CN].flat()
  return senders.some((one) => names.includes(one))
}

function read(variable: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new ConfigError(`${variable}: ${path} cannot be read (${(cause as Error).message}).`, { cause })
  }
}

function parse<T>(variable: string, path: string, what: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new ConfigError(`${variable}: ${path} is not ${what} (PEM).`, { cause })
  }
}
