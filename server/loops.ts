import { applyWaiting } from './feeds/hl7/apply.ts'
import { importDue } from './feeds/table/run.ts'
import { dispatchDue } from './modules/message/dispatch.ts'
import { executeDue } from './modules/pathway/execute.ts'
import { type Loop, startLoop } from './platform/loop.ts'
import type { Services } from './platform/services.ts'

/** Bulk work of the worker role: claimed in batches from the tables themselves, not one queue entry per row. */
const workerLoops = {
  pathway: ({ db }: Services) => executeDue(db),
  message: ({ db, secret }: Services) => dispatchDue(db, secret),
  import: ({ db }: Services) => importDue(db),
}

const pollMs = 1000
/** While PostgreSQL works for one, Node works for the other; rows claimed by one are skipped by the other. */
export const executors = 2

export function startWorkerLoops(services: Services): Loop[] {
  const start = (name: string, work: (services: Services) => Promise<number>) =>
    startLoop(name, pollMs, () => work(services))
  return [
    ...Array.from({ length: executors }, () => start('pathway', workerLoops.pathway)),
    start('message', workerLoops.message),
    start('import', workerLoops.import),
  ]
}

/** Does everything that is due, intake included, until nothing is left; for tests and tools that must not sleep. */
export async function drainLoops(services: Services): Promise<number> {
  const works = [({ db }: Services) => applyWaiting(db), ...Object.values(workerLoops)]
  let total = 0
  for (let before = -1; before < total;) {
    before = total
    for (const work of works) total += await work(services)
  }
  return total
}
