import fc from 'fast-check'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openHttp } from './outbound-http.ts'
import { allPremises, readHostList, resolveHost } from './outbound-host.ts'

const refusal = (host: string, allowed = allPremises) =>
  resolveHost(host, allowed).then(
    () => null,
    (error: unknown) => (error as Error).message,
  )
const byte = fc.integer({ min: 0, max: 255 })
const address = (...first: number[]) =>
  fc
    .array(byte, { minLength: 4 - first.length, maxLength: 4 - first.length })
    .map((rest) => [...first, ...rest].join('.'))
/** The same address, as people and attackers write it. */
const spelt = (four: string) => {
  const number = four.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const hex = number.toString(16).padStart(8, '0')
  return [four, `::ffff:${four}`, `::ffff:${hex.slice(0, 4)}:${hex.slice(4)}`, String(number), `0x${hex}`]
}

test('addresses of the link, multicast, metadata and their like are refused however they are written, and whatever is allowed', async () => {
  const forbidden = fc.oneof(
    address(169, 254),
    address(0),
    ...[224, 239, 240, 255].map((first) => address(first)),
    fc.constantFrom('100.100.100.200', '168.63.129.16'),
  )
  await fc.assert(
    fc.asyncProperty(forbidden, async (four) => {
      for (const host of spelt(four))
        expect([host, await refusal(host, `${four} 0.0.0.0/0 ::/0`)]).toEqual([
          host,
          expect.stringMatching(/never go to|not known/),
        ])
    }),
    { numRuns: 200 },
  )
  for (const host of [
    'fe80::1',
    'ff02::1',
    '::',
    '::127.0.0.1',
    'fd00:ec2::254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
  ])
    expect([host, await refusal(host, '::/0 0.0.0.0/0')]).toEqual([
      host,
      expect.stringMatching(/never go to/),
    ])
})

test('an address on the premises needs the list of the administrator; one elsewhere does not', async () => {
  const inside = fc.oneof(address(10), address(192, 168), address(172, 20), address(127), address(100, 64))
  await fc.assert(
    fc.asyncProperty(inside, async (four) => {
      expect(await refusal(four)).toBeNull()
      expect(await refusal(four, `${four}/32`)).toBeNull()
      for (const host of spelt(four)) {
        const said = await refusal(host, 'his.hospital.example 203.0.113.0/24')
        expect([host, said]).toEqual([host, expect.stringMatching(/not among those allowed|not known/)])
      }
    }),
    { numRuns: 200 },
  )
  expect(await refusal('localhost', 'localhost')).toBeNull()
  expect(await refusal('localhost', 'other')).toMatch(/not among those allowed/)
  expect(await refusal('203.0.113.9', '')).toBeNull()
  expect(await resolveHost('127.0.0.1', allPremises)).toBe('127.0.0.1')
})

test.each(['10.0.0.0/33', '10.0.0/8', 'a b@c', 'http://his', '10.0.0.1/x', '-his'])(
  '%s is no entry of the list',
  (entry) => {
    expect(readHostList(entry)).toHaveProperty('wrong')
  },
)

test('everything that opens a connection to a configured host resolves it here', () => {
  const root = path.resolve(import.meta.dirname, '../..')
  const opens =
    /\b(connectSocket|connectTcp|connectTls|createConnection|net\.connect|tls\.connect|https?\)?\.(request|get))\(|new SMTPConnection\(|new ImapFlow\(|new WebSocket\(|smpp\.connect\(|new MllpClient\(|[^.\w]fetch\(/
  const files = globSync('server/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .filter((file) => opens.test(readFileSync(path.join(root, file), 'utf8')))
  expect(files.sort()).toEqual([
    // A command that whoever runs the server types in, with its target.
    'server/cli/intake.ts',
    // The client gets an address, and its users resolve it.
    'server/feeds/telephony/ami.ts',
    // Where anchors of the audit go, as the environment says, which is the operator's.
    'server/modules/audit/syslog.ts',
    'server/modules/conversation/imap.ts',
    // The client gets an address, and its users resolve it.
    'server/modules/hl7/mllp-client.ts',
    'server/modules/message/smpp-link.ts',
    'server/modules/message/smtp.ts',
    'server/modules/outbound/connect.ts',
    'server/modules/voice/ari.ts',
    'server/modules/voice/recogniser.ts',
    // The page of the API reference, in the browser.
    'server/platform/api-page.ts',
    'server/platform/outbound-http.ts',
  ])
  for (const file of [
    'server/cli/telephony.ts',
    'server/feeds/telephony/asterisk.ts',
    'server/modules/conversation/imap.ts',
    'server/modules/voice/ari.ts',
    'server/modules/voice/recogniser.ts',
    'server/modules/message/smpp.ts',
    'server/modules/message/smtp.ts',
    'server/modules/outbound/connect.ts',
    'server/platform/outbound-http.ts',
  ])
    expect(readFileSync(path.join(root, file), 'utf8')).toContain('await resolveHost(')
})

test('what has to stay in the house goes to no address outside, whatever is allowed', async () => {
  const outside = openHttp(() => Promise.resolve('203.0.113.0/24'), { premisesOnly: true })
  await expect(outside.ask('POST', new URL('https://203.0.113.9/v1'))).rejects.toMatchObject({
    message: '203.0.113.9 is 203.0.113.9, which is not on the premises',
    sent: false,
  })
  outside.close()
  // Whatever sends words or voices of patients to a machine says so.
  for (const file of ['server/modules/assistant/model.ts', 'server/modules/voice/recogniser.ts'])
    expect(readFileSync(path.join(path.resolve(import.meta.dirname, '../..'), file), 'utf8')).toContain(
      'premisesOnly: true',
    )
})
