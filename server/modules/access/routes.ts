import {
  completeSetup,
  createApiKey,
  createUser,
  getCurrentUser,
  handOverApiKey,
  listApiKeys,
  listSessions,
  listUsers,
  resetUserPassword,
  revokeApiKey,
  revokeSession,
  saveFavourites,
  updateUser,
} from '../../../contract/access.ts'
import { authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { createApiKeyAs, handOverApiKeyAs, listApiKeysOf, revokeApiKeyAs } from './api-key.ts'
import { getMe, listMySessions, revokeMySession, saveMyFavourites } from './session.ts'
import { completeFirstSetup } from './setup.ts'
import { createUserAs, getUser, listUsersPage, resetPasswordAs, updateUserAs } from './user.ts'

export function mountAccess(api: Api): void {
  implement(api, getCurrentUser, ({ db, actor }) => getMe(db, actor))

  implement(api, saveFavourites, ({ db, actor, body }) =>
    transaction(db, async (trx) => {
      await saveMyFavourites(trx, actor, body.pages)
      return undefined
    }),
  )

  implement(api, listUsers, async ({ db, actor, query }) => {
    await audit(db, actor, { action: 'user.list' })
    return listUsersPage(db, authorize(actor, 'user.read'), query)
  })
  implement(api, createUser, async ({ db, actor, body }) => {
    const { id, oneTimePassword } = await transaction(db, (trx) => createUserAs(trx, actor, body))
    return { ...(await getUser(db, id)), oneTimePassword }
  })
  implement(api, updateUser, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => updateUserAs(trx, actor, params.id, body))
    return getUser(db, params.id)
  })
  implement(api, resetUserPassword, async ({ db, actor, params }) => ({
    oneTimePassword: await transaction(db, (trx) => resetPasswordAs(trx, actor, params.id)),
  }))

  implement(api, listSessions, async ({ db, actor }) => ({ items: await listMySessions(db, actor) }))
  implement(api, revokeSession, ({ db, actor, params }) =>
    transaction(db, async (trx) => {
      await revokeMySession(trx, actor, params.id)
      return undefined
    }),
  )

  implement(api, listApiKeys, async ({ db, actor }) => {
    await audit(db, actor, { action: 'api-key.list' })
    return { items: await listApiKeysOf(db, authorize(actor, 'user.read')) }
  })
  implement(api, createApiKey, ({ db, actor, body }) =>
    transaction(db, (trx) => createApiKeyAs(trx, actor, body)),
  )
  implement(api, handOverApiKey, ({ db, actor, params, body }) =>
    transaction(db, (trx) => handOverApiKeyAs(trx, actor, params.id, body.ownerId)),
  )
  implement(api, revokeApiKey, ({ db, actor, params }) =>
    transaction(db, async (trx) => {
      await revokeApiKeyAs(trx, actor, params.id)
      return undefined
    }),
  )

  implement(api, completeSetup, ({ db, body, c }) =>
    transaction(db, async (trx) => {
      await completeFirstSetup(trx, body, c.get('address'))
      return undefined
    }),
  )
}
