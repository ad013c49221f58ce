import { sql } from 'kysely'
import type { AnswerChannel } from '../../../contract/conversation.ts'
import { renderText } from '../../../contract/template.ts'
import type { Trx } from '../../platform/db.ts'
import { emergencyNumberOf } from '../person/language.ts'
import { readSettings } from '../setting/setting.ts'
import { createTasks } from '../task/create.ts'
import { writeEntry } from './message.ts'
import { type Out, sendOut } from './out.ts'

type Place = { id: number; site_id: number; department_id: number | null; person_id: number | null }

const texts = {
  'zh-CN': '您说的情况可能很紧急。请立即拨打 {{number}}，或到最近的急诊。我们已通知值班同事马上联系您。',
  'zh-TW': '您說的情況可能很緊急。請立即撥打 {{number}}，或前往最近的急診。我們已通知值班同仁立即聯繫您。',
  en: 'This may be an emergency. Call {{number}} now, or go to the nearest emergency department. A colleague on duty has been told to call you at once.',
} as const

/** Minutes within which somebody calls back. */
const callBackMinutes = 15

/** Whether a text holds one of the words of an emergency. */
export function soundsUrgent(text: string, list: string): boolean {
  const said = text.normalize('NFKC').toLowerCase()
  return list
    .split(/[,，、;；\n]/)
    .map((word) => word.trim().toLowerCase())
    .some((word) => word !== '' && said.includes(word))
}

/**
 * Words of an emergency in what somebody writes: they are told at once whom to call, whatever the hour, and a colleague gets an urgent task;
 * one at a time for a conversation.
 * @returns whether it sounds like one
 */
export async function raiseUrgent(
  trx: Trx,
  place: Place,
  channel: AnswerChannel,
  text: string,
  at: Date,
): Promise<boolean> {
  const { 'conversation.urgent-words': list } = await readSettings(
    trx,
    ['conversation.urgent-words'],
    place.site_id,
  )
  if (!soundsUrgent(text, list)) return false
  const cause = `urgent-words:${place.id}:`
  const { rows } = await sql<
    Out & { language: keyof typeof texts | null; zone: string; site_name: string; known: boolean }
  >`
    select c.id, c.site_id, c.person_id, c.channel, c.address, c.subject, c.language, s.time_zone as zone, s.name as site_name,
      exists (select 1 from task t where t.site_id = c.site_id and t.cause like ${`${cause}%`} and t.status in ('requested', 'in-progress')) as known
    from conversation c join site s on s.id = c.site_id where c.id = ${place.id}`.execute(trx)
  const [row] = rows
  if (!row) return false
  if (!row.known)
    await createTasks(trx, [
      {
        kind: 'other',
        level: null,
        title: '留言中有紧急情况，请立即联系',
        description: text.slice(0, 500),
        personId: place.person_id,
        encounterId: null,
        enrollmentId: null,
        stepKey: null,
        cause: `${cause}${at.getTime()}`,
        place: { siteId: place.site_id, departmentId: place.department_id, attendingStaffId: null },
        assignee: 'service-centre',
        priority: 2,
        startAt: at,
        dueAt: new Date(at.getTime() + callBackMinutes * 60_000),
        questionnaireVersionId: null,
      },
    ])
  const language = row.language ?? (row.zone === 'Asia/Taipei' ? 'zh-TW' : 'zh-CN')
  const body = renderText(texts[language], { number: emergencyNumberOf(row.zone) })
  const sent = await sendOut(trx, row, { channel, subject: channel === 'email' ? row.site_name : null, body })
  if (sent)
    await writeEntry(trx, {
      conversationId: place.id,
      siteId: place.site_id,
      kind: 'out',
      channel,
      body,
      automatic: true,
      authorName: row.site_name,
      at: new Date(at.getTime() + 1),
      ...sent,
    })
  return true
}
