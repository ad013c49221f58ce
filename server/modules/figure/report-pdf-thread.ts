import { workerData } from 'node:worker_threads'
import { answerAside } from '../../platform/aside-thread.ts'
import { drawReport, type PaperData } from './report-pdf.ts'

await answerAside(() => drawReport(workerData as PaperData))
