import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { readSettings } from '../setting/setting.ts'
import { createTasks } from '../task/create.ts'

type Row = {
  id: number
  site_id: number
  department_id: number | null
  owner_name: string
  delay_reason: string | null
  broken: number
  excuses: number
  /** The head has it on the list already. */
  told: boolean
}

/**
 * Tells the head when the owner of this promise broke as many as the setting allows within its days, or gives the same reason once more.
 * One task for each reason given again; of broken ones not a second while the first is open.
 */
export async function watchRepeats(trx: Trx, id: number, what: 'broken' | 'excuse'): Promise<void> {
  const { rows: places } = await sql<{
    site_id: number
  }>`select site_id from promise where id = ${id}`.execute(trx)
  const { 'case.promise-repeat-count': most, 'case.promise-repeat-days': days } = await readSettings(
    trx,
    ['case.promise-repeat-count', 'case.promise-repeat-days'],
    places[0]?.site_id ?? null,
  )
  const { rows } = await sql<Row>`
    select m.id, m.site_id, coalesce(m.department_id, h.department_id) as department_id, m.owner_name, m.delay_reason,
      count(o.id) filter (where o.status = 'broken' and o.ended_at > m.due_at - ${days} * interval '1 day')::int as broken,
      count(o.id) filter (where o.delay_reason = m.delay_reason and o.delayed_at > now() - ${days} * interval '1 day')::int as excuses,
      bool_or(exists (select 1 from task t where t.cause = 'promise-repeat:broken:' || o.id and t.status in ('requested', 'in-progress'))) as told
    from promise m left join staff h on h.id = m.owner_staff_id
      join promise o on o.site_id = m.site_id and (o.owner_id = m.owner_id or o.owner_staff_id = m.owner_staff_id
        or (m.owner_id is null and m.owner_staff_id is null and o.owner_id is null and o.owner_staff_id is null and o.department_id = m.department_id))
    where m.id = ${id} group by m.id, h.department_id`.execute(trx)
  const now = new Date()
  await createTasks(
    trx,
    rows.flatMap((row) => {
      const why = [
        ...(what === 'broken' && row.broken >= most && !row.told
          ? [
              {
                cause: 'broken',
                words: `${row.owner_name} 近 ${days} 天内有 ${row.broken} 件承诺到期未兑现，请过问。`,
              },
            ]
          : []),
        ...(what === 'excuse' && row.delay_reason !== null && row.excuses > 1
          ? [
              {
                cause: 'excuse',
                words: `${row.owner_name} 近 ${days} 天内第 ${row.excuses} 次以同一原因延误承诺，请过问。`,
              },
            ]
          : []),
      ]
      return why.map(({ cause, words }) => ({
        kind: 'other' as const,
        level: null,
        title: '反复不兑现承诺',
        description: words,
        personId: null,
        subject: { kind: 'promise', id: row.id },
        encounterId: null,
        enrollmentId: null,
        stepKey: null,
        cause: `promise-repeat:${cause}:${row.id}`,
        place: { siteId: row.site_id, departmentId: row.department_id, attendingStaffId: null },
        assignee: 'department-head' as const,
        priority: 1 as const,
        startAt: now,
        dueAt: new Date(now.getTime() + 86_400_000),
        questionnaireVersionId: null,
      }))
    }),
  )
}
