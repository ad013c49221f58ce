import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  closeDispute,
  listDisputes,
  openDispute,
  pauseDispute,
  resumeDispute,
} from '../../../contract/dispute.ts'
import { mergePersons, undoPersonMerge } from '../../../contract/match.ts'
import { createEnrollment, resumeEnrollment } from '../../../contract/pathway.ts'
import { getPerson } from '../../../contract/person.ts'
import { listTasks } from '../../../contract/task.ts'
import { putCalendarYear } from '../../../contract/setting.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { definitionOf, makePathway, message, task, wait } from '../../../test/support/pathway.ts'
import { localDate, shiftDate } from '../../platform/clock.ts'
import { fireDue } from '../clock/fire.ts'
import { executeDue } from '../pathway/execute.ts'

let app: TestApp
let centre: string
let manager: string
let admin: string
let pathway: number
let people = 0

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  manager = await app.signInAs('manager')
  admin = await app.signInAs('administrator')
  // Its author let nothing stop it.
  pathway = await makePathway(
    app,
    definitionOf([task('call', 'mail'), message('mail', 'later'), wait('later', null)], {
      entry: { event: 'encounter.discharged', maxAgeDays: 30 },
      stopOn: [],
    }),
  )
})
afterAll(() => app.close())

async function admitted(): Promise<{ id: number; discharge: () => Promise<void> }> {
  const mrn = `Q${++people}`
  const stay = { mrn, visit: mrn, email: `${mrn}@example.test` }
  await receive(app, { event: 'A01', ...stay })
  return {
    id: await personOf(app, mrn),
    discharge: () => receive(app, { event: 'A03', ...stay, disposition: '1' }).then(() => undefined),
  }
}

const open = (id: number, caller = centre) =>
  app.request(caller, openDispute, { params: { id }, body: { reason: '对收费有异议，要求见院领导' } })
const close = (id: number) =>
  app.request(centre, closeDispute, { params: { id }, body: { outcome: 'settled', note: '已说明并退费' } })
const disputes = (id: number) => app.request(centre, listDisputes, { params: { id } })

const enrollments = async (personId: number) =>
  (
    await sql<{ id: number; status: string; stop_reason: string | null; tasks: string[]; mails: string[] }>`
      select e.id, e.status, e.stop_reason, array(select status from task t where t.enrollment_id = e.id) as tasks,
        array(select status from message m where m.enrollment_id = e.id) as mails
      from enrollment e where e.person_id = ${personId} and e.pathway_id = ${pathway}`.execute(app.db)
  ).rows

const kinds = async (id: number) =>
  (await app.request(centre, getTimeline, { params: { id } })).body.items.map((event) => event.kind)
const listed = async (id: number) =>
  (await app.request(centre, listTasks, { query: { whose: 'mine', kind: 'other' } })).body.items.filter(
    (one) => one.personId === id,
  )

test('a dispute halts every enrolment at once, whatever its pathway says, and asks one human', async () => {
  const { id, discharge } = await admitted()
  await discharge()
  await executeDue(app.db)
  expect(await enrollments(id)).toMatchObject([{ status: 'active', tasks: ['requested'], mails: ['queued'] }])
  const opened = await open(id, manager)
  expect(opened.status).toBe(201)
  expect(await enrollments(id)).toMatchObject([
    { status: 'stopped', stop_reason: 'dispute', tasks: ['cancelled'], mails: ['suppressed'] },
  ])
  await sql`update enrollment set due_at = now() where person_id = ${id}`.execute(app.db)
  await executeDue(app.db)
  expect(await enrollments(id)).toMatchObject([{ status: 'stopped', tasks: ['cancelled'] }])
  expect(await listed(id)).toMatchObject([{ title: '处理未结纠纷', status: 'requested' }])
  expect((await app.request(centre, getPerson, { params: { id } })).body.tags).toContain('open-dispute')
  expect(await kinds(id)).toContain('person.dispute-opened')
})

test('closing lets nothing go on by itself; what was stopped goes on where it was when somebody wants it', async () => {
  const { id, discharge } = await admitted()
  await discharge()
  await executeDue(app.db)
  const { body } = await open(id)
  expect((await disputes(id)).body.offers).toEqual([])
  const [stopped] = await enrollments(id)
  const params = { id: stopped?.id ?? 0 }
  expect((await app.request(centre, resumeEnrollment, { params })).error?.id).toBe('open-dispute')
  expect((await close(body.id)).status).toBe(204)
  expect((await close(body.id)).error?.id).toBe('already-closed')
  expect(await listed(id)).toEqual([])
  expect(await enrollments(id)).toMatchObject([{ status: 'stopped' }])
  expect((await app.request(centre, getPerson, { params: { id } })).body.tags).not.toContain('open-dispute')
  const { items, offers } = (await disputes(id)).body
  expect(items).toMatchObject([
    { reason: '对收费有异议，要求见院领导', outcome: 'settled', note: '已说明并退费' },
  ])
  expect(offers).toContainEqual(expect.objectContaining({ pathwayId: pathway, enrollmentId: params.id }))
  const resumed = await app.request(centre, resumeEnrollment, { params })
  expect(resumed.body.status).toBe('active')
  expect(await enrollments(id)).toMatchObject([{ tasks: ['requested'], mails: ['queued'] }])
  expect((await disputes(id)).body.offers.map((one) => one.pathwayId)).not.toContain(pathway)
  expect((await app.request(centre, resumeEnrollment, { params })).error?.id).toBe('already-closed')
})

