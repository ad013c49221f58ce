import { sql } from 'kysely'
import { contactOf, pastContact, pastStream, type TaskDetail } from '../../../sim/staff.ts'
import { recordAttempt as recordAttemptRoute } from '../../../contract/task-result.ts'
import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import { redFlagsOf } from '../../modules/questionnaire/questionnaire.ts'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { publishDraft, saveDraft } from '../../modules/pathway/draft.ts'
import { recordAttempt } from '../../modules/task/attempt.ts'
import { holdTask } from '../../modules/task/task.ts'
import { type Actor, systemActor } from '../../platform/actor.ts'
import { type Db, transaction } from '../../platform/db.ts'
import { demoStaff } from './people.ts'

/** Work of the last days stays for those who try the demo. */
const leftDays = 5
const lanes = 4

type Row = Omit<
  TaskDetail,
  'dischargedAt' | 'startAt' | 'dueAt' | 'nextAttemptAt' | 'attempts' | 'status'
> & {
  level: number
  site_id: number
  department_id: number
  assignee_staff_id: number | null
  discharged_at: Date | null
  start_at: Date
  due_at: Date
}

/** The demo tells two months at once, as if the hospital had been with us that long: their discharges still get a follow-up. */
export async function rememberMonths(db: Db, days: number): Promise<void> {
  const actor = systemActor('system:demo', '演示数据')
  await transaction(db, async (trx) => {
    const { rows } = await sql<{ id: number; definition: PathwayDefinition }>`
      select p.id, v.definition from pathway p join pathway_version v on v.id = p.current_version_id
      where v.definition -> 'entry' ->> 'event' = 'encounter.discharged'`.execute(trx)
    for (const { id, definition } of rows) {
      const entry = { ...definition.entry, maxAgeDays: days }
      const draft = await saveDraft(trx, actor, id, { definition: { ...definition, entry }, revision: 0 })
      await publishDraft(trx, actor, id, draft.revision)
    }
  })
}

/**
 * What the staff of a ward, and the outreach team of its site, did in the weeks before: under their own names, so that the figures have something to compare
 * and a patient a story. It is done before anybody signs in: nothing vanishes from a list under somebody's hands.
 */
export async function workDemoPast(db: Db, seed: number, departmentId: number): Promise<void> {
  const now = new Date(Date.now() - leftDays * 86_400_000)
  const { rows } = await sql<Row>`
    select t.id, t.kind, t.level, t.site_id, t.department_id, d.name as "departmentName", t.assignee_staff_id, n.ends_at as discharged_at, t.start_at, t.due_at,
      date_part('year', age(p.birth_date))::int as "ageYears", v.definition as questionnaire
    from task t join department d on d.id = t.department_id join person p on p.id = t.person_id left join encounter n on n.id = t.encounter_id
      left join questionnaire_version v on v.id = t.questionnaire_version_id
    where t.level is not null and t.status = 'requested'
      and (t.department_id = ${departmentId}
        or t.kind = 'home-visit' and t.site_id = (select site_id from department where id = ${departmentId}))
    order by t.due_at, t.id`.execute(db)
  const staff = await demoStaff(db)
  const queue = rows.values()
  const work = async () => {
    for (const row of queue) {
      const fit = staff.filter((one) =>
        row.level === 1
          ? one.staffId === row.assignee_staff_id
          : row.level === 2
            ? one.departmentId === row.department_id && one.role.endsWith('nurse')
            : one.siteId === row.site_id && one.role === 'outreach',
      )
      const worker = fit[row.id % Math.max(1, fit.length)]
      if (worker) await contacts(db, seed, row, worker, now)
    }
  }
  await Promise.all(Array.from({ length: lanes }, work))
}

/** Up to three contacts, as long as the task is open and the next one is due. */
async function contacts(db: Db, seed: number, row: Row, worker: Actor, now: Date): Promise<void> {
  let nextAttemptAt: Date | null = null
  for (let attempts = 0; attempts < 3; attempts++) {
    const task: TaskDetail = {
      ...row,
      status: 'requested',
      attempts,
      dischargedAt: row.discharged_at?.toISOString() ?? null,
      startAt: row.start_at.toISOString(),
      dueAt: row.due_at.toISOString(),
      nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
    }
    const random = pastStream(seed, row.id, attempts)
    const at = pastContact(random, task, now)
    if (!at) return
    const body = recordAttemptRoute.body.parse(calm(seed, task, attempts, at))
    nextAttemptAt = await transaction(db, async (trx) => {
      await holdTask(trx, worker, row.id, 'made')
      await recordAttempt(trx, worker, row.id, body)
      const after = await trx
        .selectFrom('task')
        .select(['status', 'next_attempt_at'])
        .where('id', '=', row.id)
        .executeTakeFirstOrThrow()
      return after.status === 'completed' || after.status === 'cancelled' ? null : after.next_attempt_at
    }).catch(() => null)
    if (nextAttemptAt === null) return
  }
}

/** A contact that alarms nobody: an alarm of weeks ago would be raised now and lie unanswered on a doctor's list. */
function calm(seed: number, task: TaskDetail, pass: number, at: Date) {
  const questionnaire = task.questionnaire as QuestionnaireDefinition | null
  for (let stream = pass; ; stream += 3) {
    const said = contactOf(pastStream(seed, task.id, stream), seed, task, at)
    const answers = said.answers as Answers | undefined
    if (!questionnaire || !answers || stream > 60 || redFlagsOf(questionnaire, answers, true).length === 0)
      return said
  }
}
