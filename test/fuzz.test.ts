import { expect, test } from 'vitest'
import { createTestApp } from './support/app.ts'
import { fuzz } from './support/fuzz.ts'
import { tries } from './support/tries.ts'

test(
  'nothing that a caller sends, to whatever route and parameter, is answered as a mistake of ours',
  { timeout: 3_600_000 },
  async () => {
    const app = await createTestApp({ trustedProxies: 1 })
    const { failures, statuses, memory } = await fuzz(app, { requests: tries(3000), seed: 13 })
    process.stdout.write(
      JSON.stringify({ statuses, megabytes: memory.map((bytes) => Math.round(bytes / 2 ** 20)) }),
    )
    expect(failures).toEqual([])
    // Spoiled as they are, enough of them reach the work behind the routes.
    expect(statuses[200] ?? 0).toBeGreaterThan(100)
    await app.close()
  },
)
