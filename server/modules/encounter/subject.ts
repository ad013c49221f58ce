import { sql } from 'kysely'
import type { SubjectKind } from '../event/subject.ts'

/** Visits as subjects of pathways, tasks and clocks. */
export const encounterSubject: SubjectKind = {
  kind: 'encounter',
  select: (id) => sql`
    select n.person_id, null::int as group_id, n.site_id, n.department_id, n.attending_staff_id as staff_id,
      jsonb_build_object('start', n.starts_at, 'end', n.ends_at) as times,
      jsonb_build_object('class', n.class, 'departmentCode', d.code, 'lengthOfStayDays', extract(day from n.ends_at - n.starts_at)::int,
        'disposition', n.disposition,
        'conditionCodes', (select coalesce(jsonb_agg(distinct c.code), '[]') from condition c where c.encounter_id = n.id)) as facts,
      n.condition_text as words
    from encounter n left join department d on d.id = n.department_id where n.id = ${id}`,
  times: ['start', 'end'],
  facts: ['class', 'departmentCode', 'lengthOfStayDays', 'disposition', 'conditionCodes'],
  movedBy: [
    'encounter.registered',
    'encounter.admitted',
    'encounter.updated',
    'encounter.discharged',
    'encounter.discharge-cancelled',
  ],
  endedBy: {
    'encounter.discharge-cancelled': 'discharge-cancelled',
    'encounter.cancelled': 'encounter-cancelled',
  },
}
