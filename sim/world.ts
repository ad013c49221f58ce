import { DAY } from './clock.ts'
import { demoHospital, type Department, type Hospital, type Staff } from './hospital.ts'
import { chance, prng } from './prng.ts'

/** Everything a run depends on. Two worlds with the same four values tell the same story. */
export interface World {
  seed: number
  /** How many people have been in contact with the hospital by `now`; later ones arrive at the same rate. */
  people: number
  /** Where history ends and the live future begins. Keep it when a run is continued another day. */
  now: Date
  years: number
  start: number
  hospital: Hospital
  /** Five characters that set the control ids of this world apart from those of another one. */
  id: string
  departments: Map<string, Department>
  doctors: Map<string, Staff[]>
}

const ARRIVAL_STREAM = 3
const KNOWN_BEFORE = 0.6

/** A world of `people` (default 20,000) whose history spans `years` (default 3) up to `now`. */
export function createWorld(options: { now: Date; seed?: number; people?: number; years?: number }): World {
  const { now, seed = 1, people = 20_000, years = 3 } = options
  const hospital = demoHospital
  const doctors = new Map<string, Staff[]>()
  for (const person of hospital.staff) {
    if (person.role !== 'doctor' && person.role !== 'head') continue
    const list = doctors.get(person.departmentCode)
    if (list) list.push(person)
    else doctors.set(person.departmentCode, [person])
  }
  return {
    seed,
    people,
    now,
    years,
    start: now.getTime() - years * 365 * DAY,
    hospital,
    id: worldId(`${seed}/${people}/${years}/${now.getTime()}`),
    departments: new Map(hospital.departments.map((d) => [`${d.specialty}@${d.siteCode}`, d])),
    doctors,
  }
}

/** When person `index` first comes to the hospital (milliseconds). Indexes from `people` on come after `now`. */
export function firstContact(world: World, index: number): number {
  const random = prng(world.seed, ARRIVAL_STREAM, index)
  const span = world.now.getTime() - world.start
  if (index >= world.people) {
    return (
      world.now.getTime() + ((index - world.people + random()) * span) / (world.people * (1 - KNOWN_BEFORE))
    )
  }
  // Patients from before come back soon after the story begins; without them it would begin with empty wards.
  const known = chance(random, KNOWN_BEFORE)
  const share = random()
  return world.start + (known ? share ** 2 : share) * span
}

/** How many people have had their first contact before `to` (milliseconds), as an upper bound. */
export function peopleUntil(world: World, to: number): number {
  const span = world.now.getTime() - world.start
  const after = Math.max(0, to - world.now.getTime())
  return world.people + Math.ceil((after / span) * world.people * (1 - KNOWN_BEFORE))
}

/** The department of a specialty at a site, or at the main site where the smaller one lacks it. */
export function departmentOf(world: World, specialty: string, siteCode: string): Department {
  const found =
    world.departments.get(`${specialty}@${siteCode}`) ?? world.departments.get(`${specialty}@GH01`)
  if (!found) throw new Error(`No department of specialty ${specialty}`)
  return found
}

function worldId(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return (hash % 36 ** 5).toString(36).padStart(5, '0').toUpperCase()
}
