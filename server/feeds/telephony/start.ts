import { type Loop, startLoop } from '../../platform/loop.ts'
import { telephonyLoop } from '../../modules/call/order.ts'
import type { Services } from '../../platform/services.ts'
import { openTelephony } from './adapter.ts'

/** Commands of agents who are served by another process wait so long at most. */
const pollMs = 250

/** Keeps the telephone systems connected and passes on what agents ask of them. */
export function startTelephony(services: Services): Loop {
  const telephony = openTelephony(services)
  const loop = startLoop(telephonyLoop, pollMs, () => telephony.look())
  return {
    wake: loop.wake,
    stop: async () => {
      await loop.stop()
      await telephony.stop()
    },
  }
}
