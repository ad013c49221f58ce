import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { WebSocketServer } from 'ws'
import { listen } from './spoken-sound.ts'

/*
 * A speech recogniser of a hospital, by both ways that CareLoop speaks (docs/operations/voice.md): WAV by HTTP, and a stream by WebSocket. It
 * understands what simulated patients say, as clearly as they say it.
 */

export type SpeechRecogniser = {
  http: string
  ws: string
  /** Octets of sound that came by WebSocket. */
  received: () => number
  /** Words that were told by WebSocket. */
  told: () => number
  /** Utterances in all. */
  understood: () => number
  /** Whether it answers; one that does not closes connections and refuses requests. */
  work: (works: boolean) => void
  close: () => Promise<void>
}

/** Quiet of 700 ms ends an utterance. */
const quietBytes = 0.7 * 16_000

const isQuiet = (pcm: Buffer) => {
  for (let at = 0; at + 1 < pcm.length; at += 2) if (Math.abs(pcm.readInt16LE(at)) > 600) return false
  return true
}

export async function startSpeechRecogniser(): Promise<SpeechRecogniser> {
  let [received, told, understood, works] = [0, 0, 0, true]
  const server = createServer((request, response) => {
    void buffer(request).then((wav) => {
      if (!works) {
        response.writeHead(503).end()
        return
      }
      const spoken = listen(wav)
      understood += 1
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ text: spoken?.text ?? '', confidence: (spoken?.clarity ?? 0) / 100 }))
    })
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (!works) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      let [heard, speaking, turn] = [Buffer.alloc(0), false, 0]
      connection.on('message', (data: Buffer, isBinary) => {
        if (!isBinary) {
          const said = JSON.parse(data.toString('utf8')) as { turn: number }
          ;[heard, speaking, turn] = [Buffer.alloc(0), false, said.turn]
          return
        }
        received += data.length
        heard = Buffer.concat([heard, data])
        if (!speaking && !isQuiet(data)) {
          speaking = true
          connection.send(JSON.stringify({ type: 'partial', text: '' }))
        }
        if (!speaking || heard.length < quietBytes || !isQuiet(heard.subarray(-quietBytes))) return
        const spoken = listen(heard)
        ;[heard, speaking] = [Buffer.alloc(0), false]
        understood += 1
        told += 1
        connection.send(
          JSON.stringify({
            type: 'final',
            turn,
            text: spoken?.text ?? '',
            confidence: (spoken?.clarity ?? 0) / 100,
          }),
        )
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    http: `http://${at}/recognise`,
    ws: `ws://${at}/stream`,
    received: () => received,
    told: () => told,
    understood: () => understood,
    work: (next) => (works = next),
    async close() {
      for (const one of sockets.clients) one.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
