import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { answered, number, ready, saveState, useCalls } from './call.ts'
import { axeViolations, personMenu } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()
const openCall = useCalls(stage)

const drafts = (page: Page) =>
  page.evaluate(() => Object.keys(sessionStorage).filter((one) => one.startsWith('careloop.draft.')))
const chosen = (page: Page, outcome: string) =>
  page.locator('.outcome[aria-pressed="true"]', { hasText: outcome })

test('answers given without a line stay on this computer over a reload, are saved as soon as it is back, and are then gone from here', async () => {
  const page = await stage.openAs('nurse')
  const id = await openCall(page)
  await page.route('**/answers', (route) => route.abort('internetdisconnected'))
  await page.keyboard.press('1')
  await page.keyboard.press('1')
  await expect.poll(() => saveState(page).textContent()).toBe('断网，内容已存在本机')
  expect(await drafts(page)).toEqual([`careloop.draft.task.${id}`])
  await page.reload()
  await ready(page)
  await answered(page, 2)
  await page.getByText('已找回本机上没存上的回答').waitFor()
  await expect.poll(() => saveState(page).textContent()).toBe('断网，内容已存在本机')
  await page.unroute('**/answers')
  // At once, not with the next try some seconds later.
  const sent = page.waitForRequest('**/answers', { timeout: 1500 })
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await sent
  await expect.poll(() => saveState(page).textContent()).toContain('已自动保存')
  expect(await drafts(page)).toEqual([])
  const [kept] = await stage.rows<{ n: number }>(
    `select count(*)::int as n from questionnaire_response r, jsonb_object_keys(r.answers) where r.task_id = $1`,
    [id],
  )
  expect(kept?.n).toBe(2)

  // Whoever leaves this computer leaves nothing on it.
  await page.getByRole('textbox', { name: '备注' }).fill('家属在旁')
  expect(await drafts(page)).toHaveLength(1)
  await personMenu(page, '退出')
  await page.waitForURL('**/sign-in')
  expect(await drafts(page)).toEqual([])
})

test('a save that is refused says why and goes out with the next change; a computer that slept takes its task again', async () => {
  const page = await stage.openAs('nurse')
  const id = await openCall(page)
  await stage.rows(
    `update task set held_by = 'user:other', held_by_name = '李四', held_until = now() + interval '5 minutes' where id = $1`,
    [id],
  )
  await page.keyboard.press('1')
  await expect.poll(() => saveState(page).textContent()).toContain('没有存上：同事正在做这条任务')
  // The colleague has left, and nobody holds it any more.
  await stage.rows('update task set held_by = null, held_by_name = null, held_until = null where id = $1', [
    id,
  ])
  await page.keyboard.press('1')
  await expect.poll(() => saveState(page).textContent()).toContain('已自动保存')
  const [kept] = await stage.rows<{ n: number }>(
    `select count(*)::int as n from questionnaire_response r, jsonb_object_keys(r.answers) where r.task_id = $1`,
    [id],
  )
  expect(kept?.n).toBe(2)
  await page.keyboard.press('Control+Enter')
  await page
    .getByRole('alert')
    .or(page.getByText(/还有必答题没答|：已随访/))
    .first()
    .waitFor()
})

