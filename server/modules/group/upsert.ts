import { sql } from 'kysely'
import type { GroupAgreement, GroupSummary, MemberRole } from '../../../contract/group.ts'
import type { Trx } from '../../platform/db.ts'
import { normalise, searchOrganisation } from '../person/name.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'

type Json = Record<string, unknown>
/** A created or changed row, before and after. */
export type ChangedRow = {
  table: 'group_customer' | 'group_contact' | 'group_agreement' | 'group_member'
  id: number
  /** Null: created. */
  before: Json | null
  after: Json
}

/** What a source states about a group customer. Null: not stated; it never erases known values. */
export type GroupStatement = {
  /** Null: matched by name; a new one gets the next number. */
  code: string | null
  name: string
  kind: GroupSummary['kind'] | null
  taxId: string | null
  industry: string | null
  headcount: number | null
  phone: string | null
  address: string | null
  note: string | null
  contact: { name: string; title: string | null; phone: string | null; email: string | null } | null
  agreement: {
    number: string
    validFrom: string | null
    validUntil: string | null
    payment: GroupAgreement['payment']
    discountPercent: number | null
    services: GroupAgreement['services']
  } | null
}

/** What a source states about a membership. Null: not stated. */
export type MemberStatement = {
  groupId: number
  personId: number
  role: MemberRole | null
  employeeNumber: string | null
  department: string | null
  title: string | null
  since: string | null
  until: string | null
  note: string | null
}

/** Ids of group customers of a site and of all sites, by number or name. */
export async function findGroups(trx: Trx, siteId: number, words: string[]): Promise<Map<string, number>> {
  const wanted = [...new Set(words)].map((word) => ({ word, search: searchOrganisation(word).search_name }))
  if (wanted.length === 0) return new Map()
  const { rows } = await sql<{ word: string; id: number }>`
    select distinct on (w.word) w.word, g.id
    from unnest(${wanted.map((one) => one.word)}::text[], ${wanted.map((one) => one.search)}::text[]) as w(word, search)
    join group_customer g on (g.code = w.word or g.search_name = w.search) and (g.site_id = ${siteId} or g.site_id is null)
    order by w.word, g.code = w.word desc, g.site_id nulls last, g.id`.execute(trx)
  return new Map(rows.map((row) => [row.word, row.id]))
}

/** Existing memberships among these, as `group id|person id`. */
export async function findMembers(
  trx: Trx,
  pairs: { groupId: number; personId: number }[],
): Promise<Set<string>> {
  if (pairs.length === 0) return new Set()
  const { rows } = await sql<{ group_id: number; person_id: number }>`
    select distinct w.group_id, w.person_id
    from unnest(${pairs.map((one) => one.groupId)}::int[], ${pairs.map((one) => one.personId)}::bigint[]) as w(group_id, person_id)
    join group_member m on m.group_id = w.group_id and m.person_id = any(${recordsOf(personOfRecord(sql`w.person_id`))})`.execute(
    trx,
  )
  return new Set(rows.map((row) => `${row.group_id}|${row.person_id}`))
}

/** Key of a group customer within a batch. */
const keyOf = (stated: GroupStatement) => stated.code ?? searchOrganisation(stated.name).search_name

/**
 * Creates or updates group customers of a site with a contact and an agreement each, one by one: such lists are short.
 * @returns created or changed rows per input; none when nothing is new
 */
export async function upsertGroups(
  trx: Trx,
  siteId: number,
  inputs: GroupStatement[],
  source: string,
): Promise<ChangedRow[][]> {
  const known = await findGroups(
    trx,
    siteId,
    inputs.map((stated) => stated.code ?? stated.name),
  )
  const made = new Map<string, number>()
  const results: ChangedRow[][] = []
  for (const stated of inputs) {
    const id = made.get(keyOf(stated)) ?? known.get(stated.code ?? stated.name)
    const group = await upsertGroup(trx, siteId, id, stated, source)
    made.set(keyOf(stated), group.id)
    results.push([
      ...group.changed,
      ...(await upsertContact(trx, group.id, stated.contact, source)),
      ...(await upsertAgreement(trx, group.id, stated.agreement, source)),
    ])
  }
  return results
}

type Touched = { before: Json | null; after: Json }
const changedRow = (table: ChangedRow['table'], rows: Touched[]): ChangedRow[] =>
  rows.map(({ before, after }) => ({ table, id: Number(after['id']), before, after }))

