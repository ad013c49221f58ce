import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ConfigError } from './config.ts'

type Owner = { pid: number; startedAt: string }

/**
 * Makes sure that one process at a time uses a data directory. A lock whose process is gone (kill -9, power cut) is taken over; the
 * start time tells the old process from a new one that got its number.
 * @returns a function that gives the lock back
 * @throws {ConfigError} naming the process that holds it
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new ConfigError(`The data directory ${dataDir} cannot be created: ${messageOf(cause)}`, { cause })
  })
  const file = path.join(dataDir, 'careloop.lock')
  const own = JSON.stringify({ pid: process.pid, startedAt: await startTime(process.pid) } satisfies Owner)
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      await writeFile(file, own, { flag: 'wx', mode: 0o600 })
      return () => release(file, own)
    } catch (cause) {
      if ((cause as { code?: string }).code !== 'EEXIST')
        throw new ConfigError(`The data directory ${dataDir} cannot be written: ${messageOf(cause)}`, {
          cause,
        })
    }
    const found = await readFile(file, 'utf8').catch(() => undefined)
    if (found === undefined) continue
    const owner = parse(found)
    if (owner && (await isAlive(owner)))
      throw new ConfigError(
        `Process ${owner.pid} already uses the data directory ${dataDir}. Stop it first, or set CARELOOP_DATA_DIR to another directory.`,
      )
    await takeAway(file, found)
  }
  throw new ConfigError(
    `Other processes are starting on the data directory ${dataDir} at the same time. Try again.`,
  )
}

/** Moves a stale lock aside; when another process has replaced it meanwhile, that one's lock is put back. */
async function takeAway(file: string, stale: string): Promise<void> {
  const aside = `${file}.${process.pid}`
  try {
    await rename(file, aside)
  } catch {
    return
  }
  if ((await readFile(aside, 'utf8').catch(() => stale)) !== stale)
    await link(aside, file).catch(() => undefined)
  await rm(aside, { force: true })
}

async function release(file: string, own: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => '')) === own) await rm(file, { force: true })
}

/** The process that holds a data directory, if it still runs. */
export async function lockOwner(dataDir: string): Promise<number | undefined> {
  const owner = parse(await readFile(path.join(dataDir, 'careloop.lock'), 'utf8').catch(() => ''))
  return owner && (await isAlive(owner)) ? owner.pid : undefined
}

function parse(text: string): Owner | undefined {
  try {
    const { pid, startedAt } = JSON.parse(text) as Partial<Owner>
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined
  } catch {
    // A crash while the lock was written leaves an empty file.
    return undefined
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPERM') return false
  }
  return (await startTime(owner.pid)) === owner.startedAt
}

/** Boot and ticks since boot, from /proc (proc(5), stat field 22); where that is missing the number alone has to do. */
async function startTime(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A killed process that nobody has waited for yet still has an entry, as a zombie.
    return fields[0] === 'Z' ? 'gone' : `${boot.trim()}/${fields[19] ?? ''}`
  } catch {
    return process.platform === 'linux' ? 'gone' : 'unknown'
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
