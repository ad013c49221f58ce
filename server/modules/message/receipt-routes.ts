import { confirmReceipts, receiveReceipts } from '../../../contract/channel.ts'
import { usualBody } from '../../../contract/route.ts'
import { bodyBytes } from '../../platform/body.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { type Api, type ApiContext, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import { accountOf } from './account.ts'
import { adapters } from './adapters.ts'
import type { AccountInForce, ProviderCall } from './channel.ts'
import { isKeyed, isReceiptKey } from './receipt-key.ts'
import { storeReceipts, storeReplies } from './receipt.ts'
import { isSigned } from './wechat.ts'

/** A mail that came back may have the whole of it within; only for callers with the key. */
const largestMail = 4 * 1024 * 1024

/** What providers call. Each is known by its signature or the key in its address; who is neither is told nothing. */
export function mountReceipts(api: Api, { secret }: Services): void {
  implement(api, confirmReceipts, async ({ c, db, params, query }) => {
    const account = await calledAccount(db, secret, params.id)
    const call = { query, header: () => undefined, body: Buffer.alloc(0) }
    if (account.kind !== 'wechat' || !isSigned(account, call)) throw new AppError('not-found')
    return c.text(query.echostr ?? '')
  })
  implement(api, receiveReceipts, async ({ c, db, params, query }) => {
    const right = isReceiptKey(params.id, secret, query.key)
    const body = await bodyBytes(c, right ? largestMail : usualBody)
    const account = await calledAccount(db, secret, params.id)
    if (isKeyed(account.kind) && !right) throw new AppError('not-found')
    return answer(c, db, account, { query, header: (name) => c.req.header(name), body })
  })
}

async function calledAccount(db: Db, secret: string, id: number): Promise<AccountInForce> {
  const account = await accountOf(db, secret, id)
  if (!adapters[account.kind]?.report) throw new AppError('not-found')
  return account
}

async function answer(c: ApiContext, db: Db, account: AccountInForce, call: ProviderCall): Promise<Response> {
  const read = async () => adapters[account.kind]?.report?.(account, call)
  const report = await read().catch(unreadable)
  if (!report) throw new AppError('not-found')
  // Both change nothing when a call comes again, be it the provider's repetition or somebody's.
  await storeReceipts(db, account, report.receipts)
  await storeReplies(db, account, report.replies)
  return report.answer.startsWith('{')
    ? c.body(report.answer, 200, { 'content-type': 'application/json; charset=utf-8' })
    : c.text(report.answer)
}

function unreadable(error: unknown): never {
  if (error instanceof SyntaxError)
    throw new AppError('malformed-request', 'This is no report of the account’s provider.')
  throw error
}
