import { parentPort, workerData } from 'node:worker_threads'
import { drawReport, type PaperData } from './report-pdf.ts'

const file = await drawReport(workerData as PaperData)
parentPort?.postMessage(file)
