import { sql } from 'kysely'
import pg from 'pg'
import type { LiveEventName } from '../../contract/live.ts'
import type { Actor } from './actor.ts'
import type { Db } from './db.ts'
import { log } from './log.ts'

/** Whom an event concerns, and its counters. Ids only: the screen fetches what it shows. */
export type LivePayload = {
  siteId?: number | null
  departmentId?: number | null
  staffId?: number | null
  userId?: string
  created?: number
  changed?: number
  received?: number
  taskId?: number
  callId?: number
  reminded?: boolean
}
export type LiveEvent = LivePayload & { name: LiveEventName }

export type Live = {
  /** Calls the listener for every event of every process until the returned function is called. */
  on: (listener: (event: LiveEvent) => void) => () => void
  /** Resolves once the connection listens, so that a test misses nothing. */
  ready: Promise<void>
  /** Called when this process stops; streams end themselves. */
  onClose: (listener: () => void) => () => void
  close: () => Promise<void>
}

/** For statements that insert and notify in one round trip; everything else calls {@link notify}. */
export const liveChannel = 'careloop_live'

/**
 * Tells every process that something changed; it is delivered when the transaction commits.
 * @example await notify(trx, 'tasks', { siteId: 1, departmentId: 4, staffId: null, created: 3 })
 */
export async function notify(trx: Db, name: LiveEventName, payload: LivePayload): Promise<void> {
  await notifyAll(trx, name, [payload])
}

/** The same for many payloads in one statement: one per department and person, not one per row. */
export async function notifyAll(trx: Db, name: LiveEventName, payloads: LivePayload[]): Promise<void> {
  if (payloads.length === 0) return
  const events = payloads.map((payload) => JSON.stringify({ ...payload, name }))
  await sql`select pg_notify(${liveChannel}, event) from unnest(${events}::text[]) as event`.execute(trx)
}

/** Whether an actor may receive the event. */
export function reaches(actor: Actor, event: LiveEvent): boolean {
  // An API key is named by its actor's id.
  if (event.name === 'session-ended') return event.userId === (actor.userId ?? actor.id)
  if (event.name === 'intake') return actor.access['intake.read'] !== undefined
  if (event.name === 'call') {
    if (event.userId !== undefined) return event.userId === actor.userId
    const wall = actor.access['call.supervise']
    return wall !== undefined && (wall.all || wall.siteIds.includes(event.siteId ?? 0))
  }
  const reach = actor.access[event.name === 'conversation' ? 'conversation.read' : 'task.read']
  if (!reach) return false
  const { siteId = null, departmentId = null, staffId = null } = event
  if (event.name === 'red-flag') {
    if (staffId !== null) return actor.staffId === staffId
    const roles = departmentId === null ? ['service-centre'] : ['doctor', 'department-head']
    return actor.grants.some(
      (one) =>
        roles.includes(one.role) && (one.departmentId ?? null) === departmentId && one.siteId === siteId,
    )
  }
  if (reach.all || (siteId === null && departmentId === null && staffId === null)) return true
  return (
    (siteId !== null && reach.siteIds.includes(siteId)) ||
    (departmentId !== null && reach.departmentIds.includes(departmentId)) ||
    (staffId !== null && reach.staffId === staffId)
  )
}

/** Listens on one connection of its own, which comes back by itself after the database was restarted. */
export function openLive(url: string): Live {
  const listeners = new Set<(event: LiveEvent) => void>()
  const closers = new Set<() => void>()
  let client: pg.Client | undefined
  let closed = false
  let retry: NodeJS.Timeout | undefined
  let attempts = 0

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'careloop live' })
    client = next
    // An ended connection reports `error` and then `end`; either may come alone.
    next.on('error', () => lost(next))
    next.on('end', () => lost(next))
    next.on('notification', (message) => deliver(message.payload))
    try {
      await next.connect()
      await next.query(`listen ${liveChannel}`)
      attempts = 0
    } catch (error) {
      lost(next)
      throw error
    }
  }

  function lost(which: pg.Client): void {
    if (closed || client !== which) return
    client = undefined
    which.end().catch(() => undefined)
    const wait = Math.min(5000, 250 * 2 ** attempts++)
    log.warn({ wait }, 'the connection for live events was lost')
    // A failed attempt schedules the next one by itself, through `lost`.
    retry = setTimeout(() => void connect().catch(() => undefined), wait)
  }

  function deliver(payload: string | undefined): void {
    try {
      const event = JSON.parse(payload ?? '') as LiveEvent
      for (const listener of listeners) listener(event)
    } catch (error) {
      log.error({ err: error }, 'a live event could not be delivered')
    }
  }

  return {
    ready: connect().catch(() => undefined),
    on: (listener) => subscribe(listeners, listener),
    onClose: (listener) => subscribe(closers, listener),
    async close() {
      closed = true
      clearTimeout(retry)
      for (const closer of [...closers]) closer()
      await client?.end().catch(() => undefined)
    },
  }
}

function subscribe<T>(set: Set<T>, listener: T): () => void {
  set.add(listener)
  return () => set.delete(listener)
}
