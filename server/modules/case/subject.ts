import { sql } from 'kysely'
import type { SubjectKind } from '../event/subject.ts'

/** How the loop sees a case: closed, what goes on about it ends. */
export const caseSubject: SubjectKind = {
  kind: 'case',
  select: (id) => sql`
    select x.person_id, null::int as group_id, x.site_id, (select min(department_id) from case_department w where w.case_id = x.id) as department_id,
      x.owner_staff_id as staff_id, jsonb_build_object('opened', x.opened_at, 'answered', x.answered_at, 'closed', x.closed_at) as times,
      jsonb_build_object('kind', x.kind, 'channel', x.channel, 'severity', x.severity, 'status', x.status,
        'category', (select code from case_category where id = x.category_id), 'satisfaction', x.satisfaction) as facts,
      'C' || lpad(x.id::text, 6, '0') as words
    from service_case x where x.id = ${id}`,
  times: ['opened', 'answered', 'closed'],
  facts: ['kind', 'channel', 'severity', 'status', 'category', 'satisfaction'],
  movedBy: ['case.answered', 'case.reopened'],
  endedBy: { 'case.closed': 'case-closed' },
}
