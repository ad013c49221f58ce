import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getFollowUpFigures, listFollowUpRows } from '../../../contract/figure.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { getTask, holdTask } from '../../../contract/task.ts'
import { addEvidence, recordAttempt, reopenTask, withdrawEvidence } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, goodAnswers, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'
import { transaction } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'
import { proofOf, type ProofRows } from './proof.ts'

let app: TestApp
let doctor: string
let count = 0
beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  const ids = await idsOf(app)
  doctor = await app.signInAs('doctor', { staff: ids.staff('D1') })
})
afterAll(() => app.close())

const anyRows: fc.Arbitrary<ProofRows> = fc.record({
  contact: fc.option(
    fc.record({
      channel: fc.constantFrom('phone', 'video', 'visit', 'sms', 'wechat', 'other'),
      at: fc.constant(new Date('2026-11-01T02:00:00Z')),
      recordedAt: fc
        .integer({ min: 0, max: 7200 })
        .map((s) => new Date(Date.parse('2026-11-01T02:00:00Z') + s * 1000)),
      durationSeconds: fc.option(fc.integer({ min: 0, max: 900 })),
    }),
  ),
  evidence: fc.array(fc.constantFrom('call-record', 'reply', 'visit-note', 'document')),
  ownResponses: fc.nat(2),
})
const shortCall = 30
const order = ['stated', 'document', 'visit-note', 'reply', 'call-record']

test('more evidence never weakens a result, and without any it is only stated', () => {
  fc.assert(
    fc.property(anyRows, fc.constantFrom('call-record', 'reply', 'visit-note', 'document'), (rows, more) => {
      const before = order.indexOf(proofOf(rows, shortCall))
      const after = order.indexOf(proofOf({ ...rows, evidence: [...rows.evidence, more] }, shortCall))
      expect(after).toBe(Math.max(before, order.indexOf(more)))
    }),
  )
  expect(proofOf({ contact: null, evidence: [], ownResponses: 0 }, shortCall)).toBe('stated')
})

test('a call counts as recorded when the desk timed it, not when its length was written down later', () => {
  const at = new Date('2026-11-01T02:00:00Z')
  const after = (seconds: number, more = {}) =>
    proofOf(
      {
        contact: {
          channel: 'phone',
          at,
          recordedAt: new Date(at.getTime() + seconds * 1000),
          durationSeconds: 80,
          ...more,
        },
        evidence: [],
        ownResponses: 0,
      },
      shortCall,
    )
  expect([
    after(0),
    after(60),
    after(61),
    after(0, { durationSeconds: null }),
    after(0, { channel: 'visit' }),
  ]).toEqual(['call-record', 'call-record', 'stated', 'stated', 'stated'])
  // In so little time nobody can have been asked.
  expect([after(0, { durationSeconds: 30 }), after(0, { durationSeconds: 29 })]).toEqual([
    'call-record',
    'stated',
  ])
})

async function finished(body: Record<string, unknown> = {}) {
  count += 1
  const made = await discharged(app, `P${count}`)
  const params = { id: made.task }
  await app.request(doctor, holdTask, { params })
  const answers = await goodAnswers(app, made.task)
  const { body: task, error } = await app.request(doctor, recordAttempt, {
    params,
    body: { outcome: 'done', answers, ...body },
  })
  expect(error).toBeUndefined()
  return { ...made, params, detail: task }
}
const look = async (id: number) => (await app.request(doctor, getTask, { params: { id } })).body

test('a result says what proves it, and the agent can hand proof in later', async () => {
  const { params, person, detail } = await finished()
  expect(detail).toMatchObject({ proof: 'stated', evidence: [], abilities: { prove: true } })
  const add = (body: Record<string, unknown>) => app.request(doctor, addEvidence, { params, body })
  expect((await add({ kind: 'visit-note', place: '海曙区', at: new Date().toISOString() })).body.proof).toBe(
    'visit-note',
  )
  const { body } = await add({ kind: 'call-record', reference: `CC-${params.id}` })
  expect(body.proof).toBe('call-record')
  expect(body.evidence.map((one) => [one.kind, one.reference, one.place])).toEqual([
    ['visit-note', null, '海曙区'],
    ['call-record', `CC-${params.id}`, null],
  ])
  const evidenceId = body.evidence[1]?.id ?? 0
  const taken = await app.request(doctor, withdrawEvidence, {
    params: { ...params, evidenceId },
    body: { reason: '号码填错' },
  })
  expect(taken.body).toMatchObject({ proof: 'visit-note' })
  expect(taken.body.evidence[1]?.withdrawn?.reason).toBe('号码填错')
  const again = await app.request(doctor, withdrawEvidence, {
    params: { ...params, evidenceId },
    body: { reason: '再撤' },
  })
  expect(again.error?.id).toBe('not-found')
  const { body: timeline } = await app.request(doctor, getTimeline, { params: { id: person } })
  expect(timeline.items.find((event) => event.contact?.closed)?.contact?.proof).toBe('visit-note')
  const { rows } = await sql<{ action: string }>`
    select action from audit_event where action like 'task.evidence.%' and person_id = ${person} order by seq`.execute(
    app.db,
  )
  expect(rows.map((row) => row.action)).toEqual([
    'task.evidence.add',
    'task.evidence.add',
    'task.evidence.withdraw',
  ])
})

