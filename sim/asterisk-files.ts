import { createServer as createHttpServer, type Server } from 'node:http'

/** The file of channel events, with ranges, and stored recordings as ARI serves them. */
export function serveFiles(system: {
  readonly file: Buffer
  readonly recordings: ReadonlyMap<string, Buffer>
}): Server {
  return createHttpServer((request, response) => {
    if (request.url === '/ari/asterisk/info')
      return void response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    const stored = /^\/ari\/recordings\/stored\/([^/]+)\/file$/.exec(request.url ?? '')
    if (stored) {
      const bytes = system.recordings.get(decodeURIComponent(stored[1] ?? ''))
      return void response.writeHead(bytes ? 200 : 404, { 'content-type': 'audio/wav' }).end(bytes)
    }
    const file = system.file
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
    const end = Math.min(file.length - 1, to === '' ? file.length - 1 : Number(to))
    if (request.headers.range === undefined)
      return void response.writeHead(200, { 'content-type': 'text/csv' }).end(file)
    if (Number(from) > end)
      return void response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end()
    return void response
      .writeHead(206, { 'content-type': 'text/csv', 'content-range': `bytes ${from}-${end}/${file.length}` })
      .end(file.subarray(Number(from), end + 1))
  })
}

/** So many seconds of nothing, as a WAV file (8 kHz, 16 bit, one channel). */
export function silence(seconds: number): Buffer {
  const data = seconds * 16_000
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + data, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8000, 24)
  head.writeUInt32LE(16_000, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(data, 40)
  return Buffer.concat([head, Buffer.alloc(data)])
}
