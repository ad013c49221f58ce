import type { NewEvent } from '../../modules/event/event.ts'
import type { Sender } from './context.ts'
import type { Item } from './item.ts'
import { spanOf } from './time.ts'
import type { Resource } from './types.ts'

/**
 * Timeline events of clinical resources: one on arrival, another only when the displayed data change. A new resource that is already
 * entered-in-error gives none.
 */
export function factEvents(items: Item[], sender: Sender): NewEvent[] {
  return items.flatMap((item): NewEvent[] => {
    const event = eventOf(item, item.resolved, sender)
    if (!event) return []
    const before = item.stored && eventOf(item, { ...item.stored.content, resourceType: item.type }, sender)
    if (before && sameFact(before, event)) return []
    if (!before && event.data?.['status'] === 'entered-in-error') return []
    return [
      before && event.kind === 'appointment.booked' ? { ...event, kind: movedKind(before, event) } : event,
    ]
  })
}

function eventOf(item: Item, resource: Resource, sender: Sender): NewEvent | null {
  const fact = item.definition.fact(resource as never)
  if (!fact || item.personId === null) return null
  const { start, end } = item.definition.when(resource as never)
  const text = start ?? end
  const at = text === undefined ? undefined : spanOf(text, sender.site.timeZone)?.start
  return {
    personId: item.personId,
    at: at ?? sender.at,
    kind: fact.kind,
    source: sender.source,
    encounterId: item.encounterId,
    data: { ...fact.data, resourceId: `${item.type}/${item.id ?? ''}` },
  }
}

/** A known appointment was moved or changed otherwise. */
function movedKind(before: NewEvent, event: NewEvent): NewEvent['kind'] {
  if (before.kind !== 'appointment.booked') return 'appointment.booked'
  return before.at.getTime() === event.at.getTime() ? 'appointment.changed' : 'appointment.rescheduled'
}

function sameFact(one: NewEvent, other: NewEvent): boolean {
  return one.kind === other.kind && JSON.stringify(one.data) === JSON.stringify(other.data)
}
