import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { updateSetting } from '../../server/modules/setting/setting.ts'
import { systemActor } from '../../server/platform/actor.ts'
import { transaction } from '../../server/platform/db.ts'
import { demoApiKey } from '../../server/seed/demo/seed.ts'
import { axeViolations, latinWords, picture } from './look.ts'
import { type RoleName, useStage } from './support.ts'

const stage = useStage()

// A window that is closed at once cannot give its task back, and the quarter of an hour until it runs out is too long for a test; what waits
// for another day is worked today, so that no list runs dry.
beforeEach(() =>
  stage.rows(`update task set held_by = null, held_by_name = null, held_until = null, next_attempt_at = null,
    start_at = least(start_at, now()) where status in ('requested', 'in-progress')`),
)

/** Presses keys and counts them, as a person would who has the telephone in the other hand. */
function keyboard(page: Page) {
  let strokes = 0
  return {
    press: async (...keys: string[]) => {
      for (const key of keys) {
        await page.keyboard.press(key)
        strokes++
      }
    },
    get strokes() {
      return strokes
    },
  }
}

const openedTask = (page: Page) => Number(/\/desk\/(\d+)/.exec(page.url())?.[1])
const ready = (page: Page) => page.getByRole('group', { name: '这次联系的结果' }).waitFor()
const answered = (page: Page, n: number) => page.getByText(new RegExp(`^已答 ${n} /`)).waitFor()

async function outcomeOf(taskId: number) {
  const [task] = await stage.rows<{ status: string; outcome: string | null; next_attempt_at: Date | null }>(
    'select status, outcome, next_attempt_at from task where id = $1',
    [taskId],
  )
  return task
}

/** The keys of a call in which nothing is wrong: answers of the level, in the order of its questions. */
const routine: Record<number, string[]> = {
  // Better; none of the danger signs, on to the next; no pain; takes the drugs; knows the next visit.
  1: ['1', '1', 'ArrowDown', '0', '1', '1'],
  // Was phoned, nothing new, content with doctors, nurses and surroundings.
  2: ['1', '1', '1', '1', '1'],
}

const workers: [RoleName, number, string][] = [
  ['doctor', 1, '/desk?level=1'],
  ['nurse', 2, '/desk'],
  ['service', 2, '/desk?whose=team&level=2'],
]

test.each(workers)(
  '%s works a level-%i call from the list to the result with at most 12 keys, takes it back, and goes on',
  async (role, level, path) => {
    const page = await stage.openAs(role, { path })
    await page.locator('.task-row').first().waitFor()
    const keys = keyboard(page)
    await keys.press('Enter')
    await ready(page)
    const taskId = openedTask(page)
    await keys.press(...(routine[level] ?? []))
    await answered(page, 5)
    await keys.press('Control+Enter')
    const told = page.getByText(/：已随访/)
    await told.waitFor()
    expect(keys.strokes).toBeLessThanOrEqual(12)
    expect(await outcomeOf(taskId)).toMatchObject({ status: 'completed', outcome: 'done' })
    await page.waitForURL((url) => !url.pathname.endsWith(`/${taskId}`))

    await page.getByRole('button', { name: '撤销' }).click()
    await page.waitForURL(`**/desk/${taskId}**`)
    await ready(page)
    expect(await outcomeOf(taskId)).toMatchObject({ status: 'in-progress', outcome: null })
    await page.keyboard.press('Control+Enter')
    await page.getByText(/：已随访/).waitFor()
    expect(await outcomeOf(taskId)).toMatchObject({ status: 'completed', outcome: 'done' })
  },
)

