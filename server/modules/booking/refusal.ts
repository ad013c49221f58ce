import { type SqlBool, sql } from 'kysely'
import type { BookingRefusal } from '../../../contract/booking.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'

type Row = Omit<BookingRefusal, 'at' | 'phone'> & { at: Date; at_key: string; phone: string }

/** Limits that were hit: no person, of numbers only the masked form, so whoever looks after schedules sees all of them. */
export async function listRefusals(
  db: Db,
  actor: Actor,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  authorize(actor, 'schedule.read')
  const after = decodeCursor<[string, number]>(cursor, ['time', 'number'])
  const beyond = after ? sql<SqlBool>`(at, id) < (${after[0]}::timestamptz, ${after[1]}::bigint)` : sql`true`
  const { rows } = await sql<Row>`
    select id, at, at::text as at_key, kind, scope, address, phone, n from booking_refusal
    where ${beyond} order by at desc, id desc limit ${limit + 1}`.execute(db)
  return pageOf(
    rows,
    limit,
    (row) => [row.at_key, row.id],
    ({ at, at_key: _, phone, ...row }): BookingRefusal => ({
      ...row,
      at: at.toISOString(),
      phone: phone || null,
    }),
  )
}
