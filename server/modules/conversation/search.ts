import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { searchMessages as searchRoute } from '../../../contract/conversation.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { foldText, queryOf } from '../../platform/bigram.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { leftJoinPerson } from '../event/record.ts'
import { maskNumbersIn } from '../person/mask.ts'
import { nameSeenBy } from '../person/scope.ts'
import { siteWord } from './message.ts'
import { conversationWithin } from './scope.ts'

type Item = z.output<(typeof searchRoute)['response']>['items'][number]
type Row = Omit<Item, 'at' | 'excerpt'> & { at: Date; body: string; subject: string | null }

/** Messages that are read straight from the newest before the index is asked: what is frequent is found there at once. */
const nearest = 4000

/**
 * Newest first. A word that is frequent is found among the latest messages without the index, which would first list all that have it; one that
 * is rare there is rare altogether, and the index lists few. Either way little is read, however many messages there are.
 */
export async function searchMessages(
  db: Db,
  actor: Actor,
  { search = '', siteId, cursor, limit }: z.output<(typeof searchRoute)['query']>,
): Promise<{ items: Item[]; nextCursor: string | null }> {
  const within = conversationWithin(actor, 'conversation.read')
  const asked = queryOf(search)
  if (!asked) return { items: [], nextCursor: null }
  const before = decodeCursor<[number]>(cursor, ['number'])?.[0]
  const query = `${sitesOf(actor, siteId)}${asked.query}`
  const ofMessage = [
    sql<SqlBool>`m.words @@ ${query}::tsquery`,
    ...(before ? [sql<SqlBool>`m.id < ${before}`] : []),
  ]
  const wanted = limit + 1
  const where = {
    ofMessage,
    where: [...ofMessage, within, ...(siteId ? [sql<SqlBool>`c.site_id = ${siteId}`] : [])],
    // Where the sites among the words are the whole reach, nearly all that match are shown: a conversation changes its site never.
    most: isOfSites(actor) ? wanted : null,
  }
  let rows = await find(db, actor, where, wanted, nearestOf(before))
  if (rows.length < wanted) rows = await find(db, actor, where, wanted, null)
  const parts = asked.parts
  await audit(db, actor, {
    action: 'conversation.search',
    subject: `persons:${rows.flatMap((row) => row.personId ?? []).join(',')}`.slice(0, 2000),
    fields: ['messages'],
  })
  return pageOf(
    rows,
    limit,
    (row) => [row.id],
    ({ body, subject, at, ...row }) => ({
      ...row,
      at: at.toISOString(),
      excerpt: maskNumbersIn(excerptOf([subject, body].filter(Boolean).join(' '), parts)),
    }),
  )
}

/** Whether the reach is whole sites: of a department's conversations the words do not tell. */
function isOfSites(actor: Actor): boolean {
  const { all, siteIds, departmentIds } = authorize(actor, 'conversation.read')
  return all || (siteIds.length > 0 && departmentIds.length === 0)
}

/** The sites are part of the words that are looked for, so that a small one does not read what others wrote. */
function sitesOf(actor: Actor, siteId: number | undefined): string {
  if (siteId !== undefined) return `'${siteWord(siteId)}' & `
  const reach = authorize(actor, 'conversation.read')
  if (!isOfSites(actor) || reach.all) return ''
  return `(${reach.siteIds.map((one) => `'${siteWord(one)}'`).join(' | ')}) & `
}

const nearestOf = (before: number | undefined) => sql`
  select n.id from conversation_message n ${before === undefined ? sql`` : sql`where n.id < ${before}`} order by n.id desc limit ${sql.lit(nearest)}`

type Wanted = {
  /** What is asked of a message alone. */
  ofMessage: RawBuilder<SqlBool>[]
  where: RawBuilder<SqlBool>[]
  /** Matches that need be looked at; null: all. */
  most: number | null
}

async function find(
  db: Db,
  actor: Actor,
  { ofMessage, where, most }: Wanted,
  limit: number,
  among: RawBuilder<unknown> | null,
): Promise<Row[]> {
  const columns = sql`m.id, m.conversation_id as "conversationId", p.id as "personId", case when p.id is null then c.stated_name else ${nameSeenBy(actor)} end as name,
    m.kind, m.channel, m.at, m.body, m.subject`
  // Without `offset 0` the planner would rather walk all messages backwards, hoping for matches.
  const matching = among
    ? sql`(select m.* from (${among}) n join conversation_message m on m.id = n.id order by m.id desc offset 0) m`
    : sql`(select m.* from (
        select x.id from (select m.id from conversation_message m where ${sql.join(ofMessage, sql` and `)} offset 0) x order by x.id desc ${most === null ? sql`` : sql`limit ${most}`}
      ) n join conversation_message m on m.id = n.id) m`
  const { rows } = await sql<Row>`
    select ${columns} from ${matching} join conversation c on c.id = m.conversation_id ${leftJoinPerson(sql`c.person_id`)}
    where ${sql.join(where, sql` and `)} order by m.id desc limit ${limit}`.execute(db)
  return rows
}

/** Around the first part that stands in the text, in either writing: folding keeps the number of characters of Chinese texts. */
function excerptOf(text: string, parts: string[]): string {
  const plain = text.replaceAll(/\s+/g, ' ').trim()
  const folded = foldText(plain)
  const places = parts.map((part) => folded.indexOf(part)).filter((at) => at >= 0)
  const at = places.length > 0 ? Math.min(...places) : 0
  const from = Math.max(0, at - 30)
  const piece = plain.slice(from, from + 120)
  return `${from > 0 ? '…' : ''}${piece}${from + 120 < plain.length ? '…' : ''}`
}
