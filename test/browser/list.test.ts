import { Buffer } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import readXlsxFile from 'read-excel-file/node'
import { expect, test } from 'vitest'
import { choose, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

test('a list is ordered by its heads, its columns are chosen, and all of it stands in the address', async () => {
  const page = await stage.openAs('head', { path: '/tasks?view=all' })
  const table = page.getByRole('table', { name: '任务分派' })
  const people = () => table.locator('tbody tr[data-index] td:nth-child(3)').allTextContents()
  await page.getByText(/^共 [\d,]+ 项$/).waitFor()
  const before = await people()
  await table.getByRole('button', { name: '科室' }).waitFor()
  await table.getByRole('button', { name: '患者' }).click()
  await page.waitForURL(/sort=person/)
  await table.locator('th[aria-sort="ascending"]').waitFor()
  await expect.poll(people).not.toEqual(before)
  await table.getByRole('button', { name: '患者' }).click()
  await page.waitForURL(/sort=-person/)
  await table.locator('th[aria-sort="descending"]').waitFor()
  await settled(page)

  await page.getByRole('button', { name: '选择列' }).click()
  await page.getByRole('checkbox', { name: '诊断' }).check()
  await table.getByRole('columnheader', { name: '诊断' }).waitFor()
  await page.reload()
  await table.getByRole('columnheader', { name: '诊断' }).waitFor()
  await table.locator('th[aria-sort="descending"]').waitFor()
})

test('a view is kept under a name and opened again, also by a colleague', async () => {
  const page = await stage.openAs('head', { path: '/tasks?view=all&sort=due' })
  await page.getByRole('button', { name: '视图' }).click()
  await page.getByRole('menuitem', { name: '保存当前视图…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  // The button is never grey: it points at the gap.
  await dialog.getByText('请填写').waitFor()
  await dialog.getByText('还有 1 处要改，已标出').waitFor()
  await dialog.getByLabel('视图名称').fill('按时限')
  await dialog.getByLabel('同院区的同事也能用').check()
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await dialog.waitFor({ state: 'hidden' })

  const other = await stage.openAs('service', { path: '/tasks' })
  await other.getByRole('button', { name: '视图' }).click()
  await other.getByRole('menuitem', { name: /按时限/ }).click()
  await other.waitForURL(/sort=due/)
  expect(other.url()).toContain('view=all')
})

test('the whole list goes into a workbook as it is shown, names masked, and that is logged', async () => {
  const page = await stage.openAs('manager', { path: '/instructions?view=all' })
  await page.getByText(/^共 \d+ 条$/).waitFor()
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: '导出' }).click()
  const file = await readFile(await (await waiting).path())
  const [head, ...rows] = (await readXlsxFile(Buffer.from(file)))[0]?.data ?? []
  const total = Number(/\d+/.exec((await page.getByText(/^共 \d+ 条$/).textContent()) ?? '')?.[0])
  expect(head?.[0]).toBe('患者')
  expect(rows).toHaveLength(total)
  for (const [person] of rows) expect(person).toMatch(/^.\*$/u)
  const logged = await stage.rows<{ subject: string }>(
    `select subject from audit_event where action = 'list.export' order by seq desc limit 1`,
  )
  expect(logged).toEqual([{ subject: `list:/return-visit-instructions rows:${total}` }])
})

test('a list is walked with j and k, and stays within the window', async () => {
  const page = await stage.openAs('head', { path: '/tasks?view=all' })
  const table = page.getByRole('table', { name: '任务分派' })
  await table.locator('tbody tr[data-index]').first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('1')
  await page.keyboard.press('k')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('0')
  const height = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)
  expect(height).toBeLessThanOrEqual(0)
})

test('a date is picked and typed in the language of the application, whatever the browser speaks', async () => {
  const page = await stage.openAs('head', { path: '/tasks?view=all', locale: 'en-US' })
  await page.evaluate(() => localStorage.setItem('careloop.language', 'zh-CN'))
  await page.reload()
  const from = page.getByRole('textbox', { name: '出院从' })
  await from.click()
  await page.getByRole('dialog', { name: '出院从' }).getByText('一', { exact: true }).first().waitFor()
  await from.fill('20260101')
  await from.press('Enter')
  await page.waitForURL(/dischargedFrom=2026-01-01/)
})

