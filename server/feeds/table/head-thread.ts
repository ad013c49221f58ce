import { workerData } from 'node:worker_threads'
import { answerAside, asideInput } from '../../platform/aside-thread.ts'
import { bookRows, textRows } from './file.ts'
import { headOf, type HeadData } from './head-of.ts'

const data = workerData as HeadData
const rows =
  data.encoding === 'xlsx' ? bookRows(asideInput()) : textRows(asideInput(), data.encoding, data.delimiter)
await answerAside(() => headOf(rows, data))
