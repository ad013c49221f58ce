import { type Command, Option } from 'commander'
import { text } from 'node:stream/consumers'
import { role, roles } from '../../contract/access.ts'
import { createUserAs } from '../modules/access/user.ts'
import { systemActor } from '../platform/actor.ts'
import { transaction, type Trx } from '../platform/db.ts'
import { UsageError, withServices } from './run.ts'

type Options = {
  username: string
  name: string
  role: string
  site?: string
  department?: string
  passwordStdin?: boolean
}

export const cliActor = systemActor('system:cli', 'Command line')

export function addUserCommands(program: Command): void {
  program
    .command('user')
    .description('Users')
    .command('create')
    .description('Create a user; without --password-stdin a one-time password is printed')
    .requiredOption('--username <name>', '3 to 40 letters, digits, dots, dashes')
    .requiredOption('--name <name>', 'name that colleagues see')
    .addOption(new Option('--role <role>', 'what the user may do').choices(roles).makeOptionMandatory())
    .option('--site <code>', 'code of the site the role is limited to')
    .option('--department <code>', 'code of the department the role is limited to (needs --site)')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (options: Options) => {
      const password = options.passwordStdin ? (await text(process.stdin)).replace(/\r?\n$/, '') : undefined
      const created = await withServices(({ db }) =>
        transaction(db, async (trx) =>
          createUserAs(trx, cliActor, {
            username: options.username,
            name: options.name,
            password,
            grants: [{ role: role.parse(options.role), ...(await place(trx, options)) }],
          }),
        ),
      )
      console.error(`Created ${options.username}.`)
      if (created.oneTimePassword) console.log(created.oneTimePassword)
    })
}

async function place(
  trx: Trx,
  { site, department }: { site?: string; department?: string },
): Promise<{ siteId: number | null; departmentId: number | null }> {
  if (site === undefined) {
    if (department !== undefined) throw new UsageError('--department needs --site.')
    return { siteId: null, departmentId: null }
  }
  return {
    siteId: await siteByCode(trx, site),
    departmentId: department ? await departmentId(trx, site, department) : null,
  }
}

export async function siteByCode(trx: Trx, code: string): Promise<number> {
  const row = await trx.selectFrom('site').select('id').where('code', '=', code).executeTakeFirst()
  if (!row) throw new UsageError(`There is no site with the code ${code}.`)
  return row.id
}

async function departmentId(trx: Trx, site: string, code: string): Promise<number> {
  const row = await trx
    .selectFrom('department')
    .innerJoin('site', 'site.id', 'department.site_id')
    .select('department.id')
    .where('site.code', '=', site)
    .where('department.code', '=', code)
    .executeTakeFirst()
  if (!row) throw new UsageError(`The site ${site} has no department with the code ${code}.`)
  return row.id
}
