import { type RawBuilder, sql } from 'kysely'
import { isCountry } from '../../../contract/country.ts'
import type { SettingView } from '../../../contract/setting.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { isTimeZone } from '../../platform/clock.ts'
import { AppError, found } from '../../platform/errors.ts'
import { readHostList } from '../../platform/outbound-host.ts'
import { seal } from '../../platform/sealed.ts'
import { readOrigins } from '../../platform/origins.ts'
import type { SettingDefinition } from './define.ts'
import {
  isSettingKey,
  settingDefinitions,
  type SettingKey,
  type SettingValues,
  valueSchema,
} from './definitions.ts'

/**
 * Values in force of some settings in one statement: a site's own where it has one, else the installation's, else the default. Without a
 * site the installation's. Secrets come as stored (sealed).
 */
export async function readSettings<const K extends SettingKey>(
  db: Db,
  keys: readonly K[],
  siteId: number | null = null,
): Promise<SettingValues<K>> {
  const { rows } = await sql<{ key: string; value: unknown }>`
    select key, value from setting where key = any(${[...keys]}::text[]) and (site_id is null or site_id = ${siteId}::int)
    order by site_id nulls first`.execute(db)
  return valuesOf(keys, rows)
}

/** The same at every site in one statement, for whoever learns of the sites only together with the values. */
export async function readSettingsEverywhere<const K extends SettingKey>(
  db: Db,
  keys: readonly K[],
): Promise<(siteId: number | null) => SettingValues<K>> {
  const { rows } = await sql<{ key: string; value: unknown; site_id: number | null }>`
    select key, value, site_id from setting where key = any(${[...keys]}::text[]) order by site_id nulls first`.execute(
    db,
  )
  return (siteId) =>
    valuesOf(
      keys,
      rows.filter((row) => row.site_id === null || row.site_id === siteId),
    )
}

/** The same as a map of the sites asked for, in one statement. */
export async function readSettingsBySite<const K extends SettingKey>(
  db: Db,
  keys: readonly K[],
  siteIds: readonly number[],
): Promise<Map<number, SettingValues<K>>> {
  const at = await readSettingsEverywhere(db, keys)
  return new Map(siteIds.map((site) => [site, at(site)]))
}

/** The value in force as SQL text within a larger statement. @param siteId an expression; left out: the installation's */
export function settingSql(key: SettingKey, siteId?: RawBuilder<unknown>): RawBuilder<string> {
  const at = siteId ? sql`(site_id is null or site_id = ${siteId})` : sql`site_id is null`
  return sql<string>`coalesce((select value #>> '{}' from setting where key = ${sql.lit(key)} and ${at} order by site_id nulls last limit 1),
    ${sql.lit(String(settingDefinitions[key].defaultValue))})`
}

/** @param rows what is nearer comes later */
function valuesOf<K extends SettingKey>(keys: readonly K[], rows: { key: string; value: unknown }[]) {
  const stored = new Map(rows.map((row) => [row.key, row.value]))
  const entries = keys.map((key) => [
    key,
    stored.has(key) ? stored.get(key) : settingDefinitions[key].defaultValue,
  ])
  return Object.fromEntries(entries) as SettingValues<K>
}

/**
 * The settings of the installation, or those of one site: what it may have of its own, with what it inherits.
 * @throws {AppError} not-found
 */
