import { sql } from 'kysely'
import type { z } from 'zod'
import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import type { listVisitRecords as listRoute, VisitRecord } from '../../../contract/visit-record.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { nameSeenBy } from '../person/scope.ts'
import { answerLines } from '../questionnaire/lines.ts'
import { authorizeSite } from './open-visits.ts'
import { joinPerson, personOfRecord } from '../event/record.ts'

/** Records `r` of a site's month; `z` is its time zone. */
export const ofMonth = (siteId: number, month: string) => sql`
  r.site_id = ${siteId} and r.arrived_at >= (${`${month}-01`}::date::timestamp at time zone h.time_zone)
  and r.arrived_at < ((${`${month}-01`}::date + interval '1 month') at time zone h.time_zone)`

type RecordRow = {
  id: number
  task_id: number
  person_id: number
  person_name: string
  team_id: number | null
  team_name: string | null
  actor_name: string
  outcome: VisitRecord['outcome']
  arrived_at: Date
  left_at: Date
  distance_metres: number | null
  accuracy_metres: number | null
  note: string | null
  status: 'applied' | 'kept'
  problem: string | null
  settled_at: Date | null
  settled_by_name: string | null
  settled_reason: string | null
  answers: Answers | null
  definition: QuestionnaireDefinition | null
}

export async function listRecords(db: Db, actor: Actor, query: z.output<(typeof listRoute)['query']>) {
  authorizeSite(actor, 'visit.read', query.siteId)
  const after = decodeCursor<[number]>(query.cursor, ['number'])
  const parts = [
    query.month ? ofMonth(query.siteId, query.month) : sql`r.site_id = ${query.siteId}`,
    ...(query.teamId ? [sql`r.team_id = ${query.teamId}`] : []),
    ...(query.kept ? [sql`r.status = 'kept' and r.settled_at is null`] : []),
    ...(after ? [sql`r.id < ${after[0]}`] : []),
  ]
  const { rows } = await sql<RecordRow>`
    select r.*, p.id as person_id, ${nameSeenBy(actor)} as person_name, v.name as team_name,
      case when r.answers is not null then (select q.definition from questionnaire_version q where q.id = t.questionnaire_version_id) end as definition
    from visit_record r join site h on h.id = r.site_id join task t on t.id = r.task_id ${joinPerson(sql`t.person_id`)}
      left join visit_team v on v.id = r.team_id
    where ${sql.join(parts, sql` and `)} order by r.id desc limit ${query.limit + 1}`.execute(db)
  await audit(db, actor, {
    action: 'visit.records',
    subject: `site:${query.siteId}`,
    fields: ['name', 'note', ...(rows.some((row) => row.answers) ? ['answers'] : [])],
  })
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    (row) => viewRecord(row, actor),
  )
}

function viewRecord(row: RecordRow, actor: Actor): VisitRecord {
  return {
    id: row.id,
    taskId: row.task_id,
    personId: row.person_id,
    personName: row.person_name,
    teamId: row.team_id,
    teamName: row.team_name,
    actorName: row.actor_name,
    outcome: row.outcome,
    arrivedAt: row.arrived_at.toISOString(),
    leftAt: row.left_at.toISOString(),
    distanceMetres: row.distance_metres,
    accuracyMetres: row.accuracy_metres,
    note: row.note,
    status: row.status,
    problem: row.problem,
    answers:
      row.definition && row.answers && may(actor, 'visit.plan')
        ? answerLines(row.definition, row.answers)
        : [],
    settled:
      row.settled_at === null
        ? null
        : {
            at: row.settled_at.toISOString(),
            byName: row.settled_by_name ?? '',
            reason: row.settled_reason ?? '',
          },
  }
}

/** @throws {AppError} not-found, also when already settled */
export async function settleRecord(trx: Trx, actor: Actor, id: number, reason: string): Promise<void> {
  authorize(actor, 'visit.plan')
  const record = found(
    await trx
      .selectFrom('visit_record as r')
      .innerJoin('task as t', 't.id', 'r.task_id')
      .select(['r.site_id', personOfRecord(sql`t.person_id`).as('person_id')])
      .where('r.id', '=', id)
      .where('r.status', '=', 'kept')
      .where('r.settled_at', 'is', null)
      .forUpdate('r')
      .executeTakeFirst(),
  )
  authorizeSite(actor, 'visit.plan', record.site_id)
  await trx
    .updateTable('visit_record')
    .set({ settled_at: sql`now()`, settled_by_name: actor.name, settled_reason: reason })
    .where('id', '=', id)
    .execute()
  await audit(trx, actor, {
    action: 'visit.settle',
    personId: record.person_id,
    subject: `visit-record:${id}`,
    reason,
  })
}
