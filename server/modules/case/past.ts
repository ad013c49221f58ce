import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { stopClocks } from '../clock/clock.ts'
import { answerClock, startAnswer } from './clock.ts'

export type PastCase = {
  siteId: number
  departmentId: number
  category: string
  description: string
  openedAt: Date
  answeredAt: Date
  satisfaction: number | null
  improvementId?: number | null
}

/** Anonymous complaints that are over, with their clocks, as an earlier register would have brought them along. */
export async function writePastCases(trx: Trx, cases: PastCase[]): Promise<void> {
  for (const one of cases) {
    const { rows } = await sql<{ id: number }>`
      insert into service_case (site_id, kind, channel, complainant, category_id, severity, description, owner_name, owner_role, status, answered_at, answer,
        answered_by_name, outcome, closed_at, closed_by_name, satisfaction, satisfaction_at, opened_at, opened_by, opened_by_name, improvement_id)
      values (${one.siteId}, 'complaint', 'visit', 'anonymous', (select id from case_category where site_id is null and code = ${one.category}), 'ordinary',
        ${one.description}, '客服中心', 'service-centre', 'closed', ${one.answeredAt}, '已核实并说明', '客服中心', 'explained', ${one.answeredAt}, '客服中心',
        ${one.satisfaction}, ${one.satisfaction === null ? null : one.answeredAt}, ${one.openedAt}, 'system:past', '客服中心', ${one.improvementId ?? null})
      returning id`.execute(trx)
    const id = rows[0]?.id ?? 0
    await sql`
      insert into case_department (case_id, department_id, added_by_name) values (${id}, ${one.departmentId}, '客服中心')`.execute(
      trx,
    )
    await startAnswer(
      trx,
      { id, site_id: one.siteId, kind: 'complaint', channel: 'visit', person_id: null },
      1,
      one.openedAt,
    )
    await stopClocks(trx, answerClock, [{ subjectId: id, at: one.answeredAt, outcome: 'answered' }])
  }
}
