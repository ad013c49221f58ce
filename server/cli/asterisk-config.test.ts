import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { telephonyBodies } from '../../contract/telephony.ts'
import { readRows } from '../feeds/telephony/records.ts'
import { type AsteriskOptions, writeAsteriskConfig } from './asterisk-config.ts'

let base: string
beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'careloop-asterisk-'))
})
afterAll(() => rm(base, { recursive: true, force: true }))

const options = (name: string, more: Partial<AsteriskOptions> = {}): AsteriskOptions => ({
  dir: path.join(base, name),
  careloop: '10.0.0.20',
  bind: '10.0.0.5',
  extensions: '8001-8003',
  queue: 'careloop',
  trunk: 'trunk',
  ...more,
})

/** Values of a key in a file, with the section they stand in. */
async function values(name: string, file: string, key: string): Promise<[section: string, value: string][]> {
  const text = await readFile(path.join(base, name, file), 'utf8')
  let section = ''
  return text.split('\n').flatMap((line): [string, string][] => {
    section = /^\[([^\]]+)\]/.exec(line)?.[1] ?? section
    const [, found, value = ''] = /^\s*([^;=\s]+)\s*=>?\s*(.*)$/.exec(line) ?? []
    return found === key ? [[section, value]] : []
  })
}

test('the manager user may do what is used and no more, from one address', async () => {
  await writeAsteriskConfig(options('a'))
  expect(await values('a', 'manager.conf', 'read')).toEqual([['careloop', 'call,agent']])
  expect(await values('a', 'manager.conf', 'write')).toEqual([['careloop', 'call,agent,originate,reporting']])
  expect(await values('a', 'manager.conf', 'deny')).toEqual([['careloop', '0.0.0.0/0.0.0.0']])
  expect(await values('a', 'manager.conf', 'permit')).toEqual([['careloop', '10.0.0.20/255.255.255.255']])
  for (const file of ['manager.conf', 'http.conf'])
    expect(await values('a', file, 'bindaddr')).toEqual([['general', '10.0.0.5']])
})

test('every secret is long, made anew, and readable by its owner alone', async () => {
  await writeAsteriskConfig(options('b'))
  await writeAsteriskConfig(options('c'))
  const secrets = async (name: string) =>
    [
      ...(await values(name, 'manager.conf', 'secret')),
      ...(await values(name, 'ari.conf', 'password')),
      ...(await values(name, 'pjsip.conf', 'password')),
    ].map(([, value]) => value)
  const all = [...(await secrets('b')), ...(await secrets('c'))]
  expect(all.length).toBe(10)
  expect(new Set(all).size).toBe(10)
  for (const one of all) expect(one).toMatch(/^[\w-]{32}$/)
  for (const file of await readdir(path.join(base, 'b')))
    expect([file, (await stat(path.join(base, 'b', file))).mode & 0o077]).toEqual([file, 0])
})

test('the file of channel events has the columns that are read', async () => {
  await writeAsteriskConfig(options('d'))
  const [[, mapping] = ['', '']] = await values('d', 'cel_custom.conf', 'Master.csv')
  const samples: Record<string, string> = {
    eventtype: 'CHAN_START',
    eventtime: '1764460800.5',
    'CALLERID(num)': '13800001111',
    'CHANNEL(exten)': '96120',
    'CHANNEL(channame)': 'PJSIP/trunk-00000001',
    'CHANNEL(uniqueid)': '17.1',
    'CHANNEL(linkedid)': '17.1',
  }
  const line = mapping.replaceAll(
    /\$\{CSV_QUOTE\(\$\{([^}]+)\}\)\}/g,
    (_, name: string) => `"${samples[name] ?? ''}"`,
  )
  const account = { kind: 'asterisk', name: 'x', siteId: 1, host: '10.0.0.5', user: 'careloop' }
  expect(readRows(`${line}\n`, telephonyBodies.asterisk.parse(account))).toEqual([
    {
      callId: '17.1',
      type: 'started',
      at: '2025-11-30T00:00:00.500Z',
      direction: 'inbound',
      number: '13800001111',
      dialled: '96120',
    },
  ])
})

test('each browser line is an endpoint of its own in the queue, and calls by machine come to Stasis', async () => {
  await writeAsteriskConfig(options('e'))
  expect(await values('e', 'pjsip.conf', 'webrtc')).toEqual([['careloop-browser', 'yes']])
  expect((await values('e', 'pjsip.conf', 'username')).map(([, user]) => user)).toEqual([
    '8001',
    '8002',
    '8003',
  ])
  expect((await values('e', 'queues.conf', 'member')).map(([, one]) => one)).toEqual([
    'PJSIP/8001',
    'PJSIP/8002',
    'PJSIP/8003',
  ])
  const plan = await readFile(path.join(base, 'e', 'extensions.conf'), 'utf8')
  expect(plan).toContain('Stasis(${CARELOOP_APP},${CARELOOP_CALL},${AMDSTATUS},${AMDCAUSE})')
})

test('what is there is not overwritten, and what cannot be meant is refused', async () => {
  await writeAsteriskConfig(options('f'))
  const before = await readFile(path.join(base, 'f', 'manager.conf'), 'utf8')
  await expect(writeAsteriskConfig(options('f'))).rejects.toThrow('is there already')
  expect(await readFile(path.join(base, 'f', 'manager.conf'), 'utf8')).toBe(before)
  for (const wrong of [
    { careloop: '10.0.0.20/8' },
    { bind: 'pbx\n[x]' },
    { extensions: '8010-8001' },
    { extensions: '8001-80010' },
    { queue: 'a,b' },
    { trunk: 'a]' },
  ])
    await expect(writeAsteriskConfig(options('g', wrong))).rejects.toThrow(/^--/)
  expect(await readdir(base)).not.toContain('g')
})

test('it says what to do next', async () => {
  const said = await writeAsteriskConfig(options('h'))
  expect(said).toContain('careloop telephony check')
  expect(said).toContain('^8[0-9]{3}$')
  for (const [, value] of await values('h', 'pjsip.conf', 'password')) expect(said).not.toContain(value)
})
