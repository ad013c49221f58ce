import { ageAt, calendarOf, DAY, HOUR, SECOND, startOfDay, weekday } from './clock.ts'
import { diseasesFor, seasonFactor, type Disease } from './diseases.ts'
import type { Department, Staff } from './hospital.ts'
import { makePerson, misspell, mobile, type Person } from './people.ts'
import { chance, exponential, int, logNormal, pick, pickWeighted, prng, type Prng } from './prng.ts'
import { departmentOf, firstContact, type World } from './world.ts'

export type EncounterClass = 'I' | 'O' | 'E'
export type EventType = 'A01' | 'A03' | 'A04' | 'A08'

export interface Diagnosis {
  code: string
  name: string
}

/** One visit. Times are milliseconds; discharge and disposition stand only where there is one. */
export interface Visit {
  number: string
  class: EncounterClass
  department: Department
  attending: Staff
  /** The main one first. */
  diagnoses: Diagnosis[]
  startedAt: number
  endedAt?: number
  /** UB-04 / HL7 table 0112: home, other hospital, expired. */
  disposition?: '01' | '02' | '20'
}

/** Something registration tells the world: `person` is how it knew them at that moment. */
export interface LifeEvent {
  at: number
  type: EventType
  visit: number
  person: Person
}

export interface Life {
  visits: Visit[]
  events: LifeEvent[]
}

const COURSE_STREAM = 2
const MEAN_DAYS_BETWEEN = { chronic: 235, healthy: 640 }

/** Hours of the day at which people register, are admitted and leave, as relative weights from 0 to 23 o'clock. */
const hours: Record<EncounterClass | 'leave', number[]> = {
  O: [0, 0, 0, 0, 0, 0, 0, 3, 14, 17, 14, 8, 3, 5, 10, 9, 6, 2, 1, 1, 0.5, 0, 0, 0],
  I: [0.3, 0.2, 0.2, 0.2, 0.2, 0.2, 0.3, 0.8, 4, 9, 11, 7, 3, 3, 8, 9, 7, 4, 2, 1.5, 1.2, 1, 0.7, 0.5],
  E: [3, 2.5, 2, 2, 1.5, 1.5, 2, 3, 4, 5, 5, 5, 4, 4, 4, 4, 4, 5, 6, 7, 7, 6, 5, 4],
  leave: [0, 0, 0, 0, 0, 0, 0, 0, 3, 16, 18, 9, 2, 2, 8, 7, 4, 1, 0.5, 0, 0, 0, 0, 0],
}
const everyHour = Array.from({ length: 24 }, (_, hour) => hour)

interface Plan {
  at: number
  reason: 'new' | 'readmission' | 'review'
  disease?: Disease
}

/**
 * The life of person `index` with the hospital: every visit that begins before `until` (milliseconds) and perhaps
 * one more, with their events in order. A later `until` only appends, so that a window and the whole run tell
 * the same story.
 */
export function makeLife(world: World, index: number, until: number): Life {
  return new Course(world, index).run(until)
}

class Course {
  readonly #world: World
  readonly #random: Prng
  readonly #index: number
  readonly #chronic: Disease[]
  readonly #life: Life = { visits: [], events: [] }
  #truth: Person
  #known: Person
  #lastAt = 0
  #lastDelivery = -Infinity

  constructor(world: World, index: number) {
    this.#world = world
    this.#index = index
    this.#random = prng(world.seed, COURSE_STREAM, index)
    this.#truth = makePerson(world.seed, index, firstContact(world, index))
    this.#known = (chance(this.#random, 0.04) && misspell(this.#truth)) || this.#truth
    this.#chronic = this.#chronicDiseases()
  }

