import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { frame } from '../../server/modules/hl7/framer.ts'
import { MllpClient, MllpError } from '../../server/modules/hl7/mllp-client.ts'

/** Connections that say nothing; they connect again when they are cut, as an attacker would. */
export async function idleCrowd(port: number, count: number): Promise<{ leave: () => void }> {
  const sockets = new Set<Socket>()
  let leaving = false
  const join = () => {
    const socket = connect({ host: '127.0.0.1', port })
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    return once(socket, 'connect').catch(() => undefined)
  }
  await Promise.all(Array.from({ length: count }, join))
  const again = setInterval(() => {
    if (!leaving) for (let missing = Math.min(50, count - sockets.size); missing > 0; missing--) void join()
  }, 250)
  return {
    leave: () => {
      leaving = true
      clearInterval(again)
      for (const socket of sockets) socket.destroy()
    },
  }
}

/**
 * Connections that each send one endless frame, a quarter of a megabyte at a time, and begin anew when cut.
 * @param most bytes of a frame, after which it goes on byte by byte
 */
export function slowCrowd(
  port: number,
  count: number,
  most: number,
  pauseMs = 100,
): { leave: () => void; sent: () => number; answered: () => string } {
  const sockets = new Set<Socket>()
  const piece = Buffer.alloc(256 * 1024, 'x')
  let leaving = false
  let sent = 0
  let answered = ''
  const join = () => {
    const socket = connect({ host: '127.0.0.1', port })
    sockets.add(socket)
    let own = 0
    const feed = () => {
      if (socket.destroyed) return
      const next = own < most ? piece : 'x'
      own += next.length
      sent += next.length
      const full = !socket.write(next)
      if (full) socket.once('drain', () => setTimeout(feed, pauseMs).unref())
      else setTimeout(feed, pauseMs).unref()
    }
    socket.on('connect', () => {
      socket.write(
        frame(Buffer.from('MSH|^~\\&|SLOW|X|CARELOOP||20260101||ADT^A08|never|P|2.5\r')).subarray(0, -2),
      )
      feed()
    })
    socket.on('data', (chunk: Buffer) => (answered += chunk.toString('latin1')))
    socket.on('error', () => undefined)
    socket.once('close', () => {
      sockets.delete(socket)
      if (!leaving) setTimeout(join, 200)
    })
  }
  for (let at = 0; at < count; at++) join()
  return {
    leave: () => {
      leaving = true
      for (const socket of sockets) socket.destroy()
    },
    sent: () => sent,
    answered: () => answered,
  }
}

export type Sent = { acknowledged: string[]; slowestMs: number }

/**
 * A HIS that sends one message after the other until told to stop, and what was not answered once more, on a new connection.
 * @returns the control ids that were acknowledged, and the longest that one waited, connecting included
 */
export async function steadySender(
  port: number,
  message: (controlId: string) => Buffer,
  goesOn: () => boolean,
  pauseMs: number,
): Promise<Sent> {
  const acknowledged: string[] = []
  let slowestMs = 0
  let client = new MllpClient()
  await client.connect('127.0.0.1', port)
  for (let at = 0; goesOn(); at++) {
    const controlId = `steady-${at}`
    const began = performance.now()
    for (;;)
      try {
        const { code } = await client.send(message(controlId), { timeoutMs: 30_000 })
        if (code === 'AA') break
      } catch (error) {
        if (!(error instanceof MllpError)) throw error
        client.close()
        client = new MllpClient()
        await client.connect('127.0.0.1', port)
      }
    slowestMs = Math.max(slowestMs, performance.now() - began)
    acknowledged.push(controlId)
    await sleep(pauseMs)
  }
  client.close()
  return { acknowledged, slowestMs }
}
