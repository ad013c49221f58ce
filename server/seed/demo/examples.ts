import { sql } from 'kysely'
import { contactOf, pastStream, type TaskDetail } from '../../../sim/staff.ts'
import { giveConsent as giveConsentRoute } from '../../../contract/contact.ts'
import {
  addGroupAgreement,
  addGroupContact,
  addGroupMember,
  createGroup as createGroupRoute,
} from '../../../contract/group.ts'
import { issueInstruction as issueRoute } from '../../../contract/instruction.ts'
import { recordAttempt as attemptRoute } from '../../../contract/task-result.ts'
import { giveConsent } from '../../modules/contact/consent.ts'
import { recordReceived } from '../../modules/contact/received.ts'
import { closeDispute, openDispute } from '../../modules/dispute/dispute.ts'
import { openForm, submitForm } from '../../modules/form/form.ts'
import { createLink } from '../../modules/form/link.ts'
import { createGroup } from '../../modules/group/group.ts'
import { addMember } from '../../modules/group/member.ts'
import { addAgreement, addContact } from '../../modules/group/part.ts'
import { saveHeadCheck } from '../../modules/head-check/head-check.ts'
import { issueInstruction } from '../../modules/instruction/issue.ts'
import { setOptOut } from '../../modules/person/change.ts'
import { drawMonth } from '../../modules/spot-check/draw-month.ts'
import { recordAttempt } from '../../modules/task/attempt.ts'
import { holdTask, releaseTask } from '../../modules/task/task.ts'
import { createAbsence } from '../../modules/team/absence.ts'
import { createOutreachTask } from '../../modules/visit/by-hand.ts'
import { createPlan } from '../../modules/visit/plan.ts'
import type { Actor } from '../../platform/actor.ts'
import { localDate, shiftDate } from '../../platform/clock.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { demoStaff, demoUser } from './people.ts'

const hour = 3_600_000
const inHours = (n: number) => new Date(Date.now() + n * hour).toISOString()

type Patient = { id: number; encounter_id: number }
type Scene = {
  doctor: Actor
  head: Actor
  service: Actor
  manager: Actor
  siteId: number
  departmentId: number
  patients: Patient[]
}

/**
 * Three living examples of every feature, told by the same operations that staff use: whoever opens a page of the demo finds something on it. An
 * example that does not fit the hospital of the day (no results last month to draw from) is left out.
 */
export async function seedDemoExamples(db: Db, secret: string, departmentId: number): Promise<void> {
  const known = await db.selectFrom('group_customer').select('id').limit(1).executeTakeFirst()
  if (known) return
  const { site_id: siteId } = await db
    .selectFrom('department')
    .select('site_id')
    .where('id', '=', departmentId)
    .executeTakeFirstOrThrow()
  // Of people at home for a while, with nothing special about them.
  const { rows: patients } = await sql<Patient>`
    select n.person_id as id, max(n.id) as encounter_id from encounter n join person p on p.id = n.person_id
    where n.department_id = ${departmentId} and n.class = 'inpatient' and n.status = 'finished' and not p.deceased and p.survivor_id is null
      and not exists (select 1 from task t where t.person_id = p.id and t.kind = 'red-flag')
    group by 1 order by 1 desc limit 40`.execute(db)
  const [doctor, head, service, manager] = await Promise.all(
    (['doctor', 'head', 'service', 'manager'] as const).map((name) => demoUser(db, name)),
  )
  if (!doctor || !head || !service || !manager) return
  const scene: Scene = { doctor, head, service, manager, siteId, departmentId, patients }
  const tell = async (what: string, work: (trx: Trx) => Promise<unknown>) => {
    try {
      await transaction(db, work)
    } catch (error) {
      log.debug({ err: error }, `the demo is without ${what}`)
    }
  }
  await tell('groups', (trx) => groups(trx, scene))
  await tell('disputes', (trx) => disputes(trx, scene))
  await tell('instructions', (trx) => instructions(trx, scene))
  await tell('calls and wishes', (trx) => wishes(trx, scene))
  await tell('call-backs', (trx) => callBacks(trx, scene))
  await tell('home visits', (trx) => visits(trx, scene))
  await tell('an absence', (trx) => absence(trx, scene))
  await tell('spot checks', (trx) => drawMonth(trx, manager, { siteId, month: lastMonth() }))
  await tell('monthly checks', (trx) => headChecks(trx, scene))
  await answeredForms(db, secret, scene)
}

