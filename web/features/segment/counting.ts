import type { Segment } from '../../../contract/segment.ts'

/** Its members are still being found. */
export const isCounting = (segment: Segment): boolean => segment.active && segment.refreshedAt === null

/** How often to look again while members are being found, in ms. */
export const lookAgain = (segments: readonly Segment[] | undefined): number | false =>
  segments?.some(isCounting) ? 3000 : false
