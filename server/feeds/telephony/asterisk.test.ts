import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  controlCall,
  getCall,
  getCallWall,
  linkCall,
  listCalls,
  playRecording,
  revealCallNumber,
  superviseCall,
  workInCall,
  wrapUpCall,
} from '../../../contract/call.ts'
import { dial, getMyLine, setMyLine } from '../../../contract/line.ts'
import { getTask, holdTask, listTasks } from '../../../contract/task.ts'
import { recordAttempt } from '../../../contract/task-result.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, goodAnswers, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'
import { callAt, exchange, type Exchange, sitAt } from '../../../test/support/telephony.ts'
import { settleCalls } from '../../modules/call/settle.ts'

let app: TestApp
let asterisk: Exchange
let agent: string
let second: string
let secondId: string
let manager: string

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  const site = (await idsOf(app)).site('NH')
  asterisk = await exchange(app)
  agent = await app.signInAs('service-centre', { site })
  secondId = await app.createUser('second-agent', 'service-centre', { site })
  second = await app.signIn('second-agent')
  manager = await app.signInAs('manager', { site })
  await sitAt(app, agent, asterisk.accountId, '8001')
  await sitAt(app, second, asterisk.accountId, '8002')
})
afterAll(async () => {
  await asterisk.close()
  await app.close()
})

const later = () => settleCalls(app.db, new Date(Date.now() + 60_000))
const detail = async (who: string, id: number) => (await app.request(who, getCall, { params: { id } })).body

test('a call rings with the caller known; its record is the evidence of the follow-up that was done in it', async () => {
  const { person, task } = await discharged(app, 'RING', { phone: '13811110001' })
  const call = asterisk.pbx.call('13811110001', '96120', { queue: 'service' })
  call.ring('8001')
  const id = await callAt(app, agent, 'ringing')
  const known = await detail(agent, id)
  expect(known).toMatchObject({
    personId: person,
    number: '138****0001',
    queue: 'service',
    direction: 'inbound',
  })
  expect(known.callers).toMatchObject([{ id: person, as: { kind: 'own' } }])
  expect(known.callers[0]?.tasks.map((one) => one.id)).toContain(task)
  call.answer('8001')
  await callAt(app, agent, 'talking')
  const held = await app.request(agent, holdTask, { params: { id: task } })
  expect(held.status).toBe(200)
  await app.request(agent, workInCall, { params: { id }, body: { taskId: task } })
  await sql`update call set answered_at = answered_at - interval '2 minutes', started_at = started_at - interval '2 minutes' where id = ${id}`.execute(
    app.db,
  )
  await sql`update encounter set ends_at = ends_at - interval '1 day' where person_id = ${person}`.execute(
    app.db,
  )
  const done = await app.request(agent, recordAttempt, {
    params: { id: task },
    body: { outcome: 'done', answers: await goodAnswers(app, task) },
  })
  expect(done.body).toMatchObject({ status: 'completed', proof: 'stated' })
  call.hangUp()
  await callAt(app, agent, 'ended')
  await later()
  const proven = await app.request(agent, getTask, { params: { id: task } })
  expect(proven.body.proof).toBe('call-record')
  const timeline = await app.request(agent, getTimeline, { params: { id: person } })
  expect(timeline.body.items.map((one) => one.kind)).toContain('call.ended')
  await app.request(agent, wrapUpCall, {
    params: { id },
    body: { disposition: 'follow-up-done', note: '伤口好' },
  })
  expect((await app.request(agent, getMyLine)).body.calls).toEqual([])
})

test('the number of a family shows all its patients; whoever it is gets chosen', async () => {
  const phone = '13811110002'
  const [father, mother, child] = [
    await discharged(app, 'FA', { phone, name: '王^父' }),
    await discharged(app, 'MO', { phone, name: '王^母' }),
    await discharged(app, 'CH', { phone, name: '王^子' }),
  ]
  const call = asterisk.pbx.call(phone, '96120')
  call.ring('8001')
  const id = await callAt(app, agent, 'ringing')
  const found = await detail(agent, id)
  expect(found.personId).toBeNull()
  expect(found.callers.map((one) => one.id).sort()).toEqual(
    [father.person, mother.person, child.person].sort(),
  )
  const chosen = await app.request(agent, linkCall, { params: { id }, body: { personId: mother.person } })
  expect(chosen.body).toMatchObject({ personId: mother.person, callers: [{ id: mother.person }] })
  const other = await app.request(agent, workInCall, { params: { id }, body: { taskId: father.task } })
  expect(other.error?.fields?.[0]?.path).toBe('taskId')
  call.hangUp()
  await later()
})

