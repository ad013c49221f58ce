import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  answerCase,
  answerConsultation,
  type CaseDetail,
  changeCase,
  closeCase,
  consultDepartment,
  decideGrant,
  getCase,
  grantMeasure,
  handOverCase,
  listCases,
  makeDispute,
  openCase,
  pauseCase,
  rateCase,
  reopenCase,
  reportCase,
  resumeCase,
  revealComplainant,
  tellComplainant,
} from '../../../contract/case.ts'
import { listCaseCategories, listCaseMeasures } from '../../../contract/case-setup.ts'
import { listCareMarks, setCareMark, endCareMark } from '../../../contract/care-mark.ts'
import { getPerson } from '../../../contract/person.ts'
import { listTasks } from '../../../contract/task.ts'
import { completeTask, recordAttempt } from '../../../contract/task-result.ts'
import { holdTask } from '../../../contract/task.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { fireDue } from '../clock/fire.ts'

let app: TestApp
let centre: string
let manager: string
let ids: Awaited<ReturnType<typeof idsOf>>
let person: number
let category: number
const day = 86_400_000

beforeAll(async () => {
  app = await createTestApp()
  await receive(
    app,
    { event: 'A03', mrn: 'C1', visit: 'C1', department: 'CARD', doctor: 'D1' },
    { event: 'A03', mrn: 'C2', visit: 'C2', department: 'ORTH', doctor: 'D2' },
    { event: 'A03', mrn: 'CE', visit: 'CE', site: 'EAST', department: 'EYE', doctor: 'D9' },
  )
  ids = await idsOf(app)
  const site = ids.site('NH')
  centre = await app.signInAs('service-centre', { site })
  manager = await app.signInAs('manager', { site })
  person = await personOf(app, 'C1')
  category = await categoryOf('waiting-clinic')
})
afterAll(() => app.close())

async function categoryOf(code: string): Promise<number> {
  const { body } = await app.request(centre, listCaseCategories, {})
  return body.items.find((one) => one.code === code)?.id ?? 0
}

const complain = async (more: object = {}, caller = centre) => {
  const { status, body, error } = await app.request(caller, openCase, {
    body: {
      kind: 'complaint',
      channel: 'phone',
      complainant: 'person',
      personId: person,
      categoryId: category,
      description: '候诊两个小时没人解释',
      departmentIds: [ids.department('CARD')],
      ...more,
    },
  })
  return { status, error, one: body }
}
const read = async (id: number, caller = centre) =>
  (await app.request(caller, getCase, { params: { id } })).body
const act = (
  id: number,
  contract: typeof answerCase | typeof closeCase | typeof tellComplainant,
  body: object,
  caller = centre,
) => app.request(caller, contract as typeof answerCase, { params: { id }, body })
const kinds = (one: CaseDetail) => one.log.map((line) => line.kind).reverse()

test('a complaint is registered, stands on the list with its clock, is answered, told and closed', async () => {
  const { status, one } = await complain()
  expect(status).toBe(201)
  expect(one).toMatchObject({ status: 'open', ownerName: one.openedByName, personId: person, escalated: 0 })
  const list = await app.request(centre, listCases, { query: { view: 'open', total: true } })
  const row = list.body.items.find((item) => item.id === one.id)
  // Wednesday 2026-11-18 and five working days.
  expect(row?.clock?.dueAt?.slice(0, 10)).toBe('2026-11-25')
  const early = await act(one.id, tellComplainant, { how: 'visit' })
  expect(early.error?.id).toBe('case-not-answered')
  await act(one.id, answerCase, { answer: '增开诊室，候诊超过 30 分钟由导诊说明' })
  const answered = await read(one.id)
  expect(answered.status).toBe('answered')
  expect(answered.clock?.dueAt?.slice(0, 10)).toBe('2026-11-23')
  expect((await act(one.id, closeCase, { outcome: 'explained' })).error?.id).toBe('result-not-told')
  await act(one.id, tellComplainant, { how: 'visit' })
  await app.request(centre, rateCase, { params: { id: one.id }, body: { score: 4 } })
  const closed = await act(one.id, closeCase, { outcome: 'explained', note: '患者表示理解' })
  expect(closed.body).toMatchObject({ status: 'closed', satisfaction: 4, outcome: 'explained' })
  expect(kinds(closed.body)).toEqual(['opened', 'answered', 'told', 'satisfaction', 'closed'])
  const timeline = await app.request(centre, getTimeline, { params: { id: person } })
  const told = timeline.body.items.map((event) => event.kind).filter((kind) => kind.startsWith('case.'))
  expect(told).toEqual(['case.closed', 'case.told', 'case.answered', 'case.opened'])
  const running =
    await sql`select 1 from clock where subject_kind = 'case' and subject_id = ${one.id} and stopped_at is null`.execute(
      app.db,
    )
  expect(running.rows).toEqual([])
})

