import { type Ack, MllpError } from '../hl7/mllp-client.ts'
import { maskNumbersIn } from '../person/mask.ts'

/** Result of a sending. `unknown`: it is unclear whether the receiver has the message. */
export type Outcome = {
  outcome: 'acknowledged' | 'rejected' | 'unknown'
  /** MSA-1, or the reason of the {@link MllpError}. */
  code: string
  reason: string | null
  answer: Buffer | null
}

const accepted = new Set(['AA', 'CA'])
const refused = new Set(['AE', 'AR', 'CE', 'CR'])
const longestReason = 500
const longestAnswer = 65_536

/**
 * Interprets an answer with the message's own MSA-2, or a missing answer (HL7 v2.5 chapter 2.9.2, table 0008). An unknown code does not
 * count as an acknowledgement.
 */
export function outcomeOf(answer: Ack | MllpError): Outcome {
  if (answer instanceof MllpError)
    return {
      outcome: 'unknown',
      code: answer.reason,
      reason: clean(answer.message),
      answer: answer.raw?.subarray(0, longestAnswer) ?? null,
    }
  const { code, text, raw } = answer
  const kept = raw.subarray(0, longestAnswer)
  if (accepted.has(code)) return { outcome: 'acknowledged', code, reason: null, answer: kept }
  if (refused.has(code)) return { outcome: 'rejected', code, reason: clean(text) || null, answer: kept }
  return {
    outcome: 'unknown',
    code: 'malformed',
    reason: clean(`The answer has the code "${code}", which means nothing`),
    answer: kept,
  }
}

/** The answer is untrusted: it may have any length and bytes, and may quote the patient's numbers. */
function clean(text: string): string {
  return maskNumbersIn(text.replaceAll(/\p{Cc}+/gu, ' '))
    .trim()
    .slice(0, longestReason)
}
