import { connect } from 'node:net'
import { once } from 'node:events'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SpeechRecogniser, startSpeechRecogniser } from '../../../sim/speech-recogniser.ts'
import { speakers } from '../../../sim/voice-patients.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { dischargedPatients, voiceHouse } from '../../../test/support/voice.ts'
import { checkPatients, openingOf } from '../../../test/support/voice-check.ts'
import { AudioPort } from './audio-socket.ts'

const factor = Number(process.env.CARELOOP_PROPERTY_FACTOR ?? 1)
const crowdSize = speakers.length * 2 * factor
const speakerAt = (at: number) => speakers[at % speakers.length] ?? 'speaks'

let recogniser: SpeechRecogniser
beforeAll(async () => {
  recogniser = await startSpeechRecogniser()
})
afterAll(() => recogniser.close())

type Given = Record<string, { by: string; confidence?: number }>
/** How answers were given, by what the patient does. */
async function givenBy(app: TestApp, patients: Map<string, { behaviour: string }>) {
  const { rows } = await sql<{ phone: string; given: Given }>`
    select (select right(v.value, 11) from person_telecom v where v.person_id = t.person_id and v.system = 'phone') as phone, r.given
    from questionnaire_response r join task t on t.id = r.task_id order by r.id`.execute(app.db)
  return new Map(rows.map((row) => [patients.get(row.phone)?.behaviour ?? '', row.given]))
}

test.each(['websocket', 'http'] as const)(
  'patients who speak end as the model says, heard by %s; what was unclear, dangerous or an identity in doubt took a key',
  { timeout: 90_000 * factor },
  async (kind) => {
    const app = await createTestApp()
    const patients = await dischargedPatients(app, crowdSize, speakerAt)
    const house = await voiceHouse(app, patients, {
      start: await openingOf(app, 10),
      lines: 12,
      recogniser: { kind, at: recogniser },
    })
    try {
      await house.run()
      await checkPatients(app, house, patients)
      const given = await givenBy(app, patients)
      const waysOf = (behaviour: string) =>
        new Set(Object.values(given.get(behaviour) ?? {}).map((one) => one.by))
      expect(waysOf('speaks')).toEqual(new Set(['speech']))
      expect(given.get('speaks')?.['condition']).toEqual({ by: 'speech', confidence: 0.97 })
      for (const one of ['mumbles', 'among-noise', 'speaks-danger'])
        expect([one, waysOf(one)]).toEqual([one, new Set(['key'])])
      // Kept with the call as well, and no sound anywhere.
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from voice_call, jsonb_array_elements(steps) s where (s ->> 'confidence')::float8 = 0.97`.execute(
        app.db,
      )
      expect(rows[0]?.n).toBeGreaterThan(10)
    } finally {
      await house.close()
      await app.close()
    }
  },
)

test.each(['websocket', 'http'] as const)(
  'a recogniser by %s that is away costs nobody anything but time: keys go on working',
  { timeout: 90_000 * factor },
  async (kind) => {
    recogniser.work(false)
    const app = await createTestApp()
    const patients = await dischargedPatients(app, speakers.length, (at) => {
      const one = speakerAt(at)
      return one === 'speaks-danger-only' ? 'speaks' : one
    })
    const house = await voiceHouse(app, patients, {
      start: await openingOf(app, 10),
      lines: 12,
      recogniser: { kind, at: recogniser },
    })
    try {
      await house.run()
      const { rows } = await sql<{
        outcome: string
        n: number
      }>`select outcome, count(*)::int as n from voice_call group by 1`.execute(app.db)
      expect(rows).toEqual([{ outcome: 'completed', n: speakers.length }])
      const given = await givenBy(app, patients)
      expect(new Set([...given.values()].flatMap((one) => Object.values(one).map(({ by }) => by)))).toEqual(
        new Set(['key']),
      )
    } finally {
      recogniser.work(true)
      await house.close()
      await app.close()
    }
  },
)

test(
  'without a recogniser nothing is listened to, and nothing is said of speaking',
  { timeout: 60_000 },
  async () => {
    const app = await createTestApp()
    const patients = await dischargedPatients(app, 2, () => 'answers')
    const house = await voiceHouse(app, patients, { start: await openingOf(app, 10), lines: 2 })
    try {
      await house.run()
      await checkPatients(app, house, patients)
      expect(house.sim.soundSent()).toBe(0)
      expect([...patients.keys()].flatMap(house.sim.heard).filter((text) => text.includes('说出来'))).toEqual(
        [],
      )
    } finally {
      await house.close()
      await app.close()
    }
  },
)

test('sound without the name of a call is not listened to, and a name counts once', async () => {
  const port = 20_000 + Math.floor(process.pid % 20_000)
  const audio = await AudioPort.open(port)
  const uuid = '40325ec2-5efd-4bd3-805f-53576e581d13'
  let heard = 0
  audio.expect(uuid, { onSound: (pcm) => (heard += pcm.length), onEnd: () => undefined })
  const bring = async (name: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    const id = Buffer.from(name.replaceAll('-', ''), 'hex')
    socket.write(
      Buffer.concat([
        Buffer.from([1, 0, 16]),
        id,
        Buffer.from([0x10, 0, 4, 1, 2, 3, 4]),
        Buffer.from([0, 0, 0]),
      ]),
    )
    await once(socket, 'close')
  }
  try {
    await bring('00000000-0000-4000-8000-000000000000')
    expect(heard).toBe(0)
    await bring(uuid)
    expect(heard).toBe(4)
    await bring(uuid)
    expect(heard).toBe(4)
  } finally {
    await audio.close()
  }
})
