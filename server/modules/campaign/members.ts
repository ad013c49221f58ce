import { sql, type SqlBool } from 'kysely'
import type { CampaignGoal } from '../../../contract/campaign.ts'
import { maskName } from '../../../contract/export.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { listOrder, newestFirst, type Sorted, totalOf } from '../../platform/listing.ts'
import { personOfRecord } from '../event/record.ts'
import { personWithin } from '../person/scope.ts'
import { plannedRow } from './campaign.ts'

type Query = {
  variant?: string | undefined
  did?: CampaignGoal | undefined
  sort?: string | undefined
  total?: boolean | undefined
  cursor?: string | undefined
  limit: number
}

type Row = Sorted & {
  person_id: number
  name: string
  variant: string
  entered_at: Date
  until: Date
  answered_at: Date | null
  booked_at: Date | null
  visited_at: Date | null
  visits: number
  revenue: number
}

const sortColumns = {
  entered: { by: sql`m.entered_at`, type: 'time' },
  visited: { by: sql`m.visited_at`, type: 'time' },
  revenue: { by: sql`m.revenue`, type: 'number' },
} as const

const did = {
  answered: sql<SqlBool>`m.answered_at is not null`,
  booked: sql<SqlBool>`m.booked_at is not null`,
  visited: sql<SqlBool>`m.visited_at is not null`,
} as const

/** The persons behind the figures, within reach. @throws {AppError} forbidden, not-found */
export async function listMembers(db: Db, actor: Actor, id: number, query: Query) {
  await plannedRow(db, actor, id)
  const reach = authorize(actor, 'campaign.read')
  const where = [
    sql<SqlBool>`m.campaign_id = ${id}`,
    personWithin(reach, personOfRecord(sql`m.person_id`)),
    ...(query.variant === undefined ? [] : [sql<SqlBool>`m.variant = ${query.variant}`]),
    ...(query.did === undefined ? [] : [did[query.did]]),
  ]
  const order = listOrder<Row & { id: number }>(
    sortColumns,
    sql`m.enrollment_id`,
    newestFirst(sql`m.enrollment_id`),
    query,
  )
  const from = sql`
    from campaign_member m join person p on p.id = ${personOfRecord(sql`m.person_id`)} where ${sql.join(where, sql` and `)}`
  const { rows } = await sql<Row & { id: number }>`
    select ${order.key} as sort_key, m.enrollment_id as id, p.id as person_id, p.name, m.variant, m.entered_at, m.until, m.answered_at, m.booked_at,
      m.visited_at, m.visits, m.revenue
    from campaign_member m join person p on p.id = ${personOfRecord(sql`m.person_id`)}
    where ${sql.join([...where, ...order.beyond], sql` and `)} order by ${order.by} limit ${query.limit + 1}`.execute(
    db,
  )
  await audit(db, actor, {
    action: 'campaign.members',
    subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
    fields: [may(actor, 'person.read') ? 'name' : 'name-masked'],
  })
  return {
    ...order.page(rows, query.limit, (row) => viewMember(row, actor)),
    total: await totalOf(db, query, from),
  }
}

function viewMember(row: Row, actor: Actor) {
  return {
    personId: row.person_id,
    name: may(actor, 'person.read') ? row.name : maskName(row.name),
    variant: row.variant,
    enteredAt: row.entered_at.toISOString(),
    until: row.until.toISOString(),
    answeredAt: row.answered_at?.toISOString() ?? null,
    bookedAt: row.booked_at?.toISOString() ?? null,
    visitedAt: row.visited_at?.toISOString() ?? null,
    visits: row.visits,
    revenue: row.revenue,
  }
}