test('nobody answers: the task goes to the waiting list with the time of the next attempt', async () => {
  const page = await stage.openAs('doctor', { path: '/desk?whose=team&level=1' })
  await page.locator('.task-row').first().waitFor()
  await page.keyboard.press('Enter')
  await ready(page)
  const taskId = openedTask(page)
  // The first attempt, whatever the simulated staff tried before.
  await stage.rows('delete from task_attempt where task_id = $1', [taskId])
  await stage.rows('delete from task_contact where task_id = $1', [taskId])
  await page.keyboard.press('u')
  await page.keyboard.press('Control+Enter')
  await page.getByText(/：未接通，.*再打/).waitFor()
  const task = await outcomeOf(taskId)
  expect(task).toMatchObject({ status: 'in-progress' })
  expect(task?.next_attempt_at?.getTime()).toBeGreaterThan(Date.now())
  await page.goto('/desk?view=waiting&whose=team')
  await page.locator(`a.task-row[href*="/desk/${taskId}?"]`).waitFor()
})

test('a call-back is agreed for tomorrow morning with two keys', async () => {
  const page = await stage.openAs('nurse')
  await page.locator('.task-row').first().waitFor()
  await page.keyboard.press('Enter')
  await ready(page)
  const taskId = openedTask(page)
  await page.keyboard.press('c')
  await page.keyboard.press('Control+Enter')
  await page.getByText(/：约定再打，.*09:00/).waitFor()
  expect((await outcomeOf(taskId))?.next_attempt_at?.getTime()).toBeGreaterThan(Date.now())
})

test('a wrong number is marked on the person', async () => {
  const page = await stage.openAs('service', { path: '/desk?whose=team&level=2' })
  await page.locator('.task-row').first().waitFor()
  await page.keyboard.press('Enter')
  await ready(page)
  const taskId = openedTask(page)
  await page.keyboard.press('w')
  await page.keyboard.press('Control+Enter')
  await page.getByText(/：号码有误/).waitFor()
  const [phones] = await stage.rows<{ wrong: number }>(
    `select count(*) filter (where not valid) as wrong from person_telecom
     where person_id = (select person_id from task where id = $1) and system = 'phone'`,
    [taskId],
  )
  expect(phones).toEqual({ wrong: 1 })
})

test('work about an organisation stands on the same desk, without call card and attempts, and is done with a note', async () => {
  const [made] = await stage.rows<{ id: number }>(
    `with customer as (insert into group_customer (code, name, search_name, pinyin, initials, source)
       values ('B-1', '宁波港集团有限公司', '宁波港集团有限公司', 'ningbogangjituanyouxiangongsi', 'nbgjtyxgs', 'staff') returning id)
     insert into task (kind, title, description, group_id, site_id, assignee_role, queue, priority, start_at, due_at)
     select 'other', '续签体检协议', '协议将于月底到期。', customer.id, u.site_id, 'service-centre', 'site:' || u.site_id || ':service-centre', 2, now(), now()
     from customer, (select s.site_id from app_user a join staff s on s.id = a.staff_id where a.username = 'service') u returning id`,
  )
  const page = await stage.openAs('service')
  await page.locator(`a.task-row[href*="/desk/${made?.id}"]`).click()
  await page.getByRole('group', { name: '办理结果' }).waitFor()
  await page.getByRole('link', { name: '宁波港集团有限公司', exact: true }).waitFor()
  expect(await page.getByRole('group', { name: '办理结果' }).getByRole('button').count()).toBe(2)
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('textbox', { name: '备注' }).fill('已续签一年')
  await page.keyboard.press('Alt+d')
  await page.keyboard.press('Control+Enter')
  await page.getByText('宁波港集团有限公司：已办结').waitFor()
  expect(await outcomeOf(made?.id ?? 0)).toMatchObject({ status: 'completed', outcome: 'done' })
})

