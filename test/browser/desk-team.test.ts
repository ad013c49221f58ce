import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { axeViolations, choose, colours, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()
/** Where to put pictures for whoever looks at the screens by eye. */
const pictures = process.env['CARELOOP_PICTURES']

beforeEach(() =>
  stage.rows(`update task set held_by = null, held_by_name = null, held_until = null, next_attempt_at = null,
    start_at = least(start_at, now()) where status in ('requested', 'in-progress')`),
)

async function keep(page: Page, name: string) {
  if (pictures === undefined) return
  await mkdir(pictures, { recursive: true })
  await settled(page)
  await page.screenshot({ path: path.join(pictures, `${name}.png`) })
}

async function openFirst(page: Page): Promise<number> {
  await page.locator('.task-row').first().waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('group', { name: '这次联系的结果' }).waitFor()
  return Number(/\/desk\/(\d+)/.exec(page.url())?.[1])
}

const personOf = async (taskId: number) =>
  (await stage.rows<{ id: number }>('select person_id as id from task where id = $1', [taskId]))[0]?.id ?? 0

test('the card tells drugs, results and family; a call to a relative is written down with the result', async () => {
  const first = await stage.openAs('doctor', { path: '/desk?level=1' })
  const taskId = await openFirst(first)
  const person = await personOf(taskId)
  await first.close()
  await stage.rows(
    `insert into event (person_id, at, kind, source, data) values
      ($1, now() - interval '5 days', 'observation.recorded', 'test', '{"code":{"text":"血红蛋白"},"value":97,"unit":"g/L","range":"115-150","interpretation":"L","status":"final"}'),
      ($1, now() - interval '5 days', 'observation.recorded', 'test', '{"code":{"text":"血小板"},"value":210,"status":"final"}'),
      ($1, now() - interval '4 days', 'medication.requested', 'test', '{"code":{"text":"阿司匹林肠溶片"},"dose":"100 mg 每日一次"}')`,
    [person],
  )
  await stage.rows(
    `insert into person_relationship (person_id, relation, name, phone, source) values ($1, 'SPO', '欧阳梅', '+8613900009999', 'test')
     on conflict do nothing`,
    [person],
  )
  await stage.rows('update task set held_by = null, held_until = null where id = $1', [taskId])
  const page = await stage.openAs('doctor', { path: `/desk/${taskId}` })
  const card = page.getByRole('complementary', { name: '患者资料' })
  await card.getByText('偏低').waitFor()
  await card.getByText('阿司匹林肠溶片').waitFor()
  expect(await card.getByText('13900009999').count()).toBe(0)
  await page.getByText('为什么排在这里').waitFor()
  await keep(page, 'card-zh')
  const relative = card.getByRole('button', { name: '配偶 欧阳梅' })
  await relative.click()
  expect(await relative.getAttribute('aria-pressed')).toBe('true')
  await colours(page, 'dark')
  await keep(page, 'card-dark')
  expect(await axeViolations(page)).toEqual([])
  await colours(page, 'light')
  await page.setViewportSize({ width: 390, height: 844 })
  await keep(page, 'card-phone')
  await page.setViewportSize({ width: 1366, height: 768 })
  await page.locator('h2').first().click()
  await page.keyboard.press('u')
  await page.keyboard.press('Control+Enter')
  await page.getByText(/：未接通/).waitFor()
  const [attempt] = await stage.rows<{ callee_name: string }>(
    'select callee_name from task_attempt where task_id = $1 order by number desc limit 1',
    [taskId],
  )
  expect(attempt?.callee_name).toBe('欧阳梅')
})

test('an agreed call stands in the calendar, is moved by an hour with the keyboard, and back', async () => {
  const page = await stage.openAs('nurse')
  const taskId = await openFirst(page)
  await page.keyboard.press('c')
  await page.keyboard.press('Control+Enter')
  await page.getByText(/：约定再打，.*09:00/).waitFor()
  const nextAt = async () =>
    (
      await stage.rows<{ hour: number }>(
        `select extract(hour from next_attempt_at at time zone 'Asia/Shanghai')::int as hour from task where id = $1`,
        [taskId],
      )
    )[0]?.hour
  expect(await nextAt()).toBe(9)
  await page.goto('/call-backs')
  const chip = page.locator('.call-chip').first()
  await chip.waitFor()
  await keep(page, 'calls-zh')
  expect(await axeViolations(page)).toEqual([])
  await chip.focus()
  await page.keyboard.press('Shift+ArrowDown')
  await page.getByText(/改到 .*10:00/).waitFor()
  expect(await nextAt()).toBe(10)
  await page.getByRole('button', { name: '撤销' }).click()
  await expect.poll(nextAt).toBe(9)
  await page.setViewportSize({ width: 390, height: 844 })
  await keep(page, 'calls-phone')
})

test('the head hands the open tasks of a doctor to the list, takes it back, and registers an absence with a cover', async () => {
  const page = await stage.openAs('head', { path: '/team' })
  const row = page
    .getByRole('row')
    .filter({ has: page.getByRole('button', { name: '交接', disabled: false }) })
  await row.first().waitFor()
  await keep(page, 'team-zh')
  expect(await axeViolations(page)).toEqual([])
  const onLists = async () =>
    (
      await stage.rows<{ n: number }>(
        `select count(*)::int as n from task where queue like 'staff:%' and status in ('requested', 'in-progress')`,
      )
    )[0]?.n ?? 0
  const before = await onLists()
  await row.first().getByRole('button', { name: '交接' }).click()
  await choose(page.getByLabel('交给', { exact: true }), { value: 'queue' })
  await page.getByLabel('原因').fill('外出会诊')
  await page.getByText(/将改派 \d+ 项/).waitFor()
  await keep(page, 'hand-over-zh')
  await page.getByRole('button', { name: /保\s*存/ }).click()
  await page.getByText(/已改派 \d+ 项/).waitFor()
  expect(await onLists()).toBeLessThan(before)
  await page.getByRole('button', { name: '撤销' }).click()
  await page.getByText(/已退回 \d+ 项/).waitFor()
  expect(await onLists()).toBe(before)

  await row.first().getByRole('button', { name: '请假' }).click()
  const cover = page.getByLabel('代班人')
  const [colleague] = await stage.rows<{ id: number }>(
    `select s.id from staff s join app_user u on u.username = 'head' join staff h on h.id = u.staff_id
     where s.department_id = h.department_id and s.active and s.id <> h.id order by s.id desc limit 1`,
  )
  await choose(cover, { value: String(colleague?.id) })
  await page.getByRole('button', { name: /保\s*存/ }).click()
  await page.getByText(/的任务由 .* 代班/).waitFor()
  await page.getByRole('button', { name: '提前回来' }).first().click()
  await page.getByText('已结束').first().waitFor()
  expect(await onLists()).toBe(before)
  await colours(page, 'dark')
  await keep(page, 'team-dark')
  await page.setViewportSize({ width: 390, height: 844 })
  await keep(page, 'team-phone')
})

test('the same screens speak English, also large and in the dark', async () => {
  const page = await stage.openAs('head', { path: '/team', locale: 'en-US' })
  await page.getByRole('heading', { name: 'Team' }).waitFor()
  await keep(page, 'team-en')
  await page.goto('/desk?whose=team&level=1')
  await page.locator('.task-row').first().click()
  await page.getByText('Why it stands here').waitFor()
  await keep(page, 'card-en')
  await page.getByRole('button', { name: /Guidance/ }).click()
  await page.getByRole('dialog').waitFor()
  await colours(page, 'dark')
  await keep(page, 'guidance-en-dark')
  expect(await axeViolations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.evaluate(() => localStorage.setItem('careloop.appearance', JSON.stringify({ size: 'large' })))
  await page.goto('/call-backs?whose=team')
  await page.getByRole('heading', { name: 'Call-back calendar' }).waitFor()
  await keep(page, 'calls-en-dark-large')
  await page.goto('/guidance')
  await page.getByRole('table').waitFor()
  await keep(page, 'guidance-page-en-dark-large')
  await page.goto('/team')
  await page.getByRole('table').waitFor()
  await keep(page, 'team-en-dark-large')
})
