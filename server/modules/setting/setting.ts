import { sql } from 'kysely'
import type { SettingView } from '../../../contract/setting.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { readOrigins } from '../../platform/origins.ts'
import { seal } from '../../platform/sealed.ts'
import type { SettingDefinition } from './define.ts'
import {
  isSettingKey,
  settingDefinitions,
  type SettingKey,
  type SettingValues,
  valueSchema,
} from './definitions.ts'

/** Current values of some settings in one statement; secrets come as stored (sealed). */
export async function readSettings<const K extends SettingKey>(
  db: Db,
  keys: readonly K[],
): Promise<SettingValues<K>> {
  const rows = await db
    .selectFrom('setting')
    .select(['key', 'value'])
    .where('key', '=', sql<string>`any(${[...keys]})`)
    .execute()
  const stored = new Map(rows.map((row) => [row.key, row.value]))
  const entries = keys.map((key) => [
    key,
    stored.has(key) ? stored.get(key) : settingDefinitions[key].defaultValue,
  ])
  return Object.fromEntries(entries) as SettingValues<K>
}

export async function listSettings(db: Db, actor: Actor): Promise<SettingView[]> {
  authorize(actor, 'setting.read')
  const rows = await db
    .selectFrom('setting')
    .leftJoin('app_user', 'app_user.id', 'setting.changed_by')
    .select(['key', 'value', 'version', 'changed_at', 'app_user.name as changed_by_name'])
    .execute()
  const stored = new Map(rows.map((row) => [row.key, row]))
  return Object.entries<SettingDefinition>(settingDefinitions).map(([key, definition]) => {
    const row = stored.get(key)
    const secret = definition.kind === 'secret'
    return {
      key,
      group: definition.group,
      kind: definition.kind,
      unit: definition.unit,
      choices: definition.choices ?? null,
      min: definition.min ?? null,
      max: definition.max ?? null,
      value: secret ? null : row ? row.value : definition.defaultValue,
      isSet: row !== undefined,
      defaultValue: secret ? null : definition.defaultValue,
      source: definition.source,
      version: row?.version ?? 0,
      changedAt: row?.changed_at.toISOString() ?? null,
      changedByName: row?.changed_by_name ?? null,
    }
  })
}

/**
 * Changes one setting; `null` goes back to the default. Each change is kept in the history.
 * @throws {AppError} not-found, invalid, changed-meanwhile
 */
export async function updateSetting(
  trx: Trx,
  actor: Actor,
  secret: string,
  key: string,
  input: { value?: unknown; version: number },
): Promise<void> {
  authorize(actor, 'setting.write')
  if (!isSettingKey(key)) throw new AppError('not-found')
  const definition: SettingDefinition = settingDefinitions[key]
  // The row may not exist yet, so that there is nothing else to lock.
  await sql`select pg_advisory_xact_lock(hashtext('careloop.setting'), hashtext(${key}))`.execute(trx)
  const current = await trx
    .selectFrom('setting')
    .select(['version'])
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirst()
  if ((current?.version ?? 0) !== input.version) throw new AppError('changed-meanwhile')
  const history = await trx
    .selectFrom('setting_history')
    .select((e) => e.fn.max('version').as('version'))
    .where('key', '=', key)
    .executeTakeFirst()
  const version = (history?.version ?? 0) + 1
  const value =
    input.value === null || input.value === undefined ? null : checked(definition, input.value, secret)
  await checkHours(trx, key, value)
  checkOrigins(key, value)
  const json = value === null ? null : JSON.stringify(value)
  if (json === null) await trx.deleteFrom('setting').where('key', '=', key).execute()
  else
    await trx
      .insertInto('setting')
      .values({ key, value: json, version, changed_by: actor.userId })
      .onConflict((c) =>
        c
          .column('key')
          .doUpdateSet({ value: json, version, changed_by: actor.userId, changed_at: sql`now()` }),
      )
      .execute()
  await trx
    .insertInto('setting_history')
    .values({ key, version, value: json, changed_by: actor.userId })
    .execute()
  await audit(trx, actor, { action: 'setting.write', subject: key, fields: ['value'] })
}

/** Calls need hours in which they may happen: a day that ends before it begins would leave every next attempt without a time. */
async function checkHours(trx: Trx, key: SettingKey, value: unknown): Promise<void> {
  const [from, to] = ['follow-up.hours.from', 'follow-up.hours.to'] as const
  if (key !== from && key !== to) return
  const hours = {
    ...(await readSettings(trx, [from, to])),
    [key]: value ?? settingDefinitions[key].defaultValue,
  }
  if (hours[from] >= hours[to])
    throw new AppError('invalid', undefined, [
      { path: 'value', message: 'leaves no hours for calls: the day must begin before it ends' },
    ])
}

function checkOrigins(key: SettingKey, value: unknown): void {
  if (key !== 'security.launch-origins' || typeof value !== 'string') return
  const read = readOrigins(value)
  if ('wrong' in read)
    throw new AppError('invalid', undefined, [
      { path: 'value', message: `“${read.wrong}” is not an exact origin such as https://his.example.org` },
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

export async function listSettingHistory(db: Db, actor: Actor, key: string) {
  authorize(actor, 'setting.read')
  if (!isSettingKey(key)) throw new AppError('not-found')
  const rows = await db
    .selectFrom('setting_history')
    .leftJoin('app_user', 'app_user.id', 'setting_history.changed_by')
    .select(['version', 'value', 'changed_at', 'app_user.name as changed_by_name'])
    .where('key', '=', key)
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
