import { sql } from 'kysely'
import type { PortalFamily, PortalMe, ProxyKind } from '../../../contract/portal.ts'
import { maskName } from '../../../contract/export.ts'
import type { Actor, PersonActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { personOfRecord } from '../event/record.ts'
import { loadPerson } from '../person/person.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { guardedYears, standing } from './resolve.ts'

const joined = sql`
  from portal_proxy x join person cr on cr.id = x.person_id join person c on c.id = coalesce(cr.survivor_id, cr.id)
  join person gr on gr.id = x.proxy_id join person g on g.id = coalesce(gr.survivor_id, gr.id)`

/** Oneself first, then those for whom one acts. */
export async function me(db: Db, actor: PersonActor): Promise<PortalMe> {
  const { rows } = await sql<{ id: number; name: string; as: ProxyKind | null; zone: string }>`
    select p.id, p.name, null as as, coalesce(s.time_zone, ${organisationZone}) as zone from person p
      left join portal_session o on o.id = ${actor.sessionId}::bigint left join site s on s.id = o.site_id where p.id = ${actor.personId}
    union all select c.id, c.name, x.kind, '' ${joined} where g.id = ${actor.personId} and ${standing}`.execute(
    db,
  )
  const reached = actor.access['person.read']?.personIds ?? []
  await audit(db, actor, { action: 'portal.me', personId: actor.personId, fields: ['name'] })
  return {
    persons: rows.filter((row) => reached.includes(row.id)).map(({ id, name, as }) => ({ id, name, as })),
    timeZone: found(rows[0]).zone,
  }
}

type Row = {
  id: number
  kind: ProxyKind
  person_id: number
  person_name: string
  proxy_id: number
  proxy_name: string
  since: Date
  until: string | null
}

const columns = sql`
  x.id, x.kind, c.id as person_id, c.name as person_name, g.id as proxy_id, g.name as proxy_name, x.since,
  case when x.kind = 'guardian' then least(x.until, (c.birth_date + make_interval(years => ${guardedYears}))::date) else x.until end as until`

/** Who acts for the person, and for whom the person acts: each of them sees it. */
export async function familyOf(db: Db, actor: PersonActor): Promise<PortalFamily> {
  const { rows } = await sql<Row>`
    select ${columns} ${joined} where (c.id = ${actor.personId} or g.id = ${actor.personId}) and ${standing} order by x.id limit 50`.execute(
    db,
  )
  return {
    items: rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      name: maskName(row.proxy_id === actor.personId ? row.person_name : row.proxy_name),
      mine: row.proxy_id === actor.personId,
      since: row.since.toISOString(),
      until: row.until,
    })),
  }
}

/** Either of both ends it. @throws {AppError} not-found */
export async function endOwnProxy(trx: Trx, actor: PersonActor, id: number): Promise<void> {
  const { rows } = await sql<{ person_id: number }>`
    update portal_proxy x set ended_at = now(), ended_by_name = ${actor.name} where x.id = ${id} and x.ended_at is null
      and (${personOfRecord(sql`x.person_id`)} = ${actor.personId} or ${personOfRecord(sql`x.proxy_id`)} = ${actor.personId})
    returning x.person_id`.execute(trx)
  const { person_id: personId } = found(rows[0])
  await audit(trx, actor, { action: 'portal-proxy.end', personId, subject: `portal-proxy:${id}` })
}

/** Who acts for a patient at the portal, for staff. @throws {AppError} not-found */
export async function proxiesOf(db: Db, actor: Actor, personId: number) {
  const { id } = (await loadPerson(db, actor, personId)).person
  const { rows } = await sql<Row & { reference: string | null; recorded_by_name: string }>`
    select ${columns}, x.reference, x.recorded_by_name ${joined} where c.id = ${id} and ${standing} order by x.id limit 50`.execute(
    db,
  )
  await audit(db, actor, { action: 'portal-proxy.list', personId: id, fields: ['name-masked'] })
  return {
    items: rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      proxyId: row.proxy_id,
      name: maskName(row.proxy_name),
      reference: row.reference,
      recordedByName: row.recorded_by_name,
      since: row.since.toISOString(),
      until: row.until,
    })),
  }
}

type NewProxy = { proxyId: number; kind: ProxyKind; reference: string; until: string | null }

/**
 * Staff record who may act for a patient, by what paper or conversation. A guardian is of a child below 14 (PIPL Art. 31).
 * @throws {AppError} not-found, already-exists, invalid (the patient is no child, nobody acts for themselves)
 */
export async function addProxy(trx: Trx, actor: Actor, personId: number, input: NewProxy): Promise<void> {
  const wrong = (path: string, message: string) => new AppError('invalid', undefined, [{ path, message }])
  const { id } = (await loadPerson(trx, actor, personId, 'person.write')).person
  const { id: proxyId } = (await loadPerson(trx, actor, input.proxyId)).person
  if (id === proxyId) throw wrong('proxyId', 'is the patient')
  const { rows } = await sql<{ child: boolean | null; past: boolean }>`
    select birth_date + make_interval(years => ${guardedYears}) > now() as child, ${input.until}::date < now()::date as past from person where id = ${id}`.execute(
    trx,
  )
  const row = found(rows[0])
  if (input.kind === 'guardian' && !row.child) throw wrong('kind', 'is for children below 14')
  if (row.past) throw wrong('until', 'is over')
  try {
    const { rows: made } = await sql<{ id: number }>`
      insert into portal_proxy (person_id, proxy_id, kind, reference, until, recorded_by, recorded_by_name)
      values (${id}, ${proxyId}, ${input.kind}, ${input.reference}, ${input.until}::date, ${actor.id}, ${actor.name}) returning id`.execute(
      trx,
    )
    await audit(trx, actor, {
      action: 'portal-proxy.add',
      personId: id,
      subject: `portal-proxy:${found(made[0]).id} person:${proxyId} ${input.kind}`,
    })
  } catch (error) {
    if (isUniqueViolation(error, 'portal_proxy_once')) throw new AppError('already-exists')
    throw error
  }
}

/** @throws {AppError} not-found */
export async function endProxyOf(trx: Trx, actor: Actor, personId: number, proxy: number): Promise<void> {
  const { id } = (await loadPerson(trx, actor, personId, 'person.write')).person
  const { rows } = await sql`
    update portal_proxy x set ended_at = now(), ended_by_name = ${actor.name}
    where x.id = ${proxy} and x.ended_at is null and ${personOfRecord(sql`x.person_id`)} = ${id} returning x.id`.execute(
    trx,
  )
  found(rows[0])
  await audit(trx, actor, { action: 'portal-proxy.end', personId: id, subject: `portal-proxy:${proxy}` })
}
