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

const followedOf = async (page: Page) => {
  await settled(page)
  const cell = page.getByRole('row', { name: /^合计/ }).getByRole('link').nth(2)
  return Number(await cell.textContent())
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
  await head.getByRole('row', { name: /^合计/ }).getByRole('link').nth(2).click()
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
  expect(await page.getByLabel('随访级别').inputValue()).toBe('2')
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
