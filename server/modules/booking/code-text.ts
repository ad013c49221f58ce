import { sql } from 'kysely'
import { renderText } from '../../../contract/template.ts'
import type { Db } from '../../platform/db.ts'
import type { DirectSource, DirectText } from '../message/direct.ts'
import { type CodePurpose, type SealedCode, unsealCode } from './key.ts'

/** How long a code works. */
export const codeMinutes = 5

/** The sender first, so that nobody takes it for somebody else's; who asks for a code is no friend. */
const texts: Record<CodePurpose, Record<SealedCode['language'], string>> = {
  booking: {
    'zh-CN':
      '【{{hospital}}】预约验证码 {{code}}，{{minutes}} 分钟内有效。请勿告诉他人；不是您本人操作，请忽略。',
    'zh-TW':
      '【{{hospital}}】預約驗證碼 {{code}}，{{minutes}} 分鐘內有效。請勿告訴他人；若非您本人操作，請忽略。',
    en: '{{hospital}}: your booking code is {{code}}. It works for {{minutes}} minutes. Tell it to nobody; if you did not ask for it, ignore this.',
  },
  portal: {
    'zh-CN':
      '【{{hospital}}】登录验证码 {{code}}，用于查看您的就诊和报告，{{minutes}} 分钟内有效。医院不会向您索要，请勿告诉任何人；不是您本人操作，请忽略。',
    'zh-TW':
      '【{{hospital}}】登入驗證碼 {{code}}，用於查看您的就診與報告，{{minutes}} 分鐘內有效。醫院不會向您索取，請勿告訴任何人；若非您本人操作，請忽略。',
    en: '{{hospital}}: {{code}} signs you in to your records for {{minutes}} minutes. The hospital never asks for it: tell it to nobody. If you did not ask for it, ignore this.',
  },
}

type Row = { id: string; purpose: CodePurpose; sealed: string; hospital: string }

/** Codes on their way: taken once, within the time in which they still help, and unreadable from then on. */
export const bookingCodes: DirectSource = {
  channels: ['sms'],
  async take(db, { siteId, except }) {
    const { rows } = await sql<Row>`
      with due as materialized (
        select id, sealed, site_id from booking_code
        where sealed is not null and expires_at > now() + interval '1 minute'
          and ${siteId === null ? sql`site_id <> all(${except}::int[])` : sql`site_id = ${siteId}`}
        order by created_at limit 50 for update skip locked)
      update booking_code c set sealed = null, sent_at = now() from due join site s on s.id = due.site_id
      where c.id = due.id returning c.id, c.purpose, due.sealed, s.name as hospital`.execute(db)
    return rows.map((row) => textOf(db, row))
  },
  async refused(db, refused) {
    await sql`
      update booking_code c set sent_at = null, failed = left(n.reason, 300)
      from unnest(${refused.map((one) => one.id)}::uuid[], ${refused.map((one) => one.reason)}::text[]) as n(id, reason)
      where c.id = n.id`.execute(db)
  },
}

function textOf(db: Db, { id, purpose, sealed, hospital }: Row): DirectText {
  const { phone, code, language } = unsealCode(db, sealed)
  const values = { hospital, code, minutes: String(codeMinutes) }
  return {
    id,
    address: phone,
    body: renderText(texts[purpose][language], values),
    // For providers in China that keep the texts themselves.
    template: { code: `${purpose}-code`, values },
  }
}