async function upsertGroup(
  trx: Trx,
  siteId: number,
  id: number | undefined,
  stated: GroupStatement,
  source: string,
): Promise<{ id: number; changed: ChangedRow[] }> {
  const name = normalise(stated.name)
  const search = searchOrganisation(name)
  if (id === undefined) {
    const { rows } = await sql<Touched>`
      insert into group_customer (site_id, code, name, search_name, pinyin, initials, kind, tax_id, industry, headcount, phone, address, note, source)
      values (${siteId}, coalesce(${stated.code}, (select 'G' || lpad((coalesce(max(substring(code from '^G(\\d{1,8})$')::int), 0) + 1)::text, 4, '0')
          from group_customer where site_id = ${siteId})),
        ${name}, ${search.search_name}, ${search.pinyin}, ${search.initials}, ${stated.kind ?? 'contract-unit'}, ${stated.taxId}, ${stated.industry},
        ${stated.headcount}, ${stated.phone}, ${stated.address}, ${stated.note}, ${source})
      returning null as before, to_jsonb(group_customer) as after`.execute(trx)
    return { id: Number(rows[0]?.after['id']), changed: changedRow('group_customer', rows) }
  }
  const { rows } = await sql<Touched>`
    with old as (select g.*, to_jsonb(g) as before from group_customer g where g.id = ${id} for update), stated as (
      select ${name}::text as name, coalesce(${stated.kind}, old.kind) as kind, coalesce(${stated.taxId}, old.tax_id) as tax_id,
        coalesce(${stated.industry}, old.industry) as industry, coalesce(${stated.headcount}::int, old.headcount) as headcount,
        coalesce(${stated.phone}, old.phone) as phone, coalesce(${stated.address}, old.address) as address, coalesce(${stated.note}, old.note) as note
      from old)
    update group_customer g set name = stated.name, search_name = ${search.search_name}, pinyin = ${search.pinyin}, initials = ${search.initials},
      kind = stated.kind, tax_id = stated.tax_id, industry = stated.industry, headcount = stated.headcount, phone = stated.phone,
      address = stated.address, note = stated.note, source = ${source}, version = g.version + 1, updated_at = now()
    from stated, old where g.id = old.id
      and (g.name, g.kind, g.tax_id, g.industry, g.headcount, g.phone, g.address, g.note)
        is distinct from (stated.name, stated.kind, stated.tax_id, stated.industry, stated.headcount, stated.phone, stated.address, stated.note)
    returning old.before, to_jsonb(g) as after`.execute(trx)
  return { id, changed: changedRow('group_customer', rows) }
}

/** A contact is matched by name. */
async function upsertContact(
  trx: Trx,
  groupId: number,
  stated: GroupStatement['contact'],
  source: string,
): Promise<ChangedRow[]> {
  if (!stated) return []
  const { rows: known } = await sql<{ id: number }>`
    select id from group_contact where group_id = ${groupId} and name = ${stated.name} order by active desc, id limit 1`.execute(
    trx,
  )
  if (!known[0]) {
    const { rows } = await sql<Touched>`
      insert into group_contact (group_id, name, title, phone, email, main, source)
      values (${groupId}, ${stated.name}, ${stated.title}, ${stated.phone}, ${stated.email},
        not exists (select 1 from group_contact where group_id = ${groupId} and main and active), ${source})
      returning null as before, to_jsonb(group_contact) as after`.execute(trx)
    return changedRow('group_contact', rows)
  }
  const { rows } = await sql<Touched>`
    with old as (select c.*, to_jsonb(c) as before from group_contact c where c.id = ${known[0].id} for update), stated as (
      select coalesce(${stated.title}, old.title) as title, coalesce(${stated.phone}, old.phone) as phone, coalesce(${stated.email}, old.email) as email from old)
    update group_contact c set title = stated.title, phone = stated.phone, email = stated.email, source = ${source}, version = c.version + 1, updated_at = now()
    from stated, old where c.id = old.id and (c.title, c.phone, c.email) is distinct from (stated.title, stated.phone, stated.email)
    returning old.before, to_jsonb(c) as after`.execute(trx)
  return changedRow('group_contact', rows)
}

