import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { clockEnvironment } from './clock.ts'

const shim = path.resolve(import.meta.dirname, '../../bin/careloop.js')

export type Program = {
  child: ChildProcess
  /** Resolves with all output so far once it contains the words; rejects when the program ends without them. */
  until: (words: string) => Promise<string>
  /** Resolves when the program has ended. */
  ended: Promise<{ code: number | null; output: string }>
}

/** Starts `careloop …` as a process of its own, as an operator does. */
export function careloop(args: string[], env: Record<string, string>, input?: string): Program {
  const child = spawn(process.execPath, [shim, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'warn', ...clockEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input ?? '')
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      for (const listener of listeners) listener()
    })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }))
  return {
    child,
    ended,
    until: (words) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (output.includes(words)) resolve(output)
        }
        listeners.add(look)
        look()
        void ended.then(() => reject(new Error(`ended without "${words}":\n${output}`)))
      }),
  }
}

/**
 * A port that nobody used a moment ago. It lies below those that the system gives to outgoing connections: one of them might take it before the
 * program listens that it is meant for.
 */
export async function freePort(): Promise<number> {
  const port = 10_000 + Math.floor(Math.random() * 20_000)
  const server = createServer()
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  if (!free) return freePort()
  server.close()
  await once(server, 'close')
  return port
}
