import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectTls } from 'node:tls'

/** Facility 13 (log audit), severity 5 (notice). */
const priority = 13 * 8 + 5
const timeoutMs = 10_000

/**
 * Sends one message per line to a syslog server (RFC 5424), over UDP (RFC 5426), or over TCP or TLS with octet counting (RFC 6587, 5425).
 * @throws {Error} when it cannot be reached; UDP does not tell
 */
export async function sendToSyslog(server: string, lines: string[]): Promise<void> {
  const { protocol, hostname: host, port } = new URL(server)
  const messages = lines.map((line) =>
    Buffer.from(
      `<${priority}>1 ${new Date().toISOString()} ${hostname()} careloop ${process.pid} audit-anchor - ${line}`,
    ),
  )
  if (protocol === 'udp:') {
    const socket = createSocket('udp4')
    try {
      for (const message of messages)
        await new Promise<void>((resolve, reject) => {
          socket.send(message, Number(port), host, (error) => {
            if (error) reject(error)
            else resolve()
          })
        })
    } finally {
      socket.close()
    }
    return
  }
  const to = { host, port: Number(port), signal: AbortSignal.timeout(timeoutMs) }
  const socket = protocol === 'tls:' ? connectTls({ ...to, servername: host }) : connect(to)
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error('the syslog server does not take it')))
  await once(socket, protocol === 'tls:' ? 'secureConnect' : 'connect')
  for (const message of messages) socket.write(Buffer.concat([Buffer.from(`${message.length} `), message]))
  socket.end()
  await once(socket, 'close')
}
