import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { localDate, shiftDate } from '../server/platform/clock.ts'
import { demoPassword } from '../server/seed/demo/seed.ts'
import { createDataDir } from './support/database.ts'
import { careloop, freePort } from './support/process.ts'

test('the demo gets ready, gives every role something to do, and ends when told', async () => {
  const dir = await createDataDir('demo')
  const port = await freePort()
  const today = localDate(new Date(), 'Asia/Shanghai')
  const origin = `http://127.0.0.1:${port}`
  const demo = careloop(['demo'], {
    CARELOOP_DATA_DIR: dir,
    PORT: String(port),
    MLLP_PORT: String(await freePort()),
  })
  const get = async (cookie: string, url: string) => {
    const answer = await fetch(`${origin}/api/v1${url}`, { headers: { cookie } })
    return {
      status: answer.status,
      body: (await answer.json()) as { items: unknown[]; total: { discharged: number } },
    }
  }
  try {
    await demo.until('CareLoop demo is ready')
    for (const username of ['nurse', 'doctor', 'head', 'service', 'outreach', 'manager']) {
      const signedIn = await fetch(`${origin}/api/auth/sign-in/username`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify({ username, password: demoPassword }),
      })
      expect(signedIn.status).toBe(200)
      const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
      if (username === 'manager')
        expect(
          (await get(cookie, `/figures/follow-up?from=${shiftDate(today, -40)}&to=${today}`)).body.total
            .discharged,
        ).toBeGreaterThan(100)
      else expect((await get(cookie, '/tasks?whose=team&view=all')).body.items.length).toBeGreaterThan(0)
    }
    demo.child.kill('SIGTERM')
    expect((await demo.ended).code).toBe(0)
  } finally {
    demo.child.kill('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  }
}, 120_000)
