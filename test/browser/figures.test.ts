import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import readExcelFile from 'read-excel-file/node'
import { expect, test } from 'vitest'
import { choose, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

/** The figures of the headline as people read them. */
async function headline(page: Page, name: string): Promise<string> {
  await settled(page)
  const card = page.locator('.figure', { hasText: name }).first()
  return (await card.locator('.figure-value').textContent())?.trim() ?? ''
}

/** How many were followed up, as the total's coverage says beside itself: `88% 54/60`. */
const followedOf = async (page: Page) => {
  await settled(page)
  const text = await page.getByRole('row', { name: /^合计/ }).locator('[data-label="覆盖率"]').textContent()
  return Number(/(\d+)\/\d+/.exec(text ?? '')?.[1])
}

test('a result at the desk moves the coverage of the department, and its rows agree', async () => {
  const head = await stage.openAs('head', { path: '/figures' })
  const before = await followedOf(head)
  const coverage = await headline(head, '覆盖率')

  const doctor = await stage.openAs('doctor', { path: '/desk?level=1' })
  await doctor.locator('.task-row').first().waitFor()
  await doctor.keyboard.press('Enter')
  await doctor.getByRole('group', { name: '这次联系的结果' }).waitFor()
  for (const key of ['1', '1', 'ArrowDown', '0', '1', '1', 'Control+Enter']) await doctor.keyboard.press(key)
  await doctor.getByText(/：已随访/).waitFor()

  await head.reload()
  expect(await followedOf(head)).toBe(before + 1)
  expect(await headline(head, '覆盖率')).not.toBe(coverage)
  await head.getByRole('row', { name: /^合计/ }).locator('[data-label="覆盖率"]').getByRole('link').click()
  await head.getByRole('heading', { name: /名单/ }).waitFor()
  await head.getByText(`已到末尾，共 ${before + 1} 条`).waitFor()
})

test('level, period and grouping are changed and stay in the address', async () => {
  const page = await stage.openAs('manager', { path: '/figures' })
  await settled(page)
  await choose(page.getByLabel('分组', { exact: true }), '按医生')
  await choose(page.getByLabel('随访级别'), '二级 · 护士长或客服')
  await choose(page.getByLabel('出院时间'), '近 30 天')
  await settled(page)
  const { search } = new URL(page.url())
  expect(search).toContain('doctor')
  const rows = await page.getByRole('region', { name: '分组明细' }).getByRole('row').count()
  await page.reload()
  await settled(page)
  expect(await page.getByRole('region', { name: '分组明细' }).getByRole('row').count()).toBe(rows)
  await page.locator('.filter-bar').getByText('二级 · 护士长或客服').waitFor()
})

test('the exported workbook opens and says the same numbers', async () => {
  const page = await stage.openAs('manager', { path: '/figures' })
  await settled(page)
  const total = await page.getByRole('row', { name: /^合计/ }).getByRole('link').first().textContent()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '导出 Excel' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/\.xlsx$/)
  const sheets = await readExcelFile(await readFile(await download.path()))
  const cells = sheets.flatMap((sheet) => sheet.data.flat())
  expect(cells).toContain(Number(total))
})

test('a head starts with the own doctors, reads whose figures these are and of how many, and is offered no other department', async () => {
  const page = await stage.openAs('head', { path: '/figures' })
  await settled(page)
  await page.locator('.filter-bar').getByText('按医生').waitFor()
  expect(await page.getByLabel('科室').count()).toBe(0)
  expect(await page.getByLabel('院区').count()).toBe(0)
  const [{ name } = { name: '' }] = await stage.rows<{ name: string }>(
    `select d.name from app_user u join staff s on s.id = u.staff_id join department d on d.id = s.department_id where u.username = 'head'`,
  )
  const scope = page.locator('.figures-scope')
  expect(await scope.textContent()).toMatch(new RegExp(`^本科（${name}） · .* · \\d+ 人次`))
  // Beside every rate stands of how many it is.
  for (const label of ['覆盖率', '及时率', '接通率'])
    expect(await page.locator('.figure', { hasText: label }).first().textContent()).toMatch(/\d+\/\d+/)
  const doctor = await page
    .getByRole('region', { name: '分组明细' })
    .locator('tbody th')
    .first()
    .textContent()
  await choose(page.getByLabel('主管医生'), doctor ?? '')
  await settled(page)
  expect(await scope.textContent()).toContain(doctor)
})

test('nothing is compared with a time before the hospital had data; those not due yet are shown apart', async () => {
  const page = await stage.openAs('manager', { path: '/figures?period=last-30-days' })
  await settled(page)
  // The hospital's month began 32 days ago, so the thirty days before these have no data of their own.
  await page.locator('.figures-scope').getByText('前一段时间没有数据，不作比较').waitFor()
  expect(await page.locator('.figure-foot').getByText('比上期').count()).toBe(0)
  await page
    .locator('.figures-scope')
    .getByText(/\d+ 人未到期/)
    .waitFor()
  // Days of few people are told by week, and as a table say who is not due yet.
  const trend = page.locator('section.chart', { hasText: '走势' })
  await trend.getByText('空心点：还有人未到期').waitFor()
  await trend.getByRole('button', { name: /表/ }).click()
  expect(await trend.locator('tbody tr').first().textContent()).toMatch(/^\d\d-\d\d～\d\d-\d\d/)
})