test('a discharge in the middle of a dispute starts nothing, says so, and may be made good for', async () => {
  const { id, discharge } = await admitted()
  const { body } = await open(id)
  const second = await open(id)
  await discharge()
  expect(await enrollments(id)).toEqual([])
  expect(await kinds(id)).toContain('enrollment.withheld')
  const enrol = (encounterId: number | null) =>
    app.request(centre, createEnrollment, { body: { pathwayId: pathway, personId: id, encounterId } })
  expect((await enrol(null)).error?.id).toBe('open-dispute')
  await close(body.id)
  // The other one is still open.
  expect((await disputes(id)).body.offers).toEqual([])
  expect((await enrol(null)).error?.id).toBe('open-dispute')
  await close(second.body.id)
  const offer = (await disputes(id)).body.offers.find((one) => one.pathwayId === pathway)
  expect(offer).toMatchObject({ enrollmentId: null })
  expect((await enrol(offer?.encounterId ?? null)).status).toBe(201)
  expect(await enrollments(id)).toMatchObject([{ status: 'active' }])
})

test('a dispute known of one record holds for the person, and only as long as they are one', async () => {
  const [left, right] = [await admitted(), await admitted()]
  await left.discharge()
  await open(right.id)
  const merge = await app.request(centre, mergePersons, {
    body: { survivorId: left.id, mergedId: right.id, reason: '同一人' },
  })
  expect(await enrollments(left.id)).toMatchObject([{ status: 'stopped', stop_reason: 'dispute' }])
  expect((await disputes(left.id)).body.items).toHaveLength(1)
  await app.request(centre, undoPersonMerge, {
    params: { id: merge.body.mergeId },
    body: { reason: '不是同一人' },
  })
  expect(await enrollments(left.id)).toMatchObject([{ status: 'active' }])
  expect((await disputes(left.id)).body.items).toEqual([])
  expect((await disputes(right.id)).body.items).toHaveLength(1)
})

test('an answer is due after five working days of the site; a calendar that comes late still times it', async () => {
  const { id } = await admitted()
  const { body } = await open(id)
  const clock = async () => {
    const { items } = (await disputes(id)).body
    return items.find((one) => one.id === body.id)?.clock
  }
  const due = async () => (await clock())?.dueAt ?? null
  const { rows } = await sql<{ site_id: number; zone: string; opened: Date }>`
    select x.site_id, s.time_zone as zone, x.opened_at as opened from dispute x join site s on s.id = x.site_id where x.id = ${body.id}`.execute(
    app.db,
  )
  const [{ site_id: siteId, zone, opened } = { site_id: 0, zone: '', opened: new Date() }] = rows
  const today = localDate(opened, zone)
  const year = Number(today.slice(0, 4))
  const enter = (days: unknown[], of = year) =>
    app.request(admin, putCalendarYear, { params: { year: of }, body: { siteId, days } })
  const day = (date: string, working: boolean) => ({ date, working, name: '调休' })
  // Every day is a working day here but the two after today, and the next year as well.
  const days = Array.from({ length: 12 }, (_, at) => shiftDate(today, at))
  const plan = days.map((date, at) => day(date, at !== 1 && at !== 2))
  const ofYear = (of: number) => [
    day(`${of}-06-01`, true),
    ...plan.filter((one) => one.date.startsWith(String(of))),
  ]
  await enter(ofYear(year))
  await enter(ofYear(year + 1), year + 1)
  expect(localDate(new Date((await due()) ?? 0), zone)).toBe(shiftDate(today, 7))
  const [task] = await listed(id)
  expect(task?.dueAt).toBe(await due())
  await sql`update calendar_day set date = date - 36500`.execute(app.db)
  await enter([])
  expect(await due()).toBeNull()
  await fireDue(app.db, new Date(Date.now() + 30 * 86_400_000))
  expect(await clock()).toMatchObject({ breachedAt: null })
  await enter(ofYear(year))
  await enter(ofYear(year + 1), year + 1)
  expect(localDate(new Date((await due()) ?? 0), zone)).toBe(shiftDate(today, 7))
  await fireDue(app.db, new Date(Date.now() + 30 * 86_400_000))
  expect((await clock())?.breachedAt).not.toBeNull()
  await close(body.id)
})

