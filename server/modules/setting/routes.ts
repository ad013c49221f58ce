import {
  listCalendar as listCalendarRoute,
  listSettingHistory as listHistoryRoute,
  listSettings as listSettingsRoute,
  putCalendarYear as putCalendarRoute,
  updateSetting as updateSettingRoute,
} from '../../../contract/setting.ts'
import { transaction } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { type Api, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import { listCalendar, putCalendarYear } from './calendar.ts'
import { listSettingHistory, listSettings, updateSetting } from './setting.ts'

export function mountSetting(api: Api, { secret }: Services): void {
  implement(api, listSettingsRoute, async ({ db, actor, query }) => ({
    items: await listSettings(db, actor, query.siteId ?? null),
  }))
  implement(api, updateSettingRoute, ({ db, actor, params, body }) =>
    transaction(db, async (trx) => {
      await updateSetting(trx, actor, secret, params.key, body)
      return found(
        (await listSettings(trx, actor, body.siteId)).find((setting) => setting.key === params.key),
      )
    }),
  )
  implement(api, listHistoryRoute, async ({ db, actor, params, query }) => ({
    items: await listSettingHistory(db, actor, params.key, query.siteId ?? null),
  }))
  implement(api, listCalendarRoute, ({ db, actor, query }) => listCalendar(db, actor, query))
  implement(api, putCalendarRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => putCalendarYear(trx, actor, params.year, body)),
  )
}
