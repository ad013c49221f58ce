import { setTimeout as sleep } from 'node:timers/promises'
import { DAY, HOUR, hourOf, startOfDay } from './clock.ts'
import { answerCall, answerQuestion, type CallOutcome, type PatientSituation } from './patient-answers.ts'
import { chance, int, prng, type Prng } from './prng.ts'

const PAST_STREAM = 401
const TURN_STREAM = 402
const LIVE_STREAM = 403
const EVIDENCE_STREAM = 404

/** Parts of the API's answers that a member of staff looks at; the simulator knows only the public interface. */
export type Question = {
  linkId: string
  type: string
  required?: boolean
  min?: number
  max?: number
  options?: { value: string }[]
  enableWhen?: unknown
}
export type Task = {
  id: number
  kind: string
  status: string
  ageYears: number | null
  departmentName: string | null
  dischargedAt: string | null
  startAt: string
  dueAt: string
  nextAttemptAt: string | null
  attempts: number
}
export type TaskDetail = Task & { questionnaire: { items: Question[] } | null }

export type StaffOptions = {
  baseUrl: string
  apiKey: string
  seed: number
  signal?: AbortSignal
  /** Tasks that are left to the people who try the demo. */
  leave?: (task: Task) => boolean
}

export type StaffProgress = { worked: number; failed: number }

/** People who phone patients: simulated staff that signs in with an API key and works follow-up tasks over HTTP. */
export class SimulatedStaff {
  #options: StaffOptions

  constructor(options: StaffOptions) {
    this.#options = options
  }

  /**
   * Registers what was done in the past: most tasks whose contact time has come, at a plausible hour between discharge and due date, some
   * too late, a few not at all.
   */
  async workPast(now: Date, onProgress?: (progress: StaffProgress) => void): Promise<StaffProgress> {
    const progress = { worked: 0, failed: 0 }
    // Whoever was not reached is called again a day later and once more after that.
    for (let pass = 0; pass < 3; pass++) {
      for await (const task of this.#openTasks()) {
        if (task.attempts !== pass || isCheck(task) || this.#options.leave?.(task)) continue
        const random = pastStream(this.#options.seed, task.id, pass)
        const at = pastContact(random, task, now)
        if (at) await this.#try(task.id, random, at, progress)
        onProgress?.(progress)
      }
    }
    return progress
  }

  /** Works one task about every `everyMs` until the signal aborts. */
  async workLive(everyMs: number): Promise<void> {
    const { signal, seed, leave } = this.#options
    const progress = { worked: 0, failed: 0 }
    for (let turn = 0; !signal?.aborted; turn++) {
      await sleep(everyMs, undefined, { signal }).catch(() => undefined)
      if (signal?.aborted) return
      const { items } = await this.#call<{ items: Task[] }>('GET', '/tasks?view=todo&whose=team&limit=40')
      const free = items.filter((task) => task.status === 'requested' && !isCheck(task) && !leave?.(task))
      const task = free[int(prng(seed, TURN_STREAM, turn), 0, Math.max(0, free.length - 1))]
      if (task) await this.#try(task.id, prng(seed, LIVE_STREAM, task.id, turn), undefined, progress)
    }
  }

  async *#openTasks(): AsyncGenerator<Task> {
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: Task[]; nextCursor: string | null } = await this.#call(
        'GET',
        `/tasks?view=all&whose=team&limit=200${cursor && `&cursor=${cursor}`}`,
      )
      yield* page.items
      cursor = page.nextCursor
      if (this.#options.signal?.aborted) return
    }
  }

  /** Somebody else may have taken or closed the task meanwhile: that is a colleague, not an error. */
  async #try(id: number, random: Prng, at: Date | undefined, progress: StaffProgress): Promise<void> {
    try {
      await this.#work(id, random, at)
      progress.worked += 1
    } catch {
      progress.failed += 1
    }
  }

  async #work(id: number, random: Prng, at: Date | undefined): Promise<void> {
    const task = await this.#call<TaskDetail>('POST', `/tasks/${id}/hold`)
    await this.#call('POST', `/tasks/${id}/attempts`, contactOf(random, this.#options.seed, task, at))
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { baseUrl, apiKey, signal } = this.#options
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
}

/** When a task of the past was worked on: null when its time had not come by then, and for a few that nobody got to. */
export function pastContact(random: Prng, task: Task, now: Date): Date | null {
  const at = task.nextAttemptAt === null ? contactTime(random, task) : new Date(task.nextAttemptAt)
  return at.getTime() > now.getTime() || chance(random, 0.05) ? null : at
}

