import {
  createSchedule,
  type ScheduleFields,
  saveResource,
  saveVisitType,
  type VisitType,
} from '../../contract/clinic-schedule.ts'
import { searchSlots } from '../../contract/appointment.ts'
import type { TestApp } from './app.ts'
import { idsOf } from './hospital.ts'
import { about, personOf, receive } from './hl7.ts'

/** A hospital with one department and doctor, a kind of visit, and a weekly schedule on every working day; 2026-11-18 is a Wednesday. */
export async function openClinic(
  app: TestApp,
  admin: string,
  name: string,
  said: Partial<ScheduleFields> = {},
) {
  await receive(app, { mrn: `${name}-0`, department: name, departmentName: `${name}科`, doctor: `${name}1` })
  const ids = await idsOf(app)
  const [siteId, departmentId, staffId] = [ids.site('NH'), ids.department(name), ids.staff(`${name}1`)]
  const type: VisitType = (
    await app.request(admin, saveVisitType, {
      body: {
        siteId,
        code: name,
        name: '专家号',
        minutes: 15,
        fee: 30,
        preparation: '请空腹',
        public: true,
        active: true,
      },
    })
  ).body
  const room = (
    await app.request(admin, saveResource, {
      body: {
        siteId,
        departmentId,
        kind: 'room',
        code: `${name}-R1`,
        name: '一诊室',
        directions: '门诊楼二层',
        active: true,
      },
    })
  ).body
  const fields: ScheduleFields = {
    siteId,
    departmentId,
    staffId,
    roomId: room.id,
    equipmentId: null,
    visitTypeId: type.id,
    weekday: 4,
    starts: '08:00',
    ends: '09:00',
    slotMinutes: 15,
    places: 1,
    overbook: 0,
    quotas: [],
    validFrom: '2026-11-01',
    validTo: null,
    holidays: false,
    makeUp: false,
    ...said,
  }
  const schedule = await app.request(admin, createSchedule, { body: fields })
  const search = async (who = admin, query: Record<string, unknown> = {}) =>
    (await app.request(who, searchSlots, { query: { siteId, departmentId, ...query } })).body.items
  return { siteId, departmentId, staffId, room, type, fields, schedule, search }
}

/** A person known to the hospital, with a visit in this department. */
export async function patient(app: TestApp, mrn: string, department: string): Promise<number> {
  await receive(app, { mrn, department, phone: '13800001111' })
  return personOf(app, mrn)
}

/** An SIU message about one appointment with a doctor. */
export const siu = (event: string, mrn: string, number: string, start: string, doctor: string) =>
  about(
    `SIU^${event}`,
    { mrn },
    `SCH|${number}|${number}|||||FU^复诊|FU^复诊|||^^^${start}00+0800^${start.slice(0, 8)}120000+0800`,
    `AIP|1||${doctor}`,
  )
