import path from 'node:path'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { prepareDatabase } from '../server/main.ts'
import { startEmbedded } from '../server/platform/embedded.ts'
import { careloop } from '../test/support/process.ts'
import { adminPassword, createInstallation, type Installation } from '../torture/installation.ts'
import { populate } from './population.ts'

export type Populated = Installation & {
  /** Creates a user (or signs in the one made by an earlier run) and returns the session cookie. */
  signIn: (username: string, role: string, place?: { site?: string; department?: string }) => Promise<string>
}

const million = 1_000_000

/**
 * An installation with 1,000,000 persons, 5,000,000 encounters and 1,000,000 tasks. Making it takes about five minutes on an idle machine,
 * so it is kept in `BENCH_DIR` when that is set; otherwise it is removed by `remove`.
 */
export async function populated(options: { persons?: number } = {}): Promise<Populated> {
  const persons = options.persons ?? million
  const kept = process.env.BENCH_DIR
  const installation = await createInstallation(kept ? { dir: kept } : {})
  const data = path.join(installation.dir, 'data')
  const marker = path.join(installation.dir, `populated-${persons}`)
  if (!existsSync(marker)) {
    await rm(data, { recursive: true, force: true })
    const server = await startEmbedded(data)
    await prepareDatabase({ url: server.url, ownerUrl: server.url })
    await populate(server.url, { persons, encounters: 5 * persons, tasks: persons })
    await server.stop()
    await writeFile(marker, '')
  }
  await installation.start()
  return {
    ...installation,
    async remove() {
      if (!kept) return installation.remove()
      installation.program().child.kill('SIGTERM')
      await installation.program().ended
    },
    async signIn(username, role, place = {}) {
      const args = ['user', 'create', '--username', username, '--name', username, '--role', role]
      if (place.site) args.push('--site', place.site)
      if (place.department) args.push('--department', place.department)
      const origin = `http://127.0.0.1:${installation.port}`
      const ask = () =>
        fetch(`${origin}/api/auth/sign-in/username`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin },
          body: JSON.stringify({ username, password: adminPassword }),
        })
      let answer = await ask()
      if (!answer.ok) {
        await careloop([...args, '--password-stdin'], installation.env, `${adminPassword}\n`).ended
        answer = await ask()
      }
      if (!answer.ok) throw new Error(`sign-in of ${username}: ${answer.status} ${await answer.text()}`)
      return answer.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; ')
    },
  }
}
