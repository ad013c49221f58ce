import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createEnrollment, type PathwayStep } from '../../../contract/pathway.ts'
import { addGroupAgreement, createGroup } from '../../../contract/group.ts'
import { createSegment, listSegmentMembers, updateSegment } from '../../../contract/segment.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { newPerson, statesOf } from '../../../test/support/enrollment.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { definitionOf, makePathway, message, wait } from '../../../test/support/pathway.ts'
import { registerAct } from './act.ts'
import { enterByCalendar } from './calendar-entry.ts'
import { executeDue } from './execute.ts'

let app: TestApp
let centre: string
let count = 0

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
})
afterAll(async () => {
  await app.close()
})

test('entering a segment enters a pathway, leaving it is an event as well, and both happen once', async () => {
  const rule = {
    all: [
      { fact: 'person.visits', op: '>=' as const, value: 3 },
      { fact: 'person.sex', op: '=' as const, value: 'female' },
    ],
  }
  const { body: segment, error } = await app.request(await app.signInAs('integration'), createSegment, {
    body: { code: 'often', name: '常来的女性', rule, siteId: null },
  })
  if (error) throw new Error(JSON.stringify(error))
  const entry = (event: 'segment.entered' | 'segment.left') => ({
    event,
    maxAgeDays: 1,
    when: { fact: 'event.segment', op: '=' as const, value: 'often' },
  })
  const entered = await makePathway(
    app,
    definitionOf([message('hello', null)], { entry: entry('segment.entered') }),
  )
  const left = await makePathway(app, definitionOf([message('bye', null)], { entry: entry('segment.left') }))
  const mrn = `S${++count}`
  await receive(app, { event: 'A04', class: 'O', mrn, visit: mrn, sex: 'F' })
  await app.processAll()
  expect(await statesOf(app, entered)).toEqual([])
  await receive(app, { event: 'A04', class: 'O', mrn, visit: `${mrn}b`, sex: 'F' })
  await receive(app, { event: 'A04', class: 'O', mrn, visit: `${mrn}c`, sex: 'F' })
  const again = () => sql`update segment set refreshed_at = null`.execute(app.db)
  for (let n = 0; n < 2; n++) {
    await again()
    await app.processAll()
  }
  expect(await statesOf(app, entered)).toMatchObject([{ status: 'completed', made: ['hello'] }])
  const members = await app.request(centre, listSegmentMembers, { params: { id: segment.id } })
  expect(members.body.items.map((one) => one.personId)).toContain(await personOf(app, mrn))
  await app.request(await app.signInAs('integration'), updateSegment, {
    params: { id: segment.id },
    body: {
      name: segment.name,
      version: segment.version,
      rule: { fact: 'person.visits', op: '>', value: 99 },
    },
  })
  await app.processAll()
  expect(await statesOf(app, left)).toMatchObject([{ status: 'completed', made: ['bye'] }])
  expect(await statesOf(app, entered)).toHaveLength(1)
})

test('a pathway of every month takes everybody in once on its day, again the next month, and the living only', async () => {
  const pathway = await makePathway(
    app,
    definitionOf([message('m', null)], {
      entry: {
        event: null,
        calendar: { on: { every: 'month', day: 3 }, hour: 9 },
        maxAgeDays: 30,
        when: { fact: 'person.language', op: '=', value: 'monthly' },
      },
    }),
  )
  const people = [await newPerson(app), await newPerson(app), await newPerson(app)]
  await sql`update person_facts set language = 'monthly' where person_id = any(${people.map((one) => one.id)})`.execute(
    app.db,
  )
  await receive(app, {
    event: 'A08',
    mrn: people[2]?.mrn ?? '',
    visit: people[2]?.mrn ?? '',
    class: 'O',
    diedAt: new Date(),
  })
  await sql`update pathway_version set published_at = '2026-01-01'`.execute(app.db)
  const look = async (at: string) => {
    // Two processes look at once.
    await Promise.all([enterByCalendar(app.db, new Date(at)), enterByCalendar(app.db, new Date(at))])
    return (await statesOf(app, pathway)).length
  }
  expect(await look('2027-03-02T23:00:00+08:00')).toBe(0)
  expect(await look('2027-03-03T08:59:00+08:00')).toBe(0)
  expect(await look('2027-03-03T09:00:00+08:00')).toBe(2)
  expect(await look('2027-03-03T18:00:00+08:00')).toBe(2)
  // Down on the day itself: made up for on the next.
  expect(await look('2027-04-04T00:30:00+08:00')).toBe(4)
  expect(await look('2027-04-20T10:00:00+08:00')).toBe(4)
})

