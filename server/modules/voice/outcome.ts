import type { MachineReason, VoiceOutcome } from '../../../contract/voice.ts'
import type { Dialogue } from './dialogue.ts'

/** What is known of a call that is over. */
export type Ended = {
  /** The channel was asked for; before that nobody was called. */
  dialled: boolean
  dialogue: Dialogue | null
  /** What AMD() says of who answered. */
  amd: string | null
  /** Why the network ended the call (Q.850); null: nobody of us heard it end. */
  cause: number | null
  /** The prompts could not be played. */
  failed: boolean
}

const busy = new Set([17])
const unobtainable = new Set([1, 2, 3, 22, 28])
/** Faults between us and the person: it says nothing about them. */
const faults = new Set([0, 27, 34, 38, 41, 42, 44, 47, 58, 63, 66, 88, 102, 111, 127])

/** How a call ended. */
export function outcomeOf({ dialled, dialogue, amd, cause, failed }: Ended): VoiceOutcome {
  if (!dialled) return 'withdrawn'
  if (amd === 'MACHINE') return 'machine'
  if (!dialogue) {
    if (cause === null) return 'unknown'
    if (busy.has(cause)) return 'busy'
    if (unobtainable.has(cause)) return 'unobtainable'
    return faults.has(cause) ? 'line-fault' : 'no-answer'
  }
  const { at } = dialogue
  const end = at.kind === 'ended' ? at.end : 'hung-up'
  if (end === 'silent' || end === 'hung-up') {
    if (failed && Object.keys(dialogue.answers).length === 0) return 'line-fault'
    return dialogue.identified ? 'partly' : end
  }
  return end === 'person' ? 'asked-for-person' : end
}

/** What becomes of the task. */
export type Consequence =
  /** Nobody was called, or nothing can be said of it: the task is let go, for so many minutes. */
  | { kind: 'let-go'; minutes: number }
  | {
      kind: 'record'
      outcome: 'done' | 'unreached' | 'call-back'
      leave?: { why: MachineReason; urgent: boolean }
    }

/**
 * @param calls how many calls of the machine about the task counted, this one included
 * @param tries how many it may make
 */
export function consequenceOf(
  outcome: VoiceOutcome,
  dialogue: Dialogue | null,
  { calls, tries }: { calls: number; tries: number },
): Consequence {
  const leave = (why: MachineReason, urgent: boolean) => ({ leave: { why, urgent } })
  // A dangerous answer that was not confirmed and not replaced is somebody's to ask about.
  if (dialogue && dialogue.doubt.length > 0 && outcome !== 'completed')
    return { kind: 'record', outcome: 'call-back', ...leave('doubtful-flag', true) }
  switch (outcome) {
    case 'completed':
      return { kind: 'record', outcome: 'done' }
    case 'red-flag':
      return { kind: 'record', outcome: 'call-back', ...leave('red-flag', true) }
    case 'asked-for-person':
      return { kind: 'record', outcome: 'call-back', ...leave('asked-for-person', true) }
    case 'partly':
      return { kind: 'record', outcome: 'call-back', ...leave('partly', false) }
    case 'not-identified':
    case 'wrong-person':
      return { kind: 'record', outcome: 'unreached', ...leave(outcome, false) }
    case 'unobtainable':
      return { kind: 'record', outcome: 'unreached', ...leave('unobtainable', false) }
    // It may have rung: somebody looks before it rings again.
    case 'unknown':
      return { kind: 'record', outcome: 'unreached', ...leave('interrupted', false) }
    case 'withdrawn':
      return { kind: 'let-go', minutes: 0 }
    case 'line-fault':
      return { kind: 'let-go', minutes: 10 }
    default:
      return { kind: 'record', outcome: 'unreached', ...(calls >= tries && leave('tries', false)) }
  }
}
