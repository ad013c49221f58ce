import { type Command, Option } from 'commander'
import { role, roles } from '../../contract/access.ts'
import { createApiKeyAs } from '../modules/access/api-key.ts'
import { transaction } from '../platform/db.ts'
import { UsageError, withServices } from './run.ts'
import { cliActor, siteByCode } from './user.ts'

type Options = { name: string; role: string; site?: string; expiresInDays?: string }

export function addApiKeyCommands(program: Command): void {
  program
    .command('api-key')
    .description('API keys')
    .command('create')
    .description('Create an API key and print it, and nothing else; it is shown only this once')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option('--site <code>', 'code of the site it is limited to')
    .option('--expires-in-days <days>', 'after how many days it stops working (default: never)')
    .action(async (options: Options) => {
      const expiresAt = expiry(options.expiresInDays)
      const created = await withServices(({ db }) =>
        transaction(db, async (trx) =>
          createApiKeyAs(trx, cliActor, {
            name: options.name,
            role: role.parse(options.role),
            siteId: options.site === undefined ? null : await siteByCode(trx, options.site),
            expiresAt,
          }),
        ),
      )
      console.log(created.key)
    })
}

function expiry(days: string | undefined): string | null {
  if (days === undefined) return null
  const count = Number(days)
  if (!Number.isInteger(count) || count < 1 || count > 3650)
    throw new UsageError('--expires-in-days must be a whole number from 1 to 3650.')
  return new Date(Date.now() + count * 86_400_000).toISOString()
}
