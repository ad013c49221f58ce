import { randomBytes } from 'node:crypto'
import { usualBody } from '../../../contract/route.ts'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mergePersons, undoPersonMerge } from '../../../contract/match.ts'
import {
  addTaskPhoto,
  addVisitPhoto,
  listPersonPhotos,
  mostPhotoBytes,
  readTaskPhoto,
} from '../../../contract/photo.ts'
import { createDraft, getDraft, publishDraft, saveDraft } from '../../../contract/questionnaire-design.ts'
import {
  addFormPhoto,
  createTaskLink,
  openForm,
  readFormPhoto,
  saveForm,
  submitForm,
} from '../../../contract/questionnaire-link.ts'
import type { Question } from '../../../contract/questionnaire.ts'
import { exportTaskResponse } from '../../../contract/questionnaire.ts'
import { getTask, holdTask } from '../../../contract/task.ts'
import { recordAttempt, reopenTask, saveAnswers } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { fhir, integrationKey } from '../../../test/support/fhir.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'
import { exif, jpeg, png } from '../../../test/support/picture.ts'
import { transaction } from '../../platform/db.ts'
import { sweepPhotos } from '../questionnaire/photo-store.ts'

let app: TestApp
let doctor: string
/** Sees people masked. */
let manager: string
let versionId: number
let count = 0

const items: Question[] = [
  { linkId: 'wound', type: 'photo', text: { 'zh-CN': '请拍一张伤口的照片' }, maxPhotos: 2 },
  {
    linkId: 'pain',
    type: 'scale',
    text: { 'zh-CN': '伤口疼几分？' },
    enableWhen: { fact: 'answers.wound', op: 'exists' },
  },
  { linkId: 'device', type: 'photo', text: { 'zh-CN': '血压计读数' }, staffOnly: true },
]

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  const ids = await idsOf(app)
  doctor = await app.signInAs('doctor', { staff: ids.staff('D1') })
  manager = await app.signInAs('manager')
  const admin = await app.signInAs('administrator')
  const { body } = await app.request(admin, createDraft, { body: { code: 'wound-photo', title: '伤口随访' } })
  const params = { id: body.id }
  const { body: draft } = await app.request(admin, getDraft, { params })
  const { revision, title, source } = draft
  const saved = await app.request(admin, saveDraft, {
    params,
    body: { revision, title, source, body: { scoring: 'sum', items } },
  })
  expect(
    (await app.request(admin, publishDraft, { params, body: { revision: saved.body.revision } })).status,
  ).toBe(200)
  const { rows } = await sql<{ id: number }>`
    select id from questionnaire_version where questionnaire_id = ${body.id}`.execute(app.db)
  versionId = rows[0]?.id ?? 0
})
afterAll(() => app.close())

/** A discharged person, born in 1970, whose first task asks for a picture. */
async function fresh() {
  count += 1
  const made = await discharged(app, `P${count}`)
  await sql`update task set questionnaire_version_id = ${versionId} where id = ${made.task}`.execute(app.db)
  return made
}

const newKey = () => randomBytes(16).toString('hex')
const base64 = (bytes: Buffer) => bytes.toString('base64')
const dirty = jpeg({ before: [{ marker: 0xe1, body: exif }] })

async function linked(task: number) {
  const { body } = await app.request(doctor, createTaskLink, {
    params: { id: task },
    body: { channel: 'shown' },
  })
  const token = new URL(body.url ?? '').pathname.replace('/q/', '')
  const opened = await app.request(undefined, openForm, { body: { token, birthYear: 1970 } })
  if (opened.body.state !== 'open') throw new Error(opened.body.state)
  return { token, pass: opened.body.form.pass, form: opened.body.form }
}
type Link = { token: string; pass: string }

const sendByLink = ({ token, pass }: Link, bytes: Buffer, key = newKey(), linkId = 'wound') =>
  app
    .request(undefined, addFormPhoto, { body: { token, pass, key, linkId, data: base64(bytes) } })
    .then((answer) => ({ ...answer, key }))
