import { sql } from 'kysely'
import type { z } from 'zod'
import {
  type checkText as checkRoute,
  type previewText as previewRoute,
  sendingNames,
  withSubject,
} from '../../../contract/message-template.ts'
import { fillLater, missingIn, render, renderText } from '../../../contract/template.ts'
import { smsSize } from '../../../contract/sms.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { joinPerson } from '../event/record.ts'
import { isTaiwan, languageOf } from '../person/language.ts'
import { nameSeenBy, personWithin } from '../person/scope.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { textProblems } from './lint.ts'

type Text = z.output<(typeof checkRoute)['body']>

/** Stands for what sending fills in, as long as that is: an address with a token of 256 bits. */
const sample = 'https://care.example.cn/q/0123456789012345678901234567890123456789012'
const samples = Object.fromEntries(sendingNames.map((name) => [name, sample]))
/** Stands for a person when a text is measured without one. */
const somebody = {
  name: '王小明',
  hospital: '示例市第一人民医院',
  department: '心血管内科',
  condition: '高血压',
  subject: '复诊',
  start: '2026-11-18 09:30',
}

/** Length of a finished text on a channel, and what sending it costs by the cheapest account. */
async function measure(db: Db, { channel }: Text, body: string) {
  const sms = channel === 'sms' ? smsSize(body) : undefined
  const parts = sms?.parts ?? 1
  const { rows } = await sql<{ cost: number | null }>`
    select (min(cost_per_part) * ${parts})::float8 as cost from message_account where active and channel = ${channel}`.execute(
    db,
  )
  return { characters: [...body].length, encoding: sms?.alphabet ?? null, parts, cost: rows[0]?.cost || null }
}

export async function checkText(db: Db, text: Text) {
  const body = fillLater(render(text.body, somebody, sendingNames), samples)
  return { ...(await measure(db, text, body)), problems: textProblems(text) }
}

/** @throws {AppError} not-found for a person outside the reach */
export async function previewText(
  db: Db,
  actor: Actor,
  { personId, ...text }: z.output<(typeof previewRoute)['body']>,
) {
  const reach = authorize(actor, 'template.read')
  const { rows } = await sql<{
    id: number
    name: string
    seen: boolean
    language: string | null
    zone: string
    hospital: string | null
    department: string | null
    condition: string | null
  }>`
    select p.id, ${nameSeenBy(actor)} as name, ${actor.access['person.read'] ? personWithin(actor.access['person.read'], sql`p.id`) : sql`false`} as seen,
      p.language, coalesce(s.time_zone, ${organisationZone}) as zone, s.name as hospital, d.name as department, f.last_condition_text as condition
    from (select ${personId}::bigint as id) asked ${joinPerson(sql`asked.id`)}
    left join person_facts f on f.person_id = p.id left join department d on d.id = f.last_department_id
    left join site s on s.id = coalesce(d.site_id, f.site_id)
    where ${personWithin(reach, sql`p.id`)}`.execute(db)
  const person = found(rows[0])
  await audit(db, actor, {
    action: 'template.preview',
    personId: person.id,
    fields: [person.seen ? 'name' : 'name-masked', ...(person.seen ? ['condition'] : [])],
  })
  const condition = person.seen ? (person.condition ?? '') : ''
  const values = {
    name: person.name,
    hospital: person.hospital ?? '',
    department: person.department ?? person.hospital ?? '',
    condition,
    subject: condition,
    start: '',
  }
  const body = fillLater(render(text.body, values, sendingNames), samples)
  const known = { ...values, ...samples }
  return {
    ...(await measure(db, text, body)),
    subject: withSubject.includes(text.channel) ? renderText(text.subject ?? '', values) : null,
    body,
    missing: [...new Set([...missingIn(text.subject ?? '', known), ...missingIn(text.body, known)])],
    language:
      languageOf(person.language, person.zone) ?? (isTaiwan(person.zone) ? 'zh-TW' : ('zh-CN' as const)),
  }
}
