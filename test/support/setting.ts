import { updateSetting } from '../../server/modules/setting/setting.ts'
import { transaction } from '../../server/platform/db.ts'
import { type TestApp, testActor } from './app.ts'

/** Sets a rule for the installation as the settings screen would. */
export async function changeSetting({ db }: TestApp, key: string, value: unknown): Promise<void> {
  const known = await db.selectFrom('setting').select('version').where('key', '=', key).executeTakeFirst()
  await transaction(db, (trx) =>
    updateSetting(trx, testActor, '', key, { value, version: known?.version ?? 0 }),
  )
}
