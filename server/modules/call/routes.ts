import * as calls from '../../../contract/call.ts'
import * as lines from '../../../contract/line.ts'
import { usualBody } from '../../../contract/route.ts'
import * as telephony from '../../../contract/telephony.ts'
import { bodyBytes } from '../../platform/body.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import { createTelephonyAccount, listTelephonyAccounts, updateTelephonyAccount } from './account.ts'
import { browserRegistration } from './browser-line.ts'
import { control, dial, supervise } from './command.ts'
import { getCall } from './detail.ts'
import { listColleagues, myLine, sitDown } from './line.ts'
import { listCalls } from './list.ts'
import { receiveEvents } from './receive.ts'
import { fetchRecording } from './recording.ts'
import { callWall } from './wall.ts'
import { linkCall, revealNumber, workInCall, wrapUpCall } from './work.ts'

export function mountCall(api: Api, { secret }: Services): void {
  implement(api, telephony.receiveTelephonyEvents, async ({ c, db, query }) => {
    const body = await bodyBytes(c, usualBody)
    return receiveEvents(db, secret, query.account, { header: (name) => c.req.header(name), body })
  })
  implement(api, telephony.listTelephonyAccounts, ({ db, actor }) => listTelephonyAccounts(db, actor))
  implement(api, telephony.createTelephonyAccount, ({ db, actor, body }) =>
    transaction(db, (trx) => createTelephonyAccount(trx, actor, secret, body)),
  )
  implement(api, telephony.updateTelephonyAccount, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateTelephonyAccount(trx, actor, secret, params.id, body)),
  )
  implement(api, lines.getMyLine, ({ db, actor }) => myLine(db, actor))
  implement(api, lines.setMyLine, async ({ db, actor, body }) => {
    await transaction(db, (trx) => sitDown(trx, actor, secret, body))
    return undefined
  })
  implement(api, lines.registerMyLine, ({ db, actor }) =>
    transaction(db, (trx) => browserRegistration(trx, actor, secret)),
  )
  implement(api, calls.listColleagues, ({ db, actor }) => listColleagues(db, actor))
  implement(api, calls.getCallWall, ({ db, actor, query }) => callWall(db, actor, query.siteId))
  implement(api, calls.listCalls, ({ db, actor, query }) => listCalls(db, actor, query))
  implement(api, calls.getCall, ({ db, actor, params }) => getCall(db, actor, params.id))
  implement(api, calls.revealCallNumber, ({ db, actor, params, body }) =>
    transaction(db, (trx) => revealNumber(trx, actor, params.id, body.reason)),
  )
  implement(api, calls.linkCall, ({ db, actor, params, body }) =>
    transaction(db, (trx) => linkCall(trx, actor, params.id, body.personId)),
  )
  implement(api, calls.workInCall, ({ db, actor, params, body }) =>
    transaction(db, (trx) => workInCall(trx, actor, params.id, body.taskId)),
  )
  implement(api, lines.dial, ({ db, actor, body }) => transaction(db, (trx) => dial(trx, actor, body)))
  implement(api, calls.controlCall, ({ db, actor, params, body }) =>
    transaction(db, (trx) => control(trx, actor, params.id, body)),
  )
  implement(api, calls.superviseCall, ({ db, actor, params, body }) =>
    transaction(db, (trx) => supervise(trx, actor, params.id, body.act)),
  )
  implement(api, calls.wrapUpCall, ({ db, actor, params, body }) =>
    transaction(db, (trx) => wrapUpCall(trx, actor, params.id, body)),
  )
  implement(api, calls.playRecording, async ({ c, db, actor, params }) => {
    const { bytes, type } = await fetchRecording(db, actor, secret, params.id)
    return c.body(new Uint8Array(bytes), 200, { 'content-type': type, 'content-disposition': 'inline' })
  })
}
