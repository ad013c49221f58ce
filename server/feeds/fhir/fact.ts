import type { NewEvent } from '../../modules/event/event.ts'
import type { Sender } from './context.ts'
import type { Item } from './item.ts'
import { spanOf } from './time.ts'
import type { Resource } from './types.ts'

/**
 * What clinical resources put on the timeline: once when they come, and again only when what the line says has changed. A resource that
 * was entered in error before we heard of it says nothing.
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

/** An appointment that was told before is moved, or something else about it has changed. */
function movedKind(before: NewEvent, event: NewEvent): NewEvent['kind'] {
  if (before.kind !== 'appointment.booked') return 'appointment.booked'
  return before.at.getTime() === event.at.getTime() ? 'appointment.changed' : 'appointment.rescheduled'
}

function sameFact(one: NewEvent, other: NewEvent): boolean {
  return one.kind === other.kind && JSON.stringify(one.data) === JSON.stringify(other.data)
}