/** Stream of the past for one task and its so-many-eth contact. */
export const pastStream = (seed: number, task: number, pass: number): Prng =>
  prng(seed, PAST_STREAM, task, pass)

/** How a contact with the patient of a task goes, as the API takes it. @param at of a contact in the past; left out: now */
export function contactOf(random: Prng, seed: number, task: TaskDetail, at?: Date) {
  const now = at ?? new Date()
  const discharged = task.dischargedAt === null ? now : new Date(task.dischargedAt)
  const patient: PatientSituation = {
    age: task.ageYears ?? 50,
    now,
    daysSinceDischarge: Math.max(1, Math.round((now.getTime() - discharged.getTime()) / DAY)),
  }
  const call = answerCall(random, patient)
  const channel = task.kind === 'home-visit' ? ('visit' as const) : ('phone' as const)
  const evidence = evidenceFor(prng(seed, EVIDENCE_STREAM, task.id, task.attempts), task, channel, now)
  const outcome = outcomes[call.reached]
  const durationSeconds = int(random, 20, 260)
  const answers =
    outcome === 'done' ? answersFor(random, task.questionnaire?.items ?? [], patient) : undefined
  return {
    outcome,
    channel,
    durationSeconds,
    ...(evidence && { evidence }),
    ...(at && { occurredAt: at.toISOString() }),
    ...(answers && { answers }),
  }
}

const outcomes: Record<CallOutcome, string> = {
  answered: 'done',
  'no-answer': 'unreached',
  'wrong-number': 'wrong-number',
  refused: 'refused',
  deceased: 'deceased',
  readmitted: 'readmitted',
}

/** Spot checks are left to people: what they find is the point. */
const isCheck = (task: Task) => task.kind.startsWith('spot-check')

/** The telephone system numbers calls, visits are noted with their place; about one contact in six is only stated. */
function evidenceFor(random: Prng, task: Task, channel: 'visit' | 'phone', at: Date): object | undefined {
  if (chance(random, 1 / 6)) return undefined
  if (channel === 'visit') return { kind: 'visit-note', place: '患者家中', at: at.toISOString() }
  const day = at.toISOString().slice(0, 10).replaceAll('-', '')
  return { kind: 'call-record', reference: `CC${day}-${task.id}-${task.attempts + 1}` }
}

/** A weekday-like hour of a day between discharge and due date; about one in twelve is late. */
function contactTime(random: Prng, task: Task): Date {
  const start =
    Math.max(Date.parse(task.dischargedAt ?? task.startAt), Date.parse(task.startAt) - 30 * DAY) + DAY
  const due = Date.parse(task.dueAt)
  const late = chance(random, 0.08)
  const day = late ? due + int(random, 1, 4) * DAY : start + random() * Math.max(0, due - start - DAY)
  const at = startOfDay(day) + (9 + random() * 9) * HOUR
  return new Date(hourOf(at) < 9 ? at + HOUR : at)
}

function answersFor(random: Prng, items: Question[], patient: PatientSituation): Record<string, unknown> {
  const answers: Record<string, unknown> = {}
  for (const item of items) {
    if (item.type === 'group' || item.type === 'display' || item.enableWhen !== undefined) continue
    if (!item.required && chance(random, 0.4)) continue
    answers[item.linkId] = answerOne(random, item, patient)
  }
  return answers
}

function answerOne(random: Prng, item: Question, patient: PatientSituation): unknown {
  const { linkId, options = [], min, max } = item
  const limits = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) }
  if (item.type === 'multiple') {
    // The first option of our lists is "none of these".
    const chosen = chance(random, 0.03)
      ? options[int(random, 1, Math.max(1, options.length - 1))]
      : options[0]
    return chosen ? [chosen.value] : []
  }
  if (item.type === 'scale') return Math.min(max ?? 10, Math.round((random() + random() + random()) * 1.5))
  if (item.type === 'choice') {
    const last = options.length - 1
    const flags = options.map((option, at) => ({
      value: option.value,
      redFlag: at === last && last > 1 && linkId === 'condition',
    }))
    return answerQuestion(random, { linkId, type: 'choice', options: flags }, patient)
  }
  return answerQuestion(random, { linkId, type: item.type as 'text', ...limits }, patient)
}
