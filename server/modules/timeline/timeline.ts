import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import type { TimelineEvent } from '../../../contract/timeline.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { maskNumbersDeep, withoutNumbers } from '../person/mask.ts'
import { personWithin } from '../person/scope.ts'
import { answerLines } from '../questionnaire/lines.ts'

type Query = {
  cursor?: string | undefined
  limit: number
  kind?: string[] | undefined
  before?: string | undefined
  search?: string | undefined
}

type Row = {
  id: number
  at: Date
  /** As the database has it, for cursors: a Date has no microseconds. */
  at_key: string
  recorded_at: Date
  kind: TimelineEvent['kind']
  source: string
  actor_name: string | null
  encounter_id: number | null
  task_id: number | null
  data: Record<string, unknown>
  department_name: string | null
  attending_name: string | null
  pathway_name: string | null
  task_title: string | null
  /** Current class of proof: evidence may come later than the result. */
  proof: string | null
  merged_name: string | null
  contact: ContactRow | null
}

type ContactRow = {
  closed: boolean | null
  by: string | null
  proof: string | null
  note: string | null
  seconds: number | null
  callee: string | null
  relation: string | null
  score: number | null
  band: string | null
  flags: number
  answers: Answers | null
  definition: QuestionnaireDefinition | null
}

/** What a contact leads to in its own transaction is told with the contact, not beside it. */
const folded = sql`('task.completed', 'questionnaire.completed')`
/** Events of the contact `c`, by its moment, its task and its transaction; the time comes first, for the index of the person's events. */
const ofContact = (event: string, contact: string) =>
  sql<SqlBool>`${sql.ref(`${event}.person_id`)} = any(members) and ${sql.ref(`${event}.at`)} = ${sql.ref(`${contact}.at`)}
    and ${sql.ref(`${event}.task_id`)} = ${sql.ref(`${contact}.task_id`)} and ${sql.ref(`${event}.recorded_at`)} = ${sql.ref(`${contact}.recorded_at`)}`

/**
 * A person's timeline, newest first; one row for a contact with everything it led to. Ids in events become names at reading, so that a renamed department shows its current name.
 * Numbers and addresses in texts are masked, and not searched, for those without `person.reveal`.
 */
