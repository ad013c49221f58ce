import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAudit } from '../../../contract/audit.ts'
import { createEnrollment } from '../../../contract/pathway.ts'
import {
  createTaskLink,
  listTaskLinks,
  openForm,
  revokeLink,
  saveForm,
  submitForm,
} from '../../../contract/questionnaire-link.ts'
import { getTask, holdTask } from '../../../contract/task.ts'
import { recordAttempt, saveAnswers } from '../../../contract/task-result.ts'
import { type SmtpSink, startSmtpSink } from '../../../sim/smtp-sink.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { useMailSink } from '../../../test/support/channel.ts'
import { discharged, goodAnswers, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'
import { definitionOf, makePathway, message } from '../../../test/support/pathway.ts'

let app: TestApp
let sink: SmtpSink
let doctor: string
let count = 0

beforeAll(async () => {
  app = await createTestApp({ publicUrl: 'http://careloop.test' })
  sink = await startSmtpSink()
  await receive(app, { mrn: 'first' })
  const ids = await idsOf(app)
  doctor = await app.signInAs('doctor', { staff: ids.staff('D1') })
  await useMailSink(app, sink.port)
  const values = {
    'contact.quiet-from': 0,
    'contact.quiet-to': 0,
  }
  for (const [key, value] of Object.entries(values))
    await sql`insert into setting (key, value) values (${key}, ${JSON.stringify(value)}::jsonb)`.execute(
      app.db,
    )
})
afterAll(async () => {
  await sink.close()
  await app.close()
})

/** A discharged person, born in 1970, with a first task. */
async function fresh(said = {}) {
  count += 1
  return discharged(app, `Q${count}`, { email: `q${count}@example.test`, ...said })
}

type Body = Record<string, unknown>
const make = (task: number, body: Body = { channel: 'shown' }, who = doctor) =>
  app.request(who, createTaskLink, { params: { id: task }, body })
const open = (token: string, body: Body = {}) =>
  app.request(undefined, openForm, { body: { token, ...body } })
const save = (token: string, pass: string, answers: Body) =>
  app.request(undefined, saveForm, { body: { token, pass, answers } })
const submit = (token: string, pass: string, answers: Body) =>
  app.request(undefined, submitForm, { body: { token, pass, answers } })
const look = async (task: number) => (await app.request(doctor, getTask, { params: { id: task } })).body
const links = async (task: number) =>
  (await app.request(doctor, listTaskLinks, { params: { id: task } })).body

/** The token of a shown link. */
async function shown(task: number): Promise<string> {
  const { body } = await make(task)
  return new URL(body.url ?? '').pathname.replace('/q/', '')
}

/** A link whose person has named the year of birth. */
async function confirmed(task: number) {
  const token = await shown(task)
  const { body } = await open(token, { birthYear: 1970 })
  if (body.state !== 'open') throw new Error(`the link is ${body.state}`)
  return { token, pass: body.form.pass, form: body.form }
}

async function redFlags(person: number): Promise<{ status: string; cause: string }[]> {
  const { rows } = await sql<{ status: string; cause: string }>`
    select status, cause from task where person_id = ${person} and kind = 'red-flag' order by id`.execute(
    app.db,
  )
  return rows
}

test('a link by e-mail: the mail names nobody, the token lies in no table, and its answers are on the desk', async () => {
  const { person, task } = await fresh()
  expect((await make(task, { channel: 'email' })).body).toMatchObject({ url: null, expiresAt: null })
  expect((await links(task)).items).toMatchObject([{ channel: 'email', state: 'waiting' }])
  await app.processAll()
  const mail = await sink.waitFor(
    (one) => one.to.includes(`q${count}@example.test`) && one.text.includes('/q/'),
  )
  const token = /http:\/\/careloop\.test\/q\/([\w-]{43})/.exec(mail.text)?.[1] ?? ''
  expect(token).not.toBe('')
  const { name } = await app.db
    .selectFrom('person')
    .select('name')
    .where('id', '=', person)
    .executeTakeFirstOrThrow()
  expect(mail.text).not.toContain(name)
  const { rows } = await sql<{ found: boolean }>`
    select exists (select 1 from questionnaire_link x where x::text like ${`%${token}%`}) or
      exists (select 1 from message x where x::text like ${`%${token}%`}) or
      exists (select 1 from audit_event x where x::text like ${`%${token}%`}) as found`.execute(app.db)
  expect(rows[0]?.found).toBe(false)
  expect((await links(task)).items).toMatchObject([{ state: 'sent' }])

  const opened = await open(token, { birthYear: 1970 })
  if (opened.body.state !== 'open') throw new Error(opened.body.state)
  const answers = await goodAnswers(app, task)
  expect((await submit(token, opened.body.form.pass, answers)).status).toBe(200)
  expect(await look(task)).toMatchObject({
    status: 'requested',
    answeredByPerson: true,
    response: { status: 'completed', source: 'person', answers },
  })
  const { rows: events } = await sql<{ source: string }>`
    select source from event where person_id = ${person} and kind = 'questionnaire.completed'`.execute(app.db)
  expect(events).toEqual([{ source: 'person' }])
  expect((await links(task)).items).toMatchObject([{ state: 'used' }])
  const auditor = await app.signInAs('auditor')
  const said = await app.request(auditor, listAudit, { query: { personId: person } })
  expect(said.body.items.map((entry) => entry.action)).toEqual(
    expect.arrayContaining([
      'questionnaire-link.create',
      'questionnaire-link.open',
      'questionnaire-link.submit',
    ]),
  )
})

test('the agent completes what the person answered in one step, with the reply as evidence', async () => {
  const { task } = await fresh()
  const { token, pass } = await confirmed(task)
  await submit(token, pass, await goodAnswers(app, task))
  const held = await app.request(doctor, holdTask, { params: { id: task } })
  const { response } = held.body
  const done = await app.request(doctor, recordAttempt, {
    params: { id: task },
    body: { outcome: 'done', channel: 'other', answers: response?.answers, basedOn: response?.updatedAt },
  })
  expect(done.body).toMatchObject({
    status: 'completed',
    outcome: 'done',
    proof: 'reply',
    response: { source: 'person' },
  })
})

test('a task that asks for nothing but the questionnaire is done once the person has answered', async () => {
  const { task } = await fresh()
  await sql`update task set kind = 'other' where id = ${task}`.execute(app.db)
  const { token, pass } = await confirmed(task)
  await submit(token, pass, await goodAnswers(app, task))
  expect(await look(task)).toMatchObject({
    status: 'completed',
    outcome: 'done',
    proof: 'reply',
    attemptList: [{ channel: 'other' }],
  })
})

test('before the year of birth is named the page tells nothing about the person; a wrong one tells how many tries are left', async () => {
  const { task } = await fresh()
  const token = await shown(task)
  const first = await open(token)
  expect(first.body).toEqual({
    state: 'confirm',
    siteName: expect.any(String) as string,
    language: null,
    republicYears: false,
    emergencyNumber: '120',
    triesLeft: 5,
    wrong: false,
  })
  expect((await open(token, { birthYear: 1971 })).body).toMatchObject({
    state: 'confirm',
    wrong: true,
    triesLeft: 4,
  })
  expect((await save(token, 'guessed', {})).status).toBe(404)
  const right = await open(token, { birthYear: 1970 })
  expect(right.body).toMatchObject({
    state: 'open',
    form: { name: expect.stringMatching(/^.\*$/) as string },
  })
  // Points would tell which answer is the "right" one.
  expect(JSON.stringify(right.body)).not.toContain('"score"')
})

test('a hundred guesses at once are five, then the link is dead even for the right year', async () => {
  const { task } = await fresh()
  const token = await shown(task)
  const years = Array.from({ length: 100 }, (_, n) => 1900 + n).filter((year) => year !== 1970)
  const answers = await Promise.all(years.map((birthYear) => open(token, { birthYear })))
  expect(answers.filter((answer) => answer.body.state === 'open')).toHaveLength(0)
  expect((await open(token, { birthYear: 1970 })).body).toEqual({ state: 'closed' })
  expect((await links(task)).items).toMatchObject([{ state: 'locked' }])
})

test('without a known birth date nothing is asked, and no name is told', async () => {
  const { task } = await fresh({ birth: null })
  const opened = await open(await shown(task))
  expect(opened.body).toMatchObject({ state: 'open', form: { name: null } })
})

test('a link works once, also when it is handed in twice at the same moment', async () => {
  const { task, person } = await fresh()
  const { token, pass } = await confirmed(task)
  const answers = await goodAnswers(app, task)
  const both = await Promise.all([submit(token, pass, answers), submit(token, pass, answers)])
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 410])
  expect((await submit(token, pass, answers)).error?.id).toBe('link-closed')
  expect((await open(token, { pass })).body).toEqual({ state: 'used' })
  const { rows } =
    await sql`select 1 from event where person_id = ${person} and kind = 'questionnaire.completed'`.execute(
      app.db,
    )
  expect(rows).toHaveLength(1)
})

