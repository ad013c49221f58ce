import { sql } from 'kysely'
import { campaignEffect } from '../server/modules/campaign/effect.ts'
import { systemActor } from '../server/platform/actor.ts'
import type { Db } from '../server/platform/db.ts'
import { type Figure, median, whenMain } from './figure.ts'
import { onEmptyInstallation } from './stays.ts'

const messages = Number(process.env.MESSAGES ?? 1_000_000)
const reports = 5

/** A campaign with a message for each of a million persons, a tenth of them held out besides, and one visit in ten. */
async function prepare(db: Db): Promise<number> {
  const persons = Math.round(messages / 0.9)
  await sql`insert into site (code, name) values ('GH01', '演示医院')`.execute(db)
  await sql`insert into person (id, name, search_name, pinyin, initials, sex, source, source_time)
    select g, '王伟', '王伟', 'wangwei', 'ww', 'male', 'bench', now() from generate_series(1, ${persons}::int) g`.execute(
    db,
  )
  const { rows } = await sql<{ id: number; pathway: number; version: number }>`
    with p as (insert into pathway (code, name, active, category) values ('campaign-1', 'bench', true, 'campaign') returning id),
    v as (insert into pathway_version (pathway_id, version, definition) select id, 1, '{"steps": []}' from p returning id, pathway_id),
    c as (insert into campaign (name, level, purpose, status, plan, goal, window_days, authors, created_by_name, started_at, pathway_id)
      select 'bench', 1, 'service', 'running', ${JSON.stringify({ waves: [{ name: 'first' }] })}::jsonb, 'visited', 30, '{}', 'bench', now(), pathway_id from v
      returning id, pathway_id)
    select c.id, c.pathway_id as pathway, v.id as version from c, v`.execute(db)
  const [made] = rows
  if (!made) throw new Error('the campaign was not made')
  await sql`
    insert into enrollment (id, pathway_id, pathway_version_id, person_id, status, entered_at, variant)
    overriding system value
    select g, ${made.pathway}, ${made.version}, g, case when g % 10 = 0 then 'held-out' else 'completed' end, now(), case when g % 10 = 0 then 'hold-out' else 'A' end
    from generate_series(1, ${persons}::int) g`.execute(db)
  await sql`
    insert into campaign_member (enrollment_id, campaign_id, person_id, variant, stage, entered_at, until, visited_at, visits, revenue)
    select g, ${made.id}, g, case when g % 10 = 0 then 'hold-out' else 'A' end, case g % 3 when 0 then 'active' when 1 then 'dormant' else 'lost' end,
      now() - interval '20 days', now() + interval '10 days', case when g % 11 = 0 then now() - (g % 19) * interval '1 day' end, (g % 11 = 0)::int, (g % 11 = 0)::int * 120
    from generate_series(1, ${persons}::int) g`.execute(db)
  await sql`
    insert into message (person_id, enrollment_id, step_key, pathway_id, channel, purpose, subject, body, status, finished_at, delivery, cost)
    select g, g, 'w1-1', ${made.pathway}, 'sms', 'service', null, '您好', case g % 50 when 0 then 'failed' when 1 then 'suppressed' else 'sent' end, now(),
      case when g % 50 > 4 then 'delivered' end, 0.05
    from generate_series(1, ${persons}::int) g where g % 10 <> 0`.execute(db)
  await sql`vacuum analyze message`.execute(db)
  await sql`vacuum analyze campaign_member`.execute(db)
  return made.id
}

/** How long the report of a campaign of a million messages takes. */
export async function campaign(): Promise<Figure[]> {
  return onEmptyInstallation(async ({ db }) => {
    const id = await prepare(db)
    const actor = systemActor('system:bench', 'bench')
    const times = []
    for (let n = 0; n < reports; n++) {
      const began = performance.now()
      const { effect, messages: account } = await campaignEffect(db, actor, id)
      times.push((performance.now() - began) / 1000)
      if (!effect || account.targeted < messages - 1)
        throw new Error('the report does not hold every message')
    }
    return [
      {
        name: 'campaign: report of the effect of 1,000,000 messages',
        value: median(times),
        unit: 's',
        aim: { most: 1 },
      },
    ]
  })
}

await whenMain(import.meta.url, campaign)
