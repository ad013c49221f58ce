import { sql } from 'kysely'
import type { CaseDetail } from '../../../contract/case.ts'
import type { EventKind } from '../../../contract/timeline.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { recordEvents, sourceOf } from '../event/event.ts'

export type LogKind = CaseDetail['log'][number]['kind']
type By = Pick<Actor, 'id' | 'name'>

export const automatic: By = { id: 'system:case', name: '系统' }

/** One line of the log of a case. */
export async function writeLog(
  trx: Trx,
  by: By,
  caseId: number,
  kind: LogKind,
  text: string | null = null,
  data: Record<string, unknown> = {},
): Promise<void> {
  await sql`
    insert into case_log (case_id, by_id, by_name, kind, text, data)
    values (${caseId}, ${by.id}, ${by.name}, ${kind}, ${text}, ${JSON.stringify(data)}::jsonb) on conflict do nothing`.execute(
    trx,
  )
}

/** The audit of an act on a case. */
export async function auditCase(
  trx: Trx,
  actor: Actor,
  row: { id: number; person_id: number | null },
  action: string,
  fields: string[] = [],
): Promise<void> {
  await audit(trx, actor, { action, personId: row.person_id, subject: `case:${row.id}`, fields })
}

/** Puts it on the timeline of the person, if there is one. */
export async function tellTimeline(
  trx: Trx,
  actor: Actor,
  row: { id: number; person_id: number | null },
  kind: EventKind,
  data: Record<string, unknown> = {},
): Promise<void> {
  await recordEvents(trx, [
    {
      personId: row.person_id,
      at: new Date(),
      kind,
      source: sourceOf(actor),
      actorId: actor.id,
      data: { ...data, subject: { kind: 'case', id: row.id } },
    },
  ])
}
