import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged } from '../../../test/support/hospital.ts'
import { transaction } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'
import { queueMessage } from '../message/write.ts'
import { meaningOf } from './reply.ts'

let app: TestApp
let count = 0

beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

type Purpose = 'clinical' | 'service' | 'marketing'

async function reply(purpose: Purpose, text: string, ofPathway = false, times = 1) {
  count += 1
  const { person } = await discharged(app, `R${count}`)
  const id = await transaction(app.db, async (trx) => {
    const made = await queueMessage(trx, {
      personId: person,
      channel: 'sms',
      purpose,
      subject: null,
      body: 'x',
    })
    if (ofPathway)
      await sql`update message set enrollment_id = (select id from enrollment where person_id = ${person} limit 1) where id = ${made}`.execute(
        trx,
      )
    return made
  })
  for (let at = 0; at < times; at++)
    await transaction(app.db, (trx) =>
      recordEvents(trx, [
        {
          personId: person,
          at: new Date(),
          kind: 'message.replied',
          source: 'careloop',
          data: { messageId: id, channel: 'sms', text },
        },
      ]),
    )
  const { rows } = await sql<{ line: string }>`
    select channel || '/' || purpose as line from opt_out where person_id = ${person} order by 1`.execute(
    app.db,
  )
  const tasks = await sql<{ description: string }>`
    select description from task where person_id = ${person} and kind = 'other'`.execute(app.db)
  return { optOuts: rows.map((row) => row.line), tasks: tasks.rows.map((row) => row.description) }
}

test.each(['TD', 'td', ' ＴＤ。', '退订', '退 订', 'Stop!', 'unsubscribe', '【退訂】'])(
  '"%s" ends messages, whatever they answer',
  (text) => {
    for (const purpose of ['clinical', 'service', 'marketing'] as const)
      expect(meaningOf(text, purpose)).toBe('stop')
  },
)

test('a single letter is an answer, unless it answers advertising', () => {
  expect([meaningOf('N', 'service'), meaningOf('Ｒ', 'clinical'), meaningOf('n', 'marketing')]).toEqual([
    'other',
    'other',
    'stop',
  ])
  expect(meaningOf('我不想退订', 'marketing')).toBe('other')
})

test('a reply ends advertising by its channel, service messages where it answers one, and never the person’s care', async () => {
  expect(await reply('marketing', 'R')).toEqual({ optOuts: ['sms/marketing'], tasks: [] })
  expect(await reply('service', 'TD')).toEqual({ optOuts: ['sms/marketing', 'sms/service'], tasks: [] })
  const care = await reply('clinical', '退订')
  expect(care.optOuts).toEqual(['sms/marketing'])
  expect(care.tasks).toHaveLength(1)
})

test('what somebody answers to a pathway is a task of the service centre, one for each message', async () => {
  const { optOuts, tasks } = await reply('clinical', '伤口有点红', true, 2)
  expect(optOuts).toEqual([])
  expect(tasks).toHaveLength(1)
  expect(tasks[0]).toContain('伤口有点红')
  expect((await reply('service', '谢谢')).tasks).toEqual([])
})