test('a dangerous answer reaches the attending doctor while the nurse still speaks', async () => {
  const nurse = await stage.openAs('nurse')
  const [mine] = await stage.rows<{ id: number; person: string }>(
    `select t.id, p.name as person from task t join person p on p.id = t.person_id
     join app_user u on u.username = 'nurse' join staff s on s.id = u.staff_id and s.department_id = t.department_id
     where t.level = 2 and t.status in ('requested', 'in-progress') and t.held_by is null
       and not exists (select 1 from task_attempt a where a.task_id = t.id) order by t.id limit 1`,
  )
  expect(mine).toBeDefined()
  // The patient's attending doctor is the one who signs in here.
  await stage.rows(
    `update encounter set attending_staff_id = (select staff_id from app_user where username = 'doctor')
     where id = (select encounter_id from task where id = $1)`,
    [mine?.id],
  )
  const doctor = await stage.openAs('doctor')
  await doctor.locator('.task-row').first().waitFor()
  await nurse.goto(`/desk/${mine?.id ?? 0}`)
  await ready(nurse)
  await nurse.keyboard.press('1')
  await nurse.keyboard.press('2')
  await nurse.getByText(/红旗已报：出现新的不适/).waitFor()
  await doctor.getByRole('button', { name: /有 1 条新任务，点击刷新/ }).click()
  await doctor
    .locator('.task-row', { hasText: mine?.person ?? '' })
    .filter({ hasText: '出现新的不适' })
    .waitFor()
})

test('two people never hold the same task', async () => {
  const first = await stage.openAs('nurse')
  await first.locator('.task-row').first().waitFor()
  await first.keyboard.press('Enter')
  await ready(first)
  const taskId = openedTask(first)
  const second = await stage.openAs('head', { path: `/desk/${taskId}` })
  await second.getByText(/正在随访这位患者/).waitFor()
  expect(await second.getByRole('group', { name: '这次联系的结果' }).count()).toBe(0)
  await first.goto('/desk')
  await first.locator('.task-row').first().waitFor()
  await second.getByRole('button', { name: '再试着接手' }).click()
  await ready(second)
})

test('answers survive a reload in the middle of the call', async () => {
  const page = await stage.openAs('nurse')
  await page.locator('.task-row').first().waitFor()
  await page.keyboard.press('Enter')
  await ready(page)
  await page.keyboard.press('1')
  await page.keyboard.press('1')
  await page.getByText(/已自动保存/).waitFor()
  // The patient may have answered some of them already.
  const shown = (await page.getByText(/^已答 \d+ \//).textContent()) ?? ''
  await page.reload()
  await ready(page)
  const n = Number(/\d+/.exec(shown)?.[0])
  expect(n).toBeGreaterThanOrEqual(2)
  await answered(page, n)
})

test('j and k walk through the list and the address opens the same task again', async () => {
  const page = await stage.openAs('service', { path: '/desk?whose=team' })
  await page.locator('.task-row').nth(2).waitFor()
  for (const key of ['j', 'j', 'k', 'Enter']) await page.keyboard.press(key)
  await page.waitForURL(/\/desk\/\d+/)
  const opened = await page.locator('.task-row.is-open').getAttribute('href')
  expect(opened).toContain(`/desk/${openedTask(page)}`)
  await page.goBack()
  await page.getByRole('region', { name: '先做这一位' }).waitFor()
})

/** A page of the hospital's own system, on another site, with a frame for us. */
async function workstation(frameUrl: () => string) {
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html; charset=utf-8')
    answer.end(`<!doctype html><html lang="zh-CN"><title>HIS</title><h1>住院医生站</h1>
      <iframe title="随访" src="${frameUrl()}" style="width: 420px; height: 640px"></iframe></html>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  // Another name for the same machine is another site for the browser.
  return { url: `http://localhost:${port}`, close: () => server.close() }
}

/** What the HIS asks us with, once an administrator has switched links on and entered its origin. */
async function linksOf(origin: string) {
  const { db } = stage.site.services
  const rules = { 'security.launch': true, 'security.launch-origins': origin }
  const kept = await stage.rows<{ key: string; version: number }>('select key, version from setting')
  await transaction(db, async (trx) => {
    for (const [key, value] of Object.entries(rules)) {
      const version = kept.find((one) => one.key === key)?.version ?? 0
      await updateSetting(trx, systemActor('system:test', '浏览器测试'), '', key, { value, version })
    }
  })
  const key = await demoApiKey(db)
  return async (body: object) => {
    const answer = await fetch(`${stage.site.url}/api/v1/launches`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'doctor', ...body }),
    })
    expect(answer.status).toBe(201)
    return ((await answer.json()) as { url: string }).url
  }
}

