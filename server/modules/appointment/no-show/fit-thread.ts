import { workerData } from 'node:worker_threads'
import { answerAside } from '../../../platform/aside-thread.ts'
import { judge, NotEnough } from './judge.ts'
import { columnsOf, fit } from './model.ts'
import type { FitInput, Fitted } from './train.ts'

const { rows, outcomes, starts } = workerData as FitInput

await answerAside((): Promise<Fitted | null> => {
  try {
    const { figures, ridge } = judge(columnsOf(rows), outcomes, starts)
    return Promise.resolve({ figures, model: fit(rows, outcomes, ridge) })
  } catch (error) {
    if (error instanceof NotEnough) return Promise.resolve(null)
    throw error
  }
})
