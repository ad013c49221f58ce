import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { axeViolations, colours, latinWords, picture, settled } from './look.ts'
import { png } from '../support/picture.ts'
import { useStage } from './support.ts'

const stage = useStage()
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

beforeEach(async () => {
  await stage.rows(`update questionnaire_link set answers = '{}' where used_at is null`)
  await stage.rows(
    `update task set held_by = null, held_by_name = null, held_until = null where status in ('requested', 'in-progress')`,
  )
})

/** The doctor opens a first call and shows the link to its questionnaire. */
async function askOnDesk(): Promise<{ desk: Page; url: string; year: number; taskId: number }> {
  const desk = await stage.openAs('doctor', { path: '/desk?level=1' })
  await desk.locator('.task-row').first().waitFor()
  await desk.keyboard.press('Enter')
  await desk.getByRole('button', { name: '请本人填写' }).click()
  const dialog = desk.getByRole('dialog')
  await dialog.getByRole('button', { name: /显示链接/ }).click()
  const url = await dialog.getByLabel('复制链接').first().inputValue()
  const taskId = Number(/\/desk\/(\d+)/.exec(desk.url())?.[1])
  const [person] = await stage.rows<{ year: number }>(
    'select extract(year from p.birth_date)::int as year from task t join person p on p.id = t.person_id where t.id = $1',
    [taskId],
  )
  return { desk, url, year: person?.year ?? 0, taskId }
}

const next = (page: Page) => page.getByRole('button', { name: '下一题' })
const choose = async (page: Page, name: string | RegExp) => {
  await page.getByRole('radio', { name }).first().tap()
  await next(page)
    .or(page.getByRole('button', { name: '看一遍，再提交' }))
    .tap()
}

test('a doctor shows a link, the person answers on a telephone, and the answers are on the desk to be finished in one step', async () => {
  const { desk, url, year, taskId } = await askOnDesk()
  await settled(desk)
  expect(await axeViolations(desk)).toEqual([])
  await picture(desk, 'link-dialog')

  const page = await stage.open({ ...phone, path: url })
  await page.getByRole('heading', { name: '请先核对一下' }).waitFor()
  expect(await page.locator('body').innerText()).not.toMatch(/\*/)
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'form-year')
  await page.getByLabel('出生年份').fill(String(year + 1))
  await page.getByRole('button', { name: '继续' }).tap()
  await page.getByText('年份不对，还可以试 4 次。').waitFor()
  await page.getByLabel('出生年份').fill(String(year))
  await page.getByRole('button', { name: '继续' }).tap()

  await page.getByRole('heading', { name: /您好$/ }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await picture(page, 'form-question')
  await next(page).tap()
  await page.getByText('请回答这一题再继续').waitFor()
  await choose(page, '加重')
  await page.getByText('请不要等待').waitFor()
  expect(await page.getByRole('link', { name: '拨打 120' }).getAttribute('href')).toBe('tel:120')
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'form-alarm')

  // The page is closed and opened again: what was answered is still there, and nobody asks for the year twice.
  await page.getByText('已保存').waitFor()
  await page.reload()
  await page.getByRole('button', { name: '上一题' }).tap()
  await page.getByRole('radio', { name: '加重', checked: true }).waitFor()
  await next(page).tap()

  await page.getByRole('checkbox', { name: '都没有' }).tap()
  await next(page).tap()
  await choose(page, /^3$/)
  await choose(page, /./)
  await choose(page, /./)
  await page.getByRole('heading', { name: '提交前请看一遍' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'form-review')
  await page.getByRole('button', { name: '提交' }).tap()
  await page.getByRole('heading', { name: /谢谢/ }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.reload()
  await page.getByRole('heading', { name: '已经提交过了' }).waitFor()

  const [urgent] = await stage.rows<{ count: number }>(
    `select count(*)::int as count from task where cause like $1 and status = 'requested'`,
    [`red-flag:${taskId}:%`],
  )
  expect(urgent?.count).toBe(1)

  await desk.getByRole('dialog').getByText('已提交').waitFor()
  await desk
    .getByRole('dialog')
    .getByRole('button', { name: '关闭' })
    .or(desk.locator('.ant-modal-close'))
    .first()
    .click()
  await desk.getByRole('button', { name: '载入本人的回答' }).click()
  await desk.getByText('患者本人已经填好').waitFor()
  await settled(desk)
  expect(await axeViolations(desk)).toEqual([])
  await picture(desk, 'desk-answered')
  await desk.keyboard.press('Control+Enter')
  await desk.getByText(/：已随访/).waitFor()
  const [task] = await stage.rows<{ status: string; proof: string }>(
    'select status, proof from task where id = $1',
    [taskId],
  )
  expect(task).toEqual({ status: 'completed', proof: 'reply' })
})

test('the page of a link speaks English, is dark where the telephone is, and works by keyboard alone', async () => {
  const { url, year } = await askOnDesk()
  const page = await stage.open({ ...phone, path: url, locale: 'en-GB' })
  await page.getByRole('heading', { name: 'One check first' }).waitFor()
  await page.getByLabel('Year of birth').focus()
  await page.keyboard.type(String(year))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /^Hello/ }).waitFor()
  await picture(page, 'form-question-en')
  await colours(page, 'dark')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('radiogroup').focus()
  await page.keyboard.press('1')
  await page.keyboard.press('Enter')
  await page.getByText('Step 2').waitFor()
  await page.getByRole('button', { name: '繁體中文' }).click()
  await page.getByText('第 2 步').waitFor()
})

