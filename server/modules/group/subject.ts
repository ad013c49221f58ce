import { sql } from 'kysely'
import type { SubjectKind } from '../event/subject.ts'
import { zoneAt } from '../setting/time-zone.ts'

/** Agreements with group customers as subjects of pathways, tasks and clocks. */
export const agreementSubject: SubjectKind = {
  kind: 'agreement',
  select: (id) => sql`
    select null::bigint as person_id, a.group_id, g.site_id, null::int as department_id, g.owner_staff_id as staff_id,
      jsonb_build_object('start', a.valid_from::timestamp at time zone ${zoneAt(sql`g.site_id`)}, 'end', a.valid_until::timestamp at time zone ${zoneAt(sql`g.site_id`)}) as times,
      jsonb_build_object('status', a.status, 'services', to_jsonb(a.services), 'groupKind', g.kind) as facts,
      coalesce(a.title, a.number) as words
    from group_agreement a join group_customer g on g.id = a.group_id where a.id = ${id}`,
  times: ['start', 'end'],
  facts: ['status', 'services', 'groupKind'],
  movedBy: ['agreement.changed'],
  endedBy: { 'agreement.ended': 'agreement-ended' },
}
