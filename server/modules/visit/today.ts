import { sql } from 'kysely'
import type { PackStop, VisitDay } from '../../../contract/visit-record.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { agesOf, localDate } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { getQuestionnaire } from '../questionnaire/questionnaire.ts'
import { visitQueue } from '../task/scope.ts'
import { homeOf } from './open-visits.ts'
import type { PlanRules } from './plan.ts'
import { measure } from './route.ts'
import { teamsOf } from './setup.ts'
import { auditTaken, phoneOf, wholeAddress } from './sheet.ts'
import { joinPerson } from '../event/record.ts'
import { zoneOf } from '../organisation/home-site.ts'
import { personWithin } from '../person/scope.ts'

type Row = {
  task_id: number
  team_id: number
  title: string
  description: string | null
  status: PackStop['status']
  person_id: number
  person_name: string
  sex: string
  birth_date: string | null
  department_name: string | null
  condition_text: string | null
  address: string | null
  phone: string | null
  latitude: number
  longitude: number
  questionnaire_version_id: number | null
  answers: PackStop['answers'] | null
  based_on: Date | null
  rules: PlanRules
}

/** Today's visits of the actor's teams, with address and contact data. Without closed ones; each address is audited as revealed. */
export async function takeDay(trx: Trx, actor: Actor): Promise<VisitDay> {
  const reach = authorize(actor, 'person.reveal')
  const teams = await teamsOf(trx, actor)
  const timeZone = teams[0]?.time_zone ?? (await zoneOf(trx, actor))
  const date = localDate(new Date(), timeZone)
  const teamIds = teams.map((team) => team.id)
  const queues = teams.map((team) => visitQueue(team.site_id, team.id))
  const { rows } = await sql<Row>`
    select t.id as task_id, s.team_id, t.title, t.description, t.status, p.id as person_id, p.name as person_name, p.sex, p.birth_date,
      d.name as department_name, n.condition_text, ${wholeAddress} as address, ${phoneOf(sql`p.id`)} as phone,
      s.latitude, s.longitude, t.questionnaire_version_id, r.answers,
      case when r.source = 'person' then r.updated_at end as based_on, l.rules
    from visit_stop s join visit_plan l on l.id = s.plan_id and l.status = 'confirmed' join task t on t.id = s.task_id
      ${joinPerson(sql`t.person_id`)} left join department d on d.id = t.department_id left join encounter n on n.id = t.encounter_id
      left join lateral (${homeOf(sql`p.id`)}) a on true left join questionnaire_response r on r.task_id = t.id
    where s.team_id = any(${teamIds}::int[]) and s.date = ${date} and s.replaced_at is null
      and t.status in ('requested', 'in-progress') and (t.queue = any(${queues}::text[]) or t.assignee_staff_id = ${actor.staffId})
      and ${personWithin(reach, sql`p.id`)}
    order by s.team_id, s.position`.execute(trx)
  await note(trx, actor, rows, date)
  const versions = [...new Set(rows.flatMap((row) => row.questionnaire_version_id ?? []))]
  const questionnaires = []
  for (const id of versions)
    questionnaires.push({ id, definition: await getQuestionnaire(trx, { versionId: id }) })
  const { rows: later } = await sql<{ date: string | null }>`
    select min(s.date) as date from visit_stop s join visit_plan l on l.id = s.plan_id and l.status = 'confirmed'
    where s.team_id = any(${teamIds}::int[]) and s.date > ${date} and s.replaced_at is null`.execute(trx)
  return {
    userId: actor.id,
    date,
    timeZone,
    teamName: teams.map((team) => team.name).join(' · ') || null,
    ...viewStops(rows, date),
    questionnaires,
    next: later[0]?.date ?? null,
  }
}

/** How many visits of the actor's teams are still to be made today; looked at by nobody, as no address is told. */
export async function countToday(db: Db, actor: Actor): Promise<number> {
  const teams = await teamsOf(db, actor)
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from visit_stop s join visit_plan l on l.id = s.plan_id and l.status = 'confirmed' join task t on t.id = s.task_id
    where s.team_id = any(${teams.map((team) => team.id)}::int[]) and s.replaced_at is null and t.status in ('requested', 'in-progress')
      and s.date = ${localDate(new Date(), teams[0]?.time_zone ?? 'UTC')}`.execute(db)
  return rows[0]?.count ?? 0
}

async function note(trx: Trx, actor: Actor, rows: Row[], date: string): Promise<void> {
  if (rows.length === 0) return
  await sql`
    insert into visit_take (task_id, actor_id, date) select id, ${actor.id}, ${date}::date
    from unnest(${rows.map((row) => row.task_id)}::bigint[]) as x(id) on conflict do nothing`.execute(trx)
  await auditTaken(trx, actor, rows, date)
}

function viewStops(rows: Row[], date: string): { km: number; stops: PackStop[] } {
  const byTeam = [...Map.groupBy(rows, (row) => row.team_id).values()]
  const measured = byTeam.map((stops) => {
    const rules = stops[0]?.rules
    return rules ? { ...measure(rules.base, stops, rules), rules, stops } : undefined
  })
  const known = measured.flatMap((one) => one ?? [])
  return {
    km: known.reduce((sum, one) => sum + one.km, 0),
    stops: known.flatMap(({ legs, rules, stops }) => {
      let clock = rules.fromHour * 60
      return stops.map((row, index) => {
        const arrives = clock + (legs[index]?.minutes ?? 0)
        clock = arrives + rules.visitMinutes
        return viewStop(row, arrives, date)
      })
    }),
  }
}

function viewStop(row: Row, arrives: number, date: string): PackStop {
  return {
    taskId: row.task_id,
    title: row.title,
    description: row.description,
    personName: row.person_name,
    sex: row.sex,
    ...agesOf(row.birth_date, date),
    departmentName: row.department_name,
    conditionText: row.condition_text,
    address: row.address,
    phone: row.phone,
    position: { latitude: row.latitude, longitude: row.longitude },
    arrives,
    status: row.status,
    questionnaireId: row.questionnaire_version_id,
    answers: row.answers ?? {},
    basedOn: row.based_on?.toISOString() ?? null,
  }
}
