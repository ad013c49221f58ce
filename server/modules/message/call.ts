import type { Db } from '../../platform/db.ts'
import type { ChannelAdapter } from './channel.ts'

type MakeCalls = (
  db: Db,
  messages: { messageId: number; subject: string | null; body: string }[],
) => Promise<void>

let makeCalls: MakeCalls | undefined

/** Called once at start-up by the module of tasks: a message by telephone becomes a task for staff, one for each message however often it is asked. */
export function registerCalls(make: MakeCalls): void {
  makeCalls = make
}

/** Messages that staff tell by telephone. */
export const call: ChannelAdapter = {
  // The task is found by the message: a second try makes no second one.
  capabilities: { receipts: false, idempotencyKey: true, batch: 100 },
  open: (_account, { db }) => ({
    async send(batch) {
      try {
        if (!makeCalls) throw new Error('nobody makes calls')
        await makeCalls(db, batch)
        return batch.map(({ key }) => ({ kind: 'sent', providerId: key }))
      } catch (error) {
        const reason = (error as { code?: string }).code ?? 'no task'
        return batch.map(() => ({ kind: 'unavailable', reason }))
      }
    },
    close: () => undefined,
  }),
}
