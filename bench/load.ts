import { readFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export type Work = (number: number) => Promise<void>

/**
 * Starts `perSecond` requests each second whether or not earlier ones are answered, as people do.
 * @returns sorted latencies in milliseconds, from the moment a request was due: waiting behind others counts
 */
export async function steady(work: Work, perSecond: number, seconds: number): Promise<number[]> {
  const latencies: number[] = []
  const running: Promise<void>[] = []
  const began = performance.now()
  for (let number = 0; number < perSecond * seconds; number++) {
    const due = began + (number * 1000) / perSecond
    const wait = due - performance.now()
    // Timers fire up to a millisecond late; that is ours, not the server's.
    if (wait > 0) await sleep(wait)
    const sent = Math.max(due, performance.now())
    running.push(work(number).then(() => void latencies.push(performance.now() - sent)))
  }
  await Promise.all(running)
  return latencies.sort((a, b) => a - b)
}

/** So many clients, each asking again as soon as it is answered. */
export async function busy(
  work: Work,
  clients: number,
  seconds: number,
): Promise<{ rate: number; latencies: number[] }> {
  const latencies: number[] = []
  let number = 0
  const began = performance.now()
  const end = began + seconds * 1000
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) {
        const sent = performance.now()
        await work(number++)
        latencies.push(performance.now() - sent)
      }
    }),
  )
  const rate = latencies.length / ((performance.now() - began) / 1000)
  return { rate, latencies: latencies.sort((a, b) => a - b) }
}

export type Get = (path: string) => Promise<string>

/** A client that keeps its connections; anything but 200 is an error. */
export function httpClient(
  port: number,
  headers: Record<string, string>,
): { get: Get; post: (path: string, body: object) => Promise<string>; close: () => void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const ask = (path: string, body?: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST'
      const type = body !== undefined && {
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
      }
      const options = { host: '127.0.0.1', port, method, path, headers: { ...headers, ...type }, agent }
      const sent = httpRequest(options, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString()
          if (answer.statusCode === 200) resolve(text)
          else reject(new Error(`${path}: ${answer.statusCode} ${text}`))
        })
      })
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed an idle connection while we took it up again; its next one tells what the server does.
        if (sent.reusedSocket && error.code === 'ECONNRESET') ask(path, body).then(resolve, reject)
        else reject(error)
      })
      sent.end(body)
    })
  return {
    get: (path) => ask(path),
    post: (path, body) => ask(path, JSON.stringify(body)),
    close: () => agent.destroy(),
  }
}

/**
 * Milliseconds that processes stood ready while no processor was free for them: what others on the machine took (Linux, the second number of
 * `/proc/<pid>/schedstat`; 0 elsewhere).
 */
export function waited(pids: number[]): number {
  if (process.platform !== 'linux') return 0
  return pids.reduce(
    (sum, pid) => sum + Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6,
    0,
  )
}
