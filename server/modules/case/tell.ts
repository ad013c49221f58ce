import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { type NewMessage, queueMessages } from '../message/write.ts'
import { createTasks } from '../task/create.ts'
import { languageFor, messageTexts, templatesNamed } from '../template/text.ts'
import { type Case, numberOf } from './scope.ts'

/** What is asked after the result was told; the question `satisfaction` is 1 to 5. */
export const satisfactionCode = 'case-satisfaction'
/** Templates of the result and of what changed because of a complaint. */
export const resultTemplate = 'case-result'
export const improvedTemplate = 'case-improved'

/** A call that tells the result and asks the questions; somebody without a record is called by an errand. */
export async function callBack(
  trx: Trx,
  row: Pick<Case, 'id' | 'site_id' | 'person_id' | 'complainant_name' | 'reopened'>,
): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    select v.id from questionnaire q join questionnaire_version v on v.questionnaire_id = q.id where q.code = ${satisfactionCode}
    order by v.version desc limit 1`.execute(trx)
  const now = new Date()
  const made = await createTasks(trx, [
    {
      kind: row.person_id === null ? 'other' : 'follow-up-call',
      level: null,
      title: '告知处理结果并询问满意度',
      description: [numberOf(row.id), row.complainant_name].filter(Boolean).join('：'),
      personId: row.person_id,
      subject: { kind: 'case', id: row.id },
      encounterId: null,
      enrollmentId: null,
      stepKey: null,
      cause: `case-call:${row.id}:${row.reopened}`,
      place: { siteId: row.site_id, departmentId: null, attendingStaffId: null },
      assignee: 'service-centre',
      priority: 1,
      startAt: now,
      dueAt: new Date(now.getTime() + 86_400_000),
      questionnaireVersionId: row.person_id === null ? null : (rows[0]?.id ?? null),
    },
  ])
  if (made === 0) throw new AppError('already-exists')
}

/** A message or letter with the result. @throws {AppError} contact-refused when nobody has a record to write to */
export async function writeTo(
  trx: Trx,
  row: Pick<Case, 'id' | 'person_id'>,
  how: 'message' | 'letter',
): Promise<void> {
  if (row.person_id === null) throw new AppError('contact-refused')
  const written = await writeTemplate(trx, resultTemplate, how, [{ caseId: row.id, personId: row.person_id }])
  if (written === 0) throw new AppError('contact-refused')
}

type Recipient = { caseId: number; personId: number; values?: Record<string, string> }
type Addressed = {
  id: number
  name: string
  language: string | null
  site_id: number
  site_name: string
  time_zone: string
  departments: string
}

/**
 * Queues a template for the persons of these cases; the contact gate decides when each goes out.
 * @returns how many were queued
 */
export async function writeTemplate(
  trx: Trx,
  code: string,
  how: 'message' | 'letter',
  recipients: Recipient[],
): Promise<number> {
  const templates = await templatesNamed(trx, [code])
  const { rows } = await sql<Addressed & { case_id: number }>`
    select x.id as case_id, p.id, p.name, p.language, x.site_id, s.name as site_name, s.time_zone,
      (select coalesce(string_agg(d.name, '、' order by d.id), '') from case_department w join department d on d.id = w.department_id where w.case_id = x.id) as departments
    from unnest(${recipients.map((one) => one.caseId)}::bigint[], ${recipients.map((one) => one.personId)}::bigint[]) as u(case_id, person_id)
      join service_case x on x.id = u.case_id join person p on p.id = u.person_id join site s on s.id = x.site_id`.execute(
    trx,
  )
  const messages = rows.flatMap((row): NewMessage[] => {
    const texts = templates(code, row.site_id)
    if (!texts) return []
    const values = {
      name: row.name,
      hospital: row.site_name,
      department: row.departments || row.site_name,
      subject: numberOf(row.case_id),
      ...recipients.find((one) => one.caseId === row.case_id)?.values,
    }
    const made = messageTexts(
      texts,
      languageFor(texts, { language: row.language, timeZone: row.time_zone }),
      values,
    )
    const base = {
      personId: row.id,
      purpose: 'service' as const,
      about: { kind: 'case', id: row.case_id },
      template: { code, values },
    }
    const [first] = Object.values(made)
    if (!first) return []
    if (how === 'message') return [{ ...base, ...first, channel: 'preferred' as const, texts: made }]
    const letter = made.letter
    return letter ? [{ ...base, channel: 'letter' as const, ...letter }] : []
  })
  await queueMessages(trx, messages)
  return messages.length
}