test('revoked, replaced, expired, no longer needed and unknown: nothing opens, and nobody learns whether it ever was', async () => {
  const { task } = await fresh()
  const first = await shown(task)
  const second = await shown(task)
  expect((await open(first)).body).toEqual({ state: 'closed' })
  expect((await open(second)).body.state).toBe('confirm')
  const [newest] = (await links(task)).items
  expect((await app.request(doctor, revokeLink, { params: { id: newest?.id } })).status).toBe(204)
  expect((await app.request(doctor, revokeLink, { params: { id: newest?.id } })).error?.id).toBe(
    'already-closed',
  )
  expect((await open(second)).body).toEqual({ state: 'closed' })
  expect((await open('x'.repeat(43))).body).toEqual({ state: 'closed' })

  const third = await shown(task)
  await sql`update questionnaire_link set expires_at = now() - interval '1 second' where task_id = ${task}`.execute(
    app.db,
  )
  expect((await open(third)).body).toEqual({ state: 'expired' })
  const fourth = await shown(task)
  await sql`update task set status = 'cancelled' where id = ${task}`.execute(app.db)
  expect((await open(fourth)).body).toEqual({ state: 'closed' })
  expect((await make(task)).error?.id).toBe('already-closed')
})

test('a dangerous answer makes the urgent task while the person is still typing; taken back in time it is cancelled', async () => {
  const { task, person } = await fresh()
  const { token, pass } = await confirmed(task)
  const saved = await save(token, pass, { condition: 'worse' })
  expect(saved.body.redFlags).toEqual(['condition'])
  expect(await redFlags(person)).toMatchObject([{ status: 'requested' }])
  expect((await save(token, pass, { condition: 'better' })).body.redFlags).toEqual([])
  expect(await redFlags(person)).toMatchObject([{ status: 'cancelled' }])
  const answers = { ...(await goodAnswers(app, task)), condition: 'worse' }
  expect((await submit(token, pass, answers)).body.redFlags).toEqual(['condition'])
  expect(await redFlags(person)).toMatchObject([{ status: 'cancelled' }, { status: 'requested' }])
})

