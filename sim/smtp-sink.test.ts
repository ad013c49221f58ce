import { connect } from 'node:net'
import { once } from 'node:events'
import { createTransport } from 'nodemailer'
import { expect, test } from 'vitest'
import { startSmtpSink } from './smtp-sink.ts'

test('senders that are killed in the middle leave the mail server working', async () => {
  const sink = await startSmtpSink()
  try {
    for (let sender = 0; sender < 5; sender++) {
      const socket = connect(sink.port, '127.0.0.1')
      await once(socket, 'data')
      socket.write('EHLO killed\r\n')
      await once(socket, 'data')
      socket.write('MAIL FROM:<a@example.test>\r\n')
      await once(socket, 'data')
      socket.resetAndDestroy()
      await once(socket, 'close')
    }
    const transport = createTransport({ host: '127.0.0.1', port: sink.port, secure: false })
    await transport.sendMail({ from: 'a@example.test', to: 'b@example.test', subject: '还在', text: '还在' })
    transport.close()
    expect((await sink.waitFor((mail) => mail.to.includes('b@example.test'))).subject).toBe('还在')
  } finally {
    await sink.close()
  }
})
