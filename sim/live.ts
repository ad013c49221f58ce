import { DAY } from './clock.ts'
import { lifeEventsGently, type SimEvent, type World } from './life.ts'

const STRETCH_DAYS = 28

/**
 * The endless future of the hospital from `from` (default the world's `now`): the people of its history go on,
 * new ones arrive at the same rate, by the hours of a real hospital. The same seed gives the same future, and
 * stretches told separately join without a seam. Each four weeks are prepared at once, giving way to other work
 * meanwhile (about 50 µs per person).
 */
export async function* liveEvents(world: World, from: Date = world.now): AsyncGenerator<SimEvent, void> {
  for (let begin = from.getTime(); ; begin += STRETCH_DAYS * DAY) {
    yield* lifeEventsGently(world, { from: new Date(begin), to: new Date(begin + STRETCH_DAYS * DAY) })
  }
}