export async function listSettings(
  db: Db,
  actor: Actor,
  siteId: number | null = null,
): Promise<SettingView[]> {
  authorize(actor, 'setting.read')
  await assertSite(db, siteId)
  const rows = await db
    .selectFrom('setting')
    .leftJoin('app_user', 'app_user.id', 'setting.changed_by')
    .select(['key', 'site_id', 'value', 'version', 'changed_at', 'app_user.name as changed_by_name'])
    .orderBy('site_id')
    .execute()
  const own = new Map(rows.flatMap((row) => (row.site_id === siteId ? [[row.key, row]] : [])))
  const above = new Map(
    rows.flatMap((row) => (siteId !== null && row.site_id === null ? [[row.key, row.value]] : [])),
  )
  return Object.entries<SettingDefinition>(settingDefinitions)
    .filter(([, { perSite }]) => perSite || siteId === null)
    .map(([key, definition]) => {
      const row = own.get(key)
      const secret = definition.kind === 'secret'
      const inherited = above.has(key) ? above.get(key) : definition.defaultValue
      return {
        key,
        group: definition.group,
        kind: definition.kind,
        unit: definition.unit,
        choices: definition.choices ?? null,
        min: definition.min ?? null,
        max: definition.max ?? null,
        perSite: definition.perSite,
        value: secret ? null : row ? row.value : inherited,
        isSet: row !== undefined,
        inheritedValue: secret ? null : inherited,
        defaultValue: secret ? null : definition.defaultValue,
        differsAt:
          siteId === null
            ? rows.flatMap((one) => (one.key === key && one.site_id !== null ? [one.site_id] : []))
            : [],
        source: definition.source,
        version: row?.version ?? 0,
        changedAt: row?.changed_at.toISOString() ?? null,
        changedByName: row?.changed_by_name ?? null,
      }
    })
}

/**
 * Changes one setting of the installation or of a site; `null` goes back to the default, or to what the site inherits. Each change is kept in
 * the history.
 * @throws {AppError} forbidden, not-found, invalid, changed-meanwhile
 */
export async function updateSetting(
  trx: Trx,
  actor: Actor,
  secret: string,
  key: string,
  { siteId = null, ...input }: { value?: unknown; version: number; siteId?: number | null },
): Promise<void> {
  assertMayWrite(actor, siteId)
  if (!isSettingKey(key)) throw new AppError('not-found')
  const site = await assertSite(trx, siteId)
  const definition: SettingDefinition = settingDefinitions[key]
  if (siteId !== null && !definition.perSite)
    throw new AppError('invalid', undefined, [
      { path: 'siteId', message: 'This setting is one for all sites.' },
    ])
  // The row may not exist yet, so that there is nothing else to lock.
  await sql`select pg_advisory_xact_lock(hashtext('careloop.setting'), hashtext(${key}))`.execute(trx)
  const { rows } = await sql<{ current: number; last: number }>`
    select coalesce((select version from setting where key = ${key} and site_id is not distinct from ${siteId}::int), 0) as current,
      coalesce((select max(version) from setting_history where key = ${key} and site_id is not distinct from ${siteId}::int), 0) as last`.execute(
    trx,
  )
  if ((rows[0]?.current ?? 0) !== input.version) throw new AppError('changed-meanwhile')
  const version = (rows[0]?.last ?? 0) + 1
  const value =
    input.value === null || input.value === undefined ? null : checked(definition, input.value, secret)
  checkOrigins(key, value)
  checkOutbound(key, value)
  checkTimeZone(key, value)
  checkCountry(key, value)
  const json = value === null ? null : JSON.stringify(value)
  if (json === null)
    await sql`delete from setting where key = ${key} and site_id is not distinct from ${siteId}::int`.execute(
      trx,
    )
  else
    await trx
      .insertInto('setting')
      .values({ key, site_id: siteId, value: json, version, changed_by: actor.userId })
      .onConflict((c) =>
        c
          .columns(['key', 'site_id'])
          .doUpdateSet({ value: json, version, changed_by: actor.userId, changed_at: sql`now()` }),
      )
      .execute()
  await trx
    .insertInto('setting_history')
    .values({ key, site_id: siteId, version, value: json, changed_by: actor.userId })
    .execute()
  await checkHours(trx, key)
  await audit(trx, actor, {
    action: 'setting.write',
    subject: site === null ? key : `${key} site:${site.code}`,
    fields: ['value'],
  })
}

/** Who administers one site changes what is that site's, and nothing that holds for all. @throws {AppError} forbidden */
export function assertMayWrite(actor: Actor, siteId: number | null): void {
  const reach = authorize(actor, 'setting.write')
  if (!reach.all && (siteId === null || !reach.siteIds.includes(siteId))) throw new AppError('forbidden')
}

