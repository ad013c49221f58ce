import { answerItems, asideInput } from '../../platform/aside-thread.ts'
import { bookRows } from './file.ts'

await answerItems(bookRows(asideInput()), 500)
