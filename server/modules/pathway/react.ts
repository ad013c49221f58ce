import { sql } from 'kysely'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import type { EventKind } from '../../../contract/timeline.ts'
import type { Trx } from '../../platform/db.ts'
import { wakeLoop } from '../../platform/loop.ts'
import type { AnyEvent } from '../event/event.ts'
import { recordsOf } from '../event/record.ts'
import { type Subject, subjectKind, subjectOf } from '../event/subject.ts'
import { subjectColumn, unfinished } from './columns.ts'
import { type Stop, stopEnrollments } from './end.ts'
import { enterByEvents } from './enter.ts'
import { eventsSinceMerge, restartLiving, restartSeparated, stopAfterMerge } from './restart.ts'
import { firstStop, type StopRules, subjectEnds } from './stop.ts'

/** Reacts to events: stops, reschedules, resumes and starts enrolments. */
export async function followPathways(trx: Trx, events: AnyEvent[]): Promise<void> {
  const entering = [...events, ...(await eventsSinceMerge(trx, events))].filter(
    ({ kind }) => !kind.startsWith('enrollment.'),
  )
  if (entering.length === 0) return
  const listening = await listen(trx, [...new Set(entering.map(({ kind }) => kind))])
  await stopByEvents(trx, events, listening.stops)
  await stopAfterMerge(trx, events)
  await restartSeparated(trx, events)
  await restartLiving(trx, events)
  await moveWaits(trx, events, listening.follows)
  await enterByEvents(trx, entering, listening.entries)
}

export type Open = { id: number; name: string; version_id: number; definition: PathwayDefinition }

/** Which pathways and enrolments events of these kinds concern, in one statement. */
async function listen(trx: Trx, kinds: EventKind[]) {
  const { rows } = await sql<{ stops: EventKind[]; follows: string[]; entries: Open[] }>`
    select array(select distinct k from pathway_version v, unnest(v.stop_events) k where k = any(${kinds}::text[])) as stops,
      array(select distinct split_part(coalesce(entry_event, ''), '.', 1) from pathway_version where follows_subject) as follows,
      (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'version_id', v.id, 'definition', v.definition) order by p.id), '[]')
        from pathway p join pathway_version v on v.id = p.current_version_id
        where p.active and v.entry_event = any(${kinds}::text[])) as entries`.execute(trx)
  const [row] = rows
  const ends = subjectEnds().filter((kind) => kinds.includes(kind))
  return {
    stops: [...(row?.stops ?? []), ...ends],
    follows: row?.follows ?? [],
    entries: row?.entries ?? [],
  }
}

type Candidate = StopRules & {
  id: number
  person_id: number | null
  group_id: number | null
  subject: Subject | null
  entered_at: Date
  records: number
}

/** Stops enrolments by the stop rules of their pathway, with their open tasks and unsent messages. */
async function stopByEvents(trx: Trx, all: AnyEvent[], kinds: EventKind[]): Promise<void> {
  const events = all.filter(({ kind }) => kinds.includes(kind))
  if (events.length === 0) return
  const persons = [...new Set(events.flatMap((event) => event.personId ?? []))]
  const groups = [...new Set(events.flatMap((event) => event.groupId ?? []))]
  // First wait for the executor, then read in a new statement: a snapshot from before the wait would miss tasks that it made.
  await sql`
    select e.id from enrollment e where (person_id in (select id from person where id = any(${persons}::bigint[]) or survivor_id = any(${persons}::bigint[]))
        or group_id = any(${groups}::int[]))
      and e.status in ('active', 'waiting', 'blocked') order by e.id for update`.execute(trx)
  const { rows } = await sql<Candidate>`
    select e.id, g.person_id, e.group_id, ${subjectColumn}, e.entered_at, g.records,
      v.definition ->> 'purpose' as purpose, v.definition -> 'stopOn' as "stopOn"
    from (
      select w.id as person_id, null::int as group_id, r.id as record_id, count(*) over (partition by w.id) as records
      from unnest(${persons}::bigint[]) as w(id) cross join unnest(${recordsOf(sql`w.id`)}) as r(id)
      union all select null, w.id, null, 0 from unnest(${groups}::int[]) as w(id)
    ) g join enrollment e on e.person_id = g.record_id or (g.person_id is null and e.group_id = g.group_id)
    join pathway_version v on v.id = e.pathway_version_id
    where (v.stop_events && ${kinds}::text[] or e.subject_id is not null) and ${unfinished} order by e.id`.execute(
    trx,
  )
  const stops = rows.flatMap((row): Stop[] => {
    const own = events.filter((event) =>
      row.person_id === null ? event.groupId === row.group_id : event.personId === row.person_id,
    )
    const first = firstStop(own, { id: row.id, subject: row.subject, enteredAt: row.entered_at }, row)
    if (!first) return []
    // Undoable: a death may be withdrawn, and staff resume pathways after a dispute. Also for merged records: a stop caused by another
    // record ends with the merge.
    const mayEnd = ['person.deceased', 'person.dispute-opened'].includes(first.event.kind)
    return [{ id: row.id, reason: first.reason, undoable: mayEnd || row.records > 1 }]
  })
  await stopEnrollments(trx, stops)
}

/**
 * Makes waits by a time of these subjects due, so that they are computed anew.
 * @param entries what the pathways with such waits are entered by: `appointment` is about appointments alone, `observation` about any subject
 */
async function moveWaits(trx: Trx, events: AnyEvent[], entries: string[]): Promise<void> {
  const any = entries.some((one) => !subjectKind(one))
  const moved = events.flatMap((event) => {
    const subject = subjectOf(event)
    if (!subject || !(any || entries.includes(subject.kind))) return []
    return subjectKind(subject.kind)?.movedBy.includes(event.kind) ? [subject] : []
  })
  if (moved.length === 0) return
  await sql`
    update enrollment e set due_at = now(), fence = e.fence + 1
    from (select distinct * from unnest(${moved.map((one) => one.kind)}::text[], ${moved.map((one) => one.id)}::bigint[]) as u(kind, id)) w
    where e.subject_kind = w.kind and e.subject_id = w.id and e.wait_key is not null and e.status = 'active'`.execute(
    trx,
  )
  wakeLoop('pathway')
}
