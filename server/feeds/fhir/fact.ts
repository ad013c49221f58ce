import { sql } from 'kysely'
import type { NewEvent } from '../../modules/event/event.ts'
import { supersedeEvents } from '../../modules/event/keep.ts'
import type { Trx } from '../../platform/db.ts'
import type { Sender } from './context.ts'
import type { Item } from './item.ts'
import { spanOf } from './time.ts'
import type { Resource } from './types.ts'

type Facts = { events: NewEvent[]; stated: string | undefined }
const withdrawn = new Set(['entered-in-error', 'refuted'])

/**
 * Timeline events of clinical resources: on arrival, and again when the displayed data change; then the earlier ones no longer hold. A new
 * resource that is already withdrawn gives none.
 */
export async function factEvents(trx: Trx, items: Item[], sender: Sender): Promise<NewEvent[]> {
  const replaced: { personId: number; resourceId: string }[] = []
  const events = items.flatMap((item): NewEvent[] => {
    const now = factsOf(item, item.resolved, sender)
    const before = item.stored && factsOf(item, { ...item.stored.content, resourceType: item.type }, sender)
    if (!before) return now.events.filter((event) => !withdrawn.has(String(event.data?.['status'])))
    if (item.stored?.person_id === item.personId && sameFacts(before, now)) return []
    if (before.events.length > 0)
      replaced.push({
        personId: item.stored?.person_id ?? 0,
        resourceId: `${item.type}/${item.id ?? ''}`,
      })
    return now.events.map((event) =>
      event.kind === 'appointment.booked' ? { ...event, kind: movedKind(before.events[0], event) } : event,
    )
  })
  await supersede(trx, replaced)
  return events
}

/** Results that rules read must not include what was corrected, withdrawn, or said of somebody else. */
async function supersede(trx: Trx, replaced: { personId: number; resourceId: string }[]): Promise<void> {
  if (replaced.length === 0) return
  const { rows } = await sql<{ id: number }>`
    select e.id from unnest(${replaced.map((one) => one.personId)}::bigint[], ${replaced.map((one) => one.resourceId)}::text[]) as w(person_id, resource_id)
    join event e on e.person_id = w.person_id and e.data ->> 'resourceId' = w.resource_id
    where not e.data ? 'superseded'`.execute(trx)
  await supersedeEvents(rows.map((row) => row.id)).execute(trx)
}

function factsOf(item: Item, resource: Resource, sender: Sender): Facts {
  const facts = item.personId === null ? [] : item.definition.facts(resource as never)
  const { start, end } = item.definition.when(resource as never)
  const stated = start ?? end
  const at = (stated === undefined ? undefined : spanOf(stated, sender.site.timeZone)?.start) ?? sender.at
  const events = facts.map(({ kind, data }): NewEvent => ({
    personId: item.personId ?? 0,
    at,
    kind,
    source: sender.source,
    encounterId: item.encounterId,
    data: { ...data, resourceId: `${item.type}/${item.id ?? ''}` },
  }))
  return { events, stated }
}

/** A known appointment was moved or changed otherwise. */
function movedKind(before: NewEvent | undefined, event: NewEvent): NewEvent['kind'] {
  if (before?.kind !== 'appointment.booked') return 'appointment.booked'
  return before.at.getTime() === event.at.getTime() ? 'appointment.changed' : 'appointment.rescheduled'
}

function sameFacts(one: Facts, other: Facts): boolean {
  const text = ({ events, stated }: Facts) =>
    JSON.stringify([stated ?? null, events.map(({ kind, data }) => [kind, data])])
  return text(one) === text(other)
}
