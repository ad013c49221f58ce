import { sql } from 'kysely'
import type { ContactChannel, Purpose } from '../../../contract/contact.ts'
import { type WishChannel, wishChannels, type Wishes, type WishesPage } from '../../../contract/preference.ts'
import { maskName } from '../../../contract/export.ts'
import type { Actor } from '../../platform/actor.ts'
import { personLinkActor } from '../../platform/outside-actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { countPreference, countStranger } from '../access/throttle.ts'
import { endConsentsTo, keepConsent } from '../contact/consent.ts'
import { wishedHours, wishHours } from '../contact/hour.ts'
import { joinPerson, recordsOf } from '../event/record.ts'

import { setOptOut, updatePerson } from '../person/change.ts'
import { emergencyNumberOf, isTaiwan, languageOf } from '../person/language.ts'
import { readSettings } from '../setting/setting.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { messageOfLink } from './placeholder.ts'
import { readLink } from './token.ts'

/** Who opens a link, and from where. */
export type Visitor = { db: Db; address: string | null }

type Entered = {
  personId: number
  purpose: Purpose | null
  channel: ContactChannel | null
  siteId: number | null
  expiresAt: Date
  actor: Actor
}

/** @throws {AppError} too-many-requests */
async function enter({ db, address }: Visitor, token: string): Promise<Entered | 'expired' | 'closed'> {
  const link = readLink(db, token)
  if (!link) {
    if (!(await countStranger(db, address))) throw new AppError('too-many-requests')
    return 'closed'
  }
  if (!(await countPreference(db, `${link.kind}:${link.id}`))) throw new AppError('too-many-requests')
  if (link.expiresAt < new Date()) return 'expired'
  const message = link.kind === 'message' ? (await messageOfLink(link.id).execute(db)).rows[0] : undefined
  const record = link.kind === 'message' ? message?.person_id : link.id
  if (record === undefined) return 'closed'
  const { rows } = await sql<{ id: number }>`
    select p.id from (select ${record}::bigint as id) asked ${joinPerson(sql`asked.id`)}`.execute(db)
  const [person] = rows
  if (!person) return 'closed'
  return {
    personId: person.id,
    purpose: (message?.purpose as Purpose | undefined) ?? null,
    channel: (message?.channel as ContactChannel | undefined) ?? null,
    siteId: message?.site_id ?? null,
    expiresAt: link.expiresAt,
    actor: personLinkActor(`preference:${link.kind}:${link.id}`, '本人（联系偏好）', person.id, address),
  }
}

/** What the page shows; it changes nothing. @throws {AppError} too-many-requests */
export async function openWishes(visitor: Visitor, token: string): Promise<WishesPage> {
  const entered = await enter(visitor, token)
  if (typeof entered === 'string') return { state: entered }
  await audit(visitor.db, entered.actor, {
    action: 'preference.open',
    personId: entered.personId,
    fields: ['name-masked'],
  })
  return show(visitor.db, entered)
}

/** @throws {AppError} too-many-requests, link-closed */
export async function saveWishes(
  visitor: Visitor,
  token: string,
  wishes: Partial<Wishes>,
): Promise<WishesPage> {
  const entered = await alive(visitor, token)
  return transaction(visitor.db, async (trx) => {
    await apply(trx, entered, wishes)
    return show(trx, entered)
  })
}

/** @throws {AppError} too-many-requests, link-closed */
export async function stopMarketing(visitor: Visitor, token: string): Promise<WishesPage> {
  return saveWishes(visitor, token, { marketing: false })
}

/**
 * One click in a mail program (RFC 8058): ends what the message was for, by its channel for services, altogether for advertising. What
 * belongs to the person's care is never ended by a click.
 * @throws {AppError} too-many-requests, link-closed
 */
