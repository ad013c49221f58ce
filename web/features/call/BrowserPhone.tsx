import { useEffect } from 'react'
import { registerMyLine } from '../../../contract/line.ts'
import { call } from '../../api.ts'
import { showPhone } from './phone.ts'
import { openSoftphone } from './softphone.ts'

/** The telephone in this browser, as long as it is on the page. It shows itself in the top bar and in the call. */
export default function BrowserPhone() {
  useEffect(() => {
    const left = new AbortController()
    let close: (() => void) | undefined
    const start = async () => {
      showPhone({ state: 'connecting', session: null })
      if (!(await hasMicrophone())) {
        showPhone({ state: 'microphone', session: null })
        return
      }
      const registration = await call(registerMyLine, {}, { signal: left.signal })
      if (!left.signal.aborted) close = openSoftphone(registration, showPhone)
    }
    start().catch(() => {
      if (!left.signal.aborted) showPhone({ state: 'unreachable', session: null })
    })
    return () => {
      left.abort()
      close?.()
      showPhone(null)
    }
  }, [])
  return null
}

/** Asked for before anything rings: in the middle of a call is no time for a question of the browser. */
async function hasMicrophone(): Promise<boolean> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    for (const track of stream.getTracks()) track.stop()
    return true
  } catch {
    return false
  }
}
