import { sql } from 'kysely'
import type { Purpose } from '../../../contract/contact.ts'
import {
  sendingNames,
  type TemplateChannel,
  templateChannels,
  type TemplateLanguage,
  templateLanguages,
  type TemplateText,
  type TemplateTexts,
  withSubject,
} from '../../../contract/message-template.ts'
import { messageChannels } from '../../../contract/message.ts'
import { render, renderText } from '../../../contract/template.ts'
import type { Db } from '../../platform/db.ts'
import type { MessageTexts } from '../message/write.ts'
import { isTaiwan, languageOf } from '../person/language.ts'

/** Published texts in force by code and site: a site's own template takes the place of the one for all. */
export type TemplatesAt = (code: string, siteId: number | null) => TemplateTexts | undefined

/** The published templates with these codes; retired ones too, for pathways that still name them. */
export async function templatesNamed(db: Db, codes: readonly string[]): Promise<TemplatesAt> {
  if (codes.length === 0) return () => undefined
  const { rows } = await sql<{ code: string; site_id: number | null; texts: TemplateTexts }>`
    select t.code, t.site_id, v.texts from template t join template_version v on v.template_id = t.id and v.version = t.version
    where t.code = any(${[...new Set(codes)]}::text[])`.execute(db)
  const texts = new Map(rows.map((row) => [`${row.code} ${row.site_id ?? ''}`, row.texts]))
  return (code, siteId) => texts.get(`${code} ${siteId ?? ''}`) ?? texts.get(`${code} `)
}

/** Purposes of the published templates in use by code, over all sites. */
export async function publishedTemplates(db: Db): Promise<Map<string, Purpose[]>> {
  const { rows } = await sql<{ code: string; purposes: Purpose[] }>`
    select code, array_agg(distinct purpose) as purposes from template where version is not null and retired_at is null group by code`.execute(
    db,
  )
  return new Map(rows.map((row) => [row.code, row.purposes]))
}

/** The language that a person gets: their own, else that of the place, else what there is. */
export function languageFor(
  texts: TemplateTexts,
  { language, timeZone }: { language: string | null; timeZone: string },
): TemplateLanguage {
  const local: TemplateLanguage = isTaiwan(timeZone) ? 'zh-TW' : 'zh-CN'
  const wanted: TemplateLanguage[] = [languageOf(language, timeZone) ?? local, local, ...templateLanguages]
  return wanted.find((one) => Object.keys(texts[one] ?? {}).length > 0) ?? 'zh-CN'
}

/** What a channel without a text of its own borrows first: short texts from short ones, long from long. */
const likes: Record<TemplateChannel, readonly TemplateChannel[]> = {
  sms: ['wechat'],
  wechat: ['sms'],
  email: ['letter', 'portal'],
  letter: ['email', 'portal'],
  portal: ['wechat', 'sms'],
  phone: ['sms', 'wechat'],
}

/** The text of a language for a channel; a channel without one borrows, so that a template can go wherever it reaches the person. */
export function textFor(
  texts: TemplateTexts,
  language: TemplateLanguage,
  channel: TemplateChannel,
): TemplateText | undefined {
  const own = texts[language] ?? {}
  const order = [channel, ...likes[channel], ...templateChannels]
  return order.map((one) => own[one]).find((text) => text !== undefined)
}

/** The texts of a template for each channel, in one language; none when the template has no text. */
export function messageTexts(
  texts: TemplateTexts,
  language: TemplateLanguage,
  values: Readonly<Record<string, string>>,
): MessageTexts {
  return Object.fromEntries(
    messageChannels.flatMap((channel) => {
      const text = textFor(texts, language, channel)
      if (!text) return []
      const body = render(text.body, values, sendingNames)
      // Other people may see a subject: without one of its own a letter or mail names the hospital only.
      const subject = withSubject.includes(channel)
        ? renderText(text.subject ?? '{{hospital}}', values)
        : null
      return [[channel, { subject, body: body.text, later: body.later }]]
    }),
  )
}
