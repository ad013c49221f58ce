import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testOutboundChannel } from '../../../contract/outbound.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { type Certificate, makeCertificate } from '../../../test/support/certificate.ts'
import { adtBytes } from '../../../test/support/hl7.ts'
import { startReceiver } from '../../../test/support/receiver.ts'
import { readConfig } from '../../platform/config.ts'
import { serve } from '../../main.ts'
import { type Feed, startFeed } from './feed.ts'
import { Deframer, frame } from '../../modules/hl7/framer.ts'
import { MllpClient } from '../../modules/hl7/mllp-client.ts'
import { loadMllpTls } from './tls.ts'

let app: TestApp
let dir: string
let authority: Certificate
let server: Certificate
let feed: Feed

beforeAll(async () => {
  app = await createTestApp()
  dir = await mkdtemp(path.join(tmpdir(), 'careloop-tls-'))
  authority = makeCertificate({ name: 'Hospital CA' })
  server = makeCertificate({ name: 'careloop', by: authority, addresses: ['127.0.0.1'] })
  await write(authority, server)
  feed = await start()
})
afterAll(async () => {
  await feed.close()
  await app.close()
  await rm(dir, { recursive: true, force: true })
})

const file = (name: string) => path.join(dir, name)
async function write(ca: Certificate, own: Certificate): Promise<void> {
  await writeFile(file('ca.pem'), ca.cert)
  await writeFile(file('cert.pem'), own.cert)
  await writeFile(file('key.pem'), own.key)
}

function start(ca?: string, senders?: string[]): Promise<Feed> {
  const tls = loadMllpTls({ port: 0, cert: file('cert.pem'), key: file('key.pem'), ca, senders })
  return startFeed({ db: app.db, host: '127.0.0.1', port: 0, tls: { port: 0, ...tls } })
}

/** Sends one message as a sender would; undefined when the connection ends without an answer. */
async function send(options: ConnectionOptions): Promise<string | undefined> {
  const socket = connectTls({ host: '127.0.0.1', ca: authority.cert, ...options })
  const deframer = new Deframer()
  return new Promise((resolve) => {
    socket.on('secureConnect', () => socket.write(frame(adtBytes())))
    socket.on('data', (chunk: Buffer) => {
      for (const one of deframer.push(chunk))
        if (one.kind === 'message') {
          resolve(one.bytes.toString())
          socket.destroy()
        }
    })
    socket.on('error', () => resolve(undefined))
    socket.on('close', () => resolve(undefined))
  })
}

test('a message over TLS is answered like any other, and the plain port goes on', async () => {
  expect(await send({ port: feed.tlsPort ?? 0 })).toMatch(/MSA\|AA\|/)
  const client = new MllpClient()
  await client.connect('127.0.0.1', feed.port)
  expect((await client.send(adtBytes(), { timeoutMs: 5000 })).code).toBe('AA')
  client.close()
  await client.connect('127.0.0.1', feed.tlsPort ?? 0, {
    tls: { servername: '127.0.0.1', ca: authority.cert },
  })
  expect((await client.send(adtBytes(), { timeoutMs: 5000 })).code).toBe('AA')
  client.close()
})

test('plain text on the TLS port gets no answer, and the listener goes on', async () => {
  const socket = connectPlain(feed.tlsPort ?? 0, '127.0.0.1')
  socket.on('error', () => undefined)
  let answered = ''
  socket.on('data', (chunk: Buffer) => (answered += chunk.toString('latin1')))
  socket.write(frame(adtBytes()))
  await once(socket, 'close')
  expect(answered).not.toContain('MSA')
  expect(await send({ port: feed.tlsPort ?? 0 })).toMatch(/MSA\|AA\|/)
})

test('with an authority, only senders with a certificate of its own are let in', async () => {
  const strict = await start(file('ca.pem'))
  const sender = makeCertificate({ name: 'HIS', by: authority })
  const other = makeCertificate({ name: 'Somebody else' })
  const port = strict.tlsPort ?? 0
  try {
    expect(await send({ port })).toBeUndefined()
    expect(await send({ port, cert: other.cert, key: other.key })).toBeUndefined()
    expect(await send({ port, cert: sender.cert, key: sender.key })).toMatch(/MSA\|AA\|/)
  } finally {
    await strict.close()
  }
})

