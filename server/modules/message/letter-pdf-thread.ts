import { workerData } from 'node:worker_threads'
import { answerAside } from '../../platform/aside-thread.ts'
import { drawLetters, type LetterData } from './letter-pdf.ts'

await answerAside(() => drawLetters(workerData as LetterData))
