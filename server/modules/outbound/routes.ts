import {
  cancelOutboundMessages,
  createOutboundChannel,
  getOutboundMessage,
  listOutboundChannels,
  listOutboundMessages,
  replayOutboundMessages,
  retryOutboundChannel,
  revealOutboundMessage,
  testOutboundChannel,
  updateOutboundChannel,
} from '../../../contract/outbound.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { createChannel, listChannels, retryChannel, testChannel, updateChannel } from './channel.ts'
import { cancelOutbound, getOutbound, listOutbound, replayOutbound, revealOutbound } from './message.ts'

export function mountOutbound(api: Api): void {
  implement(api, listOutboundChannels, ({ db, actor }) => listChannels(db, actor))
  implement(api, createOutboundChannel, ({ db, actor, body }) =>
    transaction(db, (trx) => createChannel(trx, actor, body)),
  )
  // No transaction, because it opens a network connection.
  implement(api, testOutboundChannel, ({ db, actor, body }) => testChannel(db, actor, body))
  implement(api, updateOutboundChannel, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateChannel(trx, actor, params.id, body)),
  )
  implement(api, retryOutboundChannel, ({ db, actor, params }) =>
    transaction(db, (trx) => retryChannel(trx, actor, params.id)),
  )
  implement(api, replayOutboundMessages, ({ db, actor, body }) =>
    transaction(db, (trx) => replayOutbound(trx, actor, body.ids)),
  )
  implement(api, cancelOutboundMessages, ({ db, actor, body }) =>
    transaction(db, (trx) => cancelOutbound(trx, actor, body)),
  )
  implement(api, revealOutboundMessage, ({ db, actor, params, body }) =>
    revealOutbound(db, actor, params.id, body.reason),
  )
  implement(api, listOutboundMessages, ({ db, actor, query }) => listOutbound(db, actor, query))
  implement(api, getOutboundMessage, ({ db, actor, params }) => getOutbound(db, actor, params.id))
}
