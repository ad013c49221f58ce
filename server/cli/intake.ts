import type { Command } from 'commander'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { controlIdOf, MllpClient, MllpError } from '../modules/hl7/mllp-client.ts'
import { exitCodes, UsageError } from './run.ts'

export function addIntakeCommands(program: Command): void {
  program
    .command('intake')
    .description('HL7 messages')
    .command('send <file|folder>')
    .description(
      'Send HL7 messages by MLLP and print what became of each; exit code 3 unless all were accepted',
    )
    .requiredOption('--to <host:port>', 'where to send them')
    .option('--timeout <seconds>', 'how long to wait for each answer', '10')
    .action(async (source: string, options: { to: string; timeout: string }) => {
      const seconds = Number(options.timeout)
      if (!(seconds > 0 && seconds <= 600))
        throw new UsageError('--timeout must be a number of seconds from 1 to 600.')
      process.exitCode = await sendAll(source, target(options.to), seconds * 1000)
    })
}

function target(to: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(to)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (!host || port < 1 || port > 65535)
    throw new UsageError('--to must look like host:port, for example localhost:2575.')
  return { host, port }
}

type Outcome = 'accepted' | 'rejected' | 'unanswered'

async function sendAll(
  source: string,
  { host, port }: { host: string; port: number },
  timeoutMs: number,
): Promise<number> {
  const totals: Record<Outcome, number> = { accepted: 0, rejected: 0, unanswered: 0 }
  const client = new MllpClient()
  for (const file of await filesOf(source)) {
    for (const message of splitMessages(await readFile(file))) {
      const { outcome, detail } = await sendOne(client, message, host, port, timeoutMs)
      totals[outcome]++
      console.log(
        `${outcome.padEnd(11)} ${controlIdOf(message) || '(no MSH-10)'}  ${path.basename(file)}${detail && `  ${detail}`}`,
      )
    }
  }
  client.close()
  const sum = totals.accepted + totals.rejected + totals.unanswered
  if (sum === 0) throw new UsageError(`There is no HL7 message in ${source}.`)
  console.log(
    `${sum} messages: ${totals.accepted} accepted, ${totals.rejected} rejected, ${totals.unanswered} unanswered`,
  )
  return totals.accepted === sum ? exitCodes.done : exitCodes.refused
}

async function sendOne(
  client: MllpClient,
  message: Buffer,
  host: string,
  port: number,
  timeoutMs: number,
): Promise<{ outcome: Outcome; detail: string }> {
  try {
    if (!client.connected) await client.connect(host, port, { timeoutMs })
    const { code, text } = await client.send(message, { timeoutMs, anything: true })
    const detail = [code, text].filter(Boolean).join(' ')
    return code === 'AA' || code === 'CA'
      ? { outcome: 'accepted', detail: '' }
      : { outcome: 'rejected', detail }
  } catch (error) {
    if (error instanceof MllpError) return { outcome: 'unanswered', detail: error.message }
    throw error
  }
}

async function filesOf(source: string): Promise<string[]> {
  const found = await stat(source).catch(() => {
    throw new UsageError(`There is no file or folder ${source}.`)
  })
  if (!found.isDirectory()) return [source]
  const names = await readdir(source, { withFileTypes: true, recursive: true })
  return names
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}

/**
 * Cuts a file at every MSH segment and leaves out batch segments (FHS, BHS, BTS, FTS) and MLLP framing. Works on bytes, because a
 * file may be in any character set; line feeds become the carriage returns that the standard asks for. A file without any MSH is sent
 * as it is: the receiver must answer that too, and keep why it could not take it.
 */
export function splitMessages(file: Buffer): Buffer[] {
  const messages: Buffer[][] = []
  for (const segment of segmentsOf(file)) {
    const name = segment.toString('latin1', 0, 3)
    if (['FHS', 'BHS', 'BTS', 'FTS'].includes(name)) continue
    if (name === 'MSH') messages.push([])
    messages.at(-1)?.push(segment, Buffer.of(0x0d))
  }
  if (messages.length === 0 && file.length > 0)
    return [Buffer.from(file.filter((byte) => byte !== 0x0b && byte !== 0x1c))]
  return messages.map((parts) => Buffer.concat(parts))
}

function segmentsOf(file: Buffer): Buffer[] {
  const withoutMark = file[0] === 0xef && file[1] === 0xbb && file[2] === 0xbf ? file.subarray(3) : file
  const segments: Buffer[] = []
  let start = 0
  for (let at = 0; at <= withoutMark.length; at++) {
    const byte = withoutMark[at]
    // End of file, line ends, and the frame bytes of MLLP.
    if (byte !== undefined && byte !== 0x0d && byte !== 0x0a && byte !== 0x0b && byte !== 0x1c) continue
    if (at > start) segments.push(withoutMark.subarray(start, at))
    start = at + 1
  }
  return segments
}
