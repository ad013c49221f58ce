import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { permissions } from '../../../contract/access.ts'
import { createTaskLink, openForm } from '../../../contract/questionnaire-link.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged } from '../../../test/support/hospital.ts'
import { type Actor, may } from '../../platform/actor.ts'
import { taskLinkActor } from '../../platform/outside-actor.ts'
import { transaction } from '../../platform/db.ts'
import { getPerson } from '../person/person.ts'
import { personWithin, taskWithin } from '../person/scope.ts'
import { listTasks } from '../task/list.ts'
import { holdTask, loadTask } from '../task/task.ts'

let app: TestApp
let own: { person: number; task: number }
let other: { person: number; task: number }
let actor: Actor

beforeAll(async () => {
  app = await createTestApp()
  own = await discharged(app, 'own')
  other = await discharged(app, 'other')
  actor = taskLinkActor(1, 'link', { personId: own.person, taskId: own.task }, null)
})
afterAll(() => app.close())

test('a link may work on the task that it was made for, and has no other right', async () => {
  expect(actor.kind).toBe('link')
  expect(permissions.filter((permission) => may(actor, permission))).toEqual(['task.work'])
  expect((await loadTask(app.db, actor, 'task.work', own.task)).person_id).toBe(own.person)
})

test('a link reaches no other task, not even of its person, and no other person', async () => {
  const reach = actor.access['task.work']
  if (!reach) throw new Error('a link works on its task')
  await sql`insert into task (kind, title, person_id, site_id, assignee_role, queue, start_at, due_at)
    select 'other', 'second', person_id, site_id, assignee_role, queue, start_at, due_at from task where id = ${own.task}`.execute(
    app.db,
  )
  const { rows: tasks } = await sql<{
    id: number
  }>`select id from task where ${taskWithin(reach, [], 'task')}`.execute(app.db)
  expect(tasks).toEqual([{ id: own.task }])
  const { rows: persons } = await sql<{
    id: number
  }>`select id from person p where ${personWithin(reach, sql`p.id`)}`.execute(app.db)
  expect(persons).toEqual([{ id: own.person }])
  await expect(loadTask(app.db, actor, 'task.work', other.task)).rejects.toMatchObject({ id: 'not-found' })
  await expect(transaction(app.db, (trx) => holdTask(trx, actor, other.task))).rejects.toMatchObject({
    id: 'not-found',
  })
})

test('a link reads neither a record nor a list', async () => {
  await expect(getPerson(app.db, actor, own.person)).rejects.toMatchObject({ id: 'forbidden' })
  await expect(loadTask(app.db, actor, 'task.read', own.task)).rejects.toMatchObject({ id: 'forbidden' })
  await expect(listTasks(app.db, actor, { view: 'all', whose: 'team', limit: 10 })).rejects.toMatchObject({
    id: 'forbidden',
  })
})

test('what is done behind a link is audited as done by the link', async () => {
  const centre = await app.signInAs('service-centre')
  const link = await app.request(centre, createTaskLink, {
    params: { id: own.task },
    body: { channel: 'shown' },
  })
  const token = link.body.url?.split('/').at(-1) ?? ''
  const { rows: before } = await sql<{
    seq: number
  }>`select coalesce(max(seq), 0) as seq from audit_event`.execute(app.db)
  expect((await app.request(undefined, openForm, { body: { token, birthYear: 1970 } })).status).toBe(200)
  const { rows } = await sql<{ actor_id: string }>`
    select distinct actor_id from audit_event where seq > ${before[0]?.seq ?? 0}`.execute(app.db)
  expect(rows).toEqual([{ actor_id: `link:${link.body.id}` }])
})