const hold = (task: number) => app.request(doctor, holdTask, { params: { id: task } })
const sendByAgent = (task: number, bytes: Buffer, key = newKey(), linkId = 'wound') =>
  app
    .request(doctor, addTaskPhoto, { params: { id: task }, body: { key, linkId, data: base64(bytes) } })
    .then((answer) => ({ ...answer, key }))

/** The picture as a browser gets it. */
async function look(task: number, key: string, who: string | undefined = doctor) {
  const path = `/api/v1${readTaskPhoto.path.replace('{id}', String(task)).replace('{key}', key)}`
  const answer = await app.send(who, 'get', path)
  return {
    status: answer.status,
    headers: answer.headers,
    bytes: Buffer.from(await answer.arrayBuffer()),
  }
}
async function lookByLink({ token, pass }: Link, key: string) {
  const answer = await app.send(undefined, 'post', `/api/v1${readFormPhoto.path}`, {
    body: { token, pass, key },
  })
  return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) }
}
async function kept(task: number): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select key from questionnaire_photo where task_id = ${task} order by id`.execute(app.db)
  return rows.map((row) => row.key)
}
async function acts(action: string, task: number): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from audit_event where action = ${action} and subject like ${`task:${task} photo:%`}`.execute(
    app.db,
  )
  return rows[0]?.n ?? 0
}

test('a person sends a picture by a link: cleaned, encrypted, an answer, a proof, and seen by those who may', async () => {
  const { person, task } = await fresh()
  const link = await linked(task)
  expect(link.form.items).toMatchObject([
    { linkId: 'wound', type: 'photo', maxPhotos: 2 },
    { linkId: 'pain' },
  ])
  const sent = await sendByLink(link, dirty)
  expect(sent).toMatchObject({ status: 201, body: { contentType: 'image/jpeg', size: jpeg().length } })
  // A line that breaks before the answer came: the same picture again.
  expect((await sendByLink(link, dirty, sent.key)).status).toBe(201)
  expect((await sendByLink(link, png(), sent.key)).error?.id).toBe('already-exists')
  expect(await kept(task)).toEqual([sent.key])
  expect((await lookByLink(link, sent.key)).bytes.equals(jpeg())).toBe(true)
  expect((await lookByLink({ ...link, pass: 'x' }, sent.key)).status).toBe(404)
  // Nobody else sees it before it was handed in.
  expect((await look(task, sent.key)).status).toBe(404)

  const { rows } = await sql<{ sealed: Buffer }>`
    select sealed from questionnaire_photo where key = ${sent.key}`.execute(app.db)
  expect(rows[0]?.sealed.includes(Buffer.from([0xff, 0xd8, 0xff]))).toBe(false)

  const answers = { wound: [sent.key], pain: 3 }
  const { token, pass } = link
  expect((await app.request(undefined, saveForm, { body: { token, pass, answers } })).status).toBe(200)
  expect((await app.request(undefined, submitForm, { body: { token, pass, answers } })).status).toBe(200)
  const { body: detail } = await hold(task)
  expect(detail.response).toMatchObject({ answers, source: 'person', score: 3 })

  const seen = await look(task, sent.key)
  expect(seen.status).toBe(200)
  expect(seen.bytes.equals(jpeg())).toBe(true)
  expect(Object.fromEntries(seen.headers)).toMatchObject({
    'content-type': 'image/jpeg',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  })
  expect(seen.headers.get('content-disposition')).toMatch(/^inline; filename="photo-\d+\.jpg"$/)
  expect(await acts('photo.read', task)).toBe(2)

  // The doctor corrects the number; the picture is the person's all the same, and proves the result.
  const recorded = await app.request(doctor, recordAttempt, {
    params: { id: task },
    body: {
      outcome: 'done',
      channel: 'other',
      answers: { ...answers, pain: 4 },
      basedOn: detail.response?.updatedAt,
    },
  })
  expect(recorded.body).toMatchObject({ status: 'completed', proof: 'reply', response: { source: 'staff' } })

  const listed = await app.request(doctor, listPersonPhotos, { params: { id: person } })
  expect(listed.body.items).toMatchObject([
    { key: sent.key, taskId: task, question: { 'zh-CN': '请拍一张伤口的照片' }, source: 'person' },
  ])
})

