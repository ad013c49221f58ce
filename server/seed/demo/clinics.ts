import { sql } from 'kysely'
import { bookAppointment } from '../../modules/appointment/book.ts'
import { saveResource, saveVisitType } from '../../modules/appointment/catalogue.ts'
import { renewNoShow } from '../../modules/appointment/no-show/train.ts'
import { writePastClinics } from '../../modules/appointment/past.ts'
import { createSchedule } from '../../modules/appointment/schedule.ts'
import { searchSlots } from '../../modules/appointment/slot.ts'
import { systemActor } from '../../platform/actor.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'

const actor = systemActor('system:demo', '演示数据')

const types = [
  {
    code: 'expert',
    name: '专家号',
    minutes: 15,
    fee: 50,
    preparation: '请带好身份证、医保卡和以往的检查资料。',
    public: true,
  },
  {
    code: 'revisit',
    name: '复诊号',
    minutes: 10,
    fee: 20,
    preparation: '请带好出院小结和正在吃的药。',
    public: true,
  },
]

type Doctor = { id: number; department_id: number; department_name: string; site_id: number; nr: number }

/** Kinds of visits, rooms, and two half-days a week for the first doctors of each clinical department, as a hospital would have entered them. */
export async function seedDemoClinics(db: Db): Promise<void> {
  await transaction(db, async (trx) => {
    const { rows: known } = await sql`select 1 from visit_type limit 1`.execute(trx)
    if (known.length > 0) return
    for (const { id: siteId } of await trx.selectFrom('site').select('id').execute()) {
      const ids: number[] = []
      for (const type of types)
        ids.push((await saveVisitType(trx, actor, { ...type, siteId, active: true })).id)
      for (const doctor of await doctorsOf(trx, siteId)) await employ(trx, doctor, ids)
    }
  })
}

async function doctorsOf(trx: Trx, siteId: number): Promise<Doctor[]> {
  const { rows } = await sql<Doctor>`
    select * from (
      select h.id, d.id as department_id, d.name as department_name, d.site_id, (row_number() over (partition by d.id order by h.id) - 1)::int as nr
      from staff h join department d on d.id = h.department_id
      where d.site_id = ${siteId} and h.role in ('doctor', 'department-head') and d.specialty not in ('EMER', 'OUTR', 'CSC')) x
    where nr < 3 order by department_id, nr`.execute(trx)
  return rows
}

async function employ(trx: Trx, doctor: Doctor, [expert = 0, revisit = 0]: number[]): Promise<void> {
  const { site_id: siteId, department_id: departmentId, nr } = doctor
  const room = await saveResource(trx, actor, {
    siteId,
    departmentId,
    kind: 'room',
    code: `R${departmentId}-${nr + 1}`,
    name: `${doctor.department_name}${'一二三'.charAt(nr)}诊室`,
    directions: '门诊楼二层，出电梯左转',
    active: true,
  })
  const common = {
    siteId,
    departmentId,
    staffId: doctor.id,
    roomId: room.id,
    equipmentId: null,
    places: 1,
    overbook: 2,
    validFrom: '2026-01-01',
    validTo: null,
    holidays: false,
    makeUp: true,
  }
  await createSchedule(trx, actor, {
    ...common,
    visitTypeId: expert,
    weekday: (nr % 5) + 1,
    starts: '08:00',
    ends: '11:30',
    slotMinutes: 15,
    quotas: [
      { channel: 'web', places: 4, releaseHours: 24 },
      { channel: 'follow-up', places: 2, releaseHours: 24 },
    ],
  })
  await createSchedule(trx, actor, {
    ...common,
    visitTypeId: revisit,
    weekday: ((nr + 2) % 5) + 1,
    starts: '14:00',
    ends: '16:30',
    slotMinutes: 10,
    quotas: [{ channel: 'follow-up', places: 4, releaseHours: 24 }],
  })
}

const weeksBefore = 13

/** The clinics of a quarter, and what they say of who may not come. */
export async function seedDemoPastClinics(db: Db): Promise<void> {
  await writePastClinics(db, weeksBefore * 7)
  await renewNoShow(db)
}

/** Return visits for some of those who went home lately, with the department that they were in. */
export async function seedDemoAppointments(db: Db, most = 60): Promise<void> {
  const { rows } = await sql<{ person_id: number; site_id: number; department_id: number }>`
    select distinct on (n.person_id) n.person_id, n.site_id, n.department_id from encounter n
    where n.class = 'inpatient' and n.ends_at > now() - interval '14 days' and n.department_id is not null
      and not exists (select 1 from appointment) order by n.person_id limit ${most}`.execute(db)
  for (const [at, one] of rows.entries()) {
    const channel = at % 3 === 0 ? 'follow-up' : 'phone'
    const found = await searchSlots(db, {
      siteId: one.site_id,
      departmentId: one.department_id,
      channel,
      each: 'day',
      overbook: false,
      limit: 10,
    })
    const slot = found[at % Math.max(found.length, 1)]
    if (!slot) continue
    await transaction(db, (trx) =>
      bookAppointment(trx, actor, { personId: one.person_id, slotId: slot.id, channel }),
    ).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error
    })
  }
}
