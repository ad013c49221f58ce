import { useEffect, useRef, useState } from 'react'
import { holdSlot, releaseSlot, searchSlots, type Slot } from '../../../contract/appointment.ts'
import type { BookingChannel } from '../../../contract/clinic-schedule.ts'
import { call } from '../../api.ts'
import { makeStale, useDo } from '../../ui/useDo.ts'

/** Holds the slot that is chosen, gives the one before back, and the last one when nothing was booked. */
export function useHold(channel: BookingChannel) {
  const [held, setHeld] = useState<{ slot: Slot; until: string } | null>(null)
  const mine = useRef<number | null>(null)
  const hold = useDo(holdSlot, { stale: [searchSlots] })
  const giveBack = (id: number) => {
    // It runs out by itself where the line is broken.
    void call(releaseSlot, { params: { id } }).then(
      () => makeStale([searchSlots]),
      () => undefined,
    )
  }
  useEffect(
    () => () => {
      if (mine.current !== null) giveBack(mine.current)
    },
    [],
  )
  return {
    held,
    pending: hold.isPending ? hold.variables.params.id : null,
    choose: (slot: Slot) =>
      hold.mutate(
        { params: { id: slot.id }, body: { channel } },
        {
          onSuccess: ({ heldUntil }) => {
            if (mine.current !== null && mine.current !== slot.id) giveBack(mine.current)
            mine.current = slot.id
            setHeld({ slot, until: heldUntil })
          },
        },
      ),
    /** It was booked: there is nothing to give back. */
    keep: () => {
      mine.current = null
    },
    /** Somebody else has it after all. */
    lose: () => {
      mine.current = null
      setHeld(null)
    },
  }
}
