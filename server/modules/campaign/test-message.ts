import { sql } from 'kysely'
import type { z } from 'zod'
import type { testCampaign as testRoute } from '../../../contract/campaign.ts'
import { sendingNames } from '../../../contract/message-template.ts'
import { fillLater, render, renderText } from '../../../contract/template.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { sendSample } from '../message/test-send.ts'
import { templatesNamed, textFor } from '../template/text.ts'
import { lockCampaign } from './campaign.ts'

/** Test messages of one campaign: enough to look at each script, too few to write to strangers. */
const most = 20

/**
 * Sends a message of the plan to an address that the caller typed, filled in with the caller's own name.
 * @throws {AppError} forbidden, not-found, invalid, too-many
 */
export async function testCampaign(
  db: Db,
  actor: Actor,
  secret: string,
  id: number,
  { wave, script, channel, address }: z.output<(typeof testRoute)['body']>,
) {
  const { plan, siteId, siteName } = await transaction(db, async (trx) => {
    const row = await lockCampaign(trx, actor, 'campaign.write', id)
    const { rows } = await sql`
      update campaign set tests = tests + 1 where id = ${id} and tests < ${most} returning id`.execute(trx)
    if (rows.length === 0) throw new AppError('too-many-requests')
    await audit(trx, actor, { action: 'campaign.test', subject: `campaign:${id}` })
    return { plan: row.plan, siteId: row.site_id, siteName: row.site_name }
  })
  const action = found(plan.waves[wave]?.scripts[script]).action
  if (action.kind !== 'message')
    throw new AppError('invalid', undefined, [{ path: 'script', message: 'is no message' }])
  const published =
    action.template === null
      ? undefined
      : (await templatesNamed(db, [action.template]))(action.template, siteId)
  const text = published ? textFor(published, 'zh-CN', channel) : action
  const values = { name: actor.name, hospital: siteName ?? '', department: siteName ?? '' }
  const later = Object.fromEntries(sendingNames.map((name) => [name, `[${name}]`]))
  const { result, reason } = await sendSample(db, actor, secret, {
    channel,
    siteId,
    address,
    subject: renderText(text?.subject ?? '', values),
    body: fillLater(render(text?.body ?? '', values, sendingNames), later),
  })
  return { result, reason }
}
