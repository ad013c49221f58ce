import type { AsteriskConfig, WebhookConfig } from '../../../contract/telephony.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { HttpFailed, openHttp } from '../../platform/outbound-http.ts'
import { readSettings } from '../setting/setting.ts'
import { telephonyAccount, type TelephonyInForce } from './account.ts'
import { loadCall } from './detail.ts'

/** An hour of 8 kHz, 16 bit, one channel. */
const largest = 64 * 1024 * 1024

/**
 * The recording of a call, fetched from the telephone system: nothing of it is kept here. Logged before it is played.
 * @throws {AppError} not-found (no call, or no recording), unavailable (the telephone system does not give it)
 */
export async function fetchRecording(
  db: Db,
  actor: Actor,
  secret: string,
  id: number,
): Promise<{ bytes: Buffer; type: string }> {
  const call = await loadCall(db, actor, id, 'call.listen')
  const recording = found(call.recording)
  await audit(db, actor, {
    action: 'call.listen',
    personId: call.person_id,
    subject: `call:${id}`,
    fields: ['recording'],
  })
  const account = await telephonyAccount(db, secret, call.account_id)
  const { 'security.outbound-hosts': allowed } = await readSettings(db, ['security.outbound-hosts'])
  const http = openHttp(() => Promise.resolve(allowed), { connections: 1 })
  try {
    const { url, headers } = addressOf(account, recording)
    const answer = await http.ask('GET', url, headers, '', largest)
    if (answer.status !== 200) throw new HttpFailed(`HTTP ${answer.status}`, true)
    const type = answer.header('content-type')?.split(';')[0] ?? ''
    return { bytes: answer.body, type: type.startsWith('audio/') ? type : 'audio/wav' }
  } catch (error) {
    if (error instanceof HttpFailed)
      throw new AppError('unavailable', 'The telephone system does not give this recording just now.')
    throw error
  } finally {
    http.close()
  }
}

/** @throws {AppError} unavailable when the account has no address for recordings */
function addressOf(
  account: TelephonyInForce,
  recording: string,
): { url: URL; headers: Record<string, string> } {
  const name = encodeURIComponent(recording)
  if (account.kind === 'asterisk') {
    const { ariUrl, ariUser, ariPassword = '' } = account.config as AsteriskConfig
    if (ariUrl !== '')
      return {
        url: new URL(`${ariUrl.replace(/\/$/, '')}/recordings/stored/${name}/file`),
        headers: { authorization: `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}` },
      }
  } else {
    const { recordingsUrl } = account.config as WebhookConfig
    if (recordingsUrl !== '') return { url: new URL(recordingsUrl.replace('{recording}', name)), headers: {} }
  }
  throw new AppError('unavailable', 'No address for recordings is set for this telephone system.')
}
