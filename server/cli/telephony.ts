import type { Command } from 'commander'
import type { AsteriskConfig } from '../../contract/telephony.ts'
import { connectAmi } from '../feeds/telephony/ami.ts'
import { telephonyInForce, type TelephonyInForce } from '../modules/call/account.ts'
import { readSettings } from '../modules/setting/setting.ts'
import { type HttpClient, openHttp } from '../platform/outbound-http.ts'
import { resolveHost } from '../platform/outbound-host.ts'
import { type AsteriskOptions, writeAsteriskConfig } from './asterisk-config.ts'
import { exitCodes, withServices } from './run.ts'

/** For whoever connects a telephone system (docs/operations/telephony.md). */
export function addTelephonyCommands(program: Command): void {
  const telephony = program.command('telephony').description('Telephone systems')
  telephony
    .command('config')
    .description('Write configuration for an Asterisk, with secrets of its own, into a new directory')
    .requiredOption('--dir <directory>', 'where it is written')
    .requiredOption('--careloop <address>', 'address of this system as Asterisk sees it')
    .requiredOption('--bind <address>', 'address of Asterisk that this system reaches')
    .option('--extensions <range>', 'telephones in browsers', '8001-8010')
    .option('--queue <name>', 'queue of the agents', 'careloop')
    .option('--trunk <name>', 'endpoint of the line to the outside', 'trunk')
    .action(async (options: AsteriskOptions) => console.log(await writeAsteriskConfig(options)))
  telephony
    .command('check')
    .description(
      'Connect to every telephone system that is switched on, and say what works; exit code 1 when something fails',
    )
    .action(() =>
      withServices(async ({ db, secret }) => {
        const { 'security.outbound-hosts': allowed } = await readSettings(db, ['security.outbound-hosts'])
        const accounts = await telephonyInForce(db, secret)
        if (accounts.length === 0) console.log('No telephone system is connected: Settings › Channels.')
        let failed = false
        for (const account of accounts) {
          console.log(`${account.name} (${account.kind})`)
          for await (const { ok, what } of look(account, allowed)) {
            failed ||= !ok
            console.log(`  ${ok ? 'OK  ' : 'FAIL'} ${what}`)
          }
        }
        process.exitCode = failed ? exitCodes.failed : exitCodes.done
      }),
    )
}

type Finding = { ok: boolean; what: string }

async function* look(account: TelephonyInForce, allowed: string): AsyncGenerator<Finding> {
  if (account.kind === 'webhook') {
    const signed = typeof account.config['signingSecret'] === 'string'
    yield {
      ok: signed,
      what: signed ? 'waits for signed events' : 'has no signing secret: no event is taken',
    }
    return
  }
  const config = account.config as AsteriskConfig
  const http = openHttp(() => Promise.resolve(allowed), { connections: 1 })
  try {
    yield await tried('manager interface', () => manager(config, allowed))
    if (config.recordsUrl === '')
      yield {
        ok: true,
        what: 'no file of channel events: calls that end without a connection end when last heard of',
      }
    else
      yield await tried('file of channel events', () =>
        answered(http, config.recordsUrl, { range: 'bytes=0-0' }),
      )
    if (config.ariUrl === '') yield { ok: true, what: 'no ARI: no recordings, no calls by machine' }
    else
      yield await tried('ARI', () =>
        answered(http, `${config.ariUrl.replace(/\/$/, '')}/asterisk/info`, {
          authorization: `Basic ${Buffer.from(`${config.ariUser}:${config.ariPassword ?? ''}`).toString('base64')}`,
        }),
      )
  } finally {
    http.close()
  }
}

async function tried(what: string, work: () => Promise<string>): Promise<Finding> {
  try {
    return { ok: true, what: `${what}: ${await work()}` }
  } catch (error) {
    return { ok: false, what: `${what}: ${(error as Error).message}` }
  }
}

async function manager(config: AsteriskConfig, allowed: string): Promise<string> {
  const connection = await connectAmi({
    address: await resolveHost(config.host, allowed),
    host: config.host,
    port: config.port,
    tls: config.tls,
    user: config.user,
    password: config.password ?? '',
    onEvent: () => undefined,
  })
  try {
    const channels = await connection.list({ Action: 'CoreShowChannels' }, 'CoreShowChannelsComplete')
    return `logged in at ${config.host}:${config.port}, ${channels.length} channels run`
  } finally {
    connection.close()
  }
}

async function answered(http: HttpClient, url: string, headers: Record<string, string>): Promise<string> {
  const { status } = await http.ask('GET', new URL(url), headers)
  // An empty file has no first byte.
  if (status !== 200 && status !== 206 && status !== 416) throw new Error(`HTTP ${status}`)
  return 'answers'
}