const lastMonth = () => shiftDate(`${localDate(new Date(), 'Asia/Shanghai').slice(0, 7)}-01`, -1).slice(0, 7)

async function groups(trx: Trx, { service, siteId, patients }: Scene): Promise<void> {
  const today = localDate(new Date(), 'Asia/Shanghai')
  const told = [
    { code: 'DEMO-01', name: '蓉江精密制造有限公司', kind: 'employer', headcount: 860, contact: '罗敏' },
    { code: 'DEMO-02', name: '安顺人寿成都分公司', kind: 'insurer', headcount: 120, contact: '蒋涛' },
    { code: 'DEMO-03', name: '武侯区第三中学', kind: 'school', headcount: 210, contact: '宋雅琴' },
  ] as const
  for (const [at, { contact, ...one }] of told.entries()) {
    const id = await createGroup(trx, service, createGroupRoute.body.parse({ ...one, siteId }))
    await addContact(
      trx,
      service,
      id,
      addGroupContact.body.parse({ name: contact, phone: '028-85550100', main: true }),
    )
    await addAgreement(
      trx,
      service,
      id,
      addGroupAgreement.body.parse({
        number: `XY-${today.slice(0, 4)}-${at + 1}`,
        title: '年度体检与门诊协议',
        validFrom: shiftDate(today, -200),
        validUntil: shiftDate(today, [20, 165, 300][at] ?? 165),
        payment: 'monthly',
        services: ['health-check', 'outpatient'],
      }),
    )
    for (const patient of patients.slice(at * 3, at * 3 + 3))
      await addMember(trx, service, id, addGroupMember.body.parse({ personId: patient.id }))
  }
}

async function disputes(trx: Trx, { service, departmentId, patients }: Scene): Promise<void> {
  const told = ['对住院费用有异议，要求逐项解释', '认为出院带药交代不清', '投诉夜间护士响应慢']
  for (const [at, reason] of told.entries()) {
    const patient = patients[10 + at]
    if (!patient) continue
    const { id } = await openDispute(trx, service, patient.id, {
      reason,
      encounterId: patient.encounter_id,
      departmentId,
    })
    if (at === 2)
      await closeDispute(trx, service, id, { outcome: 'settled', note: '护士长已当面解释，家属接受' })
  }
}

async function instructions(trx: Trx, { service, doctor, departmentId, patients }: Scene): Promise<void> {
  const told = [
    { reason: 'abnormal-result', text: '出院后复查血钾 5.9，请今天电话核实用药并安排复查' },
    { reason: 'medication', text: '家属来电：抗凝药与中药同服，请医生电话指导' },
    { reason: 'revisit', text: '两次预约复诊均未到，请了解原因并改约' },
  ] as const
  for (const [at, one] of told.entries()) {
    const patient = patients[13 + at]
    if (!patient) continue
    const { taskId } = await issueInstruction(
      trx,
      service,
      issueRoute.body.parse({
        ...one,
        personId: patient.id,
        departmentId,
        encounterId: patient.encounter_id,
        staffId: doctor.staffId,
        dueAt: inHours(20 + 24 * at),
      }),
    )
    if (at !== 2) continue
    // The doctor called at once: what came out goes back to the service centre.
    await holdTask(trx, doctor, taskId, 'made')
    const note = '已联系本人，改约下周二上午复诊。'
    const said = { outcome: 'done', channel: 'phone', durationSeconds: 140, note }
    await recordAttempt(trx, doctor, taskId, attemptRoute.body.parse(said))
  }
}

