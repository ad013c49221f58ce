import { type Selectable, sql } from 'kysely'
import type { Message } from '../../platform/db-types.ts'
import { countMessages, listMessages } from '../../../contract/message.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { maskEmail, maskName } from '../person/mask.ts'
import { personWithin } from '../person/scope.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'

export function mountMessage(api: Api): void {
  implement(api, listMessages, async ({ db, actor, query }) => {
    const rows = await messageRows(db, actor, query)
    await audit(db, actor, {
      action: 'message.list',
      subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
      fields: ['name-masked', 'address-masked'],
    })
    return pageOf(rows, query.limit, (row) => [row.id], viewMessage)
  })
  implement(api, countMessages, async ({ db, actor }) => {
    const reach = authorize(actor, 'message.read')
    const { rows } = await sql<
      Record<'targeted' | 'queued' | 'sending' | 'sent' | 'failed' | 'suppressed' | 'unknown', number>
    >`
      select count(*) as targeted, count(*) filter (where status = 'queued') as queued,
        count(*) filter (where status = 'sending') as sending, count(*) filter (where status = 'sent') as sent,
        count(*) filter (where status = 'failed') as failed, count(*) filter (where status = 'suppressed') as suppressed,
        count(*) filter (where status = 'unknown') as unknown
      from message where ${personWithin(reach, personOfRecord(sql`message.person_id`))}`.execute(db)
    return rows[0] ?? { targeted: 0, queued: 0, sending: 0, sent: 0, failed: 0, suppressed: 0, unknown: 0 }
  })
}

type Filter = {
  cursor?: string | undefined
  limit: number
  status?: Selectable<Message>['status'][] | undefined
  personId?: number | undefined
}

async function messageRows(db: Db, actor: Actor, query: Filter) {
  const reach = authorize(actor, 'message.read')
  const [before] = decodeCursor<[number]>(query.cursor, ['number']) ?? []
  let select = db
    .selectFrom('message')
    .innerJoin('person', (join) => join.on('person.id', '=', personOfRecord(sql`message.person_id`)))
    .selectAll('message')
    .select(['person.id as person_id', 'person.name as person_name'])
    .where(personWithin(reach, personOfRecord(sql`message.person_id`)))
    .orderBy('message.id', 'desc')
    .limit(query.limit + 1)
  if (before !== undefined) select = select.where('message.id', '<', before)
  if (query.status?.length) select = select.where('message.status', 'in', query.status)
  if (query.personId)
    select = select.where('message.person_id', '=', sql<number>`any(${recordsOf(sql`${query.personId}`)})`)
  return select.execute()
}

function viewMessage(row: Awaited<ReturnType<typeof messageRows>>[number]) {
  return {
    id: row.id,
    personId: row.person_id,
    personName: maskName(row.person_name),
    channel: row.channel as 'email',
    purpose: row.purpose as 'clinical',
    address: row.address && maskEmail(row.address),
    subject: row.subject,
    status: row.status,
    reason: row.reason,
    createdAt: row.created_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}
