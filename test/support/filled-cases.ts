import { sql } from 'kysely'
import type { Db } from '../../server/platform/db.ts'
import type { InsertRow } from './filled-clinic.ts'

/** A case with all that hangs on it, a promise, an improvement, a report and a proxy; by the first words of their routes. */
export async function fillCases(
  db: Db,
  id: InsertRow,
  {
    mark,
    place,
    persons,
  }: { mark: string; place: { site_id: number; department_id: number }; persons: [number, number] },
): Promise<Record<string, Record<string, number>>> {
  const site = { site_id: place.site_id }
  const by = { opened_by: 'user:x', opened_by_name: mark }
  const category = await id('case_category', { ...site, code: 'own', name: `${mark}类` })
  const measure = await id('case_measure', { ...site, code: 'own', name: `${mark}券`, priced: true })
  const improvement = await id('improvement', {
    ...place,
    category_id: category,
    title: `${mark}改进`,
    cause: mark,
    created_by: 'user:x',
    created_by_name: mark,
  })
  const one = await id('service_case', {
    ...site,
    ...by,
    kind: 'complaint',
    channel: 'phone',
    person_id: persons[1],
    complainant: 'person',
    category_id: category,
    severity: 'ordinary',
    description: `${mark}不满`,
    owner_name: mark,
    owner_role: 'service-centre',
    improvement_id: improvement,
  })
  await sql`insert into case_department (case_id, department_id, added_by_name) values (${one}, ${place.department_id}, ${mark})`.execute(
    db,
  )
  await id('case_log', { case_id: one, by_id: 'user:x', by_name: mark, kind: 'opened' })
  const asked = await id('case_consultation', {
    case_id: one,
    department_id: place.department_id,
    question: mark,
    asked_by_name: mark,
    due_at: '2026-11-20T10:00+08',
  })
  const grant = await id('case_grant', {
    case_id: one,
    measure_id: measure,
    amount: 100,
    status: 'waiting',
    asked_by: 'user:x',
    asked_by_name: mark,
  })
  const careMark = await id('care_mark', {
    ...site,
    person_id: persons[1],
    reason: mark,
    until: '2026-12-31',
    set_by: 'user:x',
    set_by_name: mark,
  })
  const promise = await id('promise', {
    ...place,
    person_id: persons[1],
    text: `${mark}回电`,
    owner_name: mark,
    owner_role: 'service-centre',
    due_at: '2026-11-20T10:00+08',
    source_kind: 'case',
    source_id: one,
    made_by: 'user:x',
    made_by_name: mark,
  })
  const report = await id('event', {
    person_id: persons[0],
    at: new Date(),
    kind: 'observation.recorded',
    source: 'HIS',
    data: JSON.stringify({ code: { text: `${mark}化验` }, value: 1 }),
  })
  const proxy = await id('portal_proxy', {
    person_id: persons[0],
    proxy_id: persons[1],
    kind: 'carer',
    recorded_by: 'user:x',
    recorded_by_name: mark,
  })
  return {
    'persons/{id}/reports': { id: persons[0], reportId: report },
    'persons/{id}/proxies': { id: persons[0], proxyId: proxy },
    'care-marks': { id: careMark },
    'case-categories': { id: category },
    'case-consultations': { id: asked },
    'case-grants': { id: grant },
    'case-measures': { id: measure },
    cases: { id: one },
    improvements: { id: improvement },
    promises: { id: promise },
  }
}
