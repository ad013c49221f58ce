import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import type { Placeholder } from '../message/placeholder.ts'
import { readSettings } from '../setting/setting.ts'
import { makeLink, wishesUrl } from './token.ts'

/** How long links in messages work, in days. */
export async function linkDays(trx: Trx): Promise<number> {
  return (await readSettings(trx, ['contact.preference-days']))['contact.preference-days']
}

/** Addresses of the page of wishes for these messages. */
export async function wishesUrls(
  trx: Trx,
  messageIds: number[],
  publicUrl: string | undefined,
): Promise<Map<number, string>> {
  if (publicUrl === undefined || messageIds.length === 0) return new Map()
  const days = await linkDays(trx)
  return new Map(
    messageIds.map((id) => [id, wishesUrl(publicUrl, makeLink(trx, { kind: 'message', id }, days).token)]),
  )
}

const ofPage = (name: 'unsubscribe' | 'preferences', suffix: string): Placeholder => ({
  name,
  prepare: (_, messageIds, publicUrl) =>
    Promise.resolve(
      new Map(publicUrl === undefined ? messageIds.map((id) => [id, 'no-public-address']) : []),
    ),
  async fill(trx, messageIds, publicUrl) {
    const urls = await wishesUrls(trx, messageIds, publicUrl)
    return new Map([...urls].map(([id, url]) => [id, url + suffix]))
  },
})

/** `{{preferences}}`: the page. `{{unsubscribe}}`: the same, which then asks first whether to stop. A GET changes nothing. */
export const preferencesInMessage = ofPage('preferences', '')
export const unsubscribeInMessage = ofPage('unsubscribe', '#stop')

/** Merged records keep their messages, so a link leads to whoever the record belongs to now. */
export const messageOfLink = (id: number) =>
  sql<{ person_id: number; purpose: string; channel: string; site_id: number | null }>`
    select m.person_id, m.purpose, m.channel, coalesce(n.site_id, e.site_id) as site_id from message m
    left join enrollment e on e.id = m.enrollment_id
    left join encounter n on n.id = case when m.subject_kind = 'encounter' then m.subject_id else e.encounter_id end
    where m.id = ${id}`
