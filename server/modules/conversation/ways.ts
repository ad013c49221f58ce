import { sql } from 'kysely'
import type { AnswerChannel, Way } from '../../../contract/conversation.ts'
import type { Db } from '../../platform/db.ts'
import { foresee } from '../contact/permit.ts'
import { maskPhone } from '../person/mask.ts'
import { recordsOf, personOfRecord } from '../event/record.ts'
import type { Out } from './out.ts'

const queued = ['sms', 'wechat', 'email', 'portal'] as const

/** An e-mail address with its beginning alone. */
function maskAddress(channel: AnswerChannel, address: string): string {
  if (channel === 'sms') return maskPhone(address)
  if (channel !== 'email') return `${address.slice(0, 3)}***`
  const [name = '', domain = ''] = address.split('@')
  return `${name.slice(0, 2)}***@${domain}`
}

/** By which channels an answer can go out now, and why by others not; what the person used last comes first. */
export async function waysOf(db: Db, conversation: Out & { last_in_at: Date | null }): Promise<Way[]> {
  const { rows } = await sql<{
    chat: boolean
    channels: AnswerChannel[]
    sms: string | null
    email: string | null
    wechat: string | null
  }>`
    select exists (select 1 from conversation_visitor v where v.conversation_id = ${conversation.id} and v.expires_at > now()) as chat,
      array(select distinct a.channel from message_account a where a.active and (a.site_id is null or a.site_id = ${conversation.site_id})) as channels,
      ${addressOf('phone', conversation.person_id)} as sms, ${addressOf('email', conversation.person_id)} as email,
      ${addressOf('wechat', conversation.person_id)} as wechat`.execute(db)
  const [known] = rows
  if (!known) return []
  const ways: Way[] = []
  if (known.chat || conversation.channel === 'web-chat')
    ways.push({ channel: 'web-chat', refused: known.chat ? null : 'chat-left', address: null })
  const { person_id: personId } = conversation
  if (personId === null) {
    const { address } = conversation
    const channel = queued.find((one) => one === conversation.channel)
    if (channel && address !== null)
      ways.push({
        channel,
        refused: known.channels.includes(channel) ? null : 'no-account',
        address: maskAddress(channel, address),
      })
  } else {
    const reply =
      conversation.last_in_at !== null && conversation.last_in_at.getTime() > Date.now() - 86_400_000
    const verdicts = await foresee(
      db,
      queued.map((channel, key) => ({
        key,
        personId,
        channel,
        purpose: 'service' as const,
        automatic: false,
        reply,
        siteId: conversation.site_id,
      })),
    )
    for (const [key, channel] of queued.entries()) {
      if (channel === 'portal' && !known.channels.includes(channel)) continue
      const address = channel === 'portal' ? null : known[channel]
      const verdict = verdicts.get(key)
      const refused =
        address === null && channel !== 'portal'
          ? 'no-address'
          : !known.channels.includes(channel)
            ? 'no-account'
            : verdict?.kind === 'refuse'
              ? verdict.reason
              : null
      ways.push({ channel, refused, address: address === null ? null : maskAddress(channel, address) })
    }
  }
  const last = (way: Way) => (way.channel === conversation.channel ? 0 : 1)
  return ways.sort((a, b) => last(a) - last(b))
}

const addressOf = (system: 'phone' | 'email' | 'wechat', personId: number | null) =>
  personId === null
    ? sql<string | null>`null`
    : sql<
        string | null
      >`(select t.value from person_telecom t where t.person_id = any(${recordsOf(personOfRecord(sql`${personId}`))})
        and t.system = ${system} and t.valid ${system === 'phone' ? sql`and t.use = 'mobile'` : sql``} order by t.updated_at desc, t.id limit 1)`