async function upsertAgreement(
  trx: Trx,
  groupId: number,
  stated: GroupStatement['agreement'],
  source: string,
): Promise<ChangedRow[]> {
  if (!stated) return []
  const { rows } = await sql<Touched>`
    with old as (select a.*, to_jsonb(a) as before from group_agreement a where a.group_id = ${groupId} and a.number = ${stated.number} for update), stated as (
      select coalesce(${stated.validFrom}::date, old.valid_from) as valid_from, coalesce(${stated.validUntil}::date, old.valid_until) as valid_until,
        coalesce(${stated.payment}, old.payment) as payment, coalesce(${stated.discountPercent}::numeric(5, 2), old.discount_percent) as discount_percent,
        case when cardinality(${stated.services}::text[]) > 0 then ${stated.services}::text[] else coalesce(old.services, '{}') end as services
      from (select 1) one left join old on true)
    insert into group_agreement as a (group_id, number, valid_from, valid_until, payment, discount_percent, services, source)
    select ${groupId}, ${stated.number}, valid_from, valid_until, payment, discount_percent, services, ${source} from stated
    on conflict (group_id, number) do update set valid_from = excluded.valid_from, valid_until = excluded.valid_until, payment = excluded.payment,
      discount_percent = excluded.discount_percent, services = excluded.services, source = excluded.source, version = a.version + 1, updated_at = now()
    where (a.valid_from, a.valid_until, a.payment, a.discount_percent, a.services)
      is distinct from (excluded.valid_from, excluded.valid_until, excluded.payment, excluded.discount_percent, excluded.services)
    returning (select before from old) as before, to_jsonb(a) as after`.execute(trx)
  return changedRow('group_agreement', rows)
}

/**
 * Creates or updates memberships, set-based; at most one input per group and person in a call. The statement applies to the latest
 * membership, unless the source states a return after its end.
 * @returns the created or changed row per input, if any
 */
export async function upsertMembers(
  trx: Trx,
  inputs: MemberStatement[],
  source: string,
): Promise<ChangedRow[][]> {
  if (inputs.length === 0) return []
  const { rows } = await sql<Touched & { position: number }>`
    with stated as (
      select * from unnest(${inputs.map((one) => one.groupId)}::int[], ${inputs.map((one) => one.personId)}::bigint[],
        ${inputs.map((one) => one.role)}::text[], ${inputs.map((one) => one.employeeNumber)}::text[], ${inputs.map((one) => one.department)}::text[],
        ${inputs.map((one) => one.title)}::text[], ${inputs.map((one) => one.since)}::date[], ${inputs.map((one) => one.until)}::date[],
        ${inputs.map((one) => one.note)}::text[])
        with ordinality as t(group_id, person_id, role, employee_number, department, title, since, until, note, position)
    ), known as materialized (
      select s.position, o.id, to_jsonb(o) as before,
        coalesce(s.role, o.role) as role, coalesce(s.employee_number, o.employee_number) as employee_number, coalesce(s.department, o.department) as department,
        coalesce(s.title, o.title) as title, coalesce(s.since, o.since) as since, coalesce(s.until, o.until) as until, coalesce(s.note, o.note) as note
      from stated s cross join lateral (
        select m.* from group_member m
        where m.group_id = s.group_id and m.person_id = any(${recordsOf(personOfRecord(sql`s.person_id`))})
          and (m.person_id = s.person_id or not exists (select 1 from group_member x
            where x.group_id = s.group_id and x.person_id = s.person_id))
        order by m.until desc nulls first, m.since desc nulls last, m.id desc limit 1 for update) o
      where o.until is null or s.since is null or s.since <= o.until
    ), changed as (
      update group_member m set role = k.role, employee_number = k.employee_number, department = k.department, title = k.title, since = k.since,
        until = k.until, note = k.note, source = ${source}, version = m.version + 1, updated_at = now()
      from known k where m.id = k.id
        and (m.role, m.employee_number, m.department, m.title, m.since, m.until, m.note)
          is distinct from (k.role, k.employee_number, k.department, k.title, k.since, k.until, k.note)
      returning k.position, k.before, to_jsonb(m) as after
    ), made as (
      insert into group_member (group_id, person_id, role, employee_number, department, title, since, until, note, source)
      select group_id, person_id, coalesce(role, 'employee'), employee_number, department, title, since, until, note, ${source}
      from stated where position not in (select position from known)
      returning id, group_id, person_id, to_jsonb(group_member) as after
    )
    select position, before, after from changed
    union all select s.position, null, d.after from made d join stated s using (group_id, person_id)`.execute(
    trx,
  )
  const results: ChangedRow[][] = inputs.map(() => [])
  for (const row of rows) results[row.position - 1] = changedRow('group_member', [row])
  return results
}
