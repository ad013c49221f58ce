import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { Message } from '../../platform/db-types.ts'
import { countMessages, type DeliveryState, listMessages } from '../../../contract/message.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { assertSortable, listOrder, newestFirst, type Sorted, totalOf } from '../../platform/listing.ts'
import { maskName } from '../../../contract/export.ts'
import type { Services } from '../../platform/services.ts'
import { maskEmail, maskIdentifier, maskPhone } from '../person/mask.ts'
import { mountAccounts } from './account-routes.ts'
import { mountReceipts } from './receipt-routes.ts'
import { personWithin } from '../person/scope.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'

export function mountMessage(api: Api, services: Services): void {
  mountAccounts(api, services)
  mountReceipts(api, services)
  implement(api, listMessages, async ({ db, actor, query }) => {
    const { rows, order, total } = await messageRows(db, actor, query)
    await audit(db, actor, {
      action: 'message.list',
      subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
      fields: ['name-masked', 'address-masked'],
    })
    return { ...order.page(rows, query.limit, viewMessage), total }
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
  sort?: string | undefined
  total?: boolean | undefined
  cursor?: string | undefined
  limit: number
  status?: Selectable<Message>['status'][] | undefined
  channel?: Selectable<Message>['channel'][] | undefined
  delivery?: DeliveryState[] | undefined
  personId?: number | undefined
}

type Row = Selectable<Message> & Sorted & { person_name: string }

const sortColumns = {
  person: { by: sql`person.pinyin`, type: 'text' },
  due: { by: sql`message.due_at`, type: 'time' },
  finished: { by: sql`message.finished_at`, type: 'time' },
} as const

async function messageRows(db: Db, actor: Actor, query: Filter) {
  const reach = authorize(actor, 'message.read')
  const order = listOrder<Row>(sortColumns, sql`message.id`, newestFirst(sql`message.id`), query)
  const where = [personWithin(reach, personOfRecord(sql`message.person_id`))]
  if (query.status?.length) where.push(sql<SqlBool>`message.status = any(${query.status}::text[])`)
  if (query.channel?.length) where.push(sql<SqlBool>`message.channel = any(${query.channel}::text[])`)
  if (query.delivery?.length) where.push(sql<SqlBool>`message.delivery = any(${query.delivery}::text[])`)
  if (query.personId) where.push(sql<SqlBool>`message.person_id = any(${recordsOf(sql`${query.personId}`)})`)
  const from = (all: RawBuilder<SqlBool>[]) => sql`
    from message join person on person.id = ${personOfRecord(sql`message.person_id`)} where ${sql.join(all, sql` and `)}`
  await assertSortable(db, query.sort, from(where))
  const { rows } = await sql<Row>`
    select ${order.key} as sort_key, message.*, person.id as person_id, person.name as person_name
    ${from([...where, ...order.beyond])} order by ${order.by} limit ${query.limit + 1}`.execute(db)
  return { rows, order, total: await totalOf(db, query, from(where)) }
}

function viewMessage(row: Row) {
  return {
    id: row.id,
    personId: row.person_id,
    personName: maskName(row.person_name),
    channel: row.channel,
    purpose: row.purpose,
    address: row.address && maskAddress(row.channel, row.address),
    subject: row.subject,
    status: row.status,
    reason: row.reason,
    delivery: row.delivery,
    deliveredAt: row.delivered_at?.toISOString() ?? null,
    parts: row.parts,
    cost: row.cost,
    createdAt: row.created_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

/** As masked as in any list: of a street nothing is left. */
function maskAddress(channel: Row['channel'], address: string): string | null {
  if (channel === 'email') return maskEmail(address)
  if (channel === 'sms' || channel === 'phone') return maskPhone(address)
  return channel === 'wechat' ? maskIdentifier(address) : null
}