test('what is no picture, too large, too many, of another question or of another task is refused', async () => {
  const { task } = await fresh()
  const other = await fresh()
  const link = await linked(task)
  const page = Buffer.from('<html><script>alert(1)</script></html>')
  expect((await sendByLink(link, page)).error?.id).toBe('picture-type')
  expect((await sendByLink(link, jpeg({ after: page }))).error?.id).toBe('picture-damaged')
  expect((await sendByLink(link, jpeg({ width: 20_000 }))).error?.id).toBe('picture-damaged')
  const large = jpeg({ before: [{ marker: 0xe1, body: Buffer.alloc(60_000) }] })
  expect(large.length).toBeLessThan(mostPhotoBytes)
  expect((await sendByLink(link, large)).status).toBe(201)
  expect((await sendByLink(link, Buffer.alloc(mostPhotoBytes + 3))).error).toMatchObject({ id: 'too-large' })
  // A picture above the usual size is taken in from the holder of a living link only, who shows it before sending.
  const big = Buffer.alloc(usualBody)
  const shown = async (proof: string | undefined) =>
    (
      await app.request(undefined, addFormPhoto, {
        body: { token: link.token, pass: link.pass, key: newKey(), linkId: 'wound', data: base64(big) },
        ...(proof && { headers: { 'x-form': proof } }),
      })
    ).error?.id
  expect(await shown(undefined)).toBe('too-large')
  expect(await shown(`${link.token} wrong`)).toBe('too-large')
  expect(await shown(`${'x'.repeat(43)} ${link.pass}`)).toBe('too-large')
  expect(await shown(`${link.token} ${link.pass}`)).toBe('picture-type')
  expect((await sendByLink(link, jpeg(), newKey(), 'pain')).status).toBe(422)
  expect((await sendByLink(link, jpeg(), newKey(), 'device')).status).toBe(422)
  expect((await sendByLink(link, jpeg(), '../../etc/passwd')).status).toBe(422)
  const stranger = await app.request(undefined, addFormPhoto, {
    body: { token: 'x'.repeat(43), pass: '', key: newKey(), linkId: 'wound', data: base64(jpeg()) },
  })
  expect(stranger.error?.id).toBe('link-closed')

  const keys = [
    (await sendByLink(link, jpeg())).key,
    (await sendByLink(link, png())).key,
    (await sendByLink(link, png(9, 9))).key,
  ]
  const answer = (answers: Record<string, unknown>) =>
    app.request(undefined, saveForm, { body: { token: link.token, pass: link.pass, answers } })
  // Three unsaved ones of two: the oldest has gone.
  expect(await kept(task)).toEqual(keys.slice(1))
  expect((await answer({ wound: keys })).error?.fields).toEqual([
    { path: 'answers.wound', message: 'takes 2 at most' },
  ])
  expect((await answer({ wound: [keys[1], keys[1]] })).status).toBe(422)
  expect((await answer({ wound: keys[1] })).status).toBe(422)
  expect((await answer({ wound: [keys[0]] })).error?.fields?.[0]?.message).toBe(
    'names a picture that was not sent',
  )
  const foreign = await sendByLink(await linked(other.task), jpeg())
  expect((await answer({ wound: [foreign.key] })).status).toBe(422)
  expect((await answer({ wound: keys.slice(1) })).status).toBe(200)

  // Saved ones stay, however many follow.
  for (const _ of [1, 2, 3]) await sendByLink(link, jpeg())
  expect(await kept(task)).toEqual(expect.arrayContaining(keys.slice(1)))
  expect((await kept(task)).length).toBe(4)
  const reopened = await linked(task)
  expect(reopened.form.answers).toEqual({ wound: keys.slice(1) })
})

