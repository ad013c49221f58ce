import { getCall, getCallWall, listCalls, listColleagues } from '../../../contract/call.ts'
import { getMyLine } from '../../../contract/line.ts'
import { askAhead } from '../../query.ts'
import { makeStale } from '../../ui/useDo.ts'

const shown = [getMyLine, getCall] as const
const listed = [listCalls, listColleagues, getCallWall] as const

/** Whatever happened to a call: these answers are old now. */
export const callRoutes = [...shown, ...listed] as const

const pauseMs = 500
let timer: ReturnType<typeof setTimeout> | undefined

/**
 * Who calls is asked at once, lists and the wall a little later: an agent waits for the one and not for the others.
 * @param callId at my telephone
 */
export function refreshCalls(callId?: number): void {
  makeStale(shown)
  if (callId !== undefined) askAhead(getCall, { params: { id: callId } })
  timer ??= setTimeout(() => {
    timer = undefined
    makeStale(listed)
  }, pauseMs)
}
