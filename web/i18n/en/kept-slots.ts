import type { SameWords } from '../shape.ts'
import type { keptSlots as reference } from '../zh-CN/kept-slots.ts'

export const keptSlots = {
  bookReturn: 'Book a return visit',
  title: 'Slots kept for the patient',
  'red-flag': 'Kept for the red flag until {{until}}',
  waitlist: 'From the waitlist, to be answered by {{until}}',
  suspension: 'Instead of a suspended clinic, to be answered by {{until}}',
  take: 'Book it',
  give: 'Give it back',
  taken: 'Booked',
  given: 'Given back',
} satisfies SameWords<typeof reference>
