import {
  closeLetterBatch,
  createAccount as createRoute,
  listLetterBatches,
  makeLetterBatch,
  printLetterBatch,
  listAccounts as listRoute,
  switchAccount as switchRoute,
  testAccount as testRoute,
  updateAccount as updateRoute,
} from '../../../contract/channel.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import { createAccount, listAccounts, switchAccount, updateAccount } from './account.ts'
import { closeBatch, listBatches, makeBatch, printBatch } from './letter.ts'
import { sendTest } from './test-send.ts'

export function mountAccounts(api: Api, { secret, config }: Services): void {
  implement(api, listRoute, ({ db, actor }) => listAccounts(db, actor, secret))
  implement(api, createRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => createAccount(trx, actor, secret, body)),
  )
  implement(api, updateRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateAccount(trx, actor, secret, params.id, body)),
  )
  implement(api, switchRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => switchAccount(trx, actor, params.id, body.active)),
  )
  // No transaction, because it opens a network connection.
  implement(api, testRoute, ({ db, actor, params, body }) =>
    sendTest(db, actor, secret, params.id, body.address),
  )
  implement(api, listLetterBatches, ({ db, actor, params }) => listBatches(db, actor, secret, params.id))
  implement(api, makeLetterBatch, ({ db, actor, params }) =>
    transaction(db, (trx) => makeBatch(trx, actor, secret, params.id, config.publicUrl)),
  )
  implement(api, printLetterBatch, async ({ c, db, actor, params }) =>
    c.body(new Uint8Array(await printBatch(db, actor, secret, params.id, params.batchId)), 200, {
      'Content-Type': 'application/pdf',
      'Content-Disposition': `attachment; filename="letters-${params.batchId}.pdf"`,
    }),
  )
  implement(api, closeLetterBatch, ({ db, actor, params, body }) =>
    transaction(db, (trx) => closeBatch(trx, actor, secret, params, body.printed)),
  )
}
