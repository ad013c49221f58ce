import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export type ImapServer = {
  port: number
  /** Puts a mail into the mailbox. @returns its UID */
  deliver: (raw: string) => number
  /** The mailbox is made anew: other numbers for the same mails. */
  renumber: () => void
  /** What clients said, without names and passwords. */
  commands: readonly string[]
  /** Refuses every sign-in from now on, or no more. */
  refuse: (refuses: boolean) => void
  /** Ends the connection in the middle of the next mail that is fetched. */
  breakNext: () => void
  close: () => Promise<void>
}

type Mail = { uid: number; raw: Buffer }

/**
 * A mail server that speaks as much of IMAP (RFC 9051, RFC 3501) as fetching new mail takes: sign-in, one mailbox that is read only, search by
 * UID, size and text. Whatever else is asked is answered with BAD.
 */
export async function startImapServer({ user = 'care', password = 'secret' } = {}): Promise<ImapServer> {
  const mails: Mail[] = []
  const commands: string[] = []
  const sockets = new Set<Socket>()
  let validity = 1
  let nextUid = 1
  let refuses = false
  let breaks = false

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    const say = (line: string) => socket.write(`${line}\r\n`)
    say('* OK [CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS] ready')
    let pending = Buffer.alloc(0)
    /** What a command carries in pieces of a stated length. */
    let command = ''
    let awaited = 0
    socket.on('data', (data) => {
      pending = Buffer.concat([pending, data])
      for (;;) {
        if (awaited > 0) {
          if (pending.length < awaited) return
          command += pending.subarray(0, awaited).toString('utf8')
          pending = pending.subarray(awaited)
          awaited = 0
        }
        const end = pending.indexOf('\r\n')
        if (end < 0) return
        const line = pending.subarray(0, end).toString('utf8')
        pending = pending.subarray(end + 2)
        const literal = /\{(\d+)(\+?)\}$/.exec(line)
        if (literal) {
          command += line.slice(0, literal.index)
          awaited = Number(literal[1])
          if (literal[2] === '') say('+ go on')
          continue
        }
        const whole = command + line
        command = ''
        answer(socket, say, whole)
      }
    })
  })

  function answer(socket: Socket, say: (line: string) => void, whole: string): void {
    const [tag = '', name = '', ...rest] = whole.split(' ')
    const asked = rest.join(' ')
    const verb = name.toUpperCase() === 'UID' ? `UID ${(rest[0] ?? '').toUpperCase()}` : name.toUpperCase()
    commands.push(verb === 'LOGIN' || verb === 'AUTHENTICATE' ? verb : `${verb} ${asked}`.trim())
    const done = (text = 'done') => say(`${tag} OK ${text}`)
    switch (verb) {
      case 'CAPABILITY':
        say('* CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS')
        done()
        return
      case 'LOGIN': {
        const right = asked.replaceAll('"', '') === `${user} ${password}`
        if (right && !refuses) {
          done()
          return
        }
        say(`${tag} NO [AUTHENTICATIONFAILED] wrong`)
        return
      }
      case 'NOOP':
      case 'ID':
        if (verb === 'ID') say('* ID NIL')
        done()
        return
      case 'NAMESPACE':
        say('* NAMESPACE (("" "/")) NIL NIL')
        done()
        return
      case 'LIST':
      case 'LSUB':
        say(`* ${verb} (\\HasNoChildren) "/" INBOX`)
        done()
        return
      case 'SELECT':
      case 'EXAMINE':
        say(`* ${mails.length} EXISTS`)
        say('* 0 RECENT')
        say('* FLAGS (\\Seen \\Answered)')
        say(`* OK [UIDVALIDITY ${validity}] valid`)
        say(`* OK [UIDNEXT ${nextUid}] next`)
        done('[READ-ONLY] selected')
        return
      case 'UID SEARCH': {
        const from = Number(/UID (\d+):\*/i.exec(asked)?.[1] ?? 1)
        const last = mails.at(-1)
        // `n:*` names the last mail even where its number is smaller.
        const found = mails.filter((mail) => mail.uid >= from || mail === last)
        say(`* SEARCH${found.map((mail) => ` ${mail.uid}`).join('')}`)
        done()
        return
      }
      case 'UID FETCH': {
        const uid = Number(rest[1])
        const at = mails.findIndex((mail) => mail.uid === uid)
        const mail = mails[at]
        if (mail) fetched(socket, at + 1, mail, asked)
        done()
        return
      }
      case 'LOGOUT':
        say('* BYE')
        done()
        socket.end()
        return
      case 'CLOSE':
      case 'UNSELECT':
        done()
        return
      default:
        say(`${tag} BAD not spoken here`)
    }
  }

  function fetched(socket: Socket, nr: number, mail: Mail, asked: string): void {
    if (!/BODY\.PEEK\[\]/i.test(asked)) {
      socket.write(`* ${nr} FETCH (UID ${mail.uid} RFC822.SIZE ${mail.raw.length})\r\n`)
      return
    }
    socket.write(`* ${nr} FETCH (UID ${mail.uid} BODY[] {${mail.raw.length}}\r\n`)
    if (breaks) {
      breaks = false
      socket.write(mail.raw.subarray(0, mail.raw.length >> 1))
      socket.destroy()
      return
    }
    socket.write(mail.raw)
    socket.write(')\r\n')
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    deliver(raw) {
      const uid = nextUid++
      mails.push({ uid, raw: Buffer.from(raw.replaceAll(/\r?\n/g, '\r\n')) })
      return uid
    },
    renumber() {
      validity += 1
      nextUid = 1
      for (const mail of mails) mail.uid = nextUid++
    },
    commands,
    refuse: (next) => {
      refuses = next
    },
    breakNext: () => {
      breaks = true
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close').catch(() => undefined)
    },
  }
}