test('what staff noted as dangerous is not taken back by the person’s link, nor the other way round', async () => {
  const { task, person } = await fresh()
  await app.request(doctor, holdTask, { params: { id: task } })
  const staff = (answers: Body) =>
    app.request(doctor, saveAnswers, { params: { id: task }, body: { answers } })
  await staff({ condition: 'worse' })
  const { token, pass } = await confirmed(task)
  await save(token, pass, { condition: 'better' })
  expect(await redFlags(person)).toMatchObject([{ status: 'requested' }])
  await save(token, pass, { condition: 'worse' })
  await staff({ condition: 'better' })
  expect(await redFlags(person)).toMatchObject([{ status: 'requested' }])
})

test('half-filled answers survive a closed page and a new link', async () => {
  const { task } = await fresh()
  const { token, pass } = await confirmed(task)
  await save(token, pass, { condition: 'better' })
  expect((await open(token, { pass })).body).toMatchObject({
    state: 'open',
    form: { answers: { condition: 'better' } },
  })
  expect((await links(task)).items).toMatchObject([{ state: 'answering' }])
  const { form } = await confirmed(task)
  expect(form.answers).toEqual({ condition: 'better' })
})

test('answers must fit their questions, and required ones are needed at the end', async () => {
  const { task } = await fresh()
  const { token, pass } = await confirmed(task)
  expect((await save(token, pass, { condition: 'splendid' })).status).toBe(422)
  expect((await save(token, pass, { unknown: 1 })).status).toBe(422)
  expect((await submit(token, pass, {})).error?.fields?.map((field) => field.path)).toContain(
    'answers.condition',
  )
  expect((await open(token, { pass })).body.state).toBe('open')
})

test('an agent whose screen is older than the person’s answers does not overwrite them', async () => {
  const { task } = await fresh()
  const held = await app.request(doctor, holdTask, { params: { id: task } })
  const basedOn = held.body.response?.updatedAt ?? null
  const { token, pass } = await confirmed(task)
  const answers = await goodAnswers(app, task)
  await submit(token, pass, answers)
  const put = (given: Body) => app.request(doctor, saveAnswers, { params: { id: task }, body: given })
  expect((await put({ answers: {}, basedOn })).error?.id).toBe('changed-meanwhile')
  const { response } = await look(task)
  expect(response?.answers).toEqual(answers)
  const changed = { ...answers, condition: 'same' }
  expect((await put({ answers: changed, basedOn: response?.updatedAt })).status).toBe(200)
  expect((await look(task)).response).toMatchObject({ source: 'staff', answers: changed })
})