test('whoever takes it owns it until it is handed over with a reason; a nurse sees the own ones alone', async () => {
  const nurse = await app.signInAs('nurse', { site: ids.site('NH'), department: ids.department('CARD') })
  const taken = await complain({ complainant: 'anonymous', personId: null, channel: 'visit' }, nurse)
  expect(taken.status).toBe(201)
  const other = await complain()
  expect((await app.request(nurse, getCase, { params: { id: other.one.id } })).status).toBe(404)
  const mine = await app.request(nurse, listCases, { query: { view: 'mine' } })
  expect(mine.body.items.map((one) => one.id)).toEqual([taken.one.id])
  const handed = await app.request(nurse, handOverCase, {
    params: { id: taken.one.id },
    body: { departmentId: ids.department('CARD'), reason: '由科主任处理' },
  })
  expect(handed.body.log[0]).toMatchObject({
    kind: 'handed-over',
    text: expect.stringContaining('由科主任处理') as string,
  })
  const head = await app.signInAs('department-head', {
    site: ids.site('NH'),
    department: ids.department('CARD'),
  })
  const work = await app.request(head, listTasks, { query: { whose: 'mine' } })
  expect(work.body.items.map((one) => one.title)).toContain('处理个案')
  const anonymous = await app.request(centre, tellComplainant, {
    params: { id: taken.one.id },
    body: { how: 'phone' },
  })
  expect(anonymous.error?.id).toBe('case-not-answered')
  await act(taken.one.id, answerCase, { answer: '已加强巡视' }, head)
  const unreachable = await app.request(centre, tellComplainant, {
    params: { id: taken.one.id },
    body: { how: 'phone' },
  })
  expect(unreachable.error?.id).toBe('contact-refused')
  expect((await act(taken.one.id, closeCase, { outcome: 'explained' }, head)).status).toBe(200)
  expect(
    (await app.request(nurse, closeCase, { params: { id: other.one.id }, body: { outcome: 'explained' } }))
      .status,
  ).toBe(403)
})

test('with a second department the answer has ten working days from the start, with one again five', async () => {
  const { one } = await complain()
  const change = async (departmentIds: number[]) =>
    (
      await app.request(centre, changeCase, {
        params: { id: one.id },
        body: { version: (await read(one.id)).version, departmentIds },
      })
    ).body
  const several = await change([ids.department('CARD'), ids.department('ORTH')])
  expect(several.clock?.dueAt?.slice(0, 10)).toBe('2026-12-02')
  expect(several.log[0]?.kind).toBe('department-added')
  expect((await change([ids.department('ORTH')])).clock?.dueAt?.slice(0, 10)).toBe('2026-11-25')
  const elsewhere = await app.request(centre, changeCase, {
    params: { id: one.id },
    body: { version: (await read(one.id)).version, departmentIds: [ids.department('EYE')] },
  })
  expect(elsewhere.status).toBe(404)
})