test('what a kind of proof needs is asked for, and its time must be possible', async () => {
  const { params } = await finished()
  const refused = async (body: Record<string, unknown>) =>
    (await app.request(doctor, addEvidence, { params, body })).error?.fields?.map((field) => field.path)
  expect(await refused({ kind: 'call-record' })).toEqual(['reference'])
  expect(await refused({ kind: 'visit-note' })).toEqual(['place', 'at'])
  expect(await refused({ kind: 'reply', reference: '邮件' })).toEqual(['at'])
  const visit = (hours: number) => ({
    kind: 'visit-note',
    place: '家中',
    at: new Date(Date.now() + hours * 3600_000).toISOString(),
  })
  expect(await refused(visit(2))).toEqual(['at'])
  expect(await refused(visit(-72))).toEqual(['at'])
})

test('one call proves one result; withdrawn, its number is free again', async () => {
  const [first, second] = [
    await finished({ evidence: { kind: 'call-record', reference: 'CALL-7' } }),
    await finished(),
  ]
  expect(first.detail.proof).toBe('call-record')
  const add = () =>
    app.request(doctor, addEvidence, {
      params: second.params,
      body: { kind: 'call-record', reference: 'CALL-7' },
    })
  expect((await add()).error?.id).toBe('already-exists')
  await app.request(doctor, withdrawEvidence, {
    params: { ...first.params, evidenceId: first.detail.evidence[0]?.id ?? 0 },
    body: { reason: '是另一位患者的' },
  })
  expect((await look(first.task)).proof).toBe('stated')
  expect((await add()).body.proof).toBe('call-record')
})

test('proof that came with an attempt goes with it when the result is undone', async () => {
  const { params } = await finished({ durationSeconds: 95, evidence: { kind: 'document', reference: 'D-1' } })
  expect((await look(params.id)).proof).toBe('call-record')
  const { body } = await app.request(doctor, reopenTask, { params })
  expect(body).toMatchObject({ proof: null, evidence: [] })
  expect(
    (await app.request(doctor, addEvidence, { params, body: { kind: 'document', reference: 'D-2' } })).error
      ?.id,
  ).toBe('not-closed')
})

test('a questionnaire that the person answered alone is a reply', async () => {
  const { task, person, detail } = await finished()
  await sql`
    insert into questionnaire_response (questionnaire_version_id, person_id, encounter_id, status, author, source, updated_at)
    select questionnaire_version_id, person_id, encounter_id, 'completed', 'person:link', 'person', completed_at from task where id = ${task}`.execute(
    app.db,
  )
  await transaction(app.db, (trx) =>
    recordEvents(trx, [
      {
        personId: person,
        at: new Date(),
        kind: 'questionnaire.completed',
        source: 'person',
        encounterId: detail.encounterId,
      },
    ]),
  )
  expect(await look(task)).toMatchObject({ proof: 'reply', evidence: [{ kind: 'reply', id: null }] })
})

test('figures count proven and stated results apart, and their rows say which', async () => {
  const date = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  const query = { from: date(-60), to: date(2) }
  const clear = await app.request(await app.signInAs('manager'), getFollowUpFigures, {
    query,
  })
  const { proven, stated, followed, provenCoverage, due } = clear.body.total
  expect(proven).toBeGreaterThan(0)
  expect(stated).toBeGreaterThan(0)
  expect(proven + stated).toBe(followed)
  expect(provenCoverage).toBe(proven / due)
  const { body } = await app.request(doctor, listFollowUpRows, {
    query: { ...query, measure: 'stated' },
  })
  expect(new Set(body.items.map((row) => row.task?.proof))).toEqual(new Set(['stated']))
})

test('nobody proves what lies outside their reach', async () => {
  const { params } = await finished()
  const { staff } = await idsOf(app)
  await receive(app, { mrn: 'other-doctor', doctor: 'D9' })
  const stranger = await app.signInAs('doctor', { staff: (await idsOf(app)).staff('D9') })
  expect(staff('D1')).not.toBe(0)
  const answer = await app.request(stranger, addEvidence, {
    params,
    body: { kind: 'document', reference: 'X' },
  })
  expect(answer.error?.id).toBe('not-found')
})
