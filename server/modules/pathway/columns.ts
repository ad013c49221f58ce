import { sql, type SqlBool } from 'kysely'
import type { Subject } from '../event/subject.ts'

/** The subject of an enrolment `e` as an object. */
export const subjectColumn = sql<Subject | null>`
  case when e.subject_id is not null then jsonb_build_object('kind', e.subject_kind, 'id', e.subject_id) end as subject`

/** Whether enrolment `e` still has something to stop: a completed one may have open tasks or an unsent message. */
export const unfinished = sql<SqlBool>`(e.status in ('active', 'waiting', 'blocked') or (e.status = 'completed' and (
  exists (select 1 from task t where t.enrollment_id = e.id and t.status in ('requested', 'in-progress'))
  or exists (select 1 from message m where m.enrollment_id = e.id and m.status = 'queued'))))`
