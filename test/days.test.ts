import { expect, test } from 'vitest'
import { getFollowUpFigures } from '../contract/figure.ts'
import { listTasks } from '../contract/task.ts'
import { startFeed } from '../server/feeds/hl7/feed.ts'
import { prepareDatabase } from '../server/main.ts'
import { localDate, shiftDate } from '../server/platform/clock.ts'
import { demoPassword, seedDemoHospital, seedDemoUsers } from '../server/seed/demo/seed.ts'
import { seedDemoVisits } from '../server/seed/demo/visits.ts'
import { createWorld, lifeEvents } from '../sim/life.ts'
import { play } from '../sim/play.ts'
import { createTestApp, type TestApp } from './support/app.ts'
import { at } from './support/clock.ts'
import { createTestDatabase } from './support/database.ts'
import { days } from './support/days.ts'

// Three weeks of a small hospital, from an empty database on. The whole of what depends on the day runs on these days in `npm run test:days`.

const day = 86_400_000

async function installation(): Promise<TestApp> {
  const database = await createTestDatabase({ empty: true })
  await prepareDatabase({ url: database.url, ownerUrl: database.url })
  return createTestApp({}, database)
}

/** Lets the hospital send everything up to this minute over a real connection. */
async function fill(app: TestApp): Promise<void> {
  await seedDemoHospital(app.db)
  // One of the sites lies where clocks are changed.
  await app.db.updateTable('site').set({ time_zone: 'America/New_York' }).where('code', '=', 'GH02').execute()
  const world = createWorld({ now: new Date(), people: 1500 })
  const events = lifeEvents(world, { from: new Date(world.now.getTime() - 21 * day) })
  const feed = await startFeed({ db: app.db, host: '127.0.0.1', port: 0 })
  await play({ events, host: '127.0.0.1', port: feed.port, connections: 4 })
  await feed.close()
  await app.processAll()
  await seedDemoUsers(app.db)
  await seedDemoVisits(app.db)
}

test.each(days)('a hospital works on %s', (_, instant) =>
  at(instant, async () => {
    const app = await installation()
    try {
      await fill(app)
      const states = await app.db
        .selectFrom('inbound_message')
        .select(({ fn }) => ['status', fn.countAll<number>().as('count')])
        .groupBy('status')
        .execute()
      expect(states.map(({ status }) => status)).toEqual(['applied'])
      const blocked = await app.db
        .selectFrom('enrollment')
        .select('stop_reason')
        .where('status', '=', 'blocked')
        .execute()
      expect(blocked).toEqual([])

      const service = await app.signIn('service', demoPassword)
      const list = await app.request(service, listTasks, { query: { whose: 'team', view: 'all' } })
      expect(list.body.items.length).toBeGreaterThan(3)
      const manager = await app.signIn('manager', demoPassword)
      const today = localDate(new Date(), 'Asia/Shanghai')
      const figures = await app.request(manager, getFollowUpFigures, {
        query: { from: shiftDate(today, -21), to: today, by: 'department' },
      })
      expect(figures.body.total.discharged).toBeGreaterThan(10)
    } finally {
      await app.close()
    }
  }),
)