test('an agent adds pictures to the held task; what was taken out again goes with the result', async () => {
  const { task } = await fresh()
  expect((await sendByAgent(task, jpeg())).error?.id).toBe('not-held')
  await hold(task)
  const [one, two] = [await sendByAgent(task, dirty), await sendByAgent(task, png())]
  expect([one.status, two.status]).toEqual([201, 201])
  expect((await look(task, one.key)).bytes.equals(jpeg())).toBe(true)
  const save = (answers: Record<string, unknown>) =>
    app.request(doctor, saveAnswers, { params: { id: task }, body: { answers } })
  // Not scored, and the question behind it opens with the picture.
  expect((await save({ wound: [one.key], pain: 5 })).body.score).toBe(5)
  expect((await save({ pain: 5 })).body.score).toBe(0)
  const done = await app.request(doctor, recordAttempt, {
    params: { id: task },
    body: { outcome: 'done', answers: { wound: [two.key] } },
  })
  expect(done.body).toMatchObject({ status: 'completed', response: { answers: { wound: [two.key] } } })
  expect(await kept(task)).toEqual([two.key])
  expect(await acts('photo.remove', task)).toBe(1)
  expect((await sendByAgent(task, jpeg())).error?.id).toBe('already-closed')
  // Undone within the minutes for it, the picture is still there.
  expect((await app.request(doctor, reopenTask, { params: { id: task } })).status).toBe(200)
  expect((await look(task, two.key)).status).toBe(200)
})

test('pictures that never became an answer go after a day; those of half-filled forms stay', async () => {
  const { task } = await fresh()
  const link = await linked(task)
  const [named, loose] = [await sendByLink(link, jpeg()), await sendByLink(link, png())]
  const { token, pass } = link
  const answers = { wound: [named.key] }
  expect((await app.request(undefined, saveForm, { body: { token, pass, answers } })).status).toBe(200)
  await sql`update questionnaire_photo set created_at = now() - interval '25 hours' where key in (${named.key}, ${loose.key})`.execute(
    app.db,
  )
  await transaction(app.db, (trx) => sweepPhotos(trx, testActor))
  expect(await kept(task)).toEqual([named.key])
})

test('roles without the right to see people whole do not see pictures, nor does anybody outside the scope', async () => {
  const { person, task } = await fresh()
  await hold(task)
  const { key } = await sendByAgent(task, jpeg())
  const body = { outcome: 'done', answers: { wound: [key] } }
  expect((await app.request(doctor, recordAttempt, { params: { id: task }, body })).status).toBe(200)
  const ids = await idsOf(app)
  const place = { site: ids.site('NH'), department: ids.department('CARD') }
  const status = async (who: string | undefined) => (await look(task, key, who)).status
  expect(await status('no=session')).toBe(401)
  expect(await status(manager)).toBe(403)
  expect(await status(await integrationKey(app))).toBe(403)
  const elsewhere = await app.signInAs('doctor')
  expect(await status(elsewhere)).toBe(404)
  expect((await app.request(elsewhere, listPersonPhotos, { params: { id: person } })).status).toBe(404)
  // The answers themselves name keys, which open nothing.
  const detail = await app.request(manager, getTask, { params: { id: task } })
  expect(detail.body.response?.answers).toEqual({ wound: [key] })
  expect((await app.request(manager, listPersonPhotos, { params: { id: person } })).status).toBe(403)
  // A visitor sends pictures of tasks taken along only.
  const visitor = await app.signInAs('outreach', place)
  const late = { key: newKey(), linkId: 'wound', data: base64(jpeg()) }
  expect((await app.request(visitor, addVisitPhoto, { params: { id: task }, body: late })).status).toBe(404)
})

