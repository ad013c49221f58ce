import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  fetchVoiceAudio,
  getVoiceToday,
  hearVoicePrompt,
  listVoicePrompts,
  listVoiceQuestionnaires,
  pauseVoice,
  recordVoicePrompt,
  resetVoicePrompt,
} from '../../../contract/voice.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { receive } from '../../../test/support/hl7.ts'
import { audioUrl, findPrompts } from './prompt.ts'
import { makeWav, readWav, sampleRate, toTelephone } from './wav.ts'

let app: TestApp
let agent: string
let site: number

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  const { rows } = await sql<{ id: number }>`select id from site limit 1`.execute(app.db)
  site = rows[0]?.id ?? 0
  agent = await app.signInAs('service-centre', { site })
})
afterAll(() => app.close())

const tone = (seconds: number, rate = sampleRate, hertz = 440) =>
  Int16Array.from({ length: Math.round(seconds * rate) }, (_, n) =>
    Math.round(9000 * Math.sin((2 * Math.PI * hertz * n) / rate)),
  )
const audio = (seconds: number) => makeWav(tone(seconds), '').toString('base64')
const text = '您好，这是测试。'

test(
  'the built-in engine speaks Mandarin and English, as telephones carry it',
  { timeout: 60_000 },
  async () => {
    for (const [language, words] of [
      ['zh-CN', '现在疼痛几分？请输入数字。'],
      ['en', 'Pain now, zero to ten?'],
    ] as const) {
      const answer = await app.send(agent, 'post', `/api/v1${hearVoicePrompt.path}`, {
        body: { language, text: words },
      })
      expect(answer.headers.get('content-type')).toBe('audio/wav')
      const { rate, samples } = readWav(Buffer.from(await answer.arrayBuffer()))
      expect(rate).toBe(8000)
      expect(samples.length / rate).toBeGreaterThan(1)
      // Speech, not silence: it is loud somewhere and quiet somewhere else.
      expect(Math.max(...samples)).toBeGreaterThan(3000)
    }
  },
)

test('a recording is used in place of the engine, in versions, until it is taken out of use', async () => {
  const record = (seconds: number) =>
    app.request(agent, recordVoicePrompt, { body: { language: 'zh-CN', text, audio: audio(seconds) } })
  const first = await record(1)
  expect(first.body).toMatchObject({ version: 1, seconds: 1 })
  expect((await record(2)).body).toMatchObject({ version: 2, seconds: 2 })
  const heard = await app.send(agent, 'post', `/api/v1${hearVoicePrompt.path}`, {
    body: { language: 'zh-CN', text },
  })
  expect(readWav(Buffer.from(await heard.arrayBuffer())).samples).toHaveLength(16_000)
  const { hash } = first.body
  // Both versions were withdrawn with one act; the second time there is nothing.
  expect((await app.request(agent, resetVoicePrompt, { body: { language: 'zh-CN', hash } })).status).toBe(204)
  expect((await app.request(agent, resetVoicePrompt, { body: { language: 'zh-CN', hash } })).status).toBe(404)
})

test('what is no recording is refused in words', async () => {
  const wrong = async (data: Buffer) =>
    (
      await app.request(agent, recordVoicePrompt, {
        body: { language: 'en', text, audio: data.toString('base64') },
      })
    ).error?.fields?.[0]?.message
  expect(await wrong(Buffer.from('no sound at all'))).toBe('is no WAV file')
  expect(await wrong(makeWav(tone(0.1), ''))).toBe('must last between 0.3 seconds and two minutes')
  const fast = makeWav(tone(1), '')
  fast.writeUInt32LE(44_100, 24)
  expect(await wrong(fast)).toBe('must have 8 kHz')
  const manager = await app.signInAs('manager', { site })
  expect(
    (await app.request(manager, recordVoicePrompt, { body: { language: 'en', text, audio: audio(1) } }))
      .status,
  ).toBe(403)
})

test('the telephone system fetches a prompt under its signed address, and nothing else', async () => {
  await app.request(agent, recordVoicePrompt, { body: { language: 'en', text: 'Hello', audio: audio(1) } })
  const id = (await findPrompts(app.db, 'none', [{ language: 'en', text: 'Hello' }])).idOf({
    language: 'en',
    text: 'Hello',
  })
  const url = new URL(audioUrl(app.db, 'http://careloop.test', id ?? 0))
  const fetched = await app.send(undefined, 'get', url.pathname)
  expect(fetched.status).toBe(200)
  expect(readWav(Buffer.from(await fetched.arrayBuffer())).samples).toHaveLength(8000)
  const token = url.pathname.split('/').at(-1) ?? ''
  const other = `${token.slice(0, 4)}${token[4] === 'A' ? 'B' : 'A'}${token.slice(5)}`
  expect((await app.request(undefined, fetchVoiceAudio, { params: { token: other } })).status).toBe(404)
  const old = new URL(audioUrl(app.db, 'http://careloop.test', id ?? 0, Date.now() - 3 * 3_600_000))
  expect((await app.send(undefined, 'get', old.pathname)).status).toBe(404)
})

test('the list of questionnaires says which the machine can ask, and a questionnaire everything that it says', async () => {
  const { body } = await app.request(agent, listVoiceQuestionnaires)
  const ready = body.items.find((one) => one.ready && one.title['zh-CN'].includes('一级'))
  expect(ready?.languages).toContain('en')
  expect(body.items.some((one) => !one.ready && one.problems.some((problem) => problem.blocks))).toBe(true)
  const prompts = await app.request(agent, listVoicePrompts, {
    params: { id: ready?.id },
    query: { siteId: site },
  })
  expect(prompts.body.items.some((one) => one.text.includes('疼痛几分'))).toBe(true)
})

test('calling is paused and resumed at one’s own site only', async () => {
  const pause = (who: string, paused: boolean) =>
    app.request(who, pauseVoice, { body: { siteId: site, paused, stop: paused, reason: '线路有问题' } })
  const stopAlone = { siteId: site, paused: false, stop: true }
  expect((await app.request(agent, pauseVoice, { body: stopAlone })).error?.fields?.[0]?.path).toBe('paused')
  expect((await pause(agent, true)).status).toBe(204)
  const look = async () => (await app.request(agent, getVoiceToday)).body.sites[0]
  expect((await look())?.paused).toMatchObject({ reason: '线路有问题' })
  expect((await pause(agent, false)).status).toBe(204)
  expect(await look()).toMatchObject({ paused: null, why: 'off', working: false })
  const elsewhere = await app.signInAs('service-centre', { site: 999 }).catch(() => undefined)
  if (elsewhere) expect((await pause(elsewhere, true)).status).toBe(404)
})

test('sound of any rate is brought to that of telephones without what they cannot carry', () => {
  const low = toTelephone({ rate: 22_050, samples: tone(1, 22_050, 440) })
  expect(low).toHaveLength(8000)
  const loudness = (samples: Int16Array) =>
    Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length)
  expect(loudness(low)).toBeCloseTo(9000 / Math.SQRT2, -3)
  // 6 kHz would come back as 2 kHz.
  expect(loudness(toTelephone({ rate: 22_050, samples: tone(1, 22_050, 6000) }))).toBeLessThan(100)
})
