import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { localDate, shiftDate } from '../server/platform/clock.ts'
import { demoPassword } from '../server/seed/demo/seed.ts'
import { createDataDir } from './support/database.ts'
import { careloop, freePort } from './support/process.ts'

test('the demo gets ready with something on every page and weeks of work behind it, and leaves the lists of its log-ins alone', async () => {
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
      body: (await answer.json()) as {
        items: { id: number; departmentName?: string | null }[]
        total: {
          discharged: number
          followed: number
          utilisation: number
          missedRate: number
          wait: { median: number }
        }
        previous: { followed: number } | null
        groups: { label: string }[]
        sites: { id: number }[]
        draw: unknown
      },
    }
  }
  try {
    // Before the words of the demo stands nothing for machines.
    const said = await demo.until('CareLoop demo is ready')
    expect(said.split('\n').filter((line) => line.startsWith('{'))).toEqual([])
    const cookies: Record<string, string> = {}
    for (const username of ['nurse', 'doctor', 'head', 'service', 'outreach', 'manager']) {
      const signedIn = await fetch(`${origin}/api/auth/sign-in/username`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify({ username, password: demoPassword }),
      })
      expect(signedIn.status).toBe(200)
      cookies[username] = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    }
    const ask = async (username: string, url: string) => (await get(cookies[username] ?? '', url)).body
    const open = async (username: string) =>
      (await ask(username, '/tasks?whose=mine&view=todo&limit=200')).items.map((one) => one.id)
    const lists = Object.fromEntries(
      await Promise.all(
        ['nurse', 'doctor', 'head', 'outreach'].map(async (one) => [one, await open(one)] as const),
      ),
    )
    expect(lists['nurse']?.length).toBeGreaterThan(5)
    expect(lists['doctor']?.length).toBeGreaterThan(2)

    // Weeks of finished work lie behind: the figures of the ward have a month to compare with, with results in both.
    const period = `from=${shiftDate(today, -29)}&to=${today}`
    const figures = await ask('head', `/figures/follow-up?${period}`)
    expect(figures.total.discharged).toBeGreaterThan(30)
    expect(figures.total.followed).toBeGreaterThan(15)
    expect(figures.previous?.followed).toBeGreaterThan(15)
    expect((await ask('manager', `/figures/follow-up?${period}`)).total.discharged).toBeGreaterThan(100)

    // Every feature has something living on its page.
    const now = Date.now()
    const span = `from=${new Date(now - 3_600_000).toISOString()}&to=${new Date(now + 4 * 86_400_000).toISOString()}`
    const examples: [who: string, where: string, least: number][] = [
      ['service', '/groups', 3],
      ['service', '/return-visit-instructions?view=all', 3],
      ['service', '/match-pairs', 3],
      ['nurse', `/tasks/call-backs?${span}`, 3],
    ]
    for (const [who, where, least] of examples)
      expect((await ask(who, where)).items.length, where).toBeGreaterThanOrEqual(least)
    const [site] = (await ask('manager', '/sites')).sites
    const month = shiftDate(`${today.slice(0, 7)}-01`, -1).slice(0, 7)
    const checks = await ask('manager', `/spot-checks?siteId=${site?.id ?? 0}&month=${month}`)
    expect(checks.draw).not.toBeNull()
    // A quarter of clinics lies behind, of which load and risk speak.
    const load = await ask('manager', `/appointment-load?siteId=${site?.id ?? 0}&${period}`)
    expect(load.total.utilisation).toBeGreaterThan(0.4)
    expect(load.total.missedRate).toBeGreaterThan(0.05)
    expect(load.total.wait.median).toBeGreaterThan(5)

    // Simulated colleagues go on elsewhere; nothing vanishes from the lists of those who try the demo.
    const workedElsewhere = async () =>
      (await ask('manager', '/tasks?whose=team&view=done&limit=200')).items.filter(
        (one) => one.departmentName !== figures.groups[0]?.label,
      ).length
    const before = await workedElsewhere()
    await expect.poll(workedElsewhere, { timeout: 120_000, interval: 500 }).toBeGreaterThan(before)
    for (const [who, list] of Object.entries(lists)) {
      const still = new Set(await open(who))
      expect([who, list.filter((id) => !still.has(id))]).toEqual([who, []])
    }
    demo.child.kill('SIGTERM')
    expect((await demo.ended).code).toBe(0)
  } finally {
    demo.child.kill('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  }
}, 480_000)
