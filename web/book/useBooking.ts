import { useEffect, useRef, useState } from 'react'
import {
  type Asked,
  type Booking,
  type BookingSession,
  type BookingSlot,
  type Department,
  type Opened,
  type Places,
  post,
  problemOf,
  readSession,
  type Site,
} from './api.ts'
import { keptToken, keepToken } from './keep.ts'

export type Step = 'places' | 'time' | 'phone' | 'who' | 'confirm' | 'done' | 'mine'
type Place = { site: Pick<Site, 'id' | 'name' | 'timeZone'>; department: Pick<Department, 'id' | 'name'> }
type Stated = { name: string; identity: string | null }
type Session = BookingSession & { token: string }

/** Steps that lead nowhere once what they were for is done. */
const within: ReadonlySet<Step> = new Set(['time', 'phone', 'who', 'confirm', 'done'])

/** What somebody has chosen so far, and what each tap does. The steps are in the history, so that the telephone's own "back" works. */
export function useBooking(places: Places | null, language: string) {
  const [step, setStep] = useState<Step>('places')
  const [place, setPlace] = useState<Place | null>(null)
  const [slot, setSlot] = useState<BookingSlot | null>(null)
  const [session, setSession] = useState<Session | null>(null)
  const [stated, setStated] = useState<Stated | null>(null)
  const [other, setOther] = useState(false)
  const [needsIdentity, setNeedsIdentity] = useState(false)
  const [moving, setMoving] = useState<Booking | null>(null)
  const [done, setDone] = useState<{ booking: Booking; moved: boolean } | null>(null)
  const [mine, setMine] = useState<Booking[]>([])
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  /** Whoever was too late for a slot looks at the same day again. */
  const day = useRef<string | null>(null)
  const latest = useRef({ place, slot, session, done })
  useEffect(() => {
    latest.current = { place, slot, session, done }
  })

  useEffect(() => {
    history.replaceState({ step: 'places' }, '')
    const token = keptToken()
    if (token)
      readSession(token).then(
        (read) => setSession({ ...read, token }),
        () => keepToken(null),
      )
    const onBack = (event: PopStateEvent) => {
      const wanted = ((event.state as { step?: Step } | null)?.step ?? 'places') satisfies Step
      const { place, slot, done } = latest.current
      const lost = done !== null || !place || (!slot && wanted !== 'time')
      setProblem(null)
      setStep(within.has(wanted) && lost ? 'places' : wanted)
    }
    addEventListener('popstate', onBack)
    return () => removeEventListener('popstate', onBack)
  }, [])

  function go(next: Step, answers: object = {}) {
    history.pushState({ step: next, ...answers }, '')
    setStep(next)
  }

  function forget() {
    keepToken(null)
    setSession(null)
    setMine([])
  }

  /** One thing at a time: a second tap while the first is on its way does nothing. */
  async function act(work: () => Promise<void>) {
    if (busy) return
    setBusy(true)
    setProblem(null)
    try {
      await work()
    } catch (error) {
      const id = problemOf(error)
      setProblem(id)
      if (id === 'booking-ended') {
        forget()
        go('phone')
      }
      if (['slot-taken', 'appointment-overlap'].includes(id) && latest.current.place)
        go('time', { day: day.current })
      if (id === 'real-name' || id === 'identity-wrong') {
        setNeedsIdentity(id === 'real-name' || needsIdentity)
        setOther(true)
        go('who')
      }
    }
    setBusy(false)
  }

  const known = (one: BookingSession) => one.who.state === 'known'

  async function showMine(token: string) {
    setMine((await post<{ items: Booking[] }>('mine', { token })).items)
    go('mine')
  }

  /** What comes after a number was proved, or a person chosen. */
  async function afterSession(next: Session, chosen: BookingSlot | null) {
    setSession(next)
    // Of somebody whom nobody knows there is nothing to look for.
    if (!chosen && next.who.state === 'several') go('who')
    else if (!chosen) await showMine(next.token)
    else if (next.hold?.slotId !== chosen.id) {
      setProblem('slot-taken')
      go('time', { day: day.current })
    } else go(known(next) ? 'confirm' : 'who')
  }

  return {
    ...{ step, place, slot, session, stated, other, needsIdentity, moving, done, mine, problem, busy },
    act,
    back: () => history.back(),
    toPlaces: () => {
      setMoving(null)
      setSlot(null)
      setDone(null)
      setStated(null)
      setOther(false)
      setProblem(null)
      go('places')
    },
    choosePlace: (site: Site, department: Department) => {
      setPlace({ site, department })
      setDone(null)
      setProblem(null)
      go('time')
    },
    chooseSlot: (chosen: BookingSlot, ofDay: string) =>
      act(async () => {
        day.current = ofDay
        setSlot(chosen)
        if (!session) {
          go('phone')
          return
        }
        const { token } = session
        const held = await post<BookingSession>('hold', { token, slotId: chosen.id })
        if (stated && !moving) {
          setSession({ ...held, token })
          go('confirm')
        } else await afterSession({ ...held, token }, chosen)
      }),
    ask: (phone: string, onAsked: (asked: Asked) => void) =>
      act(async () => {
        const siteId = place?.site.id ?? places?.sites[0]?.id ?? 0
        onAsked(await post<Asked>('codes', { siteId, phone, language }))
      }),
    prove: (request: string, phone: string, code: string) =>
      act(async () => {
        const opened = await post<Opened>('sessions', { request, phone, code, slotId: slot?.id ?? null })
        keepToken(opened.token)
        await afterSession(opened, slot)
      }),
    choosePerson: (name: string, birthYear: number) =>
      act(async () => {
        if (!session) return
        const { token } = session
        await afterSession(
          { ...(await post<BookingSession>('person', { token, name, birthYear })), token },
          slot,
        )
      }),
    state: (one: Stated) => {
      setStated(one)
      setProblem(null)
      go('confirm')
    },
    forOther: () => {
      setOther(true)
      setProblem(null)
      go('who')
    },
    confirm: () =>
      act(async () => {
        if (!session || !slot) return
        const { token } = session
        const booking = moving
          ? await post<Booking>('move', { token, id: moving.id, version: moving.version, slotId: slot.id })
          : await post<Booking>('bookings', { token, slotId: slot.id, stated })
        setDone({ booking, moved: moving !== null })
        setMoving(null)
        setSlot(null)
        setStated(null)
        setOther(false)
        setNeedsIdentity(false)
        history.replaceState({ step: 'done' }, '')
        setStep('done')
        setSession({ ...(await readSession(token)), token })
      }),
    openMine: () =>
      act(async () => {
        setSlot(null)
        setMoving(null)
        setOther(false)
        if (!session) go('phone')
        else await afterSession(session, null)
      }),
    cancel: (one: Booking) =>
      act(async () => {
        if (!session) return
        const { token } = session
        const cancelled = await post<Booking>('cancel', { token, id: one.id, version: one.version })
        setMine(mine.map((item) => (item.id === one.id ? cancelled : item)))
        setDone(done?.booking.id === one.id ? { ...done, booking: cancelled } : done)
      }),
    move: (one: Booking) => {
      if (one.departmentId === null) return
      setMoving(one)
      setDone(null)
      setPlace({
        site: { id: one.siteId, name: one.siteName, timeZone: one.timeZone },
        department: { id: one.departmentId, name: one.departmentName ?? '' },
      })
      go('time')
    },
    leave: () => {
      forget()
      setDone(null)
      setSlot(null)
      setStated(null)
      go('places')
    },
  }
}

export type BookingFlow = ReturnType<typeof useBooking>