/** Calls that came in, consents, and people who do not want to be called. */
async function wishes(trx: Trx, { service, patients }: Scene): Promise<void> {
  const calls = [
    '问出院带的降压药饭前还是饭后吃，已按医嘱答复',
    '女儿问哪天拆线，已告知',
    '想改复诊时间，已转预约台',
  ]
  for (const [at, note] of calls.entries()) {
    const [caller, agreeing, quiet] = [patients[16 + at], patients[19 + at], patients[22 + at]]
    if (!caller || !agreeing || !quiet) continue
    await recordReceived(trx, service, caller.id, { channel: 'phone', note })
    await giveConsent(
      trx,
      service,
      agreeing.id,
      giveConsentRoute.body.parse({
        purpose: 'marketing',
        channel: 'all',
        proof: 'paper',
        reference: `TY-00${at + 1}`,
      }),
    )
    await setOptOut(trx, service, quiet.id, {
      channel: 'phone',
      purpose: 'service',
      active: true,
      reason: '上班时间不方便接电话',
    })
  }
}

type Open = {
  id: number
  person_id: number
  birth_year: number | null
  age: number | null
  questionnaire: TaskDetail['questionnaire']
}

/** Open calls of a level that nobody has tried yet, the last ones first: those on top of a list stay as they are. */
async function openCalls(
  trx: Db,
  { departmentId }: Scene,
  level: number,
  limit: number,
  staffId?: number | null,
): Promise<Open[]> {
  const { rows } = await sql<Open>`
    select t.id, t.person_id, date_part('year', p.birth_date)::int as birth_year, date_part('year', age(p.birth_date))::int as age, v.definition as questionnaire
    from task t join person p on p.id = t.person_id join questionnaire_version v on v.id = t.questionnaire_version_id
    where t.department_id = ${departmentId} and t.level = ${level} and t.status = 'requested' and t.next_attempt_at is null
      and not p.deceased and (${staffId ?? null}::int is null or t.assignee_staff_id = ${staffId ?? null})
      and not exists (select 1 from opt_out o where o.person_id = p.id)
      and not exists (select 1 from event e where e.person_id = p.id and e.kind like 'person.dispute-%')
    order by t.due_at desc, t.id limit ${limit}`.execute(trx)
  return rows
}

async function callBacks(trx: Trx, scene: Scene): Promise<void> {
  const nurse = (await demoStaff(trx)).find(
    (one) => one.role === 'nurse' && one.departmentId === scene.departmentId && one.userId !== null,
  )
  const tasks = await openCalls(trx, scene, 2, 3)
  for (const [at, task] of tasks.entries()) {
    if (!nurse) return
    await holdTask(trx, nurse, task.id, 'made')
    // At ten, half past three and ten again of the next days, when people may be called.
    const day = new Date(Date.now() + (at === 2 ? 2 : 1) * 24 * hour)
    const callBackAt = new Date(
      `${localDate(day, 'Asia/Shanghai')}T${at === 1 ? '15:30' : '10:00'}:00+08:00`,
    ).toISOString()
    await recordAttempt(
      trx,
      nurse,
      task.id,
      attemptRoute.body.parse({
        outcome: 'call-back',
        channel: 'phone',
        callBackAt,
        note: '正在开车，约好再打',
      }),
    )
    await releaseTask(trx, nurse, task.id).catch(() => undefined)
  }
}

async function visits(trx: Trx, { service, siteId, patients }: Scene): Promise<void> {
  const today = localDate(new Date(), 'Asia/Shanghai')
  const told = ['visit', 'referral', 'insurance'] as const
  for (const [at, purpose] of told.entries()) {
    const patient = patients[25 + at]
    if (patient)
      await createOutreachTask(trx, service, {
        siteId,
        personId: patient.id,
        purpose,
        due: shiftDate(today, 4 + at),
      })
  }
  await createPlan(trx, service, { siteId, from: shiftDate(today, 1), days: 5, again: false })
}

