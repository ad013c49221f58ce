import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { frame } from '../server/modules/hl7/framer.ts'
import { listenMllp } from '../server/feeds/hl7/listener.ts'
import { RawStore } from '../server/modules/intake/store.ts'
import { openDatabase } from '../server/platform/db.ts'
import { createTestDatabase } from './support/database.ts'

test('a sender that ends its side after the last message still gets every answer, then the connection ends', async () => {
  const database = await createTestDatabase()
  const { db, close } = openDatabase(database.url, { max: 2 })
  const listener = await listenMllp(new RawStore(db, () => undefined), { host: '127.0.0.1', port: 0 })
  const socket = connect({ host: '127.0.0.1', port: listener.port, allowHalfOpen: true })
  const messages = Array.from({ length: 20 }, (_, at) =>
    frame(Buffer.from(`MSH|^~\\&|HIS|T1|CARELOOP||20260101||ADT^A08|H${at}|P|2.5\rPID|1||9^^^T1^MR\r`)),
  )
  let answered = ''
  socket.on('data', (chunk: Buffer) => (answered += chunk.toString()))
  socket.end(Buffer.concat(messages))
  await once(socket, 'end')
  expect(answered.match(/MSA\|AA\|H\d+/g)).toHaveLength(messages.length)
  await listener.close()
  await close()
  await database.drop()
})
