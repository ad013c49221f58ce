import { sql } from 'kysely'
import { type Db, transaction } from '../../platform/db.ts'
import { createTasks, type NewTask } from './create.ts'

const days = 3

/** A message by telephone becomes a call of the service centre at the message's place, once for each message. */
export async function makeCalls(
  db: Db,
  messages: { messageId: number; subject: string | null; body: string }[],
): Promise<void> {
  await transaction(db, async (trx) => {
    const { rows } = await sql<{
      id: number
      person_id: number
      encounter_id: number | null
      site_id: number | null
    }>`
      select m.id, m.person_id, n.id as encounter_id, coalesce(n.site_id, d.site_id, f.site_id, (select min(id) from site)) as site_id
      from message m left join enrollment e on e.id = m.enrollment_id
      left join encounter n on n.id = case when m.subject_kind = 'encounter' then m.subject_id else e.encounter_id end
      left join person_facts f on f.person_id = m.person_id left join department d on d.id = f.last_department_id
      where m.id = any(${messages.map((one) => one.messageId)}::bigint[])`.execute(trx)
    const places = new Map(rows.map((row) => [row.id, row]))
    const now = new Date()
    await createTasks(
      trx,
      messages.flatMap(({ messageId, subject, body }): NewTask[] => {
        const row = places.get(messageId)
        if (!row || row.site_id === null) return []
        return [
          {
            kind: 'follow-up-call',
            level: null,
            title: subject ?? body.slice(0, 60),
            description: body.slice(0, 1000),
            personId: row.person_id,
            encounterId: row.encounter_id,
            enrollmentId: null,
            stepKey: null,
            cause: `message:${messageId}`,
            place: { siteId: row.site_id, departmentId: null, attendingStaffId: null },
            assignee: 'service-centre',
            priority: 0,
            startAt: now,
            dueAt: new Date(now.getTime() + days * 86_400_000),
            questionnaireVersionId: null,
          },
        ]
      }),
    )
  })
}
