import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAudit } from '../../../contract/audit.ts'
import { comparePersons, getPersonMerge, mergePersons, undoPersonMerge } from '../../../contract/match.ts'
import { getPerson } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'

let app: TestApp
let centre: string
beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  const shared = { birth: '19700102', sex: 'F', phone: '13800001111' }
  await receive(
    app,
    { ...shared, event: 'A03', mrn: 'L1', visit: 'L1', name: '张晓敏', nationalId: '110101197001021232' },
    { ...shared, event: 'A03', mrn: 'L2', visit: 'L2', name: '章小敏', nationalId: '110101197001021233' },
    { ...shared, mrn: 'FAR', visit: 'FAR', site: 'EAST', department: 'EYE', doctor: 'E1', name: '远方人' },
  )
})
afterAll(() => app.close())

const both = async () => ({ leftId: await personOf(app, 'L1'), rightId: await personOf(app, 'L2') })

test('two persons side by side tell what agrees although the values are masked', async () => {
  const { body } = await app.request(centre, comparePersons, { params: await both() })
  const agreed = Object.fromEntries(body.rows.map((row) => [row.field, row.agreement]))
  expect(agreed).toMatchObject({
    name: 'similar',
    sex: 'same',
    birthDate: 'same',
    phone: 'same',
    'national-id': 'similar',
  })
  expect(JSON.stringify(body)).not.toMatch(/13800001111|11010119700102/)
  expect(body.left.counts).toMatchObject({ encounters: 1 })
  expect(body.merged).toBe(false)
})

test('a merge is told before it is taken back: what goes and what stays; both once only, and on both trails', async () => {
  const { leftId, rightId } = await both()
  const body = { survivorId: leftId, mergedId: rightId, reason: '重复建档' }
  expect((await app.request(centre, mergePersons, { body: { ...body, reason: ' ' } })).status).toBe(422)
  const merged = await app.request(centre, mergePersons, { body })
  expect(merged.status).toBe(201)
  expect((await app.request(centre, mergePersons, { body })).error?.id).toBe('already-exists')
  const params = { id: merged.body.mergeId }
  await receive(app, { event: 'A04', class: 'O', mrn: 'L2', visit: 'L2-later', name: '章小敏' })
  const told = (await app.request(centre, getPersonMerge, { params })).body
  expect(told).toMatchObject({
    survivor: { id: leftId },
    merged: { id: rightId, recordNumbers: ['L2'] },
    goes: { encounters: 2 },
    stays: { encounters: 1 },
    undoneAt: null,
  })
  const back = { params, body: { reason: '并错了' } }
  expect((await app.request(centre, undoPersonMerge, back)).body).toEqual({
    survivorId: leftId,
    separatedId: rightId,
  })
  expect((await app.request(centre, undoPersonMerge, back)).error?.id).toBe('already-closed')
  expect((await app.request(centre, getPerson, { params: { id: rightId } })).body.encounters).toHaveLength(2)
  const line = await app.request(centre, getTimeline, {
    params: { id: leftId },
    query: { kind: ['person.merged', 'person.unmerged'] },
  })
  expect(line.body.items).toMatchObject([
    { kind: 'person.unmerged', data: { mergedName: '章小敏', reason: '并错了' } },
    { kind: 'person.merged', data: { mergedName: '章小敏', reason: '重复建档' } },
  ])
  const auditor = await app.signInAs('auditor')
  for (const id of [leftId, rightId]) {
    const trail = await app.request(auditor, listAudit, { query: { personId: id, limit: 200 } })
    expect(trail.body.items.map((one) => one.action)).toEqual(
      expect.arrayContaining(['person.merge', 'person.unmerge', 'person.compare', 'person.merge-read']),
    )
  }
})

test('nobody merges, compares or separates beyond the own reach', async () => {
  const { site } = await idsOf(app)
  const near = await app.signInAs('service-centre', { site: site('NH') })
  const { leftId } = await both()
  const far = await personOf(app, 'FAR', 'EAST')
  const body = { survivorId: leftId, mergedId: far, reason: '试试' }
  expect((await app.request(near, mergePersons, { body })).status).toBe(404)
  expect((await app.request(near, comparePersons, { params: { leftId, rightId: far } })).status).toBe(404)
  const { body: merged } = await app.request(centre, mergePersons, { body })
  // One person at two sites is a patient of both.
  expect((await app.request(near, getPerson, { params: { id: far } })).body.id).toBe(leftId)
  const params = { id: merged.mergeId }
  expect((await app.request(near, getPersonMerge, { params })).status).toBe(200)
  await app.request(centre, undoPersonMerge, { params, body: { reason: '还原' } })
  expect((await app.request(near, getPerson, { params: { id: far } })).status).toBe(404)
  expect((await app.request(near, getPersonMerge, { params: { id: 999_999 } })).status).toBe(404)
})