test('12320 is reported up in one working day, answered in five and called back in one; its number is registered once', async () => {
  const first = await complain({ channel: '12320', externalNumber: 'H-1' })
  expect(first.one.reportClock?.dueAt?.slice(0, 10)).toBe('2026-11-19')
  expect(first.one.clock?.dueAt?.slice(0, 10)).toBe('2026-11-25')
  const again = await complain({ channel: '12320', externalNumber: 'H-1' })
  expect(again.error).toMatchObject({ id: 'already-exists', fields: [{ path: 'externalNumber' }] })
  expect((await complain({ channel: '12345' })).error?.fields?.[0]?.path).toBe('externalNumber')
  await app.request(centre, reportCase, { params: { id: first.one.id }, body: {} })
  const reported = await read(first.one.id)
  expect(reported.reportedAt).not.toBeNull()
  await act(first.one.id, answerCase, { answer: '已核实' })
  expect((await read(first.one.id)).clock?.dueAt?.slice(0, 10)).toBe('2026-11-19')
})

test('nobody reacts: the owner, the head, the service manager and the leadership are told, each once, and the log says so', async () => {
  const { one } = await complain()
  const far = new Date(Date.now() + 60 * day)
  for (let look = 0; look < 8; look++) await fireDue(app.db, far)
  const late = await read(one.id)
  expect(late.escalated).toBe(4)
  expect(
    late.log
      .filter((line) => line.kind === 'escalated')
      .map((line) => line.level)
      .reverse(),
  ).toEqual([0, 1, 2, 3])
  const { rows } = await sql<{ title: string; priority: number; queue: string }>`
    select title, priority, queue from task where subject_kind = 'case' and subject_id = ${one.id} order by id`.execute(
    app.db,
  )
  expect(rows.map((row) => [row.title, row.priority])).toEqual([
    ['处理个案', 2],
    ['个案超期，请科主任督办', 1],
    ['个案超期，请服务主管过问', 2],
    ['个案超期，请院领导过问', 2],
  ])
  expect(rows[1]?.queue).toBe(`department:${ids.department('CARD')}:department-head`)
  await act(one.id, answerCase, { answer: '道歉并说明' })
  const { rows: left } = await sql`
    select 1 from task where subject_kind = 'case' and subject_id = ${one.id} and cause like 'case-late:%' and status = 'requested'`.execute(
    app.db,
  )
  expect(left).toEqual([])
})

test('a pause with its reason keeps the clock from firing until it is resumed', async () => {
  const { one } = await complain()
  const params = { id: one.id }
  await app.request(centre, pauseCase, { params, body: { reason: '等待第三方鉴定' } })
  for (let look = 0; look < 3; look++) await fireDue(app.db, new Date(Date.now() + 60 * day))
  expect((await read(one.id)).clock).toMatchObject({ pauseReason: '等待第三方鉴定', breachedAt: null })
  const resumed = await app.request(centre, resumeCase, { params, body: {} })
  expect(resumed.body.clock).toMatchObject({ pausedAt: null, breachedAt: null })
  expect(kinds(resumed.body)).toEqual(['opened', 'paused', 'resumed'])
})

test('above the own limit a grant waits for approval, and the case is not closed as settled before', async () => {
  const { one } = await complain()
  const { items } = (await app.request(centre, listCaseMeasures, { query: { siteId: ids.site('NH') } })).body
  const waiver = items.find((item) => item.code === 'fee-waiver')
  expect(waiver?.own).toBe(200)
  const grant = (amount: number | null, measureId = waiver?.id ?? 0) =>
    app.request(centre, grantMeasure, { params: { id: one.id }, body: { measureId, amount } })
  expect((await grant(null)).error?.fields?.[0]?.path).toBe('amount')
  expect((await grant(150)).body.grants).toMatchObject([{ status: 'granted', amount: 150 }])
  const big = (await grant(500)).body.grants[1]
  expect(big).toMatchObject({ status: 'waiting', mayDecide: false })
  await act(one.id, answerCase, { answer: '减免并致歉' })
  await act(one.id, tellComplainant, { how: 'visit' })
  expect((await act(one.id, closeCase, { outcome: 'settled' })).error?.id).toBe('grant-waiting')
  const decide = (caller: string, approve: boolean) =>
    app.request(caller, decideGrant, { params: { id: big?.id ?? 0 }, body: { approve, reason: '同意' } })
  expect((await decide(centre, true)).status).toBe(403)
  const waiting = await app.request(manager, listCases, { query: { view: 'approval' } })
  expect(waiting.body.items.map((item) => item.id)).toContain(one.id)
  expect((await decide(manager, true)).body.grants[1]).toMatchObject({
    status: 'granted',
    decidedByName: expect.any(String) as string,
  })
  expect((await decide(manager, false)).error?.id).toBe('already-closed')
  expect((await act(one.id, closeCase, { outcome: 'settled' })).status).toBe(200)
})

