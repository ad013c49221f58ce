import type { Point } from '../../contract/geo.ts'
import type { Answers } from '../../contract/questionnaire.ts'
import type { VisitDay, VisitReport } from '../../contract/visit-record.ts'

/*
 * What this telephone keeps: today's route of whoever took it along, what is half filled in, what waits to be sent, and how each sending ended.
 * Nothing of another day stays but what was not sent yet.
 */

export type VisitDraft = {
  taskId: number
  arrivedAt: string | null
  position: (Point & { accuracyMetres: number }) | null
  place: string
  answers: Answers
  note: string
  outcome: VisitReport['outcome'] | null
}
/** A report without the clock, which is read when it is sent. */
export type Waiting = {
  key: string
  userId: string
  taskId: number
  report: Omit<VisitReport, 'sentAt'>
  /** Id of the last refusal. */
  problem: string | null
}
/** A picture taken at the door; it goes before the report that names it. */
export type KeptPhoto = { key: string; taskId: number; linkId: string; picture: Blob }
export type Sent = {
  taskId: number
  status: 'applied' | 'kept'
  taskStatus: string | null
  distanceMetres: number | null
}

const databaseName = 'careloop-visits'
const stores = { day: 'name', draft: 'taskId', waiting: 'key', sent: 'taskId', photo: 'key' } as const
type Store = keyof typeof stores

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'))
  })
}

let opened: Promise<IDBDatabase> | undefined
function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 2)
    request.onupgradeneeded = () => {
      const { result } = request
      for (const [name, keyPath] of Object.entries(stores))
        if (!result.objectStoreNames.contains(name)) result.createObjectStore(name, { keyPath })
    }
    request.onsuccess = () => {
      const { result } = request
      // A newer page in another tab must not wait for this one.
      result.onversionchange = () => result.close()
      resolve(result)
    }
    request.onblocked = () => reject(new Error('An older page of today’s visits is open in another tab.'))
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'))
  })
  return opened
}

async function write(names: Store[], work: (of: (name: Store) => IDBObjectStore) => void): Promise<void> {
  const database = await open()
  await new Promise<void>((resolve, reject) => {
    const transaction = database.transaction(names, 'readwrite')
    transaction.oncomplete = () => resolve()
    transaction.onerror = () => reject(transaction.error ?? new Error('IndexedDB'))
    transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB'))
    work((name) => transaction.objectStore(name))
  })
}

async function all<T>(name: Store): Promise<T[]> {
  const database = await open()
  return settle(database.transaction(name).objectStore(name).getAll() as IDBRequest<T[]>)
}

type Kept = { name: 'today'; day: VisitDay }

/** The route on this telephone unless its day is over where it is driven: then it is wiped, with whatever was half filled in. */
export async function keptDay(): Promise<VisitDay | null> {
  const [kept] = await all<Kept>('day')
  if (!kept) return null
  // `en-CA` writes days as `YYYY-MM-DD`.
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: kept.day.timeZone }).format(new Date())
  if (kept.day.date >= today) return kept.day
  await forgetDay()
  return null
}

/** Takes the place of what was kept; what a colleague had half filled in goes with the colleague's route. */
export async function keepDay(day: VisitDay): Promise<void> {
  const [before] = await all<Kept>('day')
  const other = before && (before.day.userId !== day.userId || before.day.date !== day.date)
  const open = new Set(day.stops.map((stop) => stop.taskId))
  // What is done stays in the list by its name only.
  const done = other ? [] : (before?.day.stops ?? []).filter((stop) => !open.has(stop.taskId)).map(bare)
  const left = other ? await photosOfNobody() : []
  await write(['day', 'draft', 'sent', 'photo'], (of) => {
    if (other) {
      of('draft').clear()
      of('sent').clear()
      for (const key of left) of('photo').delete(key)
    }
    of('day').put({ name: 'today', day: { ...day, stops: [...day.stops, ...done] } } satisfies Kept)
  })
}

const bare = (stop: VisitDay['stops'][number]) => ({
  ...stop,
  address: null,
  phone: null,
  conditionText: null,
  description: null,
  answers: {},
  questionnaireId: null,
})

export async function forgetDay(): Promise<void> {
  const left = await photosOfNobody()
  await write(['day', 'draft', 'sent', 'photo'], (of) => {
    for (const name of ['day', 'draft', 'sent'] as const) of(name).clear()
    for (const key of left) of('photo').delete(key)
  })
}

/** Keys of pictures that no waiting report takes along. */
async function photosOfNobody(): Promise<string[]> {
  const [photos, waiting] = await Promise.all([all<KeptPhoto>('photo'), waitingReports()])
  const tasks = new Set(waiting.map((one) => one.taskId))
  return photos.filter((one) => !tasks.has(one.taskId)).map((one) => one.key)
}

export const keptPhotos = async (taskId: number) =>
  (await all<KeptPhoto>('photo')).filter((one) => one.taskId === taskId)

export async function keepPhoto(photo: KeptPhoto): Promise<void> {
  await write(['photo'], (of) => of('photo').put(photo))
}

export const drafts = () => all<VisitDraft>('draft')
export const waitingReports = () => all<Waiting>('waiting')
export const sentReports = () => all<Sent>('sent')

export async function keepDraft(draft: VisitDraft): Promise<void> {
  await write(['draft'], (of) => of('draft').put(draft))
}

/** From half filled in to waiting, in one step: a dead battery in between loses nothing. */
export async function queue(waiting: Waiting): Promise<void> {
  await write(['draft', 'waiting'], (of) => {
    of('waiting').put(waiting)
    of('draft').delete(waiting.taskId)
  })
}

export async function markRefused(waiting: Waiting, problem: string): Promise<void> {
  await write(['waiting'], (of) => of('waiting').put({ ...waiting, problem }))
}

/** The server has it: answers, pictures, address and telephone number of the person leave this telephone. */
export async function markSent(waiting: Waiting, sent: Sent): Promise<void> {
  const [kept] = await all<Kept>('day')
  const photos = await keptPhotos(waiting.taskId)
  await write(['day', 'waiting', 'sent', 'photo'], (of) => {
    of('waiting').delete(waiting.key)
    for (const { key } of photos) of('photo').delete(key)
    if (!kept || kept.day.userId !== waiting.userId) return
    of('sent').put(sent)
    const stops = kept.day.stops.map((stop) => (stop.taskId === waiting.taskId ? bare(stop) : stop))
    of('day').put({ ...kept, day: { ...kept.day, stops } })
  })
}
