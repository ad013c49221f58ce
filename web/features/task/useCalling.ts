import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { revealPerson } from '../../../contract/person.ts'
import type { TaskDetail } from '../../../contract/task.ts'
import type { AnswerOf } from '../../api.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useDo } from '../../ui/useDo.ts'
import { type Call, type Callee, changeDraft, draftOf } from './draft.ts'

export type PhoneLine = {
  callee: Callee
  who: string
  family: boolean
  masked: string | null
  /** Once shown. */
  number: string | null
  valid: boolean
}

/** The call that belongs to an open task: whom, at which number, since when. It goes on over a reload. */
export function useCalling(task: TaskDetail, held: boolean) {
  const { t } = useTranslation()
  const code = useCode()
  const [numbers, setNumbers] = useState<AnswerOf<typeof revealPerson> | null>(null)
  const [{ callee, began }, setCall] = useState(() => draftOf(task.id).call)
  const change = (next: Call) => {
    setCall(next)
    if (held) changeDraft(task.id, { call: next })
  }
  const beginsNow = (dialled: boolean) => ({ at: Date.now(), dialled })
  const reveal = useDo(revealPerson, {
    onDone: (shown) => {
      setNumbers(shown)
      // Most wards dial by hand on another telephone, so that the number on the screen is where a call begins.
      if (held) change({ callee, began: began ?? beginsNow(false) })
    },
  })
  const { card } = task
  const lines: PhoneLine[] = [
    ...(card?.telecoms ?? [])
      .filter((one) => one.system === 'phone')
      .map((one) => ({
        callee: { telecomId: one.id },
        who: code('telecomUse', one.use),
        family: false,
        masked: one.value,
        number: numbers?.telecoms?.find(({ id }) => id === one.id)?.value ?? null,
        valid: one.valid,
      })),
    ...(card?.relationships ?? []).map((one) => ({
      callee: { relationshipId: one.id },
      who: `${code('relation', one.relation)} ${one.name}`,
      family: true,
      masked: one.phone,
      number: numbers?.relationships?.find(({ id }) => id === one.id)?.phone ?? null,
      valid: one.phoneValid,
    })),
  ]
  const isChosen = (line: PhoneLine) => JSON.stringify(line.callee) === JSON.stringify(callee)
  const chosen =
    lines.find(isChosen) ?? lines.find((one) => one.valid && one.masked) ?? lines.find((one) => one.masked)
  const show = () => {
    if (card && !reveal.isPending)
      reveal.mutate({
        params: { id: card.id },
        body: { fields: ['telecoms', 'relationships'], reason: t('person.revealReasons.call') },
      })
  }
  // A call that goes on after a reload: its number is asked for again, which is logged like the first time.
  useEffect(() => {
    if (held && began && !numbers && reveal.isIdle) show()
  })
  return {
    lines,
    chosen,
    began,
    mayShow: card?.mayReveal === true && numbers === null && lines.some((one) => one.masked),
    showing: reveal.isPending,
    show,
    /** Shown in another way, to be read only. */
    shown: setNumbers,
    choose: (line: PhoneLine) => change({ callee: line.callee, began: began && beginsNow(false) }),
    dial: () => change({ callee, began: beginsNow(true) }),
    /** By my own telephone: the number need not be shown. */
    ring: (by: {
      mutate: (input: {
        body: { personId: number; taskId: number } & Partial<Record<'telecomId' | 'relationshipId', number>>
      }) => void
    }) => {
      if (!card || !chosen) return
      change({ callee, began: beginsNow(true) })
      by.mutate({ body: { personId: card.id, taskId: task.id, ...chosen.callee } })
    },
    /** What a result says of the call. */
    result: () => ({
      ...(chosen && (callee || began) && chosen.callee),
      ...(began && { durationSeconds: secondsSince(began.at) }),
    }),
  }
}

export type Calling = ReturnType<typeof useCalling>

export const secondsSince = (at: number): number => Math.round((Date.now() - at) / 1000)
