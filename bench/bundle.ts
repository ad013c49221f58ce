import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Figure, whenMain } from './figure.ts'

const dist = path.resolve(import.meta.dirname, '../web/dist')

/** Scripts that a file needs before it runs: what it imports, what that imports, and so on. */
async function needed(names: string[]): Promise<Set<string>> {
  const all = new Set<string>()
  for (const queue = [...names]; queue.length > 0;) {
    const name = queue.pop() ?? ''
    if (all.has(name)) continue
    all.add(name)
    const text = await readFile(path.join(dist, 'assets', name), 'utf8')
    for (const [, imported] of text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g))
      if (imported) queue.push(imported)
  }
  return all
}

async function gzipped(names: Set<string>): Promise<number> {
  let bytes = 0
  for (const name of names)
    bytes += gzipSync(await readFile(path.join(dist, 'assets', name)), { level: 9 }).length
  return bytes / 1000
}

/** One language is loaded; the largest counts. */
async function largest(names: string[]): Promise<string[]> {
  const sized = await Promise.all(names.map(async (name) => ({ name, size: await gzipped(new Set([name])) })))
  return sized
    .sort((a, b) => b.size - a.size)
    .slice(0, 1)
    .map(({ name }) => name)
}

/** Size over the wire of the scripts for sign-in and for the desk, of a built web app. */
export async function bundle(): Promise<Figure[]> {
  const page = await readFile(path.join(dist, 'index.html'), 'utf8')
  const entries = [...page.matchAll(/assets\/([\w.-]+\.js)/g)].flatMap(([, name]) => name ?? [])
  const files = await readdir(path.join(dist, 'assets'))
  const chunks = (start: string) =>
    files.filter((name) => name.startsWith(`${start}-`) && name.endsWith('.js'))
  const texts = new Map<string, string>()
  for (const name of chunks('start')) texts.set(name, await readFile(path.join(dist, 'assets', name), 'utf8'))
  // Two programs have this name, sign-in and the app; only the second knows the desk.
  const [app, signInStart] = [true, false].map((wanted) =>
    [...texts].filter(([, text]) => text.includes('DeskPage-') === wanted).map(([name]) => name),
  )
  const signIn = await gzipped(
    await needed([...entries, ...(signInStart ?? []), ...(await largest(chunks('signIn')))]),
  )
  const deskPage = await gzipped(
    await needed([...entries, ...(app ?? []), ...chunks('DeskPage'), ...(await largest(chunks('words')))]),
  )
  return [
    { name: 'scripts for sign-in, gzip', value: signIn, unit: 'kB', aim: { most: 200 } },
    { name: 'scripts for the desk, gzip', value: deskPage, unit: 'kB', aim: { most: 450 } },
  ]
}

await whenMain(import.meta.url, bundle)
