import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type BookingSlot, type DaySlots, loadSlots, problemOf } from './api.ts'
import { clockAt, dayOf } from './format.ts'
import { Card, Choices } from './parts.tsx'
import { useChoice } from './useChoice.ts'

type TimeStepProps = {
  siteId: number
  department: { id: number; name: string }
  large: boolean
  problem: string | null
  busy: boolean
  onChoose: (slot: BookingSlot, day: string) => void
}

type Group = { key: string; name: string; kind: string; fee: number | null; slots: BookingSlot[] }
/** In large type so many days stand on a screen. */
const daysAtOnce = 5

export function TimeStep({ siteId, department, large, problem, busy, onChoose }: TimeStepProps) {
  const { t, i18n } = useTranslation()
  const feeOf = useFee()
  const [date, setDate] = useChoice<string>('day', large)
  const [loaded, setLoaded] = useState<DaySlots | null>(null)
  const [failed, setFailed] = useState<string | null>(null)
  const [tries, setTries] = useState(0)
  // After a refusal the slots have changed: somebody was faster.
  useEffect(() => {
    let left = false
    loadSlots(siteId, department.id, date).then(
      (slots) => {
        if (!left) setLoaded(slots)
      },
      (error: unknown) => {
        if (!left) setFailed(problemOf(error))
      },
    )
    return () => {
      left = true
    }
  }, [siteId, department.id, date, tries, problem])

  if (failed)
    return (
      <Card title={department.name} problem={failed}>
        <button
          type="button"
          className="form-button"
          onClick={() => {
            setFailed(null)
            setTries(tries + 1)
          }}
        >
          {t('booking.retry')}
        </button>
      </Card>
    )
  if (!loaded) return <Waiting title={large ? t('booking.dayTitle') : t('booking.timeTitle')} />
  if (loaded.days.length === 0)
    return (
      <Card title={t('booking.full')} problem={problem}>
        <p>{t('booking.fullHint')}</p>
      </Card>
    )
  const groups = groupsOf(loaded.items, t('booking.anyDoctor'))
  if (large)
    return (
      <LargeTime
        key={department.id}
        {...{ loaded, groups, date, problem, busy }}
        place={department.name}
        onDay={setDate}
        onChoose={(slot) => onChoose(slot, loaded.date ?? '')}
      />
    )
  return (
    <Card title={t('booking.timeTitle')} problem={problem}>
      <p className="form-place">{department.name}</p>
      <div className="book-days" role="group" aria-label={t('booking.days')} tabIndex={0}>
        {loaded.days.map((one) => (
          <button key={one} type="button" aria-pressed={one === loaded.date} onClick={() => setDate(one)}>
            {dayOf(one, i18n.language)}
          </button>
        ))}
      </div>
      {groups.map((group) => (
        <section key={group.key} aria-label={group.name}>
          <h2 className="book-doctor">
            {group.name} <span className="secondary">{useful([group.kind, feeOf(group.fee)])}</span>
          </h2>
          <ul className="book-times" aria-label={group.name}>
            {group.slots.map((slot) => (
              <li key={slot.id}>
                <button type="button" disabled={busy} onClick={() => onChoose(slot, loaded.date ?? '')}>
                  {clockAt(slot.startsAt, loaded.timeZone)}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Card>
  )
}

function Waiting({ title }: { title: string }) {
  const { t } = useTranslation()
  return (
    <Card title={title}>
      <p role="status" aria-busy>
        {t('booking.loading')}
      </p>
    </Card>
  )
}

const useful = (parts: (string | null)[]) => parts.filter(Boolean).join(' · ')
function useFee() {
  const { t } = useTranslation()
  return (fee: number | null) => (fee === null ? null : t('booking.fee', { fee }))
}

/** By doctor and kind of visit, in the order of who is free first; places at the same time are one choice. */
function groupsOf(slots: BookingSlot[], nobody: string): Group[] {
  const groups = new Map<string, Group>()
  for (const slot of slots) {
    const { staffName, staffTitle, visitTypeName: kind, fee } = slot
    const key = `${staffName} ${kind} ${fee}`
    const name = [staffName ?? nobody, staffTitle].filter(Boolean).join(' ')
    const group = groups.get(key) ?? { key, name, kind, fee, slots: [] }
    groups.set(key, group)
    if (group.slots.every((one) => one.startsAt !== slot.startsAt)) group.slots.push(slot)
  }
  return [...groups.values()]
}

type LargeTimeProps = {
  loaded: DaySlots
  groups: Group[]
  date: string | null
  place: string
  problem: string | null
  busy: boolean
  onDay: (date: string) => void
  onChoose: (slot: BookingSlot) => void
}

/** One question a screen: the day, then the doctor where there are several, then the time. */
function LargeTime({ loaded, groups, date, place, problem, busy, onDay, onChoose }: LargeTimeProps) {
  const { t, i18n } = useTranslation()
  const feeOf = useFee()
  const [shown, setShown] = useState(daysAtOnce)
  const [doctor, setDoctor] = useChoice<string>('doctor', true)
  if (date === null || loaded.date !== date)
    return (
      <Card title={t('booking.dayTitle')} problem={problem}>
        <p className="form-place">{place}</p>
        <Choices
          label={t('booking.days')}
          busy={date !== null}
          options={loaded.days
            .slice(0, shown)
            .map((one) => ({ key: one, text: dayOf(one, i18n.language), value: one }))}
          onChoose={onDay}
        />
        {loaded.days.length > shown && (
          <button type="button" className="form-button is-plain" onClick={() => setShown(shown + daysAtOnce)}>
            {t('booking.moreDays')}
          </button>
        )}
      </Card>
    )
  const group = groups.find((one) => one.key === doctor) ?? (groups.length === 1 ? groups[0] : undefined)
  const day = dayOf(date, i18n.language)
  if (!group)
    return (
      <Card title={t('booking.doctorTitle')} problem={problem}>
        <p className="form-place">{day}</p>
        <Choices
          label={t('booking.doctorTitle')}
          options={groups.map((one) => ({
            key: one.key,
            text: one.name,
            more: useful([one.kind, feeOf(one.fee), t('booking.slots', { n: one.slots.length })]),
            value: one.key,
          }))}
          onChoose={setDoctor}
        />
      </Card>
    )
  return (
    <Card title={t('booking.hourTitle')} problem={problem}>
      <p className="form-place">{useful([day, group.name, group.kind, feeOf(group.fee)])}</p>
      <Choices
        label={t('booking.hourTitle')}
        narrow
        busy={busy}
        options={group.slots.map((slot) => ({
          key: slot.id,
          text: clockAt(slot.startsAt, loaded.timeZone),
          value: slot,
        }))}
        onChoose={onChoose}
      />
    </Card>
  )
}
