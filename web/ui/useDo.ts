import { App } from 'antd'
import type { RouteContract } from '../../contract/route.ts'
import type { AnswerOf } from '../api.ts'
import { keyOf, queryClient, useAct } from '../query.ts'
import { useExplain } from './useExplain.ts'

export type DoOptions<C extends RouteContract> = {
  /** Said when it is done. */
  done?: string | ((answer: AnswerOf<C>) => string) | undefined
  /** Routes whose answers are old now; also after a refusal, when somebody may have been quicker. */
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
    onError: (error) => {
      makeStale(options.stale)
      void message.error(explain(error))
    },
  })
}

/** What follows from an action that worked. */
export function useFinish<C extends RouteContract>({ done, stale = [], onDone }: DoOptions<C>) {
  const { message } = App.useApp()
  return (answer: AnswerOf<C>) => {
    if (done) void message.success(typeof done === 'function' ? done(answer) : done)
    makeStale(stale)
    onDone?.(answer)
  }
}

/** What shows answers of these routes asks for them again. */
export function makeStale(routes: readonly RouteContract[] = []) {
  for (const one of routes) void queryClient.invalidateQueries({ queryKey: keyOf(one) })
}
