import { type Figure, quantile, whenMain } from './figure.ts'
import { busy, httpClient, steady } from './load.ts'
import { populated, type Populated } from './populated.ts'

const seconds = 6
const perSecond = 20

/** Who looks at which list: scopes differ, and with them the indexes a list is read from. */
const readers: { role: string; place?: { site: string; department?: string }; lists: string[] }[] = [
  { role: 'nurse', place: { site: 'GH02', department: 'D1' }, lists: ['whose=mine', 'whose=team'] },
  { role: 'department-head', place: { site: 'GH02', department: 'D1' }, lists: ['whose=mine', 'whose=team'] },
  {
    role: 'service-centre',
    lists: ['whose=team', 'whose=team&view=overdue', 'whose=team&view=done', 'whose=team&view=waiting'],
  },
  { role: 'outreach', place: { site: 'GH01' }, lists: ['whose=mine', 'whose=mine&view=done'] },
  { role: 'manager', lists: ['whose=team'] },
]

type Listed = { items: unknown[] }

/** Work lists of several roles, and the figures page, over 1,000,000 tasks. */
export async function desk(given?: Populated): Promise<Figure[]> {
  const installation = given ?? (await populated())
  try {
    const figures: Figure[] = []
    let worst = 0
    for (const { role, place, lists } of readers) {
      const client = httpClient(installation.port, {
        cookie: await installation.signIn(`bench-${role}`, role, place),
      })
      for (const list of lists) {
        let shown = 0
        const request = async () => {
          const { items } = JSON.parse(await client.get(`/api/v1/tasks?${list}`)) as Listed
          shown = items.length
        }
        await busy(request, 2, 1)
        const latencies = await steady(request, perSecond, seconds)
        const p99 = quantile(latencies, 0.99)
        worst = Math.max(worst, p99)
        figures.push(
          {
            name: `desk, ${role}, ${list} (${shown} rows): p50`,
            value: quantile(latencies, 0.5),
            unit: 'ms',
          },
          { name: `desk, ${role}, ${list}: p99`, value: p99, unit: 'ms', aim: { most: 40 } },
        )
      }
      client.close()
    }
    const client = httpClient(installation.port, {
      cookie: await installation.signIn('bench-manager', 'manager'),
    })
    const today = new Date().toISOString().slice(0, 10)
    const from = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10)
    for (const [what, most, path] of [
      ['counts beside the list', 300, '/api/v1/tasks/counts?whose=team'],
      ['figures of 30 days', 150, `/api/v1/figures/follow-up?from=${from}&to=${today}&level=1&by=department`],
    ] as const) {
      const latencies: number[] = []
      for (let round = 0; round < 100; round++) {
        const began = performance.now()
        await client.get(path)
        latencies.push(performance.now() - began)
      }
      latencies.sort((a, b) => a - b)
      figures.push(
        { name: `desk, manager, ${what}: p50`, value: quantile(latencies, 0.5), unit: 'ms' },
        {
          name: `desk, manager, ${what}: p99`,
          value: quantile(latencies, 0.99),
          unit: 'ms',
          aim: { most },
        },
      )
    }
    client.close()
    return [{ name: 'desk, slowest list: p99', value: worst, unit: 'ms', aim: { most: 40 } }, ...figures]
  } finally {
    if (!given) await installation.remove()
  }
}

await whenMain(import.meta.url, () => desk())
