import { setImmediate as breathe } from 'node:timers/promises'
import { DAY } from './clock.ts'
import {
  makeLife,
  type Diagnosis,
  type EncounterClass,
  type EventType,
  type Life,
  type Visit,
} from './course.ts'
import type { Department, Staff } from './hospital.ts'
import type { Person } from './people.ts'
import { peopleUntil, type World } from './world.ts'

export { createWorld, type World } from './world.ts'
export type { Diagnosis, EncounterClass, EventType } from './course.ts'

/** A visit as the hospital's system knows it at the moment of an event. */
export interface Encounter {
  visitNumber: string
  class: EncounterClass
  department: Department
  attending: Staff
  diagnoses: Diagnosis[]
  admittedAt: Date
  dischargedAt?: Date
  /** HL7 table 0112: 01 home, 02 other hospital, 20 expired. */
  disposition?: '01' | '02' | '20'
  /** Inpatients only. */
  room?: string
  bed?: string
}

/** One message-worthy fact. `messageControlId` is unique within and across worlds. */
export interface SimEvent {
  at: Date
  type: EventType
  messageControlId: string
  person: Person
  encounter: Encounter
}

interface Schedule {
  at: number[]
  person: number[]
  /** Position within the life of the person. */
  position: number[]
  order: Uint32Array
  lives: Map<number, Life>
  beds: Map<number, number>
}

interface Stay {
  key: number
  department: Department
  from: number
  to: number
}

/** From (included, default the beginning) and to (excluded, default `now`); `to` may lie in the future. */
export interface Window {
  from?: Date
  to?: Date
}

const VISITS_PER_PERSON = 4096
// About 2 kB each: the default world fits, a larger one makes lives anew as their events come up.
const LIVES_KEPT = 30_000
const PEOPLE_PER_BREATH = 500

/**
 * All events of a window in the order of time. Holds the times of the window and at most 30,000 lives, never
 * all messages. Before the first event every person is generated once: about 50 µs each.
 */
export function* lifeEvents(world: World, window: Window = {}): Generator<SimEvent, void> {
  const planning = plan(world, window)
  for (;;) {
    const step = planning.next()
    if (step.done) return yield* emit(world, window, step.value)
  }
}

/** As {@link lifeEvents}, giving way to other work of the process while it prepares. */
export async function* lifeEventsGently(world: World, window: Window = {}): AsyncGenerator<SimEvent, void> {
  const planning = plan(world, window)
  for (;;) {
    const step = planning.next()
    if (step.done) return yield* emit(world, window, step.value)
    await breathe()
  }
}

function* plan(world: World, window: Window): Generator<void, Schedule> {
  const from = window.from?.getTime() ?? -Infinity
  const to = (window.to ?? world.now).getTime()
  const at: number[] = []
  const person: number[] = []
  const position: number[] = []
  const stays: Stay[] = []
  const lives = new Map<number, Life>()
  const count = peopleUntil(world, to + DAY)
  for (let index = 0; index < count; index++) {
    if (index % PEOPLE_PER_BREATH === 0) yield
    const life = makeLife(world, index, to)
    const known = at.length
    life.events.forEach((event, i) => {
      if (event.at < from || event.at >= to) return
      at.push(event.at)
      person.push(index)
      position.push(i)
    })
    if (at.length > known && lives.size < LIVES_KEPT) lives.set(index, life)
    life.visits.forEach((visit, i) => {
      if (visit.class !== 'I' || visit.endedAt === undefined) return
      const key = index * VISITS_PER_PERSON + i
      stays.push({ key, department: visit.department, from: visit.startedAt, to: visit.endedAt })
    })
  }
  const order = Uint32Array.from(at, (_, i) => i)
  // People are visited in order, so equal times stay in the order of people and of their events.
  order.sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0) || a - b)
  return { at, person, position, order, lives, beds: assignBeds(stays) }
}

/** Nobody shares a bed: each stay takes the first one free in its ward when it begins, or an extra one. */
function assignBeds(stays: Stay[]): Map<number, number> {
  const beds = new Map<number, number>()
  const freeAt = new Map<string, number[]>()
  stays.sort((a, b) => a.from - b.from || a.key - b.key)
  for (const stay of stays) {
    const ward = freeAt.get(stay.department.code) ?? []
    freeAt.set(stay.department.code, ward)
    const free = ward.findIndex((until) => until < stay.from)
    const bed = free === -1 ? ward.length : free
    ward[bed] = stay.to
    beds.set(stay.key, bed)
  }
  return beds
}

function* emit(world: World, window: Window, schedule: Schedule): Generator<SimEvent, void> {
  const to = (window.to ?? world.now).getTime()
  const { lives } = schedule
  for (const entry of schedule.order) {
    const index = schedule.person[entry] ?? 0
    const position = schedule.position[entry] ?? 0
    let life = lives.get(index)
    if (!life) {
      life = makeLife(world, index, to)
      const oldest = lives.keys().next()
      if (lives.size >= LIVES_KEPT && !oldest.done) lives.delete(oldest.value)
      lives.set(index, life)
    }
    const event = life.events[position]
    const visit = event && life.visits[event.visit]
    if (!visit) continue
    yield {
      at: new Date(event.at),
      type: event.type,
      messageControlId: `${world.id}-${index.toString(36)}-${position.toString(36)}`.toUpperCase(),
      person: event.person,
      encounter: asKnownAt(visit, event.at, schedule.beds.get(index * VISITS_PER_PERSON + event.visit)),
    }
  }
}

function asKnownAt(visit: Visit, at: number, bed: number | undefined): Encounter {
  const ended = visit.endedAt !== undefined && visit.endedAt <= at
  return {
    visitNumber: visit.number,
    class: visit.class,
    department: visit.department,
    attending: visit.attending,
    diagnoses: ended ? visit.diagnoses : visit.diagnoses.slice(0, 1),
    admittedAt: new Date(visit.startedAt),
    ...(ended && visit.endedAt !== undefined ? { dischargedAt: new Date(visit.endedAt) } : {}),
    ...(ended && visit.disposition ? { disposition: visit.disposition } : {}),
    ...(bed === undefined ? {} : place(visit.department, bed)),
  }
}

const BEDS_PER_ROOM = 3

function place(department: Department, bed: number): { room: string; bed: string } {
  if (bed >= department.beds) return { room: `${department.floor}00`, bed: `加${bed - department.beds + 1}` }
  const room = Math.floor(bed / BEDS_PER_ROOM) + 1
  return {
    room: `${department.floor}${String(room).padStart(2, '0')}`,
    bed: String(bed + 1).padStart(2, '0'),
  }
}
