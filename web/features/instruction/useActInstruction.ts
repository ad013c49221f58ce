import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import { getInstruction, getInstructionFigures, listInstructions } from '../../../contract/instruction.ts'
import type { RouteContract } from '../../../contract/route.ts'
import { keyOf, queryClient, useAct } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { refreshDesk } from '../task/refresh.ts'

/** Does something to an instruction, says so, and reads anew everything that shows it. */
export function useActInstruction<R extends RouteContract>(
  contract: R,
  word: 'issued' | 'submitted' | 'filed' | 'returned' | 'withdrawn',
  onDone: () => void,
) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  return useAct(contract, {
    onSuccess: () => {
      void message.success(t(`instructions.done.${word}`))
      for (const one of [listInstructions, getInstruction, getInstructionFigures])
        void queryClient.invalidateQueries({ queryKey: keyOf(one) })
      refreshDesk()
      onDone()
    },
    onError: (error) => void message.error(explain(error)),
  })
}
