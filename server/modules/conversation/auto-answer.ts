import { sql } from 'kysely'
import type { AnswerChannel } from '../../../contract/conversation.ts'
import { renderText } from '../../../contract/template.ts'
import type { Trx } from '../../platform/db.ts'
import { readSettings } from '../setting/setting.ts'
import { hoursAt } from './hours.ts'
import { writeEntry } from './message.ts'
import { type Out, sendOut } from './out.ts'

type Language = 'zh-CN' | 'zh-TW' | 'en'

const texts: Record<Language, { known: string; unknown: string; subject: string }> = {
  'zh-CN': {
    known:
      '您好，现在不在人工服务时间。您的留言已收到，我们将在 {{opens}} 后回复您。如遇紧急情况，请立即拨打急救电话。',
    unknown:
      '您好，现在不在人工服务时间。您的留言已收到，我们会尽快回复您。如遇紧急情况，请立即拨打急救电话。',
    subject: '已收到您的来信',
  },
  'zh-TW': {
    known:
      '您好，現在不在人工服務時間。您的留言已收到，我們將在 {{opens}} 後回覆您。如遇緊急情況，請立即撥打急救電話。',
    unknown:
      '您好，現在不在人工服務時間。您的留言已收到，我們會儘快回覆您。如遇緊急情況，請立即撥打急救電話。',
    subject: '已收到您的來信',
  },
  en: {
    known:
      'Nobody is at the desk just now. We have your message and will answer after {{opens}}. In an emergency call an ambulance at once.',
    unknown:
      'Nobody is at the desk just now. We have your message and will answer as soon as we can. In an emergency call an ambulance at once.',
    subject: 'We have your message',
  },
}

/**
 * Outside of business hours a person is told once in a conversation when somebody answers. Never in answer to a machine (RFC 3834), which the
 * caller knows.
 */
export async function autoAnswer(trx: Trx, id: number, channel: AnswerChannel, now: Date): Promise<void> {
  const { rows } = await sql<
    Out & { language: Language | null; auto_answered_at: Date | null; first_answer_at: Date | null }
  >`
    select id, site_id, person_id, channel, address, subject, language, auto_answered_at, first_answer_at from conversation where id = ${id}`.execute(
    trx,
  )
  const [row] = rows
  if (!row || row.auto_answered_at !== null || row.first_answer_at !== null) return
  const { 'conversation.auto-answer': wanted, 'conversation.auto-text': own } = await readSettings(
    trx,
    ['conversation.auto-answer', 'conversation.auto-text'],
    row.site_id,
  )
  if (!wanted) return
  const { open, opensAt, site } = await hoursAt(trx, row.site_id, now)
  if (open) return
  const language = row.language ?? (site.time_zone === 'Asia/Taipei' ? 'zh-TW' : 'zh-CN')
  const words = texts[language]
  const opens = opensAt
    ? new Intl.DateTimeFormat(language, {
        timeZone: site.time_zone,
        month: 'numeric',
        day: 'numeric',
        weekday: 'short',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }).format(opensAt)
    : ''
  const body = renderText(own || (opens ? words.known : words.unknown), { opens, hospital: site.name })
  await sql`update conversation set auto_answered_at = ${now} where id = ${id}`.execute(trx)
  const sent = await sendOut(trx, row, { channel, subject: channel === 'email' ? words.subject : null, body })
  if (!sent) return
  await writeEntry(trx, {
    conversationId: id,
    siteId: row.site_id,
    kind: 'out',
    channel,
    body,
    automatic: true,
    authorName: site.name,
    at: new Date(now.getTime() + 1),
    ...sent,
  })
}