test('a department is asked with a deadline and answers; its task is done with that, and the other way round', async () => {
  const { one } = await complain()
  const ask = async (question: string) =>
    (
      await app.request(centre, consultDepartment, {
        params: { id: one.id },
        body: { departmentId: ids.department('ORTH'), question },
      })
    ).body.consultations.at(-1)
  const first = await ask('当天出诊几人？')
  expect(first?.dueAt.slice(0, 10)).toBe('2026-11-20')
  const head = await app.signInAs('department-head', {
    site: ids.site('NH'),
    department: ids.department('ORTH'),
  })
  const tasks = async () =>
    (await app.request(head, listTasks, { query: { whose: 'mine' } })).body.items.filter(
      (task) => task.title === '答复个案征询',
    )
  expect(await tasks()).toHaveLength(1)
  const answered = await app.request(head, answerConsultation, {
    params: { id: first?.id ?? 0 },
    body: { answer: '两人' },
  })
  expect(answered.body.consultations[0]).toMatchObject({ answer: '两人' })
  expect(await tasks()).toEqual([])
  const second = await ask('为何无人解释？')
  const [task] = await tasks()
  const params = { id: task?.id ?? 0 }
  await app.request(head, holdTask, { params })
  await app.request(head, completeTask, { params, body: { outcome: 'done', note: '导诊请假' } })
  expect((await read(one.id)).consultations[1]).toMatchObject({ id: second?.id, answer: '导诊请假' })
})

test('the call that tells the result asks for satisfaction; both stand with the case', async () => {
  const { one } = await complain()
  await act(one.id, answerCase, { answer: '已整改' })
  await act(one.id, tellComplainant, { how: 'phone' })
  expect((await act(one.id, tellComplainant, { how: 'phone' })).error?.id).toBe('already-exists')
  const { rows } = await sql<{
    id: number
  }>`select id from task where cause = ${`case-call:${one.id}:0`}`.execute(app.db)
  const params = { id: rows[0]?.id ?? 0 }
  expect((await app.request(centre, holdTask, { params })).status).toBe(200)
  const done = await app.request(centre, recordAttempt, {
    params,
    body: { channel: 'phone', outcome: 'done', answers: { satisfaction: '5' }, durationSeconds: 90 },
  })
  expect(done.status).toBe(200)
  expect(await read(one.id)).toMatchObject({ toldHow: 'phone', satisfaction: 5 })
})

test('a message tells the result when it has gone out, and a reopened case has a new clock', async () => {
  const { one } = await complain()
  await act(one.id, answerCase, { answer: '已整改' })
  expect((await act(one.id, tellComplainant, { how: 'message' })).status).toBe(200)
  const { rows } = await sql<{ body: string; status: string }>`
    select coalesce(texts -> 'sms' ->> 'body', body) as body, status from message where subject_kind = 'case' and subject_id = ${one.id}`.execute(
    app.db,
  )
  expect(rows[0]?.body).toContain(one.number)
  expect((await read(one.id)).toldAt).toBeNull()
  await act(one.id, tellComplainant, { how: 'visit' })
  await act(one.id, closeCase, { outcome: 'explained' })
  const again = await app.request(centre, reopenCase, {
    params: { id: one.id },
    body: { reason: '患者不同意' },
  })
  expect(again.body).toMatchObject({ status: 'open', reopened: 1, answer: null, clock: { breachedAt: null } })
  expect(
    (await app.request(centre, reopenCase, { params: { id: one.id }, body: { reason: '再开' } })).error?.id,
  ).toBe('not-closed')
})

