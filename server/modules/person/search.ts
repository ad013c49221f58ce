import { type Selectable, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Person } from '../../platform/db-types.ts'
import type { PersonSummary } from '../../../contract/person.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { agesOf, localDate } from '../../platform/clock.ts'
import { assertSortable, listOrder, newestFirst, type Sorted, totalOf } from '../../platform/listing.ts'
import type { Db } from '../../platform/db.ts'
import { scoreOf, type Weights, weightsFrom } from './completeness.ts'
import { deceasedOf, recordsOf } from '../event/record.ts'
import { maskPhone } from './mask.ts'
import { comparedNumber } from './identity-number.ts'
import { isHan, typedForms } from './name.ts'
import { type Narrowed, narrowedTo, weightsFor } from './narrow.ts'
import { normalisePhone } from './phone.ts'
import { personWithin } from './scope.ts'
import { asksNumber, assertNotWalking, countMiss, notWalking, numberMissed } from './walk.ts'
import { withoutSigns } from './text.ts'
import { organisationZone } from '../setting/time-zone.ts'

type Row = Sorted & {
  /** Of the organisation. */
  zone: string
  name: string
  sex: Selectable<Person>['sex']
  birth_date: string | null
  deceased: boolean
  phone: string | null
  record_numbers: { siteId: number | null; value: string }[] | null
  last_visit_at: Date | null
  last_department_name: string | null
  last_condition_text: string | null
  open_tasks: number
  missing: number | null
  found_as: string[]
  /** That settings name, when a number is searched. */
  countries: string[] | null
  /** The site's settings of `completeness`, where it changed them. */
  weights: Record<string, unknown> | null
}

type Query = Narrowed & {
  search?: string | undefined
  phone?: string | undefined
  sort?: string | undefined
  total?: boolean | undefined
  cursor?: string | undefined
  limit: number
}

const sortColumns = {
  name: { by: sql`(select x.pinyin from person x where x.id = c.id)`, type: 'text' },
  lastVisit: { by: sql`(select x.last_visit_at from person_facts x where x.person_id = c.id)`, type: 'time' },
} as const

/**
 * Finds persons within the actor's reach in one statement, with an index for every kind of search term. Without a term: the latest persons
 * first.
 */
export async function searchPersons(db: Db, actor: Actor, query: Query) {
  const byNumber = query.phone !== undefined || asksNumber(query.search)
  let found = await findPersons(db, actor, query, byNumber ? [] : undefined)
  const missed = byNumber && found.rows.length === 0 && query.cursor === undefined
  if (missed) await assertNotWalking(db, actor)
  // A search that finds somebody tells the countries along; most installations have none set.
  const countries = byNumber ? (found.rows[0]?.countries ?? (await countriesSet(db))) : []
  if (countries.length > 0) found = await findPersons(db, actor, query, countries)
  const { rows, order, all, known } = found
  const nobody = missed && rows.length === 0
  if (nobody) await countMiss(db, actor)
  await audit(db, actor, {
    action: nobody ? numberMissed : 'person.search',
    // One audit entry names the persons shown; the search term itself may be a name and is left out.
    personId: rows.length === 1 ? (rows[0]?.id ?? null) : null,
    subject: `persons:${rows
      .slice(0, query.limit)
      .map((row) => row.id)
      .join(',')}`,
    fields: ['name', 'phone'],
  })
  const today = rows[0] ? localDate(new Date(), rows[0].zone) : ''
  const weights = known ?? weightsFrom(rows[0]?.weights ?? {})
  return {
    ...order.page(rows, query.limit, (row) => viewSummary(row, today, weights)),
    total: await totalOf(db, query, all),
  }
}

/** @param countries in which numbers may be dialled; undefined when the term is no number */
async function findPersons(db: Db, actor: Actor, query: Query, countries: string[] | undefined) {
  const reach = authorize(actor, 'person.read')
  const within = countries
    ? sql<SqlBool>`${notWalking(actor)} and ${personWithin(reach, sql`c.id`)}`
    : personWithin(reach, sql`c.id`)
  const candidates = query.phone
    ? phonesOf(query.phone, countries ?? [])
    : query.search && candidatesFor(query.search, countries)
  const hitsOf = (place: RawBuilder<unknown>, key: RawBuilder<unknown>) =>
    candidates
      ? // A hit on a merged record is a hit on its survivor.
        sql`
        select c.id, ${place} as place, ${key} as sort_key, coalesce(array_agg(c.via) filter (where c.via <> c.id), '{}') as via
        from (select coalesce(r.survivor_id, r.id) as id, r.id as via from (${candidates}) as hit join person r on r.id = hit.id) as c`
      : sql`select c.id, ${place} as place, ${key} as sort_key, '{}'::bigint[] as via from person c`
  const known = await weightsFor(db, query)
  const where = sql`where ${candidates ? sql<SqlBool>`true` : sql<SqlBool>`c.survivor_id is null`} and ${within} and ${narrowedTo(query, known)}`
  const order = listOrder<Row>(sortColumns, sql`c.id`, newestFirst(sql`c.id`), query)
  const all = sql`from (${hitsOf(sql`0`, sql`null`)} ${where} group by c.id) as every`
  await assertSortable(db, query.sort, all)
  const { rows } = await sql<Row>`
    with found as (
      ${hitsOf(query.sort === undefined ? sql`0` : sql`row_number() over (order by ${order.by})`, order.key)} ${where} and ${order.beyond[0] ?? sql<SqlBool>`true`}
      group by c.id order by ${order.by} limit ${query.limit + 1}
    )
    select found.sort_key, p.id, p.name, p.sex, p.birth_date, ${deceasedOf(sql`p.id`, sql`p.deceased`)} as deceased, f.last_visit_at, f.missing, d.name as last_department_name, f.last_condition_text,
      (select t.value from person_telecom t where t.person_id = any(g.members) and t.system = 'phone' and t.valid
        order by t.updated_at desc, t.id limit 1) as phone,
      (select jsonb_agg(jsonb_build_object('siteId', i.site_id, 'value', i.value) order by i.system, i.person_id, i.value) from person_identifier i
        where i.person_id = any(g.members) and i.system like 'mrn:%') as record_numbers,
      (select count(*) from task t where t.person_id = any(g.members) and t.status in ('requested', 'in-progress')) as open_tasks,
      array(select distinct v.name || coalesce(' ' || (select min(i.value) from person_identifier i where i.person_id = v.id
        and i.system like 'mrn:%'), '') from person v where v.id = any(found.via)) as found_as,
      (select jsonb_object_agg(key, value) from setting where key like 'completeness.%') as weights, ${organisationZone} as zone,
      ${countries ? sql`array(${setCountries})` : sql`null`} as countries
    from found join person p on p.id = found.id
    cross join lateral (select ${recordsOf(sql`p.id`)} as members) g
    left join person_facts f on f.person_id = p.id
    left join department d on d.id = f.last_department_id
    order by ${query.sort === undefined ? sql`p.id desc` : sql`found.place`}`.execute(db)
  return { rows, order, all, known }
}