/** The site, or null for the installation. @throws {AppError} not-found */
export async function assertSite(db: Db, siteId: number | null) {
  if (siteId === null) return null
  return found(await db.selectFrom('site').select(['id', 'code']).where('id', '=', siteId).executeTakeFirst())
}

const openingHours = ['follow-up.hours.from', 'follow-up.hours.to'] as const

/**
 * Calls need hours in which they may happen: a day that ends before it begins would leave every next attempt without a time. Looked at once
 * written, at every site, because a site may have one end of its own and inherit the other.
 */
async function checkHours(trx: Trx, key: SettingKey): Promise<void> {
  if (!openingHours.some((one) => one === key)) return
  const sites = await trx.selectFrom('site').select('id').execute()
  const hours = await readSettingsBySite(
    trx,
    openingHours,
    sites.map((site) => site.id),
  )
  for (const one of [await readSettings(trx, openingHours), ...hours.values()])
    if (one['follow-up.hours.from'] >= one['follow-up.hours.to'])
      throw new AppError('invalid', undefined, [
        { path: 'value', message: 'leaves no hours for calls: the day must begin before it ends' },
      ])
}

function checkTimeZone(key: SettingKey, value: unknown): void {
  if (key === 'organisation.time-zone' && typeof value === 'string' && !isTimeZone(value))
    throw new AppError('invalid', undefined, [
      { path: 'value', message: 'is not a time zone such as Asia/Shanghai' },
    ])
}

function checkCountry(key: SettingKey, value: unknown): void {
  if (key === 'organisation.country' && typeof value === 'string' && !isCountry(value))
    throw new AppError('invalid', undefined, [{ path: 'value', message: 'is not a country such as CN' }])
}

const origins: ReadonlySet<SettingKey> = new Set(['security.launch-origins', 'conversation.chat-origins'])

function checkOrigins(key: SettingKey, value: unknown): void {
  if (!origins.has(key) || typeof value !== 'string') return
  const read = readOrigins(value)
  if ('wrong' in read)
    throw new AppError('invalid', undefined, [
      { path: 'value', message: `“${read.wrong}” is not an exact origin such as https://his.example.org` },
    ])
}

/** What is sent to another system is one line, and whom it is sent to is somebody. */
function checkOutbound(key: SettingKey, value: unknown): void {
  if (key !== 'security.outbound-hosts' || typeof value !== 'string') return
  const read = readHostList(value)
  if ('wrong' in read)
    throw new AppError('invalid', undefined, [
      { path: 'value', message: `“${read.wrong}” is no name, address or range such as 10.1.0.0/16` },
    ])
}

function checked(definition: SettingDefinition, value: unknown, secret: string): unknown {
  const parsed = valueSchema(definition).safeParse(value)
  if (!parsed.success)
    throw new AppError('invalid', undefined, [
      { path: 'value', message: parsed.error.issues[0]?.message ?? 'is not valid' },
    ])
  return definition.kind === 'secret' && typeof parsed.data === 'string'
    ? seal(secret, parsed.data)
    : parsed.data
}

export async function listSettingHistory(db: Db, actor: Actor, key: string, siteId: number | null = null) {
  authorize(actor, 'setting.read')
  if (!isSettingKey(key)) throw new AppError('not-found')
  const rows = await db
    .selectFrom('setting_history')
    .leftJoin('app_user', 'app_user.id', 'setting_history.changed_by')
    .select(['version', 'value', 'changed_at', 'app_user.name as changed_by_name'])
    .where('key', '=', key)
    .where('site_id', siteId === null ? 'is' : '=', siteId)
    .orderBy('version', 'desc')
    .limit(200)
    .execute()
  const secret = settingDefinitions[key].kind === 'secret'
  return rows.map((row) => ({
    version: row.version,
    value: secret ? null : row.value,
    changedAt: row.changed_at.toISOString(),
    changedByName: row.changed_by_name,
  }))
}