test('a serious complaint has to say whether it is a dispute; a dispute stops marketing and stands with the case', async () => {
  await receive(app, { event: 'A03', mrn: 'C3', visit: 'C3', department: 'CARD' })
  const serious = { severity: 'serious', personId: await personOf(app, 'C3') }
  expect((await complain(serious)).error?.fields?.[0]?.path).toBe('dispute')
  const { one } = await complain({ ...serious, dispute: false })
  expect(one.abilities.dispute).toBe(true)
  const made = await app.request(centre, makeDispute, {
    params: { id: one.id },
    body: { reason: '要求赔偿' },
  })
  expect(made.body.disputeId).not.toBeNull()
  const { body } = await app.request(centre, getPerson, { params: { id: serious.personId } })
  expect(body.tags).toContain('open-dispute')
})

test('who has no record is named; the number is masked, and shown to those who may, with a reason that is kept', async () => {
  const { one } = await complain({
    complainant: 'named',
    personId: null,
    name: '路人甲',
    phone: '13912345678',
  })
  expect(one).toMatchObject({ personName: '路人甲', phone: '139****5678' })
  const shown = await app.request(centre, revealComplainant, {
    params: { id: one.id },
    body: { reason: '回电' },
  })
  expect(shown.body.phone).toBe('13912345678')
  expect(
    (await app.request(manager, revealComplainant, { params: { id: one.id }, body: { reason: '看看' } }))
      .status,
  ).toBe(403)
  const { rows } = await sql`select reason from audit_event where action = 'case.reveal'`.execute(app.db)
  expect(rows).toEqual([{ reason: '回电' }])
})

test('a mark of difficulty is set by those who manage, ends by its day, and shows the guidance at the case', async () => {
  const params = { id: person }
  const set = (caller: string) =>
    app.request(caller, setCareMark, { params, body: { reason: '多次辱骂窗口人员', until: '2026-12-31' } })
  expect((await set(centre)).status).toBe(403)
  const mark = await set(manager)
  expect(mark.status).toBe(201)
  expect((await set(manager)).error?.id).toBe('already-exists')
  const { one } = await complain()
  expect(one.careMark).toMatchObject({ reason: '多次辱骂窗口人员' })
  expect(one.guidance?.title).toBe('难沟通对象接待要点')
  expect((await app.request(centre, listCareMarks, { params })).body.items).toMatchObject([{ stands: true }])
  await app.request(manager, endCareMark, { params: { id: mark.body.id }, body: { reason: '已和解' } })
  expect((await read(one.id)).careMark).toBeNull()
})

test('what a site sees of another is nothing', async () => {
  const far = await app.signInAs('service-centre', { site: ids.site('EAST') })
  const { one } = await complain()
  expect((await app.request(far, getCase, { params: { id: one.id } })).status).toBe(404)
  expect((await app.request(far, listCases, { query: { view: 'all' } })).body.items).toEqual([])
  expect((await act(one.id, answerCase, { answer: 'x' }, far)).status).toBe(404)
  expect((await complain({}, far)).status).toBe(404)
})

test('a case comes out of a call that there is, and grants at least a cent', async () => {
  const { error } = await complain({ sourceKind: 'call', sourceId: 999_999 })
  expect(error?.fields?.[0]).toMatchObject({ path: 'sourceId', message: 'is not known' })
  const { one } = await complain()
  const { error: little } = await app.request(centre, grantMeasure, {
    params: { id: one.id },
    body: { measureId: 1, amount: 0.001 },
  })
  expect(little?.fields?.[0]?.path).toBe('amount')
})
