import * as routes from '../../../contract/campaign.ts'
import * as effects from '../../../contract/campaign-effect.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { createCampaign, deleteCampaign, getCampaign, listCampaigns, updateCampaign } from './campaign.ts'
import type { Services } from '../../platform/services.ts'
import { campaignEffect } from './effect.ts'
import { listMembers } from './members.ts'
import { previewCampaign } from './preview.ts'
import {
  approveCampaign,
  changeBudget,
  cancelCampaign,
  pauseCampaign,
  resumeCampaign,
  returnCampaign,
  submitCampaign,
} from './steer.ts'
import { testCampaign } from './test-message.ts'

export function mountCampaign(api: Api, { secret }: Services): void {
  implement(api, routes.listCampaigns, ({ db, actor, query }) => listCampaigns(db, actor, query))
  implement(api, routes.getCampaign, ({ db, actor, params }) => getCampaign(db, actor, params.id))
  implement(api, routes.createCampaign, ({ db, actor, body }) =>
    transaction(db, (trx) => createCampaign(trx, actor, body)),
  )
  implement(api, routes.updateCampaign, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateCampaign(trx, actor, params.id, body)),
  )
  implement(api, routes.deleteCampaign, async ({ db, actor, params }) => {
    await transaction(db, (trx) => deleteCampaign(trx, actor, params.id))
    return undefined
  })
  implement(api, routes.submitCampaign, ({ db, actor, params, body }) =>
    transaction(db, (trx) => submitCampaign(trx, actor, params.id, body.version)),
  )
  implement(api, routes.returnCampaign, ({ db, actor, params, body }) =>
    transaction(db, (trx) => returnCampaign(trx, actor, params.id, body)),
  )
  implement(api, routes.approveCampaign, ({ db, actor, params, body }) =>
    transaction(db, (trx) => approveCampaign(trx, actor, params.id, body)),
  )
  implement(api, routes.pauseCampaign, ({ db, actor, params, body }) =>
    transaction(db, (trx) => pauseCampaign(trx, actor, params.id, body.reason)),
  )
  implement(api, routes.resumeCampaign, ({ db, actor, params }) =>
    transaction(db, (trx) => resumeCampaign(trx, actor, params.id)),
  )
  implement(api, routes.changeCampaignBudget, ({ db, actor, params, body }) =>
    transaction(db, (trx) => changeBudget(trx, actor, params.id, body.budget)),
  )
  implement(api, routes.cancelCampaign, ({ db, actor, params, body }) =>
    transaction(db, (trx) => cancelCampaign(trx, actor, params.id, body.reason)),
  )
  implement(api, routes.testCampaign, ({ db, actor, params, body }) =>
    testCampaign(db, actor, secret, params.id, body),
  )
  implement(api, routes.previewCampaign, ({ db, actor, params }) => previewCampaign(db, actor, params.id))
  implement(api, effects.getCampaignEffect, ({ db, actor, params }) => campaignEffect(db, actor, params.id))
  implement(api, effects.listCampaignMembers, ({ db, actor, params, query }) =>
    listMembers(db, actor, params.id, query),
  )
}
