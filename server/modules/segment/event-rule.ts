import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { type EventFilter, eventFactOf, type EventQuestion } from '../../../contract/event-fact.ts'
import { recordsOf } from '../event/record.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { answerMet } from './answer-rule.ts'
import { comparison, type Op, unfit } from './comparison.ts'
import { eventRows, fieldType } from './event-fact.ts'

/** How events are compiled. `each`: looked up for this person, rather than gathered for all. `must`: nobody meets the rule without it. */
type Form = { each?: boolean; must?: boolean }

/** Whether a person meets it. */
export function eventsMet(
  question: EventQuestion,
  person: RawBuilder<unknown>,
  { each = false, must = false }: Form,
): RawBuilder<SqlBool> {
  check(question)
  if (each) return sql`coalesce(${met(question, eventValue(question, person))}, false)`
  const { op, value, measure } = question
  // Few are gathered as a rule, and their rows are then found by number; the planner would read everybody's.
  const among = (set: RawBuilder<unknown>): RawBuilder<SqlBool> =>
    must
      ? sql`${person} = any(array(${set}))`
      : sql`exists (select 1 from (${set}) g where g.who = ${person})`
  if (measure === 'last')
    return among(sql`select l.who from (${latest(question)}) l where ${met(question, sql`l.value`)}`)
  // Whoever has none of them has 0, and is in no group.
  const none = zeroMeets(op, value)
  const total = measure === 'sum' ? sql`coalesce(sum(${field(question)}), 0)` : sql`count(*)`
  const having = met(question, total)
  const some = measure === 'count' && ((op === '>=' && value === 1) || (op === '>' && value === 0))
  const no =
    measure === 'count' &&
    ((op === '=' && value === 0) || (op === '<' && value === 1) || (op === '<=' && value === 0))
  const group = some || no ? sql`` : sql`group by 1 having ${none ? sql`not ${having}` : having}`
  const set = sql`select ${who(question)} as who ${rows(question)} ${group}`
  return none ? sql`not exists (select 1 from (${set}) g where g.who = ${person})` : among(set)
}

/** The number, or the latest value, of one person; the JavaScript side compares it. */
export function eventValue(question: EventQuestion, person: RawBuilder<unknown>): RawBuilder<unknown> {
  check(question)
  const { measure, of } = question
  const { person: record, at, id } = eventRows[of]
  const own = sql`${rows(question, false)} and ${record} = any(${recordsOf(person)})`
  if (measure === 'count') return sql`(select count(*) ${own})`
  if (measure === 'sum') return sql`(select coalesce(sum(${field(question)}), 0) ${own})`
  return sql`(select ${field(question)} ${own} order by ${at} desc, ${id} desc limit 1)`
}

const zeroMeets = (op: Op, value: unknown): boolean =>
  typeof value === 'number' &&
  { '=': value === 0, '!=': value !== 0, '<': value > 0, '<=': value >= 0, '>': value < 0, '>=': value <= 0 }[
    op as '='
  ]

/** The surviving record; few are merged, and those few are looked up in one hash. */
const who = ({ of }: EventQuestion) => sql`coalesce(m.survivor_id, ${eventRows[of].person})`

function latest(question: EventQuestion): RawBuilder<unknown> {
  const { at, id } = eventRows[question.of]
  return sql`
    select distinct on (1) ${who(question)} as who, ${field(question)} as value ${rows(question)} order by 1, ${at} desc, ${id} desc`
}

function rows(question: EventQuestion, joined = true): RawBuilder<unknown> {
  const { from, where, person } = eventRows[question.of]
  const merged = joined
    ? sql`left join (select s.id, s.survivor_id from person s where s.survivor_id is not null) m on m.id = ${person}`
    : sql``
  const filters = (question.where ?? []).map((one) => sql`and ${filterMet(question, one)}`)
  return sql`from ${from} ${merged} where ${where} and ${person} is not null and ${inWindow(question)} ${sql.join(filters, sql` `)}`
}

function inWindow({ of, withinDays, from, to }: EventQuestion): RawBuilder<SqlBool> {
  const { at } = eventRows[of]
  const midnight = (date: string, days: number) =>
    sql`((${date}::date + ${days}::int)::timestamp at time zone ${organisationZone})`
  const parts = [sql`${at} <= now()`]
  if (withinDays !== undefined)
    parts.push(sql`${at} > now() - make_interval(hours => ${24 * withinDays}::int)`)
  if (from !== undefined) parts.push(sql`${at} >= ${midnight(from, 0)}`)
  if (to !== undefined) parts.push(sql`${at} < ${midnight(to, 1)}`)
  return sql`${sql.join(parts, sql` and `)}`
}

function filterMet(
  { of }: EventQuestion,
  { field: name, question, op, value }: EventFilter,
): RawBuilder<SqlBool> {
  const type = fieldType(of, name)
  const path = `${of}.${name}`
  const { fields, keys } = eventRows[of]
  const left = fields[name]
  if (!type || !left) throw unfit(path, 'is nothing that can be asked')
  if (type === 'answer') return answerMet(path, answerOf(path, left, question), op, value)
  const key = keys?.[name]
  const exact = comparison(path, type === 'code' ? 'text' : type, op, value, left)
  if (key && (op === '=' || op === 'in')) return key(sql`${[value].flat().filter((one) => one !== '')}`)
  if (type === 'code' && op === 'contains') return sql`starts_with(${left}, ${value})`
  return exact
}

function answerOf(
  path: string,
  answers: RawBuilder<unknown>,
  question: string | undefined,
): RawBuilder<unknown> {
  if (question === undefined) throw unfit(path, 'needs the question')
  return sql`(${answers} -> ${question}::text)`
}

/** What is added up, or asked of the latest one. */
function field({ of, measure, field: asked, question }: EventQuestion): RawBuilder<unknown> {
  const name = measure === 'sum' ? eventFactOf(of).sum : asked
  const left = name === undefined ? undefined : eventRows[of].fields[name]
  if (name === undefined || !left)
    throw unfit(of, measure === 'sum' ? 'cannot be added up' : 'needs a field to ask')
  return fieldType(of, name) === 'answer' ? answerOf(`${of}.${name}`, left, question) : left
}

function met(question: EventQuestion, left: RawBuilder<unknown>): RawBuilder<SqlBool> {
  const { of, measure, op, value, field: name } = question
  if (measure !== 'last') return comparison(of, 'number', op, value, left)
  const type = fieldType(of, name ?? '')
  if (type === 'answer') return answerMet(`${of}.${name}`, left, op, value)
  if (!type || type === 'code') throw unfit(`${of}.${name}`, 'is no value of a single one')
  return comparison(`${of}.${name}`, type, op, value, left)
}

function check({ of, from, to, withinDays }: EventQuestion): void {
  if (from !== undefined && to !== undefined && from > to) throw unfit(of, 'ends before it begins')
  if (withinDays !== undefined && (from ?? to) !== undefined)
    throw unfit(of, 'has either a number of days or two dates')
}
