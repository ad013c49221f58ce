import { App } from 'antd'
import type { RouteContract } from '../../contract/route.ts'
import type { AnswerOf } from '../api.ts'
import { keyOf, queryClient, useAct } from '../query.ts'
import { useExplain } from './useExplain.ts'

export type DoOptions<C extends RouteContract> = {
  /** Said when it is done. */
  done?: string | ((answer: AnswerOf<C>) => string) | undefined
  /** Routes whose answers are old now. */
  stale?: readonly RouteContract[]
  onDone?: ((answer: AnswerOf<C>) => void) | undefined
}

/** An action of a screen: does it, says so, refreshes what shows it; a refusal is said in the reader's language. */
export function useDo<C extends RouteContract>(contract: C, options: DoOptions<C> = {}) {
  const explain = useExplain()
  const { message } = App.useApp()
  const finish = useFinish(options)
  return useAct(contract, {
    onSuccess: finish,
    onError: (error) => void message.error(explain(error)),
  })
}

/** What follows from an action that worked. */
export function useFinish<C extends RouteContract>({ done, stale = [], onDone }: DoOptions<C>) {
  const { message } = App.useApp()
  return (answer: AnswerOf<C>) => {
    if (done) void message.success(typeof done === 'function' ? done(answer) : done)
    for (const one of stale) void queryClient.invalidateQueries({ queryKey: keyOf(one) })
    onDone?.(answer)
  }
}
