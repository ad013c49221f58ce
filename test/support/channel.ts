import type { z } from 'zod'
import { accountBody } from '../../contract/channel.ts'
import { createAccount } from '../../server/modules/message/account.ts'
import { type Db, transaction } from '../../server/platform/db.ts'
import { testActor } from './app.ts'

/** An account at a provider, made as the settings screen would. @returns its id */
export async function addAccount(
  { db, services }: { db: Db; services: { secret: string } },
  input: z.input<typeof accountBody>,
): Promise<number> {
  const body = accountBody.parse(input)
  return (await transaction(db, (trx) => createAccount(trx, testActor, services.secret, body))).id
}

/** The account for mail to a sink on this machine; an earlier one leads there from now on. */
export async function useMailSink(
  app: { db: Db; services: { secret: string } },
  port: number,
): Promise<void> {
  const known = await app.db
    .updateTable('message_account')
    .set((one) => ({
      version: one('version', '+', 1),
      config: JSON.stringify(mailTo(port)),
      failures: 0,
    }))
    .where('kind', '=', 'smtp')
    .executeTakeFirst()
  if (known.numUpdatedRows === 0n) await addAccount(app, { kind: 'smtp', name: 'mail', ...mailTo(port) })
}

const mailTo = (port: number) =>
  ({ host: '127.0.0.1', port, tls: 'none', user: '', from: 'care@hospital.test', bounceAddress: '' }) as const