export async function unsubscribeByClick(visitor: Visitor, token: string): Promise<void> {
  const entered = await alive(visitor, token)
  const { personId, purpose, channel, actor } = entered
  await transaction(visitor.db, async (trx) => {
    if (purpose === 'service' && channel)
      await optOut(trx, actor, personId, channel, 'service', true, 'one click')
    else await apply(trx, entered, { marketing: false })
    await audit(trx, actor, { action: 'preference.unsubscribe', personId, reason: purpose })
  })
}

async function alive(visitor: Visitor, token: string): Promise<Entered> {
  const entered = await enter(visitor, token)
  if (typeof entered === 'string') throw new AppError('link-closed')
  return entered
}

type State = { wishes: Wishes; optOuts: { channel: ContactChannel | 'all'; purpose: Purpose | 'all' }[] }
type Person = {
  name: string
  version: number
  language: string | null
  preferred_channel: Wishes['preferredChannel']
  zone: string
  site_name: string | null
  reached: WishChannel[]
  opt_outs: State['optOuts']
  consented: boolean
}

async function personOf(db: Db, { personId, siteId }: Entered): Promise<Person & { siteId: number | null }> {
  const { rows } = await sql<Person & { siteId: number | null }>`
    select p.name, p.version, p.language, p.preferred_channel, coalesce(s.time_zone, ${organisationZone}) as zone, s.id as "siteId",
      s.name as site_name,
      array(select w.channel from (values
        ('sms', exists (select 1 from person_telecom t where t.person_id = any(g.members) and t.system = 'phone' and t.use = 'mobile' and t.valid)),
        ('wechat', exists (select 1 from person_telecom t where t.person_id = any(g.members) and t.system = 'wechat' and t.valid)),
        ('email', exists (select 1 from person_telecom t where t.person_id = any(g.members) and t.system = 'email' and t.valid)),
        ('phone', exists (select 1 from person_telecom t where t.person_id = any(g.members) and t.system = 'phone' and t.valid)),
        ('letter', exists (select 1 from person_address a where a.person_id = any(g.members) and a.text <> ''))) w(channel, there) where w.there) as reached,
      coalesce((select jsonb_agg(jsonb_build_object('channel', o.channel, 'purpose', o.purpose)) from opt_out o
        where o.person_id = any(g.members)), '[]') as opt_outs,
      exists (select 1 from consent c where c.person_id = any(g.members) and c.purpose = 'marketing' and c.withdrawn_at is null) as consented
    from person p cross join lateral (select ${recordsOf(sql`p.id`)} as members offset 0) g
    left join person_facts f on f.person_id = p.id left join department d on d.id = f.last_department_id
    left join site s on s.id = coalesce(${siteId}::int, d.site_id, f.site_id)
    where p.id = ${personId}`.execute(db)
  const [row] = rows
  if (!row) throw new AppError('link-closed')
  return row
}

const covers = (one: State['optOuts'][number], channel: string, purpose: Purpose) =>
  (one.channel === 'all' || one.channel === channel) && (one.purpose === 'all' || one.purpose === purpose)

async function wishesOf(db: Db, entered: Entered, person: Person): Promise<Wishes> {
  const off = (channel: string, purpose: Purpose) =>
    person.opt_outs.some((one) => covers(one, channel, purpose))
  return {
    language: languageOf(person.language, person.zone),
    preferredChannel: person.preferred_channel,
    service: !off('all', 'service'),
    marketing: person.consented && !off('all', 'marketing'),
    channels: Object.fromEntries(
      wishChannels
        .filter((one) => person.reached.includes(one))
        .map((one) => [one, !(off(one, 'service') && off(one, 'marketing'))]),
    ),
    hours: await wishedHours(db, entered.personId),
  }
}

