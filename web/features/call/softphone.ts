import { UA, WebSocketInterface } from 'jssip'
import type { registerMyLine } from '../../../contract/line.ts'
import type { AnswerOf } from '../../api.ts'
import type { Phone } from './phone.ts'
import { startRinging } from './ringing.ts'

type Session = ReturnType<UA['call']>

/** Seconds between attempts to reach the telephone system: at first, and at most. */
const [soon, late] = [2, 30]
/** A registration lives so long, in seconds; renewing it keeps the way through a firewall open. */
const registeredSeconds = 120

/**
 * Registers this browser as a telephone and takes its calls, one at a time.
 * @param tell called with every change
 * @returns ends it; a call that goes on is hung up
 */
export function openSoftphone(
  { url, domain, user, secret }: AnswerOf<typeof registerMyLine>,
  tell: (phone: Phone) => void,
): () => void {
  let state: Phone['state'] = 'connecting'
  let session: Session | undefined
  let stopRinging: (() => void) | undefined
  let open = true
  const sound = new Audio()
  const agent = new UA({
    sockets: new WebSocketInterface(url),
    uri: `sip:${user}@${domain}`,
    authorization_user: user,
    password: secret,
    register_expires: registeredSeconds,
    session_timers: false,
    connection_recovery_min_interval: soon,
    connection_recovery_max_interval: late,
  })

  const show = (next: Phone['state'] = state) => {
    state = next
    if (open) tell({ state, session: session ? viewOf(session) : null })
  }

  const viewOf = (one: Session): NonNullable<Phone['session']> => {
    const held = one.isOnHold().local
    const muted = one.isMuted().audio === true
    return {
      state: one.isInProgress() ? 'ringing' : 'talking',
      held,
      muted,
      answer: () => one.answer({ mediaConstraints: { audio: true, video: false } }),
      hangUp: () => one.terminate(),
      hold: () => (held ? one.unhold() : one.hold()),
      mute: () => {
        if (muted) one.unmute({ audio: true })
        else one.mute({ audio: true })
      },
      press: (key) => one.sendDTMF(key),
    }
  }

  const over = (one: Session) => {
    if (session !== one) return
    stopRinging?.()
    session = undefined
    sound.srcObject = null
    show()
  }

  agent.on('connected', () => show('connecting'))
  agent.on('disconnected', () => show('unreachable'))
  agent.on('registered', () => show('registered'))
  agent.on('unregistered', () => show('connecting'))
  agent.on('registrationFailed', ({ response }: { response?: { status_code: number } | null }) =>
    // Without an answer it was not reached.
    show([401, 403, 404, 407].includes(response?.status_code ?? 0) ? 'refused' : 'unreachable'),
  )
  agent.on('newRTCSession', ({ session: made }: { session: Session }) => {
    if (session) {
      made.terminate({ status_code: 486 })
      return
    }
    session = made
    stopRinging = startRinging()
    made.on('peerconnection', ({ peerconnection }) => {
      peerconnection.addEventListener('track', ({ streams }) => {
        sound.srcObject = streams[0] ?? null
        void sound.play().catch(() => undefined)
      })
    })
    made.on('accepted', () => {
      stopRinging?.()
      show()
    })
    for (const change of ['confirmed', 'hold', 'unhold', 'muted', 'unmuted'] as const)
      made.on(change, () => show())
    made.on('ended', () => over(made))
    made.on('failed', () => over(made))
    made.on('getusermediafailed', () => show('microphone'))
    show()
  })
  agent.start()
  return () => {
    open = false
    stopRinging?.()
    agent.stop()
  }
}
