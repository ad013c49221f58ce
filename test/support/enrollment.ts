import { sql } from 'kysely'
import { executeDue } from '../../server/modules/pathway/execute.ts'
import type { TestApp } from './app.ts'
import { personOf, receive } from './hl7.ts'

let count = 0

/** An outpatient who can be reached by mail. */
export async function newPerson(app: TestApp): Promise<{ id: number; mrn: string }> {
  const mrn = `P${++count}`
  await receive(app, {
    event: 'A04',
    class: 'O',
    mrn,
    visit: mrn,
    email: `${mrn}@example.test`,
    nationalId: null,
  })
  return { id: await personOf(app, mrn), mrn }
}

type State = {
  id: number
  subject_id: number | null
  status: string
  reason: string | null
  due: Date | null
  made: string[]
}

/** The enrolments of a pathway after everything due was done, with the steps that left a task or message. */
export async function statesOf(app: TestApp, pathway: number): Promise<State[]> {
  await executeDue(app.db)
  const { rows } = await sql<State>`
    select e.id, e.subject_id, e.status, e.stop_reason as reason, e.due_at as due,
      array(select step_key from task t where t.enrollment_id = e.id union all select step_key from message m where m.enrollment_id = e.id) as made
    from enrollment e where e.pathway_id = ${pathway} order by e.id`.execute(app.db)
  return rows
}