const count = async (statement: string) => (await stage.rows<{ n: number }>(statement))[0]?.n
const heldByDoctor = () =>
  count(`select count(*)::int as n from task where held_by = (select 'user:' || id from app_user where username = 'doctor')
    and status in ('requested', 'in-progress')`)
const sessionsOfLinks = () => count('select count(*)::int as n from app_session where launch_id is not null')

test('the doctor works a task in a frame of the HIS, on another site and without signing in', async () => {
  let frameUrl = ''
  const his = await workstation(() => frameUrl)
  try {
    const link = await linksOf(his.url)
    const [mine] = await stage.rows<{ id: number; person: number; name: string }>(
      `select t.id, t.person_id as person, p.name from task t join person p on p.id = t.person_id
       join app_user u on u.username = 'doctor' and t.queue = 'staff:' || u.staff_id
       where t.level = 1 and t.status = 'requested' and not exists (select 1 from task_contact c where c.task_id = t.id) and (select count(*) from task x where x.person_id = t.person_id
         and x.queue = t.queue and x.status in ('requested', 'in-progress')) = 1 order by t.id limit 1`,
    )
    frameUrl = await link({ personId: mine?.person })
    const page = await stage.open({ path: his.url })
    const frame = page.frameLocator('iframe')
    await frame.getByRole('heading', { name: mine?.name ?? '' }).waitFor()
    // Nothing leads out of the desk.
    expect(await frame.getByRole('navigation').count()).toBe(0)
    expect(await frame.getByRole('link', { name: mine?.name ?? '' }).count()).toBe(0)
    const first = frame.locator('[data-question] [data-focus]').first()
    await first.focus()
    for (const key of routine[1] ?? []) await page.keyboard.press(key)
    await frame.getByText(/^已答 5 \//).waitFor()
    await page.keyboard.press('Control+Enter')
    await frame.getByText(/：已随访/).waitFor()
    await frame.getByText('这位患者没有待办的随访').waitFor()
    expect(await outcomeOf(mine?.id ?? 0)).toMatchObject({ status: 'completed', outcome: 'done' })
    expect(await page.context().cookies()).toEqual([])

    // The next patient, in the same frame.
    const list = await link({})
    await page.locator('iframe').evaluate((element, url) => ((element as HTMLIFrameElement).src = url), list)
    await frame.locator('.task-row').first().click()
    await frame.locator('.outcome-bar').waitFor()
    expect(await heldByDoctor()).toBe(1)
    await frame.getByRole('button', { name: '退出' }).click()
    await frame.getByRole('heading', { name: '已退出' }).waitFor()
    // The task goes back to the list, and the second session of the two is gone.
    await expect.poll(sessionsOfLinks).toBe(1)
    expect(await heldByDoctor()).toBe(0)
  } finally {
    his.close()
  }
})

test('the desk of a workstation reads well in a narrow panel and in a window, and ends with its page or when nobody is there', async () => {
  const link = await linksOf('')
  const panel = await stage.open({ viewport: { width: 420, height: 760 } })
  const window = await stage.open({ viewport: { width: 1280, height: 760 } })
  await window.clock.install()
  await panel.goto(await link({ language: 'zh-CN' }))
  await window.goto(await link({ language: 'en' }))
  for (const page of [panel, window]) {
    await page.locator('.task-row').first().click()
    await page.locator('.desk-person h2').waitFor()
    expect(await axeViolations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    )
  }
  expect(await latinWords(panel)).toEqual([])
  await picture(panel, 'workstation')

  // Its key was in the page and nowhere else.
  await panel.reload()
  await panel.getByRole('heading', { name: '这个链接已经用过' }).waitFor()
  expect(await axeViolations(panel)).toEqual([])
  await window.clock.fastForward('31:00')
  await window.getByRole('heading', { name: 'This session has ended' }).waitFor()
})
