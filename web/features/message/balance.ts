import type { z } from 'zod'
import type { countMessages } from '../../../contract/message.ts'

export type MessageCounts = z.output<typeof countMessages.response>

/** targeted = sent + failed + suppressed + unknown + under way; `gap` must be nothing. */
export function balance(counts: MessageCounts) {
  const underWay = counts.queued + counts.sending
  const gap = counts.targeted - counts.sent - counts.failed - counts.suppressed - counts.unknown - underWay
  return { underWay, gap }
}
