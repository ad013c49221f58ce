import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { createInstallation } from './installation.ts'
import { compareListed, type MalformedResult, sendMalformed } from './malformed.ts'

export type MalformedRun = MalformedResult & { frames: number; seconds: number; dead: number }

/** A serving process under generated malformed messages: nothing crashes, nothing stays unanswered, nothing is left waiting. */
export async function malformedTest(options: {
  count: number
  seed: number
  say?: (line: string) => void
}): Promise<MalformedRun> {
  const say = options.say ?? (() => undefined)
  const installation = await createInstallation({ env: { LOG_LEVEL: 'silent' } })
  try {
    await installation.start()
    const began = performance.now()
    const found = await sendMalformed(installation.mllpPort, { ...options, connections: 8, big: 5 })
    const seconds = (performance.now() - began) / 1000
    const client = new pg.Client({ connectionString: await installation.databaseUrl() })
    client.on('error', () => undefined)
    await client.connect()
    const query = async (text: string) =>
      (await client.query<{ reason: string | null; n: number }>(text)).rows
    const waiting = async () =>
      (
        await query(
          `select null as reason, count(*)::int as n from inbound_message where status = 'received'`,
        )
      )[0]?.n ?? 0
    let left = await waiting()
    // A busy machine may take long; what stands still for a minute is stuck.
    for (let still = 0; left > 0 && still < 240; still++) {
      await sleep(250)
      const now = await waiting()
      if (now < left) still = 0
      left = now
    }
    if (left > 0) found.problems.push(`${left} messages were never applied`)
    found.problems.push(...(await compareListed(found, query)))
    if (installation.program().child.exitCode !== null) found.problems.push('the process ended')
    const dead = await query(
      `select null as reason, count(*)::int as n from inbound_message where status = 'dead'`,
    )
    await client.end()
    const frames = Object.values(found.sent).reduce((sum, n) => sum + n, 0)
    for (const [kind, n] of Object.entries(found.sent)) say(`${String(n).padStart(7)}  ${kind}`)
    for (const [reason, n] of found.reasons) say(`${String(n).padStart(7)}  refused: ${reason}`)
    for (const problem of found.problems) say(`FAIL ${problem}`)
    return { ...found, frames, seconds, dead: dead[0]?.n ?? 0 }
  } finally {
    await installation.remove()
  }
}
