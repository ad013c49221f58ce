import { useTranslation } from 'react-i18next'
import type { Slot } from '../../../contract/appointment.ts'
import { clock, isoDay } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import './appointment.css'

type SlotListProps = {
  slots: readonly Slot[]
  chosen: number | null
  pending: number | null
  onChoose: (slot: Slot) => void
}

/** Free slots by day, each a button that says when and with whom. */
export function SlotList({ slots, chosen, pending, onChoose }: SlotListProps) {
  const { t } = useTranslation()
  const time = useTime()
  const days = new Map<string, Slot[]>()
  for (const slot of slots) {
    const day = isoDay(new Date(slot.startsAt))
    days.set(day, [...(days.get(day) ?? []), slot])
  }
  return (
    <div className="slot-days">
      {[...days].map(([day, ofDay]) => (
        <section key={day} aria-label={time.day(`${day}T00:00:00`)}>
          <h3>{time.day(`${day}T00:00:00`)}</h3>
          <div className="slot-line">
            {ofDay.map((slot) => (
              <button
                key={slot.id}
                type="button"
                className="slot"
                aria-pressed={slot.id === chosen}
                aria-busy={slot.id === pending}
                onClick={() => onChoose(slot)}
              >
                <strong>{clock(new Date(slot.startsAt))}</strong>
                <span>{slot.staffName ?? t('appointments.anyDoctor')}</span>
                <span className="secondary small">
                  {[
                    slot.visitTypeName,
                    slot.departmentName,
                    slot.overbooked && t('appointments.pick.overbooked'),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </button>
            ))}
          </div>
        </section>
      ))}
    </div>
  )
}