async function show(db: Db, entered: Entered): Promise<WishesPage> {
  const person = await personOf(db, entered)
  const { 'contact.quiet-from': quietFrom, 'contact.quiet-to': quietTo } = await readSettings(
    db,
    ['contact.quiet-from', 'contact.quiet-to'],
    person.siteId,
  )
  return {
    state: 'open',
    name: maskName(person.name),
    siteName: person.site_name ?? '',
    purpose: entered.purpose,
    spoken: languageOf(person.language, person.zone) ?? (isTaiwan(person.zone) ? 'zh-TW' : 'zh-CN'),
    emergencyNumber: emergencyNumberOf(person.zone),
    quietFrom,
    quietTo,
    wishes: await wishesOf(db, entered, person),
    expiresAt: entered.expiresAt.toISOString(),
  }
}

/** Shown in the words of the reader. */
const why = 'preference-page'

async function optOut(
  trx: Trx,
  actor: Actor,
  personId: number,
  channel: State['optOuts'][number]['channel'],
  purpose: State['optOuts'][number]['purpose'],
  active: boolean,
  reason: string,
): Promise<void> {
  await setOptOut(trx, actor, personId, { channel, purpose, active, reason })
}

async function apply(trx: Trx, entered: Entered, wishes: Partial<Wishes>): Promise<void> {
  const { personId, actor } = entered
  const person = await personOf(trx, entered)
  const before = await wishesOf(trx, entered, person)
  const after = { ...before, ...wishes, channels: { ...before.channels, ...wishes.channels } }
  const plain = {
    ...(after.language !== before.language && { language: after.language }),
    ...(after.preferredChannel !== before.preferredChannel && { preferredChannel: after.preferredChannel }),
  }
  if (Object.keys(plain).length > 0)
    await updatePerson(trx, actor, personId, { version: person.version, ...plain })
  if (JSON.stringify(after.hours) !== JSON.stringify(before.hours))
    await wishHours(trx, personId, after.hours, actor.id)
  for (const change of changesOf(person.opt_outs, before, after, wishes.marketing === false))
    await optOut(trx, actor, personId, change.channel, change.purpose, change.active, why)
  if (before.marketing && !after.marketing) await endConsentsTo(trx, actor, personId, 'marketing', null, why)
  if (!before.marketing && after.marketing)
    await keepConsent(trx, actor, personId, { purpose: 'marketing', channel: 'all', proof: 'portal' })
  const fields = (Object.keys(after) as (keyof Wishes)[]).filter(
    (one) => JSON.stringify(after[one]) !== JSON.stringify(before[one]),
  )
  await audit(trx, actor, { action: 'preference.save', personId, fields })
}

type Change = State['optOuts'][number] & { active: boolean }

/**
 * Opt-outs to record and to take back. A refusal of everything that staff recorded keeps holding for what was not
 * switched on.
 * @param stops advertising is refused, also where there was no consent before
 */
function changesOf(optOuts: State['optOuts'], before: Wishes, after: Wishes, stops: boolean): Change[] {
  const places = [
    {
      channel: 'all' as const,
      was: { service: before.service, marketing: before.marketing },
      is: { service: after.service, marketing: after.marketing },
    },
    ...wishChannels.flatMap((channel) => {
      const [was, is] = [before.channels[channel], after.channels[channel]]
      return was === undefined || is === undefined
        ? []
        : [{ channel, was: { service: was, marketing: was }, is: { service: is, marketing: is } }]
    }),
  ]
  return places.flatMap(({ channel, was, is }) =>
    (['service', 'marketing'] as const)
      .filter(
        (purpose) => was[purpose] !== is[purpose] || (stops && purpose === 'marketing' && channel === 'all'),
      )
      .flatMap((purpose): Change[] => {
        const rows = optOuts.filter(
          (one) => one.channel === channel && ['all', purpose].includes(one.purpose),
        )
        if (!is[purpose]) return rows.length > 0 ? [] : [{ channel, purpose, active: true }]
        return rows.flatMap((one): Change[] => [
          { ...one, active: false },
          ...(one.purpose === 'all'
            ? (['clinical', 'service', 'marketing'] as const)
                .filter((other) => other !== purpose && (other === 'clinical' || !is[other]))
                .map((other) => ({ channel, purpose: other, active: true }))
            : []),
        ])
      }),
  )
}