test('a period that ends before it begins is told so at its fields, in lists and figures', async () => {
  const page = await stage.openAs('head', {
    path: '/tasks?dischargedFrom=2026-11-20&dischargedTo=2026-11-10',
  })
  const told = page.getByRole('alert').filter({ hasText: '结束日期早于开始日期' })
  await told.waitFor()
  await page.goto('/figures?period=custom&from=2026-11-20&to=2026-11-10')
  await told.waitFor()
  await page.getByLabel('出院到').or(page.locator('.filter-date input').nth(1)).first().fill('2026-11-25')
  await page.keyboard.press('Enter')
  await told.waitFor({ state: 'detached' })
})

test('persons are narrowed by department, discharge, diagnosis and tag, all of it in the address', async () => {
  const page = await stage.openAs('service', { path: '/persons' })
  const total = async () =>
    Number((await page.getByText(/^共 [\d,]+ 人$/).textContent())?.replaceAll(/\D/g, ''))
  await settled(page)
  const all = await total()
  await choose(page.getByLabel('科室', { exact: true }), '心血管内科')
  await page.waitForURL(/departmentId=\d+/)
  await expect.poll(total).toBeLessThan(all)
  await page.getByRole('searchbox', { name: '诊断' }).fill('没有这种病')
  await page.waitForURL(/condition=/)
  await page.getByText('没有符合条件的记录').waitFor()
  await page.goto('/persons?tag=red-flag')
  await settled(page)
  const [row] = await stage.rows<{ n: number }>(
    `select count(distinct t.person_id)::int as n from task t join app_user u on u.username = 'service' join role_grant g on g.user_id = u.id and g.site_id = t.site_id
     where t.kind = 'red-flag' and t.status in ('requested', 'in-progress')`,
  )
  await expect.poll(total).toBe(row?.n)
})

test('what an address asks for and no list knows narrows nothing, and never breaks the page', async () => {
  const page = await stage.openAs('auditor', { path: '/audit?from=2026-13-45&actorId=nobody' })
  await page.getByRole('table').or(page.getByText('没有符合条件的记录')).first().waitFor()
  for (const path of [
    '/tasks?level=9&dischargedFrom=2026-13-45&sort=bogus',
    '/persons?dischargedFrom=2026-13-45&tag=x',
  ]) {
    const head = await stage.openAs('head', { path })
    await head.locator('tbody tr[data-index]').first().waitFor()
  }
  const figures = await stage.openAs('manager', {
    path: '/figures?period=custom&from=2026-11-10&to=2026-11-01',
  })
  await figures.getByText('结束日期早于开始日期').first().waitFor()
  expect(await figures.locator('.figure').count()).toBe(0)
})

test('a colleague is searched on the server, only among those within reach, and what was begun is kept', async () => {
  const page = await stage.openAs('head', { path: '/tasks?view=all' })
  const dialog = page.getByRole('dialog')
  const open = async () => {
    await page.locator('tbody input[type=checkbox]').first().check()
    await page.getByRole('button', { name: /^改派/ }).click()
  }
  await open()
  await dialog.getByRole('button', { name: /改派/ }).click()
  await dialog.getByText('请填写').waitFor()
  const [department] = await stage.rows<{ names: string[] }>(
    `select array_agg(s.name) as names from staff s where department_id = (select s.department_id from staff s join app_user u on u.staff_id = s.id where u.username = 'head')`,
  )
  await dialog.getByRole('combobox').click()
  const offered = await page.locator('.ant-select-item-option').allTextContents()
  expect(offered[0]).toBe('退回原岗位列表')
  for (const one of offered.slice(1)) expect(department?.names).toContain(one.split(' · ')[0])
  await page.locator('.ant-select-item-option').nth(1).click()
  await dialog.getByText('请填写').waitFor({ state: 'hidden' })
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: /^改派/ }).click()
  await dialog.getByText('上次没存完的内容还在。').waitFor()
})
