import { createServer } from 'node:net'

/** A mail server in a process of its own: takes everything and counts, with no more work than it takes to answer. */

let mails = 0
let clinicalAt: number | null = null
const reply = (code: number) => `${code} ok\r\n`

const server = createServer({ noDelay: true }, (socket) => {
  let waiting = ''
  let inText = false
  socket.setEncoding('latin1')
  socket.on('error', () => undefined)
  socket.write('220 sink\r\n')
  socket.on('data', (chunk: string) => {
    waiting += chunk
    let answers = ''
    for (;;) {
      const end = waiting.indexOf(inText ? '\r\n.\r\n' : '\r\n')
      if (end < 0) break
      const line = waiting.slice(0, end)
      waiting = waiting.slice(end + (inText ? 5 : 2))
      if (inText) {
        mails += 1
        if (line.includes('Subject: clinical')) clinicalAt = Date.now()
        inText = false
        answers += reply(250)
      } else if (/^EHLO/i.test(line)) answers += '250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n'
      else if (/^DATA/i.test(line)) {
        inText = true
        answers += reply(354)
      } else if (/^QUIT/i.test(line)) return void socket.end(reply(221))
      else answers += reply(250)
    }
    if (answers) socket.write(answers, 'latin1')
  })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
})
process.on('message', () => process.send?.({ mails, clinicalAt }))
process.on('disconnect', () => process.exit())