test('with a list, only senders whose certificate stands on it are let in, by name or by fingerprint', async () => {
  const sender = makeCertificate({ name: 'HIS', by: authority })
  const other = makeCertificate({ name: 'RIS', by: authority })
  const fingerprint = new X509Certificate(other.cert).fingerprint256
  const env = {
    MLLP_TLS_CERT: file('cert.pem'),
    MLLP_TLS_KEY: file('key.pem'),
    MLLP_TLS_CA: file('ca.pem'),
  }
  for (const [list, first, second] of [
    ['HIS', /MSA\|AA\|/, undefined],
    [fingerprint, undefined, /MSA\|AA\|/],
    [`LIS, HIS ,${fingerprint.toLowerCase()}`, /MSA\|AA\|/, /MSA\|AA\|/],
  ] as const) {
    const listed = await start(
      file('ca.pem'),
      readConfig({ ...env, MLLP_TLS_SENDERS: list }).mllpTls?.senders,
    )
    const port = listed.tlsPort ?? 0
    for (const [from, expected] of [
      [sender, first],
      [other, second],
    ] as const) {
      const answer = await send({ port, cert: from.cert, key: from.key })
      if (expected) expect(answer).toMatch(expected)
      else expect(answer).toBeUndefined()
    }
    await listed.close()
  }
})

test.each<[string, Record<string, string>, RegExp]>([
  ['a list of senders without authority', { MLLP_TLS_SENDERS: 'HIS' }, /MLLP_TLS_SENDERS: does nothing/],
  ['no network', { MLLP_ALLOW: '10.0.0.0/33' }, /MLLP_ALLOW: must be addresses/],
  ['a name as an address', { MLLP_ALLOW: '10.0.0.1, his.local' }, /MLLP_ALLOW: must be addresses/],
  ['a certificate without key', { MLLP_TLS_CERT: 'x' }, /MLLP_TLS_KEY: is missing/],
  ['a key without certificate', { MLLP_TLS_KEY: 'x' }, /MLLP_TLS_CERT: is missing/],
  ['an authority alone', { MLLP_TLS_CA: 'x' }, /MLLP_TLS_CA: does nothing without/],
  [
    'one port for both',
    { MLLP_TLS_CERT: 'x', MLLP_TLS_KEY: 'x', MLLP_PORT: '2600', MLLP_TLS_PORT: '2600' },
    /MLLP_TLS_PORT: must differ/,
  ],
])('%s is refused at the start with a sentence', (_, env, sentence) => {
  expect(() => readConfig(env)).toThrow(sentence)
})

test('files that do not fit are refused before anything is started', async () => {
  const old = makeCertificate({ name: 'old', validTo: new Date(Date.now() - 86_400_000) })
  await writeFile(file('other-key.pem'), makeCertificate({ name: 'x' }).key)
  await writeFile(file('old.pem'), old.cert)
  await writeFile(file('old-key.pem'), old.key)
  await writeFile(file('nonsense.pem'), 'nonsense')
  const refused = async (cert: string, key: string, ca?: string) => {
    const env = {
      CARELOOP_DATA_DIR: file('data'),
      MLLP_TLS_CERT: file(cert),
      MLLP_TLS_KEY: file(key),
      ...(ca && { MLLP_TLS_CA: file(ca) }),
    }
    return serve({ ...readConfig(env), logLevel: 'error' }).then(
      () => 'started',
      (error: unknown) => (error as Error).message,
    )
  }
  expect(await refused('missing.pem', 'key.pem')).toMatch(/^MLLP_TLS_CERT: .*missing\.pem cannot be read/)
  expect(await refused('nonsense.pem', 'key.pem')).toMatch(/^MLLP_TLS_CERT: .* is not a certificate/)
  expect(await refused('cert.pem', 'nonsense.pem')).toMatch(/^MLLP_TLS_KEY: .* is not a private key/)
  expect(await refused('cert.pem', 'other-key.pem')).toMatch(/^MLLP_TLS_KEY: .* does not belong/)
  expect(await refused('cert.pem', 'key.pem', 'nonsense.pem')).toMatch(
    /^MLLP_TLS_CA: .* is not a certificate/,
  )
  expect(await refused('old.pem', 'old-key.pem')).toMatch(/^MLLP_TLS_CERT: .* ran out on/)
})

test('a channel with TLS trusts only its own authority and the name it was given', async () => {
  const admin = await app.signInAs('administrator')
  const his = await startReceiver(undefined, { tls: { cert: server.cert, key: server.key } })
  const open = async (said: Record<string, unknown>) =>
    (
      await app.request(admin, testOutboundChannel, {
        body: { host: '127.0.0.1', port: his.port, tls: true, ...said },
      })
    ).body
  try {
    expect(await open({ tlsCa: authority.cert })).toMatchObject({ open: true, problem: null })
    expect((await open({})).problem).toMatch(/^Cannot connect to .*unable to/)
    expect((await open({ tlsCa: authority.cert, host: 'localhost' })).problem).toMatch(
      /^Cannot connect to .*(altnames|ECONNREFUSED)/,
    )
  } finally {
    await his.close()
  }
})