  run(until: number): Life {
    let plan: Plan | undefined = { at: firstContact(this.#world, this.#index), reason: 'new' }
    // A visit planned for a day may begin at an earlier hour of it.
    while (plan && startOfDay(plan.at) < until) plan = this.#visit(plan)
    return this.#life
  }

  #chronicDiseases(): Disease[] {
    const random = this.#random
    const first = firstContact(this.#world, this.#index)
    const age = ageAt(this.#truth.birthDate, first)
    const likely = age < 18 ? 0.05 : age < 40 ? 0.15 : age < 60 ? 0.4 : 0.75
    if (!chance(random, likely)) return []
    const fitting = diseasesFor(this.#truth.sex, age).filter((d) => d.chronic)
    if (fitting.length === 0) return []
    const main = pickWeighted(random, fitting, (d) => d.weight)
    const others = fitting.filter((d) => d.specialty !== main.specialty)
    if (others.length === 0 || !chance(random, age / 150)) return [main]
    return [main, pickWeighted(random, others, (d) => d.weight)]
  }

  #visit(plan: Plan): Plan | undefined {
    const random = this.#random
    const disease = plan.disease ?? this.#fallIll(plan.at)
    const visitClass = this.#classOf(plan.reason, disease)
    const elsewhere = chance(random, 0.05)
    const siteCode = (this.#truth.homeSite === 'GH01') === elsewhere ? 'GH02' : 'GH01'
    if (visitClass !== 'I') return this.#outpatient(plan, disease, visitClass, siteCode)
    return this.#inpatient(plan, disease, siteCode)
  }

  #classOf(reason: Plan['reason'], disease: Disease): EncounterClass {
    if (reason === 'readmission') return 'I'
    if (reason === 'review') return 'O'
    if (chance(this.#random, disease.inpatient)) return 'I'
    return chance(this.#random, disease.emergency) ? 'E' : 'O'
  }

  #outpatient(plan: Plan, disease: Disease, visitClass: 'O' | 'E', siteCode: string): Plan {
    const startedAt = this.#snap(plan.at, visitClass)
    const specialty = visitClass === 'E' ? 'EMER' : disease.specialty
    const department = departmentOf(this.#world, specialty, siteCode)
    const afterBirth = plan.reason === 'review' && disease.code.startsWith('O8')
    const diagnosis = afterBirth ? { code: 'Z39.200', name: '常规产后随诊' } : disease
    this.#open({ class: visitClass, department, diagnoses: [brief(diagnosis)], startedAt })
    this.#event(startedAt, 'A04')
    this.#corrections(startedAt + 2 * SECOND, startedAt + 2 * HOUR)
    return { at: this.#lastAt + this.#gap(), reason: 'new' }
  }

  #inpatient(plan: Plan, disease: Disease, siteCode: string): Plan | undefined {
    const random = this.#random
    const urgent = chance(random, disease.emergency)
    let startedAt = this.#snap(plan.at, urgent ? 'E' : 'I')
    if (urgent) {
      const department = departmentOf(this.#world, 'EMER', siteCode)
      this.#open({ class: 'E', department, diagnoses: [brief(disease)], startedAt })
      this.#event(startedAt, 'A04')
      startedAt += int(random, 40 * 60, 5 * 3600) * SECOND
    }
    const age = ageAt(this.#truth.birthDate, startedAt)
    const days = Math.min(
      90,
      Math.max(1, Math.round(logNormal(random, disease.stayDays, disease.staySpread))),
    )
    const dies = chance(random, disease.death * frailty(age))
    const endedAt = dies
      ? startedAt + Math.ceil(exponential(random, days * 0.6) * 86_400 + 3600) * SECOND
      : this.#timeOn(startOfDay(startedAt) + days * DAY, 'leave')
    if (disease.code.startsWith('O8')) this.#lastDelivery = startedAt
    const others = this.#chronic.filter((d) => d !== disease).map(brief)
    this.#open({
      class: 'I',
      department: departmentOf(this.#world, disease.specialty, siteCode),
      diagnoses: [brief(disease), ...others],
      startedAt,
      endedAt,
      disposition: dies ? '20' : chance(random, 0.03) ? '02' : '01',
    })
    this.#event(startedAt, 'A01')
    this.#corrections(startedAt + 600 * SECOND, endedAt)
    if (dies) this.#known = { ...this.#known, deceasedAt: new Date(endedAt) }
    this.#event(endedAt, 'A03')
    return dies ? undefined : this.#afterDischarge(disease, endedAt, age)
  }

  #afterDischarge(disease: Disease, endedAt: number, age: number): Plan | undefined {
    const random = this.#random
    const fate = random()
    const readmission = disease.readmission * Math.sqrt(frailty(age))
    const death = disease.death * frailty(age) * 0.6
    if (fate < readmission) {
      return { at: endedAt + (1.5 + 28 * random() ** 1.4) * DAY, reason: 'readmission', disease }
    }
    if (fate < readmission + death) {
      // The family tells registration days later, without a visit: the news hangs on the last one.
      const deceasedAt = endedAt + Math.ceil(exponential(random, 25) * 86_400 + 7200) * SECOND
      this.#known = { ...this.#known, deceasedAt: new Date(deceasedAt) }
      this.#event(this.#timeOn(startOfDay(deceasedAt) + int(random, 1, 6) * DAY, 'O'), 'A08')
      return undefined
    }
    if (fate < readmission + death + 0.35)
      return { at: endedAt + int(random, 7, 32) * DAY, reason: 'review', disease }
    return { at: endedAt + this.#gap(), reason: 'new' }
  }

  #fallIll(at: number): Disease {
    const random = this.#random
    const age = ageAt(this.#truth.birthDate, at)
    if (this.#chronic.length > 0 && chance(random, 0.65)) return pick(random, this.#chronic)
    const month = calendarOf(at).month
    const newborn = at - Date.parse(this.#truth.birthDate) < 28 * DAY
    const fertile = at - this.#lastDelivery > 330 * DAY
    return pickWeighted(random, diseasesFor(this.#truth.sex, age), (d) => {
      if (d.specialty === 'NEON' && !newborn) return 0
      if (d.specialty === 'OBGY' && d.code.startsWith('O') && !fertile) return 0
      return d.weight * seasonFactor(d, month) * (newborn && d.specialty === 'PEDI' ? 0.1 : 1)
    })
  }

  /** What registration learns between two moments: a corrected name, a new phone number. */
  #corrections(from: number, to: number): void {
    const random = this.#random
    const renamed = this.#known.name !== this.#truth.name && chance(random, 0.6)
    const rung = chance(random, 0.05)
    if (!renamed && !rung) return
    if (rung) this.#truth = { ...this.#truth, phone: mobile(random) }
    const name = renamed ? this.#truth.name : this.#known.name
    this.#known = { ...this.#truth, name }
    this.#event(from + Math.floor((random() * (to - from - SECOND)) / SECOND) * SECOND, 'A08')
  }

  #open(visit: Omit<Visit, 'number' | 'attending'>): void {
    const count = this.#life.visits.length
    const number = `V${String(this.#index + 1).padStart(8, '0')}${String(count + 1).padStart(3, '0')}`
    const doctors = this.#world.doctors.get(visit.department.code) ?? []
    this.#life.visits.push({ ...visit, number, attending: pick(this.#random, doctors) })
  }

  #event(at: number, type: EventType): void {
    this.#lastAt = Math.max(at, this.#lastAt + SECOND)
    this.#life.events.push({
      at: this.#lastAt,
      type,
      visit: this.#life.visits.length - 1,
      person: this.#known,
    })
  }

  #gap(): number {
    const mean = this.#chronic.length > 0 ? MEAN_DAYS_BETWEEN.chronic : MEAN_DAYS_BETWEEN.healthy
    return (2 + exponential(this.#random, mean)) * DAY
  }

  /** A moment at which such a visit begins, on the planned day or soon after, later than the last event. */
  #snap(at: number, visitClass: EncounterClass): number {
    let day = startOfDay(at)
    const weekend = weekday(day) === 0 || weekday(day) === 6
    if (visitClass !== 'E' && weekend && chance(this.#random, 0.6)) day += (weekday(day) === 6 ? 2 : 1) * DAY
    for (;;) {
      const moment = this.#timeOn(day, visitClass)
      if (moment > this.#lastAt + HOUR) return moment
      day += DAY
    }
  }

  #timeOn(day: number, pattern: EncounterClass | 'leave'): number {
    const hour = pickWeighted(this.#random, everyHour, (h) => hours[pattern][h] ?? 0)
    return day + hour * HOUR + int(this.#random, 0, 3599) * SECOND
  }
}

function frailty(age: number): number {
  if (age < 45) return 0.4
  if (age < 65) return 0.8
  return age < 80 ? 1.2 : 2
}

function brief(disease: Diagnosis): Diagnosis {
  return { code: disease.code, name: disease.name }
}