test('a call goes on over a reload: its timer runs from where it began, the number stands again and the outcome is still chosen', async () => {
  const page = await stage.openAs('nurse')
  const id = await openCall(page)
  await page.keyboard.press('p')
  await number(page).waitFor()
  const dialled = await number(page).textContent()
  for (const key of ['1', '1']) await page.keyboard.press(key)
  await page.keyboard.press('o')
  await chosen(page, '其他').waitFor()
  await expect.poll(() => saveState(page).textContent()).toContain('已自动保存')
  // The call began some minutes ago.
  await page.evaluate((key) => {
    const draft = sessionStorage.getItem(key) ?? ''
    sessionStorage.setItem(
      key,
      draft.replace(/"at":(\d+)/, (_, at) => `"at":${Number(at) - 5 * 60_000}`),
    )
  }, `careloop.draft.task.${id}`)
  const digits = dialled?.replaceAll(' ', '') ?? ''
  expect(await page.evaluate(() => Object.values(sessionStorage).join())).not.toContain(digits)
  await page.reload()
  await ready(page)
  await expect.poll(() => number(page).textContent()).toBe(dialled)
  await answered(page, 2)
  await chosen(page, '其他').waitFor()
  expect(await page.getByRole('timer').textContent()).toMatch(/^5:\d\d$/)
  const [shown] = await stage.rows<{ times: number }>(
    `select count(*)::int as times from audit_event where action = 'person.reveal' and person_id = (select person_id from task where id = $1)`,
    [id],
  )
  expect(shown?.times).toBe(2)
  for (const key of ['1', '1', '1']) await page.keyboard.press(key)
  await answered(page, 5)
  // The last question is a text, in which the cursor stands.
  await page.keyboard.press('Alt+d')
  await page.keyboard.press('Control+Enter')
  await page.getByText(/：已随访/).waitFor()
  const [result] = await stage.rows<{ proof: string; seconds: number }>(
    `select proof, duration_seconds as seconds
     from task t join task_attempt a on a.task_id = t.id where t.id = $1`,
    [id],
  )
  expect(result).toMatchObject({ proof: 'call-record' })
  expect(result?.seconds).toBeGreaterThanOrEqual(300)
  expect(await drafts(page)).toEqual([])

  // Given back to the list, the next contact is another one.
  await openCall(page)
  await page.keyboard.press('p')
  await number(page).waitFor()
  await page.keyboard.press('u')
  await chosen(page, '未接通').waitFor()
  const address = page.url()
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: /今天 / }).waitFor()
  await expect.poll(() => drafts(page)).toEqual([])
  await page.goto(address)
  await ready(page)
  await page.getByRole('button', { name: '显示号码' }).waitFor()
  expect(await chosen(page, '').count()).toBe(0)
})

test('the second window on a task is told, and takes it over only when asked', async () => {
  const first = await stage.openAs('nurse')
  const id = await openCall(first)
  await first.keyboard.press('1')
  await expect.poll(() => saveState(first).textContent()).toContain('已自动保存')
  const second = await first.context().newPage()
  await second.goto(`/desk/${id}`)
  await second.getByText('这条任务已在您的另一个窗口打开').waitFor()
  expect(await second.locator('.outcome-bar').count()).toBe(0)
  await second.goto('/desk')
  await second.locator('.task-row').first().waitFor()
  // Looking on did not let go of it.
  await first.keyboard.press('1')
  await expect.poll(() => saveState(first).textContent()).toContain('已自动保存')
  await second.goto(`/desk/${id}`)
  await second.getByRole('button', { name: '在这里接着做' }).click()
  await ready(second)
  await answered(second, 2)
  await first.getByText('这条任务已在您的另一个窗口打开').waitFor()
})

test('a day is asked for by the calendar of the application, typed or picked, and Enter goes on', async () => {
  const page = await stage.openAs('nurse')
  const id = await openCall(page)
  await stage.rows(
    `update questionnaire_version set definition = jsonb_set(definition, '{items,0}', '{"linkId": "day", "type": "date", "text": {"zh-CN": "哪一天复诊？"}}')
     where id = (select questionnaire_version_id from task where id = $1)`,
    [id],
  )
  await page.reload()
  await ready(page)
  const day = page.getByRole('textbox', { name: '哪一天复诊？' })
  await day.waitFor()
  expect(await page.locator('input[type="date"]').count()).toBe(0)
  await day.click()
  await page.getByRole('dialog', { name: '哪一天复诊？' }).waitFor()
  await day.fill('2026-11-20')
  await page.keyboard.press('Enter')
  await answered(page, 1)
  await expect.poll(() => day.evaluate((input) => input === document.activeElement)).toBe(false)
  await page.keyboard.press('1')
  await answered(page, 2)
  await expect.poll(() => saveState(page).textContent()).toContain('已自动保存')
  expect(await axeViolations(page)).toEqual([])
  const [kept] = await stage.rows<{ day: string }>(
    `select answers ->> 'day' as day from questionnaire_response where task_id = $1`,
    [id],
  )
  expect(kept?.day).toBe('2026-11-20')
})