export async function getTimeline(db: Db, actor: Actor, personId: number, query: Query) {
  const reach = authorize(actor, 'person.read')
  const after = decodeCursor<[string, number]>(query.cursor, ['time', 'number'])
  const word = query.search?.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)
  const like = `%${word ?? ''}%`
  const reveals = may(actor, 'person.reveal')
  /** What is not shown is not found either, or a number could be guessed sign by sign. */
  const matches = (text: RawBuilder<unknown>) =>
    sql<SqlBool>`${reveals ? text : withoutNumbers(text)} ilike ${like}`
  /** Of the event itself, or of what is folded into it. */
  const either = (fits: (event: RawBuilder<unknown>) => RawBuilder<unknown>) =>
    sql<SqlBool>`(${fits(sql`e`)} or (e.kind = 'contact.attempted' and exists (
      select 1 from event x where ${ofContact('x', 'e')} and x.kind in ${folded} and ${fits(sql`x`)})))`
  const where = [
    sql<SqlBool>`e.person_id = any(members)`,
    sql<SqlBool>`not (e.kind in ${folded} and e.task_id is not null and exists (
      select 1 from event c where ${ofContact('c', 'e')} and c.kind = 'contact.attempted'))`,
    ...(after ? [sql<SqlBool>`(e.at, e.id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`] : []),
    ...(query.kind?.length ? [either((event) => sql`${event}.kind = any(${query.kind}::text[])`)] : []),
    ...(query.before ? [sql<SqlBool>`e.at < ${query.before}::timestamptz`] : []),
    ...(word
      ? [
          sql<SqlBool>`(${either((event) => matches(sql`${event}.data::text`))} or ${matches(sql`n.condition_text`)} or d.name ilike ${like} or s.name ilike ${like} or ${matches(sql`t.title`)})`,
        ]
      : []),
  ]
  const { rows } = await sql<Row & { person_id: number }>`
    select p.id as person_id, x.*, ${may(actor, 'task.read') ? sql`k.contact` : sql`null as contact`} from person p cross join lateral (select ${recordsOf(sql`p.id`)} as members) g
    left join lateral (
      select e.id, e.at, e.at::text as at_key, e.recorded_at, e.kind, e.source, u.name as actor_name, e.encounter_id, e.task_id,
        case when e.kind like 'encounter.%'
          then jsonb_strip_nulls(jsonb_build_object('class', n.class, 'conditionText', n.condition_text)) || e.data else e.data end as data,
        d.name as department_name, s.name as attending_name, w.name as pathway_name, t.title as task_title,
        case when e.kind = 'task.completed' then t.proof end as proof,
        y.name as merged_name
      from timeline e
      left join encounter n on n.id = e.encounter_id and e.kind like 'encounter.%'
      left join department d on d.id = coalesce(e.department_id, (e.data ->> 'departmentId')::int)
      left join staff s on s.id = coalesce(e.attending_staff_id, (e.data ->> 'attendingStaffId')::int)
      left join pathway w on w.id = (e.data ->> 'pathwayId')::int
      left join task t on t.id = e.task_id
      left join person y on y.id = (e.data ->> 'mergedId')::bigint
      left join app_user u on e.actor_id = 'user:' || u.id
      where ${sql.join(where, sql` and `)}
      order by e.at desc, e.id desc limit ${query.limit + 1}
    ) x on true
    left join lateral (
      select jsonb_build_object('closed', f.closed, 'by', a.user_name, 'proof', case when f.closed then t.proof end, 'note', a.note, 'seconds', a.duration_seconds,
        'callee', a.callee_name, 'relation', a.callee_relation, 'score', (f.answered ->> 'score')::float8, 'band', f.answered -> 'band' ->> 'zh-CN',
        'flags', coalesce(jsonb_array_length(f.answered -> 'redFlags'), 0), 'answers', r.answers, 'definition', v.definition) as contact
      from task t left join task_attempt a on a.task_id = t.id and a.number = (x.data ->> 'number')::int
      cross join lateral (
        select bool_or(y.kind = 'task.completed') as closed, (array_agg(y.data) filter (where y.kind = 'questionnaire.completed'))[1] as answered
        from event y where ${ofContact('y', 'x')}) f
      left join questionnaire_response r on r.id = (f.answered ->> 'responseId')::bigint
      left join questionnaire_version v on v.id = r.questionnaire_version_id
      where x.kind = 'contact.attempted' and t.id = x.task_id
    ) k on true
    where p.id = ${personOfRecord(sql`${personId}`)} and ${personWithin(reach, sql`p.id`)} order by x.at desc, x.id desc`.execute(
    db,
  )
  const { person_id } = found(rows[0])
  await audit(db, actor, { action: 'person.timeline', personId: person_id, fields: ['timeline'] })
  // A person without events comes back as one empty row.
  const events = rows.filter((row) => (row.id as number | null) !== null)
  return pageOf(
    events,
    query.limit,
    (row) => [row.at_key, row.id],
    (row) => {
      const { data, contact, ...event } = viewEvent(row)
      return { ...event, ...(reveals ? { data, contact } : maskNumbersDeep({ data, contact })) }
    },
  )
}

function viewEvent(row: Row): TimelineEvent {
  const names = {
    departmentName: row.department_name,
    attendingName: row.attending_name,
    pathwayName: row.pathway_name,
    taskTitle: row.task_title,
    mergedName: row.merged_name,
    proof: row.proof,
  }
  return {
    id: row.id,
    at: row.at.toISOString(),
    recordedAt: row.recorded_at.toISOString(),
    kind: row.kind,
    source: row.source,
    actorName: row.actor_name,
    encounterId: row.encounter_id,
    taskId: row.task_id,
    contact: row.contact && viewContact(row.contact),
    data: { ...row.data, ...Object.fromEntries(Object.entries(names).filter(([, name]) => name !== null)) },
  }
}

function viewContact({ answers, definition, closed, ...rest }: ContactRow): TimelineEvent['contact'] {
  return {
    ...rest,
    closed: closed ?? false,
    lines: answers && definition ? answerLines(definition, answers) : [],
  }
}
