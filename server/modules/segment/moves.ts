import type { Trx } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'

/** Batch size of recorded events. */
const chunk = 2000

/** Entering or leaving a segment, as events of the persons. */
export async function recordMoves(
  trx: Trx,
  { id, code }: { id: number; code: string },
  kind: 'segment.entered' | 'segment.left',
  personIds: readonly number[],
): Promise<void> {
  if (personIds.length === 0) return
  const { name } = await trx
    .selectFrom('segment')
    .select('name')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  for (let at = 0; at < personIds.length; at += chunk)
    await recordEvents(
      trx,
      personIds.slice(at, at + chunk).map((personId) => ({
        personId,
        at: new Date(),
        kind,
        source: 'careloop',
        data: { segment: code, segmentId: id, segmentName: name },
      })),
    )
}
