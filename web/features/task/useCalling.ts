import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { revealPerson } from '../../../contract/person.ts'
import type { TaskDetail } from '../../../contract/task.ts'
import type { AnswerOf } from '../../api.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useDo } from '../../ui/useDo.ts'

/** Whom the agent calls: a number of the person, or a relative. */
type Callee = { telecomId: number } | { relationshipId: number }

export type PhoneLine = {
  callee: Callee
  who: string
  family: boolean
  masked: string | null
  /** Once shown. */
  number: string | null
  valid: boolean
}

/** The call that belongs to an open task: whom, at which number, since when. */
export function useCalling(task: TaskDetail | undefined, held: boolean) {
  const { t } = useTranslation()
  const code = useCode()
  const [numbers, setNumbers] = useState<AnswerOf<typeof revealPerson> | null>(null)
  const [choice, setChoice] = useState<Callee | null>(null)
  const [began, setBegan] = useState<{ at: number; dialled: boolean } | null>(null)
  const reveal = useDo(revealPerson, {
    onDone: (shown) => {
      setNumbers(shown)
      // Most wards dial by hand on another telephone, so that the number on the screen is where a call begins.
      if (held) setBegan({ at: Date.now(), dialled: false })
    },
  })
  const card = task?.card ?? null
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
  const isChosen = (line: PhoneLine) => JSON.stringify(line.callee) === JSON.stringify(choice)
  const chosen =
    lines.find(isChosen) ?? lines.find((one) => one.valid && one.masked) ?? lines.find((one) => one.masked)
  return {
    lines,
    chosen,
    began,
    mayShow: card?.mayReveal === true && numbers === null && lines.some((one) => one.masked),
    showing: reveal.isPending,
    show: () => {
      if (card && !reveal.isPending)
        reveal.mutate({
          params: { id: card.id },
          body: { fields: ['telecoms', 'relationships'], reason: t('person.revealReasons.call') },
        })
    },
    /** Shown in another way, to be read only. */
    shown: setNumbers,
    choose: (line: PhoneLine) => {
      setChoice(line.callee)
      if (began) setBegan({ at: Date.now(), dialled: false })
    },
    dial: () => setBegan({ at: Date.now(), dialled: true }),
    /** What a result says of the call. */
    result: () => ({
      ...(chosen && (choice || began) && chosen.callee),
      ...(began && { durationSeconds: secondsSince(began.at) }),
    }),
  }
}

export type Calling = ReturnType<typeof useCalling>

export const secondsSince = (at: number): number => Math.round((Date.now() - at) / 1000)
