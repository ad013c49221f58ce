import { sql } from 'kysely'
import { telephonyBodies } from '../../../contract/telephony.ts'
import type { Db } from '../../platform/db.ts'
import { unseal } from '../../platform/sealed.ts'
import type { AriTarget } from './ari.ts'

/** A telephone system as far as the machine calls with it. */
export type VoiceAccount = {
  id: number
  siteId: number
  version: number
  target: AriTarget
  endpoint: string
  callerId: string | undefined
  /** Runs AMD() before our application. */
  amdContext: string | undefined
  /** Where a call goes whose person asks for somebody. */
  agentsContext: string | undefined
  /** Address under which the telephone system fetches prompts; undefined: the public one. */
  mediaUrl: string | undefined
  /** Host and port to which it brings what callers say. */
  audioAddress: string | undefined
}

const filled = (text: string) => (text === '' ? undefined : text)

/** Accounts by which calls can be made: Asterisk with its REST interface. */
export async function voiceAccounts(db: Db, secret: string): Promise<VoiceAccount[]> {
  const { rows } = await sql<{
    id: number
    site_id: number
    name: string
    config: object
    password: string | null
    version: number
  }>`
    select id, site_id, name, config, secrets ->> 'ariPassword' as password, version
    from telephony_account where kind = 'asterisk' and active and config ->> 'ariUrl' <> '' order by id`.execute(
    db,
  )
  return rows.flatMap((row) => {
    const read = telephonyBodies.asterisk.safeParse({
      ...row.config,
      kind: 'asterisk',
      name: row.name,
      siteId: row.site_id,
    })
    if (!read.success || row.password === null) return []
    const { data } = read
    return [
      {
        id: row.id,
        siteId: row.site_id,
        version: row.version,
        target: {
          url: data.ariUrl,
          username: data.ariUser,
          app: data.ariApp,
          password: unseal(secret, row.password),
        },
        endpoint: filled(data.ariEndpoint) ?? `Local/${data.prefix}{number}@${data.context}`,
        callerId: filled(data.ariCallerId),
        amdContext: filled(data.amdContext),
        agentsContext: filled(data.agentsContext),
        mediaUrl: filled(data.mediaUrl),
        audioAddress: filled(data.audioAddress),
      },
    ]
  })
}

/** A number as the trunk wants it: of the mainland without the country code, others with `00`. */
export function dialString(endpoint: string, phone: string): string {
  const digits = phone.replaceAll(/[^\d+]/g, '')
  const number = digits.startsWith('+86') ? digits.slice(3) : digits.replace(/^\+/, '00')
  return endpoint.replace('{number}', number)
}
