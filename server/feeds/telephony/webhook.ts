import type { WebhookConfig } from '../../../contract/telephony.ts'
import type { TelephonyInForce } from '../../modules/call/account.ts'
import { finishCommand, takeCommands } from '../../modules/call/order.ts'
import { signature } from '../../modules/message/webhook.ts'
import { readSettings } from '../../modules/setting/setting.ts'
import { HttpFailed, openHttp } from '../../platform/outbound-http.ts'
import type { Services } from '../../platform/services.ts'

/** Asks a telephone system by signed HTTP for what its agents want. @returns how many commands */
export async function runWebhookCommands({ db }: Services, account: TelephonyInForce): Promise<number> {
  const { commandsUrl, signingSecret = '' } = account.config as WebhookConfig
  const commands = await takeCommands(db, account.id)
  if (commands.length === 0) return 0
  const { 'security.outbound-hosts': allowed } = await readSettings(db, ['security.outbound-hosts'])
  const http = openHttp(() => Promise.resolve(allowed), { connections: 2 })
  for (const { id, act, externalId, data } of commands) {
    let error: string | null = null
    if (commandsUrl === '') error = 'This telephone system takes no orders: use the telephone itself.'
    else {
      const body = JSON.stringify({ commandId: id, act, callId: externalId, ...data })
      const timestamp = String(Math.floor(Date.now() / 1000))
      try {
        const answer = await http.post(
          new URL(commandsUrl),
          {
            'content-type': 'application/json',
            'idempotency-key': `command:${id}`,
            'x-careloop-timestamp': timestamp,
            'x-careloop-signature': `v1=${signature(signingSecret, timestamp, body)}`,
          },
          body,
        )
        if (answer.status < 200 || answer.status > 299)
          error = `The telephone system answers HTTP ${answer.status}.`
      } catch (cause) {
        if (!(cause instanceof HttpFailed)) throw cause
        error = cause.message
      }
    }
    await finishCommand(db, id, error)
  }
  http.close()
  return commands.length
}