test('a call that the machine makes shows its patient to who takes it over, and is no missed call of anybody', async () => {
  const { person, task } = await discharged(app, 'MACHINE', { phone: '13811110099' })
  const { rows } = await sql<{ id: number }>`
    insert into voice_call (site_id, person_id, task_id, attempt, account_id, questionnaire_version_id, state, phone, script, fence)
    select site_id, person_id, id, 1, ${asterisk.accountId}, questionnaire_version_id, 'leaving', '+8613811110099', '{}', 1
    from task where id = ${task} returning id`.execute(app.db)
  // Asterisk shows the hospital's own number as the caller's.
  const call = asterisk.pbx.call('96120', 's', { id: `careloop-voice-${rows[0]?.id ?? 0}`, queue: '96120' })
  call.ring('8001')
  const id = await callAt(app, agent, 'ringing')
  expect(await detail(agent, id)).toMatchObject({
    direction: 'outbound',
    number: '138****0099',
    personId: person,
    callers: [{ id: person }],
  })
  call.hangUp()
  await later()
  const made = await sql`select 1 from task where subject_kind = 'call' and subject_id = ${id}`.execute(
    app.db,
  )
  expect(made.rows).toEqual([])
  await sql`delete from voice_call`.execute(app.db)
})

test('a transfer takes the call to the second agent, and the first one keeps what is to be written', async () => {
  const call = asterisk.pbx.call('13911110003', '96120')
  call.ring('8001')
  await callAt(app, agent, 'ringing')
  call.answer('8001')
  const id = await callAt(app, agent, 'talking')
  const sent = await app.request(agent, controlCall, {
    params: { id },
    body: { act: 'transfer', userId: secondId },
  })
  expect(sent.status).toBe(202)
  await asterisk.turn()
  expect(await callAt(app, second, 'talking')).toBe(id)
  call.answer('8002')
  await expect.poll(async () => (await detail(second, id)).agentName).toBe('second-agent')
  call.hangUp()
  await callAt(app, second, 'ended')
  expect((await detail(second, id)).legs).toHaveLength(2)
  await later()
})

test('a control sign in a number neither loses the call nor holds up those after it', async () => {
  const odd = asterisk.pbx.call('13911110\u0000009', '961\u000020')
  odd.ring('8001')
  const id = await callAt(app, agent, 'ringing')
  expect((await app.request(agent, getCall, { params: { id } })).body.number).toBe('139****0009')
  odd.hangUp()
  await expect.poll(async () => (await detail(agent, id)).state).toBe('missed')
  await later()
})

test('a missed call is called back by somebody; whoever reaches the caller first ends that task', async () => {
  const missed = asterisk.pbx.call('13911110004', '96120', { queue: 'service' })
  missed.ring('8001')
  await callAt(app, agent, 'ringing')
  missed.hangUp()
  await expect.poll(async () => (await app.request(agent, getMyLine)).body.calls).toEqual([])
  await later()
  const open = async () =>
    (await app.request(agent, listTasks, { query: { whose: 'mine', kind: 'other' } })).body.items.filter(
      (one) => one.subject?.kind === 'call' && one.title.endsWith('0004'),
    )
  expect(await open()).toMatchObject([{ title: expect.stringMatching(/^回拨.*139\*\*\*\*0004$/) as string }])
  const again = asterisk.pbx.call('13911110004', '96120')
  again.ring('8001')
  await callAt(app, agent, 'ringing')
  again.hangUp()
  await later()
  expect(await open()).toHaveLength(1)
  const third = asterisk.pbx.call('13911110004', '96120')
  third.ring('8001')
  await callAt(app, agent, 'ringing')
  third.answer('8001')
  await callAt(app, agent, 'talking')
  third.hangUp()
  await callAt(app, agent, 'ended')
  await later()
  expect(await open()).toEqual([])
})

test('a call from the screen rings the agent, then the person; who must not be called is not', async () => {
  const { person } = await discharged(app, 'OUT', { phone: '13811110005' })
  const asked = await app.request(agent, dial, { body: { personId: person } })
  expect(asked.status).toBe(202)
  await asterisk.turn()
  const originate = asterisk.pbx.actions().at(-1)
  expect(originate).toMatchObject({ Action: 'Originate', Channel: 'PJSIP/8001', Exten: '13811110005' })
  await expect
    .poll(async () => (await detail(agent, asked.body.callId)).state, { timeout: 20_000 })
    .toBe('ringing')
  expect(await detail(agent, asked.body.callId)).toMatchObject({ direction: 'outbound', personId: person })
  await asterisk.turn()
  expect(asterisk.pbx.actions().filter((one) => one['Action'] === 'Originate')).toHaveLength(1)
  await sql`insert into opt_out (person_id, channel, purpose, reason, recorded_by) values (${person}, 'all', 'all', 'x', 'test')`.execute(
    app.db,
  )
  expect((await app.request(agent, dial, { body: { personId: person } })).error?.id).toBe('contact-refused')
  const stranger = await app.signInAs('nurse')
  expect((await app.request(stranger, dial, { body: { personId: person } })).error?.fields?.[0]?.path).toBe(
    'line',
  )
  asterisk.pbx.find(originate?.['ChannelId'] ?? '')?.hangUp()
})

