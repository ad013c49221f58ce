import { applyWaiting } from './feeds/hl7/apply.ts'
import { importDue } from './feeds/table/run.ts'
import { settleCalls } from './modules/call/settle.ts'
import { settleSlots } from './modules/appointment/settle.ts'
import { followCampaign } from './modules/campaign/follow.ts'
import { wakeSnoozed } from './modules/conversation/handle.ts'
import { fetchMail } from './modules/conversation/imap.ts'
import { fireDue } from './modules/clock/fire.ts'
import { refoldGroups } from './modules/group/refold.ts'
import { matchArrived } from './modules/match/arrival.ts'
import { dispatchDue } from './modules/message/dispatch.ts'
import { openLanes } from './modules/message/lanes.ts'
import { openSenders, sendDue } from './modules/outbound/send.ts'
import { executeDue } from './modules/pathway/execute.ts'
import { refoldNames } from './modules/person/refold.ts'
import { Voice } from './modules/voice/line.ts'
import { refreshSegment } from './modules/segment/refresh.ts'
import { type Loop, startLoop } from './platform/loop.ts'
import type { Services } from './platform/services.ts'

/** Bulk work of the worker role: claimed in batches from the tables themselves, not one queue entry per row. */
const workerLoops = {
  pathway: ({ db }: Services) => executeDue(db),
  clock: ({ db }: Services) => fireDue(db),
  import: ({ db }: Services) => importDue(db),
  match: ({ db }: Services) => matchArrived(db),
  segment: ({ db }: Services) => refreshSegment(db),
  campaign: ({ db }: Services) => followCampaign(db),
  appointment: ({ db }: Services) => settleSlots(db),
  call: ({ db }: Services) => settleCalls(db),
  conversation: ({ db }: Services) => wakeSnoozed(db),
  mailbox: ({ db, secret }: Services) => fetchMail(db, secret),
  names: async ({ db }: Services) => (await refoldNames(db)) + (await refoldGroups(db)),
}

const pollMs = 1000
/** While PostgreSQL works for one, Node works for the other; rows claimed by one are skipped by the other. */
export const executors = 2

export function startWorkerLoops(services: Services): Loop[] {
  const loops = Object.entries(workerLoops).flatMap(([name, work]) =>
    Array.from({ length: name === 'pathway' ? executors : 1 }, () =>
      startLoop(name, pollMs, () => work(services)),
    ),
  )
  const { db, secret, config } = services
  return [
    ...loops,
    startApart('message', openLanes(db, secret, config.publicUrl)),
    startApart('outbound', openSenders(services)),
    startApart('voice', new Voice(services)),
  ]
}

/** Work that runs beside its loop: an answer may take half a minute, and channels must not wait for each other. */
function startApart(name: string, work: { look: () => Promise<number>; stop: () => Promise<void> }): Loop {
  const loop = startLoop(name, pollMs, () => work.look())
  return {
    wake: loop.wake,
    stop: async () => {
      await loop.stop()
      await work.stop()
    },
  }
}

/** Does everything that is due, intake included, until nothing is left; for tests and tools that must not sleep. */
export async function drainLoops(services: Services): Promise<number> {
  const works = [
    ({ db }: Services) => applyWaiting(db),
    ...Object.values(workerLoops),
    ({ db, secret, config }: Services) => dispatchDue(db, secret, config.publicUrl),
    sendDue,
  ]
  let total = 0
  for (let before = -1; before < total;) {
    before = total
    for (const work of works) total += await work(services)
  }
  return total
}
