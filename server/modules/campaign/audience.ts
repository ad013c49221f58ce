import { type RawBuilder, sql } from 'kysely'
import type { CampaignBody } from '../../../contract/campaign.ts'
import type { Db } from '../../platform/db.ts'
import { personsMeeting } from '../segment/segment.ts'
import { audienceOf } from './definition.ts'

/** Facts `f` of the persons whom a campaign means. Who belongs to no site has neither hours nor a sender, and enters nothing by the calendar. */
const meant = ({ plan, siteId }: CampaignBody): RawBuilder<unknown> =>
  sql`${personsMeeting(audienceOf(plan) ?? null, siteId)} and f.site_id is not null`

/** How many persons are meant; with an event or a date of the person, how many could enter. */
export async function audienceCount(db: Db, body: CampaignBody): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count ${meant(body)}`.execute(db)
  return rows[0]?.count ?? 0
}

/** The group of the person of `f` as its place in the plan; null: none of them. */
function groupColumn({ plan }: CampaignBody): RawBuilder<number | null> {
  const whens = plan.groups.map(
    (
      { segment },
      at,
    ) => sql`when exists (select 1 from segment_member sm join segment sg on sg.id = sm.segment_id
      where sm.person_id = f.person_id and sg.code = ${segment}) then ${at}::int`,
  )
  return whens.length === 0 ? sql`null::int` : sql`case ${sql.join(whens, sql` `)} end`
}

/** Persons by group, in the order of the plan, those of no group last. */
export async function audienceGroups(
  db: Db,
  body: CampaignBody,
): Promise<{ group: number | null; persons: number }[]> {
  const { rows } = await sql<{ group: number | null; persons: number }>`
    select g.place as "group", count(*) as persons from (select ${groupColumn(body)} as place ${meant(body)}) g
    group by 1 order by 1 nulls last`.execute(db)
  return rows
}

/** Some of the persons, spread evenly and always the same, with their group. */
export async function audienceSample(
  db: Db,
  body: CampaignBody,
  size: number,
): Promise<{ personId: number; group: number | null }[]> {
  const { rows } = await sql<{ person_id: number; group: number | null }>`
    select f.person_id, ${groupColumn(body)} as "group" ${meant(body)} order by hashint8(f.person_id), f.person_id limit ${size}`.execute(
    db,
  )
  return rows.map((row) => ({ personId: row.person_id, group: row.group }))
}