test('pictures follow their person into a merge and out of it', async () => {
  const [left, right] = [await fresh(), await fresh()]
  await hold(right.task)
  const { key } = await sendByAgent(right.task, jpeg())
  const body = { outcome: 'done', answers: { wound: [key] } }
  await app.request(doctor, recordAttempt, { params: { id: right.task }, body })
  const centre = await app.signInAs('service-centre')
  const keys = async (id: number) =>
    (await app.request(centre, listPersonPhotos, { params: { id } })).body.items.map((one) => one.key)
  expect(await keys(left.person)).toEqual([])
  const merged = await app.request(centre, mergePersons, {
    body: { survivorId: left.person, mergedId: right.person, reason: '同一个人' },
  })
  expect(merged.status).toBeLessThan(300)
  expect(await keys(left.person)).toEqual([key])
  expect((await look(right.task, key)).status).toBe(200)
  const { rows } = await sql<{ id: number }>`
    select id from person_merge where merged_id = ${right.person}`.execute(app.db)
  const undone = await app.request(centre, undoPersonMerge, {
    params: { id: rows[0]?.id },
    body: { reason: '不是同一个人' },
  })
  expect(undone.status).toBe(200)
  expect([await keys(left.person), await keys(right.person)]).toEqual([[], [key]])
})

test('as FHIR a picture is an attachment with an address, and the address needs the right to see it', async () => {
  const { task } = await fresh()
  await hold(task)
  const { key } = await sendByAgent(task, jpeg())
  const body = { outcome: 'done', answers: { wound: [key] } }
  await app.request(doctor, recordAttempt, { params: { id: task }, body })
  const file = await app.send(
    doctor,
    'get',
    `/api/v1${exportTaskResponse.path.replace('{id}', String(task))}`,
  )
  const resource = (await file.json()) as { item: { answer: { valueAttachment: { url: string } }[] }[] }
  const attachment = resource.item[0]?.answer[0]?.valueAttachment
  expect(attachment).toMatchObject({ contentType: 'image/jpeg', size: jpeg().length })
  const { url = '' } = attachment ?? {}
  expect(url).toMatch(/^Binary\/\d+$/)

  const system = await integrationKey(app)
  const binary = await fhir(app, system, 'get', `/${url}`, undefined, { accept: 'application/fhir+json' })
  expect(binary.body).toMatchObject({
    resourceType: 'Binary',
    contentType: 'image/jpeg',
    data: base64(jpeg()),
  })
  const plain = await app.send(system, 'get', `/fhir/R4/${url}`)
  expect(plain.headers.get('content-type')).toBe('image/jpeg')
  expect(Buffer.from(await plain.arrayBuffer()).equals(jpeg())).toBe(true)
  expect((await fhir(app, manager, 'get', `/${url}`)).status).toBe(404)
  expect((await fhir(app, system, 'get', '/Binary/999999')).status).toBe(404)
  expect((await fhir(app, system, 'get', '/Binary/x')).status).toBe(404)
  expect(JSON.stringify((await fhir(app, system, 'get', '/metadata')).body)).toContain('"Binary"')

  const { person } = await fresh()
  const answer = (valueAttachment: object) =>
    fhir(app, system, 'post', '/QuestionnaireResponse', {
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      subject: { reference: `Patient/${person}` },
      item: [{ linkId: 'g', item: [{ linkId: 'w', answer: [{ valueAttachment }] }] }],
    })
  const refused = await answer({ contentType: 'image/jpeg', url: 'https://elsewhere.example/wound.jpg' })
  expect(refused.status).toBe(400)
  expect(refused.body.issue[0]?.diagnostics).toContain(
    'Files at addresses elsewhere are not fetched. Send the file itself as data.',
  )
  expect((await answer({ contentType: 'image/jpeg', data: base64(jpeg()) })).status).toBe(201)
})
