import { useTranslation } from 'react-i18next'
import { getInstruction, getInstructionFigures, listInstructions } from '../../../contract/instruction.ts'
import type { RouteContract } from '../../../contract/route.ts'
import { refreshDesk } from '../task/refresh.ts'
import { useDo } from '../../ui/useDo.ts'

/** Does something to an instruction, says so, and reads anew everything that shows it. */
export function useActInstruction<R extends RouteContract>(
  contract: R,
  word: 'issued' | 'submitted' | 'filed' | 'returned' | 'withdrawn',
  onDone: () => void,
) {
  const { t } = useTranslation()
  return useDo(contract, {
    done: t(`instructions.done.${word}`),
    stale: [listInstructions, getInstruction, getInstructionFigures],
    onDone: () => {
      refreshDesk()
      onDone()
    },
  })
}