test('while an expert is asked the time stands still; the deadline moves by the working time of the pause', async () => {
  const { id } = await admitted()
  const { body } = await open(id)
  const params = { id: body.id }
  const clock = async () => (await disputes(id)).body.items.find((one) => one.id === body.id)?.clock
  const before = Date.parse((await clock())?.dueAt ?? '')
  const pause = (reason: string) => app.request(centre, pauseDispute, { params, body: { reason } })
  expect((await pause(' ')).status).toBe(422)
  expect((await pause('等待医疗技术鉴定')).status).toBe(204)
  expect(await clock()).toMatchObject({ pauseReason: '等待医疗技术鉴定' })
  await sql`update clock set paused_at = started_at where kind = 'dispute.answer' and stopped_at is null and paused_at is not null`.execute(
    app.db,
  )
  await fireDue(app.db, new Date(before + 90 * 86_400_000))
  expect(await clock()).toMatchObject({ breachedAt: null })
  expect((await app.request(centre, resumeDispute, { params })).status).toBe(204)
  expect(await clock()).toMatchObject({ pausedAt: null, breachedAt: null })
  expect(Date.parse((await clock())?.dueAt ?? '')).toBeGreaterThanOrEqual(before)
  const nurse = await app.signInAs('nurse')
  expect((await app.request(nurse, pauseDispute, { params, body: { reason: 'x' } })).status).toBe(403)
  await close(body.id)
  expect((await pause('x')).error?.id).toBe('already-closed')
})

test('who was never here belongs to the only site, or somebody names the department', async () => {
  const { rows } = await sql<{ id: number }>`
    insert into person (name, search_name, pinyin, initials, sex, source, source_time)
    values ('无名', '无名', 'wuming', 'wm', 'male', 'test', now()) returning id`.execute(app.db)
  const id = rows[0]?.id ?? 0
  await receive(app, { event: 'A01', mrn: 'FAR0', visit: 'FAR0', site: 'EAST' })
  const refused = await open(id)
  expect([refused.status, refused.error?.fields?.[0]?.path]).toEqual([422, 'departmentId'])
})

test('the words stay with those who deal with it; others see that there is one', async () => {
  const { id } = await admitted()
  await open(id)
  const { rows } = await sql<{ department_id: number }>`
    select department_id from encounter where person_id = ${id}`.execute(app.db)
  const place = { department: rows[0]?.department_id ?? 0 }
  const nurse = await app.signInAs('nurse', place)
  const params = { id }
  expect((await app.request(nurse, listDisputes, { params })).status).toBe(403)
  expect((await app.request(nurse, openDispute, { params, body: { reason: 'x' } })).status).toBe(403)
  expect((await app.request(nurse, getPerson, { params })).body.tags).toContain('open-dispute')
  const timeline = await app.request(nurse, getTimeline, { params })
  expect(JSON.stringify(timeline.body)).not.toContain('收费')
  const head = await app.signInAs('department-head', place)
  expect((await app.request(head, listDisputes, { params })).body.items).toHaveLength(1)
  expect((await app.request(head, openDispute, { params, body: { reason: 'x' } })).status).toBe(403)
  expect((await app.request(centre, openDispute, { params, body: { reason: ' ' } })).status).toBe(422)
  await receive(app, { event: 'A01', mrn: 'FAR', visit: 'FAR', site: 'EAST' })
  const { site } = await idsOf(app)
  const far = await app.signInAs('service-centre', { site: site('EAST') })
  expect((await app.request(far, listDisputes, { params })).status).toBe(404)
  const own = (await app.request(centre, listDisputes, { params })).body.items[0]?.id ?? 0
  const elsewhere = { params: { id: own }, body: { reason: '他院' } }
  expect((await app.request(far, pauseDispute, elsewhere)).status).toBe(404)
  expect(
    (await app.request(far, closeDispute, { ...elsewhere, body: { outcome: 'settled', note: 'x' } })).status,
  ).toBe(404)
  const { rows: audited } = await sql<{ action: string }>`
    select distinct action from audit_event where person_id = ${id} and action like 'dispute.%' and outcome = 'allowed'`.execute(
    app.db,
  )
  expect(audited.map((row) => row.action).sort()).toEqual(['dispute.open', 'dispute.read'])
})

test('a dispute about a visit is with a department of the site of that visit', async () => {
  await receive(
    app,
    { mrn: 'DV', visit: 'DV', department: 'DVN' },
    { mrn: 'DE', site: 'EAST', department: 'DVE' },
  )
  const { department } = await idsOf(app)
  const everywhere = await app.signInAs('service-centre')
  const id = await personOf(app, 'DV')
  const { rows } = await sql<{ id: number }>`select id from encounter where person_id = ${id}`.execute(app.db)
  const opened = async (departmentId: number) =>
    (
      await app.request(everywhere, openDispute, {
        params: { id },
        body: { reason: 'x', encounterId: rows[0]?.id ?? 0, departmentId },
      })
    ).status
  expect(await opened(department('DVE'))).toBe(404)
  expect(await opened(department('DVN'))).toBe(201)
})