test('breaks are told to the queue, and the wall shows who is there', async () => {
  const rest = (presence: string) =>
    app.request(second, setMyLine, { body: { accountId: asterisk.accountId, extension: '8002', presence } })
  await rest('break')
  await asterisk.turn()
  expect(asterisk.pbx.paused()).toEqual(['8002'])
  const wall = await app.request(manager, getCallWall)
  expect(wall.body.agents.find((one) => one.userId === secondId)).toMatchObject({ presence: 'break' })
  expect(wall.body.today.offered).toBeGreaterThan(3)
  await rest('available')
  await asterisk.turn()
  expect(asterisk.pbx.paused()).toEqual([])
})

test('recordings, numbers and listening in are for those who may, and each is audited', async () => {
  const call = asterisk.pbx.call('13811110009', '96120')
  call.ring('8001')
  await callAt(app, agent, 'ringing')
  call.answer('8001')
  const id = await callAt(app, agent, 'talking')
  await sitAt(app, manager, asterisk.accountId, '8009')
  expect((await app.request(agent, superviseCall, { params: { id }, body: { act: 'listen' } })).status).toBe(
    403,
  )
  expect(
    (await app.request(manager, superviseCall, { params: { id }, body: { act: 'whisper' } })).status,
  ).toBe(202)
  await asterisk.turn()
  expect(asterisk.pbx.actions().at(-1)).toMatchObject({ Application: 'ChanSpy', Channel: 'PJSIP/8009' })
  call.record('2026-11/call 1.wav')
  call.hangUp()
  await callAt(app, agent, 'ended')
  await expect.poll(async () => (await detail(manager, id)).abilities.listen).toBe(true)
  const played = await app.send(manager, 'get', `/api/v1/calls/${id}/recording`)
  expect([played.status, played.headers.get('content-type')]).toEqual([200, 'audio/wav'])
  expect((await played.arrayBuffer()).byteLength).toBeGreaterThan(1000)
  expect((await app.request(agent, playRecording, { params: { id } })).status).toBe(403)
  const reveal = (who: string) =>
    app.request(who, revealCallNumber, { params: { id }, body: { reason: '核对号码' } })
  expect((await reveal(agent)).body.number).toBe('+8613811110009')
  expect((await reveal(manager)).status).toBe(403)
  const { rows } = await sql<{ action: string; outcome: string }>`
    select action, outcome from audit_event where subject like ${`call:${id}%`} and action in ('call.listen', 'call.reveal', 'call.whisper')`.execute(
    app.db,
  )
  expect(rows.map((row) => row.action).sort()).toEqual(['call.listen', 'call.reveal', 'call.whisper'])
  const elsewhere = await app.signInAs('service-centre', { site: null })
  expect((await app.request(elsewhere, listCalls)).status).toBe(200)
  const nurse = await app.signInAs('nurse', { department: null })
  expect((await app.request(nurse, getCall, { params: { id } })).status).toBe(404)
  expect((await app.request(nurse, listCalls)).body.items).toEqual([])
})

test('what happened while nobody was connected is told by the file of channel events, to the millisecond', async () => {
  const call = asterisk.pbx.call('13811110010', '96120')
  call.ring('8001')
  const id = await callAt(app, agent, 'ringing')
  await asterisk.telephony.stop()
  call.answer('8001')
  call.hangUp()
  const meanwhile = asterisk.pbx.call('13811110011', '96120')
  meanwhile.ring('8002')
  const { openTelephony } = await import('./adapter.ts')
  asterisk.telephony = openTelephony(app.services)
  await expect
    .poll(
      async () => {
        await asterisk.telephony.look()
        return (await detail(agent, id)).state
      },
      { timeout: 20_000 },
    )
    .toBe('ended')
  const ended = await detail(agent, id)
  expect(ended.answeredAt).not.toBeNull()
  expect(Date.parse(ended.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(ended.answeredAt ?? ''))
  expect((await app.request(agent, listCalls, { query: { state: 'live' } })).body.items).toMatchObject([
    { number: '138****0011' },
  ])
  meanwhile.hangUp()
})
