import { sql } from 'kysely'
import type { IntakeNoteGroup } from '../../../contract/intake.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { messagesWithin } from './scope.ts'

/** A note's field, whichever of equal segments it is in: `OBX[3]-14` is `OBX-14`. */
export const noteField = sql<string>`regexp_replace(n ->> 'location', '\\[\\d+\\]', '')`

const mostGroups = 500

/** What could not be used of the messages of these days, so that the sending systems can be mended. */
export async function listNotes(
  db: Db,
  actor: Actor,
  { days }: { days: number },
): Promise<{ items: IntakeNoteGroup[] }> {
  const reach = authorize(actor, 'intake.read')
  const { rows } = await sql<IntakeNoteGroup & { lastAt: Date }>`
    select m.sender, m.facility, n ->> 'kind' as kind, ${noteField} as location, count(distinct m.id) as messages,
      max(m.received_at) as "lastAt", (array_agg(n ->> 'value' order by m.id desc) filter (where n ->> 'value' is not null))[1] as example
    from inbound_message m cross join lateral jsonb_array_elements(m.notes) n
    where m.notes is not null and m.received_at > now() - ${days} * interval '1 day'
      and ${messagesWithin(reach)}
    group by 1, 2, 3, 4 order by messages desc, 1, 2, 4 limit ${mostGroups}`.execute(db)
  await audit(db, actor, { action: 'intake.notes', fields: ['notes'] })
  return { items: rows.map((row) => ({ ...row, lastAt: row.lastAt.toISOString() })) }
}
