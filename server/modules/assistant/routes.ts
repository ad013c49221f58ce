import * as routes from '../../../contract/assistant.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import { checkAccount, createAccount, listAccounts, updateAccount } from './account.ts'
import { assistantAt, propose } from './answers.ts'
import { draft } from './draft.ts'
import { decide, listRequests } from './log.ts'

export function mountAssistant(api: Api, { secret }: Services): void {
  implement(api, routes.listAssistantAccounts, ({ db, actor }) => listAccounts(db, actor))
  implement(api, routes.createAssistantAccount, ({ db, actor, body }) =>
    transaction(db, (trx) => createAccount(trx, actor, secret, body)),
  )
  implement(api, routes.updateAssistantAccount, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => updateAccount(trx, actor, secret, params.id, body))
    return undefined
  })
  // A model takes its time: these three open no transaction while it thinks.
  implement(api, routes.checkAssistantAccount, ({ db, actor, params }) =>
    checkAccount(db, actor, secret, params.id),
  )
  implement(api, routes.draftText, ({ db, actor, params, body }) =>
    draft(db, actor, secret, params.id, body.kind),
  )
  implement(api, routes.proposeAnswers, ({ db, actor, params, body }) =>
    propose(db, actor, secret, params.id, body.taskId),
  )
  implement(api, routes.getAssistant, ({ db, actor, params }) => assistantAt(db, actor, secret, params.id))
  implement(api, routes.decideDraft, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => decide(trx, actor, params.id, body))
    return undefined
  })
  implement(api, routes.listAssistantRequests, ({ db, actor, query }) => listRequests(db, actor, query))
}