/** A colleague of the doctor's is away for some days. */
async function absence(trx: Trx, { head, doctor, departmentId }: Scene): Promise<void> {
  const [away] = (await demoStaff(trx)).filter(
    (one) => one.departmentId === departmentId && one.role === 'doctor' && one.staffId !== doctor.staffId,
  )
  if (away?.staffId && doctor.staffId)
    await createAbsence(trx, head, {
      staffId: away.staffId,
      coverStaffId: doctor.staffId,
      from: inHours(24),
      to: inHours(96),
      reason: '外出学习',
    })
}

async function headChecks(trx: Trx, { head, departmentId }: Scene): Promise<void> {
  const doctors = (await demoStaff(trx)).filter(
    (one) => one.departmentId === departmentId && one.role === 'doctor',
  )
  for (const [at, one] of doctors.slice(0, 2).entries())
    await saveHeadCheck(trx, head, {
      month: lastMonth(),
      staffId: one.staffId ?? 0,
      departmentId,
      verdict: at === 0 ? 'satisfactory' : 'needs-work',
      remark: at === 0 ? '记录完整，交代清楚' : '两例只写“好”，请写明用药和复查安排',
    })
}

/** Three patients of the doctor's answered their questionnaire themselves, by a link. */
async function answeredForms(db: Db, secret: string, scene: Scene): Promise<void> {
  const tasks = await openCalls(db, scene, 1, 3, scene.doctor.staffId)
  for (const task of tasks) {
    const { url } = await transaction(db, (trx) =>
      createLink(trx, scene.doctor, task.id, { channel: 'shown' }, { publicUrl: undefined, origin: '' }),
    )
    const token = url?.split('/').at(-1) ?? ''
    const visitor = { db, secret, address: null }
    const opened = await openForm(visitor, {
      token,
      ...(task.birth_year !== null && { birthYear: task.birth_year }),
    })
    if (opened.state !== 'open') continue
    const asked = new Set(opened.form.items.map((one) => one.linkId))
    const answers = Object.fromEntries(
      Object.entries(wellAnswers(task)).filter(([linkId]) => asked.has(linkId)),
    )
    await submitForm(visitor, { token, pass: opened.form.pass, answers })
  }
}

/** What a patient would have said on the telephone. */
function wellAnswers(task: Open) {
  for (let pass = 0; pass < 20; pass++) {
    const asked = {
      ...{ id: task.id, kind: 'follow-up-call', status: 'requested', departmentName: null, attempts: 0 },
      ...{ ageYears: task.age, dischargedAt: null, startAt: '', dueAt: '', nextAttemptAt: null },
      questionnaire: task.questionnaire,
    }
    const said = contactOf(pastStream(7, task.id, pass), 7, asked)
    if ('answers' in said) return said.answers as Parameters<typeof submitForm>[1]['answers']
  }
  return {}
}

/** Registrations under a new number of three people who are known already: a likely pair each, for somebody to look at. */
export async function secondRecords(db: Db): Promise<Buffer[]> {
  const { rows } = await sql<{ id: number; name: string; sex: string; birth: string; phone: string }>`
    select distinct on (p.id) p.id, p.name, p.sex, to_char(p.birth_date, 'YYYYMMDD') as birth, x.value as phone
    from person p join person_telecom x on x.person_id = p.id and x.system = 'phone' and x.value like '+861%'
    where p.birth_date is not null and not p.deceased order by p.id limit 3`.execute(db)
  const at = new Date().toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)
  return rows.map(({ id, name, sex, birth, phone }) => {
    const segments = [
      `MSH|^~\\&|HIS|GH01|CareLoop|GH01|${at}||ADT^A04|DEMO-TWIN-${id}|P|2.4||||||UNICODE UTF-8`,
      `EVN|A04|${at}`,
      `PID|1||T${id}^^^GH01^MR||${name.slice(0, 1)}^${name.slice(1)}||${birth}|${sex === 'male' ? 'M' : 'F'}|||||${phone.slice(3)}`,
      `PV1|1|O|CARD^^^GH01||||||||||||||||TV${id}|||||||||||||||||||||||||${at}`,
    ]
    return Buffer.from(`${segments.join('\r')}\r`)
  })
}
