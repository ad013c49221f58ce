import type { Permission } from '../../contract/access.ts'
import { type Actor, nobody, nothing, type PersonActor, type Reach } from './actor.ts'
import { AppError } from './errors.ts'

/* Actors from outside: who has a link, has proved a number, or is signed in at the portal. Each reaches what it is for, and nothing else. */

/** The holder of a link: may work on the link's task, if any, and reaches nothing else. */
export function taskLinkActor(
  linkId: number,
  name: string,
  { personId, taskId }: { personId: number; taskId: number | null },
  address: string | null,
): Actor {
  const reach: Reach = { ...nothing, personIds: [personId], only: { personId, taskId } }
  const access = taskId === null ? {} : { 'task.work': reach }
  return { kind: 'link', id: `link:${linkId}`, name, ...nobody, access, address }
}

/** A person by a signed link of their own: may do what the link is for, by default change contact wishes, and reaches nobody else. */
export function personLinkActor(
  id: string,
  name: string,
  personId: number,
  address: string | null,
  allowed: readonly Permission[] = ['person.read', 'person.write'],
): Actor {
  const reach: Reach = { ...nothing, personIds: [personId], only: { personId, taskId: null } }
  const access = Object.fromEntries(allowed.map((permission) => [permission, reach]))
  return { kind: 'link', id: `link:${id}`, name, ...nobody, access, address }
}

/** A person who proved their telephone number on the page of bookings: may book, move and cancel for that person and reaches nobody else. */
export function bookingActor(sessionId: number, personId: number, address: string | null): Actor {
  const id = `booking:${sessionId}`
  const reach: Reach = { ...nothing, personIds: [personId], only: { personId, taskId: null } }
  const access = { 'person.read': reach, 'appointment.read': reach, 'appointment.write': reach }
  return { kind: 'link', id: `link:${id}`, name: '本人（网上预约）', ...nobody, access, address }
}

/** What a patient may do at the portal, for oneself and for whom one acts. */
const ofPortal = [
  'person.read',
  'person.write',
  'task.read',
  'task.work',
  'appointment.read',
  'appointment.write',
] as const satisfies Permission[]

/**
 * A patient signed in at the portal.
 * @param persons oneself and those for whom one acts; {@link aboutPerson} narrows it to one of them
 */
export function portalActor(who: {
  id: number
  sessionId: number
  persons: number[]
  address: string | null
}): PersonActor {
  const reach: Reach = { ...nothing, personIds: who.persons }
  return {
    kind: 'person',
    personId: who.id,
    id: `person:${who.id}`,
    name: '本人（患者门户）',
    ...nobody,
    sessionId: String(who.sessionId),
    access: Object.fromEntries(ofPortal.map((permission) => [permission, reach])),
    address: who.address,
  }
}

/**
 * The same patient, reaching one person only.
 * @param id oneself when left out
 * @throws {AppError} not-found: nobody for whom they act
 */
export function aboutPerson(
  actor: PersonActor,
  id: number = actor.personId,
): PersonActor & { about: number } {
  if (!actor.access['person.read']?.personIds.includes(id)) throw new AppError('not-found')
  const reach: Reach = { ...nothing, personIds: [id], only: { personId: id, taskId: null } }
  const name = id === actor.personId ? actor.name : '家属或照护人（患者门户）'
  return { ...actor, name, access: Object.fromEntries(ofPortal.map((one) => [one, reach])), about: id }
}