function viewSummary(row: Row, today: string, weights: Weights): PersonSummary {
  return {
    id: row.id,
    name: row.name,
    sex: row.sex,
    birthDate: row.birth_date,
    ...agesOf(row.birth_date, today),
    deceased: row.deceased,
    phone: row.phone && maskPhone(row.phone),
    recordNumbers: row.record_numbers ?? [],
    lastVisitAt: row.last_visit_at?.toISOString() ?? null,
    lastDepartmentName: row.last_department_name,
    lastConditionText: row.last_condition_text,
    openTasks: row.open_tasks,
    completeness: row.missing === null ? null : scoreOf(row.missing, weights),
    foundAs: row.found_as,
  }
}

/** Who has this full telephone number, in the form of the index that also finds the ends of numbers. */
function phonesOf(number: string, countries: string[]): RawBuilder<unknown> {
  const one = (form: string) =>
    sql`select person_id as id from person_telecom where system = 'phone' and reverse(value) = reverse(${form})`
  return sql.join(formsOfPhone(number, countries).map(one), sql` union all `)
}

/**
 * Every form in which a number may be stored: it depends on the country of the site that it came from, which nobody knows who only has the
 * number. Without settings of a country there is one.
 */
function formsOfPhone(text: string, countries: string[]): string[] {
  const usual = normalisePhone(text)
  if (usual.startsWith('+')) return [usual]
  return [...new Set([usual, ...countries.map((country) => normalisePhone(text, country))])]
}

const setCountries = sql`select distinct value #>> '{}' as country from setting where key = 'organisation.country'`

/** The countries that settings name, of the whole organisation or of a site. */
export async function countriesSet(db: Db): Promise<string[]> {
  const { rows } = await sql<{ country: string }>`${setCountries}`.execute(db)
  return rows.map((row) => row.country)
}

/** Of a masked telephone number, at its end. */
const shownDigits = 4

const begins = (text: string) => `${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`

/**
 * Possible meanings of a search term: digits are a phone number (whole or its last four digits, which are shown) or the beginning of a record
 * number (of an identity number only the whole: what is masked must not be guessed digit by digit); letters are pinyin or a Latin name or a record number;
 * characters are the beginning of a name.
 * @param countries in which a number without a country code may be dialled, beside the organisation's own
 */
export function candidatesFor(typed: string, countries: string[] = []): RawBuilder<unknown> {
  const word = withoutSigns(typed).trim()
  const numbers = [...new Set([word, word.toUpperCase(), comparedNumber('national-id', word)])]
  const byNumber = sql`select person_id as id from person_identifier where value = any(${numbers}::text[])`
  const digits = word.replaceAll(/[\s()+-]/g, '')
  if (/^\d{3,}$/.test(digits)) {
    const end = [...digits].reverse().join('')
    const byEnd = sql`
      select person_id as id from person_telecom where system = 'phone' and reverse(value) like ${begins(end)} union all`
    return sql`
      ${digits.length === shownDigits ? byEnd : sql``} ${phonesOf(word, countries)}
      union all select person_id from person_identifier where value like ${begins(digits)} and site_id is not null
      union all ${byNumber}`
  }
  const forms = typedForms(word)
  if (isHan(word)) {
    const [name = ''] = forms.search_name
    return sql`
      select id from person where search_name like ${begins(name)}
      union all select person_id from person_name where search_name like ${begins(name)}`
  }
  const like = (column: string, texts: string[], only = sql``) =>
    texts.map((text) => sql`${sql.ref(column)} like ${begins(text)} ${only}`)
  const places = [
    ...like('pinyin', forms.pinyin),
    ...like('initials', forms.initials),
    ...like('search_name', forms.search_name),
    ...like('pinyin', forms.latin, sql`and search_name ~ '^[a-z]'`),
  ]
  // Punctuation alone would match the beginning of every name.
  if (places.length === 0) return byNumber
  return sql`${sql.join(
    places.map(
      (place) =>
        sql`select id from person where ${place} union all select person_id from person_name where ${place}`,
    ),
    sql` union all `,
  )} union all ${byNumber}`
}
