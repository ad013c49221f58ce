import { getCaseFigures } from '../../../contract/case-figure.ts'
import { getCase, listCases } from '../../../contract/case.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { listWaiting } from '../../../contract/waiting.ts'

/** What shows cases. */
export const caseRoutes = [listCases, getCase, getCaseFigures, listWaiting, getTimeline]