test('a step has another module act, once for each enrolment, with what its author wrote, checked when it is published', async () => {
  const done: { enrollment: number; colour: string }[] = []
  const forgetAct = registerAct({
    name: 'test.paint',
    input: z.strictObject({ colour: z.string() }),
    run: (_trx, items) => {
      for (const { enrolled, input } of items) done.push({ enrollment: enrolled.id, colour: input.colour })
      return Promise.resolve()
    },
  })
  const step = (act: string, input: Record<string, unknown>): PathwayStep => ({
    key: 'act',
    title: '',
    next: 'm',
    kind: 'act',
    act,
    input,
  })
  const made = (act: string, input: Record<string, unknown>) =>
    makePathway(app, definitionOf([step(act, input), message('m', null)]))
  await expect(made('test.paint', { color: 'red' })).rejects.toThrow('cannot be published')
  await expect(made('test.sing', {})).rejects.toThrow('cannot be published')
  const pathway = await made('test.paint', { colour: 'red' })
  const people = [await newPerson(app), await newPerson(app)]
  for (const { id } of people)
    await app.request(centre, createEnrollment, { body: { pathwayId: pathway, personId: id } })
  const states = await statesOf(app, pathway)
  await executeDue(app.db)
  expect(done.sort((one, other) => one.enrollment - other.enrollment)).toEqual(
    states.map((state) => ({ enrollment: state.id, colour: 'red' })),
  )
  forgetAct()
})

test('who may enter again does so not sooner than the pathway says', async () => {
  const pathway = await makePathway(
    app,
    definitionOf([message('m', null)], { entry: { event: null, maxAgeDays: 30, again: { afterDays: 90 } } }),
  )
  const { id: person } = await newPerson(app)
  const enter = async () =>
    (await app.request(centre, createEnrollment, { body: { pathwayId: pathway, personId: person } })).status
  expect(await enter()).toBe(201)
  await statesOf(app, pathway)
  expect(await enter()).toBe(409)
  await sql`update enrollment set entered_at = now() - interval '91 days' where pathway_id = ${pathway}`.execute(
    app.db,
  )
  expect(await enter()).toBe(201)
  expect(await statesOf(app, pathway)).toHaveLength(2)
})

test('an organisation on a pathway that contacts persons is refused by hand, and blocked with the reason by an event, beside others that go on', async () => {
  const reminds = definitionOf([wait('w', 'm', { for: { value: 0, unit: 'days' } }), message('m', null)], {
    entry: { event: 'agreement.signed', maxAgeDays: 1 },
  })
  const pathway = await makePathway(app, reminds)
  const made = await app.request(centre, createGroup, {
    body: { code: `G-${++count}`, name: '测试单位', kind: 'employer', siteId: null },
  })
  if (made.error) throw new Error(JSON.stringify(made.error))
  const group = made.body
  const byHand = await app.request(centre, createEnrollment, {
    body: { pathwayId: pathway, groupId: group.id },
  })
  expect(byHand.status).toBe(422)
  await app.request(centre, addGroupAgreement, {
    params: { id: group.id },
    body: { number: 'A', status: 'active' },
  })
  const { id: person } = await newPerson(app)
  await app.request(centre, createEnrollment, { body: { pathwayId: pathway, personId: person } })
  const [ofGroup, ofPerson] = await statesOf(app, pathway)
  expect(ofGroup).toMatchObject({
    status: 'blocked',
    reason: expect.stringContaining('organisation') as string,
  })
  expect(ofPerson).toMatchObject({ status: 'completed', made: ['m'] })
})

test('a wait for a time that nothing has is refused; one that this enrolment lacks blocks it with the reason', async () => {
  const waits = (since: string) => definitionOf([wait('w', null, { since })])
  await expect(makePathway(app, waits('subject.nope'))).rejects.toThrow('cannot be published')
  await expect(makePathway(app, definitionOf([wait('w', null, { before: true })]))).rejects.toThrow(
    'cannot be published',
  )
  const pathway = await makePathway(app, waits('subject.end'))
  const { id: person } = await newPerson(app)
  await app.request(centre, createEnrollment, { body: { pathwayId: pathway, personId: person } })
  expect(await statesOf(app, pathway)).toMatchObject([{ status: 'blocked' }])
})

test('a condition on something that nobody knows is named when the pathway is published', async () => {
  const when = { fact: 'person.shoeSize', op: '=' as const, value: 1 }
  const entry = { event: 'encounter.discharged' as const, maxAgeDays: 1, when }
  await expect(makePathway(app, definitionOf([message('m', null)], { entry }))).rejects.toThrow(
    'cannot be published',
  )
})

test('somebody of one site puts nobody on a pathway at another one, nor at one that does not exist', async () => {
  const pathway = await makePathway(app, definitionOf([message('m', null)]))
  const { id: person } = await newPerson(app)
  await receive(app, { event: 'A04', class: 'O', mrn: 'east', visit: 'east', site: 'EAST' })
  const sites = await app.db.selectFrom('site').select(['id', 'code']).execute()
  const site = (code: string) => sites.find((one) => one.code === code)?.id ?? 0
  const bound = await app.signInAs('service-centre', { site: site('NH') })
  for (const siteId of [site('EAST'), 999])
    expect(
      (await app.request(bound, createEnrollment, { body: { pathwayId: pathway, personId: person, siteId } }))
        .status,
    ).toBe(404)
})
