import { sql } from 'kysely'
import type { RiskReason } from '../../../contract/spot-check.ts'
import type { Db } from '../../platform/db.ts'
import { deceasedOf, joinPerson, recordsOf } from '../event/record.ts'
import { readSettings } from '../setting/setting.ts'
import type { SettingValues } from '../setting/definitions.ts'
import { type Candidate, sampleSize } from './draw.ts'

export const drawSettings = [
  'spot-check.share',
  'spot-check.minimum',
  'spot-check.maximum',
  'spot-check.new-doctor-factor',
  'spot-check.new-doctor-days',
  'spot-check.weight.stated',
  'spot-check.weight.short-call',
  'spot-check.weight.repeated',
  'spot-check.weight.red-flag-prone',
  'spot-check.short-call-seconds',
  'spot-check.repeat-times',
  'spot-check.red-flag-rate',
] as const
export type DrawSettings = SettingValues<(typeof drawSettings)[number]>

export type CandidateRow = Candidate & { departmentId: number | null; reasons: RiskReason[] }

export type Frame = {
  candidates: CandidateRow[]
  sizes: Record<number, number>
  newDoctors: Set<number>
  /** Results of people who cannot be called: deceased, without a telephone, or opted out. */
  notCallable: number
  settings: DrawSettings
}

type Row = {
  id: number
  staff_id: number
  department_id: number | null
  callable: boolean
  stated: boolean
  short_call: boolean
  repeated: boolean
  red_flag_prone: boolean
  is_new: boolean
}

/** Minimum of results for statistics on a diagnosis category. */
const fewestOfDiagnosis = 10

/** Candidates of a month at a site: finished level-1 results of people who can be called, with weights and sample sizes. */
export async function frameOf(db: Db, siteId: number, month: string): Promise<Frame> {
  const settings = await readSettings(db, drawSettings, siteId)
  const first = `${month}-01`
  const result = sql`t.site_id = ${siteId} and t.level = 1 and t.status = 'completed' and t.outcome = 'done'`
  const { rows } = await sql<Row>`
    with span as (
      select (${first}::date)::timestamp at time zone s.time_zone as begins,
        (${first}::date + interval '1 month') at time zone s.time_zone as ends from site s where s.id = ${siteId}
    ), result as (
      select t.id, coalesce(n.attending_staff_id, t.assignee_staff_id) as staff_id, t.department_id, t.person_id, t.encounter_id,
        t.proof, r.answers, r.questionnaire_version_id,
        (select a.duration_seconds from task_attempt a where a.task_id = t.id and a.channel in ('phone', 'video')
          order by a.number desc limit 1) as seconds
      from span, task t left join encounter n on n.id = t.encounter_id
        left join questionnaire_response r on r.task_id = t.id
      where ${result} and t.completed_at >= span.begins and t.completed_at < span.ends
    ), prone as (
      select left(c.code, 3) as category from span, task t
        join condition c on c.encounter_id = t.encounter_id and c.role <> 'admission'
      where ${result} and t.completed_at >= span.ends - interval '1 year' and t.completed_at < span.ends
      group by 1 having count(distinct t.id) >= ${fewestOfDiagnosis}
        and avg((exists (select 1 from task f where f.encounter_id = t.encounter_id and f.kind = 'red-flag'))::int)
          >= ${settings['spot-check.red-flag-rate']}
    ), known as (
      select distinct coalesce(n.attending_staff_id, t.assignee_staff_id) as staff_id
      from span, task t left join encounter n on n.id = t.encounter_id
      where ${result} and t.completed_at >= span.ends - interval '1 year'
        and t.completed_at < span.ends - ${settings['spot-check.new-doctor-days']} * interval '1 day'
    )
    select x.id, x.staff_id, x.department_id,
      not ${deceasedOf(sql`p.id`, sql`p.deceased`)}
        and exists (select 1 from person_telecom c where c.person_id = any(${recordsOf(sql`p.id`)}) and c.system = 'phone' and c.valid)
        and not exists (select 1 from opt_out o where o.person_id = any(${recordsOf(sql`p.id`)}) and o.channel in ('all', 'phone')
          and o.purpose in ('all', 'service')) as callable,
      coalesce(x.proof, 'stated') = 'stated' as stated,
      coalesce(x.seconds < ${settings['spot-check.short-call-seconds']}, false) as short_call,
      x.answers is not null and count(*) over (partition by x.staff_id, x.questionnaire_version_id, x.answers)
        >= ${settings['spot-check.repeat-times']} as repeated,
      exists (select 1 from condition c join prone on prone.category = left(c.code, 3)
        where c.encounter_id = x.encounter_id and c.role <> 'admission') as red_flag_prone,
      not exists (select 1 from known where known.staff_id = x.staff_id) as is_new
    from result x ${joinPerson(sql`x.person_id`)}
    where x.staff_id is not null order by x.id`.execute(db)
  const callable = rows.filter((row) => row.callable)
  const candidates = callable.map((row) => candidateOf(row, settings))
  const newDoctors = new Set(rows.filter((row) => row.is_new).map((row) => row.staff_id))
  const rule = {
    share: settings['spot-check.share'],
    minimum: settings['spot-check.minimum'],
    maximum: settings['spot-check.maximum'],
    newDoctorFactor: settings['spot-check.new-doctor-factor'],
  }
  const sizes = Object.fromEntries(
    [...Map.groupBy(candidates, (one) => one.staffId)].map(([staffId, own]) => [
      staffId,
      sampleSize(own.length, newDoctors.has(staffId), rule),
    ]),
  )
  return { candidates, sizes, newDoctors, notCallable: rows.length - callable.length, settings }
}

function candidateOf(row: Row, settings: DrawSettings): CandidateRow {
  const marks: Record<RiskReason, boolean> = {
    stated: row.stated,
    'short-call': row.short_call,
    repeated: row.repeated,
    'red-flag-prone': row.red_flag_prone,
  }
  const reasons = (Object.keys(marks) as RiskReason[]).filter((reason) => marks[reason])
  return {
    taskId: row.id,
    staffId: row.staff_id,
    departmentId: row.department_id,
    reasons,
    weight: 1 + reasons.reduce((sum, reason) => sum + settings[`spot-check.weight.${reason}`], 0),
  }
}