test('too many calls in a minute are refused, with a right token as with wrong ones', async () => {
  const { task } = await fresh()
  const token = await shown(task)
  await sql`update questionnaire_link set minute = date_trunc('minute', now() + interval '1 minute'), calls = 500`.execute(
    app.db,
  )
  await sql`update questionnaire_link set minute = date_trunc('minute', now())`.execute(app.db)
  expect((await open(token)).status).toBe(429)
  const strangers: number[] = []
  for (let n = 0; n < 60; n++) strangers.push((await open(`${n}`.padStart(43, 'x'))).status)
  expect(strangers.slice(0, 40)).toEqual(Array<number>(40).fill(200))
  expect(strangers.at(-1)).toBe(429)
  await sql`update questionnaire_link set calls = 0`.execute(app.db)
  // Another person behind the same address still gets in.
  expect((await open(token)).status).toBe(200)
})

test('who may not work the task makes no link; who has no address gets no mail', async () => {
  const { task } = await fresh({ email: null })
  const manager = await app.signInAs('manager')
  expect((await make(task, { channel: 'shown' }, manager)).status).toBe(403)
  expect((await make(task, { channel: 'email' })).error?.fields?.[0]?.path).toBe('channel')
  await fresh({ doctor: 'D7' })
  const stranger = await app.signInAs('doctor', { staff: (await idsOf(app)).staff('D7') })
  expect((await make(task, { channel: 'shown' }, stranger)).status).toBe(404)
})

test('a message of a pathway with {{link}} leads to the open questionnaire of its enrolment, and is held back without one', async () => {
  const { person } = await fresh()
  const address = `q${count}@example.test`
  const form = {
    key: 'ask',
    title: '问卷',
    kind: 'questionnaire',
    questionnaire: 'phq-9',
    assignee: 'service-centre',
  }
  const steps = [
    { ...form, dueIn: { value: 3, unit: 'days' }, next: 'tell' },
    { ...message('tell', null), body: '请点开 {{link}}' },
  ]
  const withForm = await makePathway(app, definitionOf(steps as never))
  const without = await makePathway(
    app,
    definitionOf([{ ...message('tell', null), body: '请点开 {{link}}' } as never]),
  )
  const centre = await app.signInAs('service-centre')
  for (const pathwayId of [withForm, without])
    await app.request(centre, createEnrollment, { body: { pathwayId, personId: person } })
  await app.processAll()
  const mail = await sink.waitFor((one) => one.to.includes(address) && one.text.includes('/q/'))
  const token = /\/q\/([\w-]{43})/.exec(mail.text)?.[1] ?? ''
  expect((await open(token)).body.state).toBe('confirm')
  const { rows } = await sql<{ status: string; reason: string | null }>`
    select status, reason from message where person_id = ${person} and body like '%{{link}}%' order by status`.execute(
    app.db,
  )
  expect(rows).toEqual([
    { status: 'sent', reason: null },
    { status: 'suppressed', reason: 'form-closed' },
  ])
})

test.each(['{{link}}', '{{__proto__}}', '{{hospital}}', '{{constructor}}', '{{name}}{{link}}'])(
  'a patient called %s is written to by that name, and gets no link that the text does not have',
  async (name) => {
    const { person, task } = await fresh({ name: '张某' })
    const address = `q${count}@example.test`
    await sql`update person set name = ${name} where id = ${person}`.execute(app.db)
    const form = {
      key: 'ask',
      title: '问卷',
      kind: 'questionnaire',
      questionnaire: 'phq-9',
      assignee: 'service-centre',
    }
    const steps = [
      { ...form, description: '问{{name}}', dueIn: { value: 3, unit: 'days' }, next: 'plain' },
      { ...message('plain', 'link'), subject: '致{{name}}', body: '{{name}}：请多休息。' },
      { ...message('link', null), body: '{{name}}：请点开 {{link}} 。' },
    ]
    const pathwayId = await makePathway(app, definitionOf(steps as never))
    const centre = await app.signInAs('service-centre')
    const body = { pathwayId, personId: person }
    expect((await app.request(centre, createEnrollment, { body })).status).toBe(201)
    await app.processAll()
    const plain = await sink.waitFor((one) => one.to.includes(address) && one.text.includes('请多休息'))
    expect(plain.text).toContain(`${name}：请多休息。`)
    expect(plain.subject).toBe(`致${name}`)
    const linked = await sink.waitFor((one) => one.to.includes(address) && one.text.includes('请点开'))
    expect(linked.text.replace(/http\S+/, '…')).toContain(`${name}：请点开 … 。`)
    const { body: call } = await app.request(doctor, getTask, { params: { id: task } })
    expect(call.questionnaire?.script?.['zh-CN']).toContain(name)
    const { rows } =
      await sql`select description from task where person_id = ${person} and step_key = 'ask'`.execute(app.db)
    expect(rows).toEqual([{ description: `问${name}` }])
  },
)