test('a link that never was shows a calm page, the same as one that is over', async () => {
  const page = await stage.open({ ...phone, path: `/q/${'x'.repeat(43)}` })
  await page.getByRole('heading', { name: '这个链接不能用了' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'form-closed')
})

test('a person takes photos on a telephone: sent at once, looked at, taken again, handed in, and seen by the doctor', async () => {
  const { desk, url, year, taskId } = await askOnDesk()
  const title = { 'zh-CN': '伤口随访', 'zh-TW': '傷口追蹤', en: 'Wound' }
  const items = [
    {
      linkId: 'wound',
      type: 'photo',
      required: true,
      maxPhotos: 2,
      text: { 'zh-CN': '请拍一张伤口的照片', 'zh-TW': '請拍一張傷口的照片', en: 'Take a photo of the wound' },
      help: {
        'zh-CN': '光线充足，只拍伤口。',
        'zh-TW': '光線充足，只拍傷口。',
        en: 'In good light, the wound only.',
      },
    },
    {
      linkId: 'more',
      type: 'text',
      text: { 'zh-CN': '想说明什么吗？', 'zh-TW': '想說明什麼嗎？', en: 'Anything to say about it?' },
      enableWhen: { fact: 'answers.wound', op: 'exists' },
    },
  ]
  await stage.rows(
    `with made as (insert into questionnaire (code, title) values ('wound-photo', $1) returning id),
      version as (insert into questionnaire_version (questionnaire_id, version, definition) select id, 1, $2 from made returning id),
      linked as (update questionnaire_link set questionnaire_version_id = (select id from version) where task_id = $3)
    update task set questionnaire_version_id = (select id from version) where id = $3`,
    [JSON.stringify(title), JSON.stringify({ scoring: 'none', items }), taskId],
  )
  const page = await stage.open({ ...phone, path: url })
  await page.getByLabel('出生年份').fill(String(year))
  await page.getByRole('button', { name: '继续' }).tap()
  await page.getByText('请拍一张伤口的照片').waitFor()
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  expect(await page.getByLabel('拍照').getAttribute('capture')).toBe('environment')
  const picked = (buffer: Buffer, name = 'wound.png', mimeType = 'image/png') =>
    page.getByLabel('选照片').setInputFiles({ name, mimeType, buffer })

  await picked(Buffer.from('%PDF-1.7'), 'letter.png')
  await page.getByText('这张照片打不开').waitFor()
  await page.context().setOffline(true)
  await picked(png(2400, 1200))
  await page.getByText('没有网络，照片没有传上去。').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.context().setOffline(false)
  await page.getByRole('button', { name: '再传一次' }).tap()
  const thumbs = page.locator('button.photo-thumb')
  await thumbs.first().waitFor()
  await picked(png(60, 80))
  await thumbs.nth(1).waitFor()
  expect(await page.getByLabel('选照片').count()).toBe(0)
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'form-photo')
  await page.getByRole('button', { name: 'English' }).tap()
  await page.getByRole('button', { name: 'Remove 2' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: '简体中文' }).tap()
  await thumbs.first().tap()
  const large = page.getByRole('dialog')
  expect(await large.getByRole('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1600)
  expect(await axeViolations(page)).toEqual([])
  await large.getByRole('button', { name: '关闭' }).tap()
  await page.getByRole('button', { name: '删除 2' }).tap()
  await expect.poll(() => thumbs.count()).toBe(1)
  await page.getByText('已保存').waitFor()
  // Closed and opened again the picture comes from the server.
  await page.reload()
  await thumbs.first().waitFor()
  await next(page).tap()
  await page.getByText('想说明什么吗？').waitFor()
  await page.getByRole('button', { name: '看一遍，再提交' }).tap()
  await page.getByRole('heading', { name: '提交前请看一遍' }).waitFor()
  await thumbs.first().waitFor()
  await colours(page, 'dark')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: '提交' }).tap()
  await page.getByRole('heading', { name: /谢谢/ }).waitFor()

  const [kept] = await stage.rows<{ n: number; type: string; width: number; source: string }>(
    `select count(*) over ()::int as n, content_type as type, width, source from questionnaire_photo where task_id = $1`,
    [taskId],
  )
  expect(kept).toEqual({ n: 1, type: 'image/jpeg', width: 1600, source: 'person' })
  await desk.goto(`/desk/${taskId}`)
  await desk.locator('button.photo-thumb').waitFor()
  await settled(desk)
  expect(await axeViolations(desk)).toEqual([])
  await picture(desk, 'desk-photo')
  await desk.keyboard.press('Control+Enter')
  await desk.getByText(/：已随访/).waitFor()
  const [task] = await stage.rows<{ proof: string; person: number }>(
    'select proof, person_id as person from task where id = $1',
    [taskId],
  )
  expect(task?.proof).toBe('reply')

  await desk.goto(`/persons/${task?.person ?? 0}`)
  await desk.getByRole('button', { name: '显示照片（1 张）' }).click()
  await desk.locator('button.photo-thumb').waitFor()
  expect(await axeViolations(desk)).toEqual([])
  await desk.locator('button.photo-thumb').click()
  await desk.getByRole('dialog').getByRole('img').waitFor()
  await desk.keyboard.press('Escape')
  await expect.poll(() => desk.evaluate(() => document.activeElement?.className)).toBe('photo-thumb')

  const manager = await stage.openAs('manager', { path: `/desk/${taskId}`, locale: 'en-GB' })
  await manager.getByText('Photos: 1').waitFor()
  expect(await manager.locator('.photo-thumb').count()).toBe(0)
}, 600_000)
