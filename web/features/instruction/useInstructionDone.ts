import { useTranslation } from 'react-i18next'
import { getInstruction, getInstructionFigures, listInstructions } from '../../../contract/instruction.ts'
import { refreshDesk } from '../task/refresh.ts'

/** What follows when something was done to an instruction: says so, and reads anew everything that shows it. */
export function useInstructionDone(
  word: 'issued' | 'submitted' | 'filed' | 'returned' | 'withdrawn',
  onDone: () => void,
) {
  const { t } = useTranslation()
  return {
    done: t(`instructions.done.${word}`),
    stale: [listInstructions, getInstruction, getInstructionFigures],
    onDone: () => {
      refreshDesk()
      onDone()
    },
  }
}
