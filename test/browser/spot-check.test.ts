import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { axeViolations, choose, colours, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

const month = () => {
  const now = new Date()
  return new Date(Date.UTC(now.getFullYear(), now.getMonth() - 1, 1)).toISOString().slice(0, 7)
}

/** The simulated month lies around this one: results of this doctor are moved to the month before, which is over. */
beforeAll(async () => {
  await stage.rows(
    `update task t set completed_at = (date_trunc('month', now()) - interval '10 days') + (t.id % 5) * interval '1 hour',
       start_at = least(t.start_at, date_trunc('month', now()) - interval '15 days')
     from app_user u join staff s on s.id = u.staff_id
     where u.username = 'doctor' and t.assignee_staff_id = s.id and t.level = 1 and t.status = 'completed' and t.outcome = 'done'`,
  )
})

async function accessible(page: Page, name: string): Promise<void> {
  await settled(page)
  await picture(page, name)
  expect(await axeViolations(page)).toEqual([])
  await colours(page, 'dark')
  expect(await axeViolations(page)).toEqual([])
  await colours(page, 'light')
  const names = await stage.rows<{ name: string }>(`select name from person where name ~ '[A-Za-z]'`)
  const foreign = new Set(names.flatMap(({ name }) => name.split(/\s+/)))
  const latin = (await latinWords(page, /^(Wilson|CC|PDF)$/)).filter(
    (one) => !foreign.has(one.split(' in ')[0] ?? ''),
  )
  expect(latin).toEqual([])
}

test('manager draws, service centre checks, doctor appeals, head decides', async () => {
  const manager = await stage.openAs('manager', { path: `/spot-checks?month=${month()}` })
  await manager.getByRole('button', { name: '抽取样本' }).click()
  await manager.getByRole('dialog').getByRole('table').waitFor()
  await accessible(manager, 'spot-check-draw')
  await manager.getByRole('button', { name: /^抽取 \d+ 份$/ }).click()
  await manager.getByText(/已抽取 \d+ 份/).waitFor()
  await settled(manager)
  // The heading and at least one doctor.
  await manager.getByRole('region', { name: '各位医生' }).getByRole('row').nth(1).waitFor()

  const [drawn] = await stage.rows<{ task_id: number }>(
    `select k.task_id from spot_check k join app_user u on u.username = 'doctor' and u.staff_id = k.staff_id order by k.id limit 1`,
  )
  const service = await stage.openAs('service', { path: `/desk/${drawn?.task_id ?? 0}?whose=team` })
  await service.getByRole('group', { name: '这次联系的结果' }).waitFor()
  await accessible(service, 'spot-check-call')
  await service.keyboard.press('2')
  await service.keyboard.press('Control+Enter')
  await service.getByText(/：已随访/).waitFor()

  const doctor = await stage.openAs('doctor', { path: '/spot-checks?view=disagree' })
  await doctor
    .getByRole('button', { name: /^申\s*诉$/ })
    .first()
    .click()
  await doctor.getByRole('dialog').getByRole('button', { name: '有通话记录可查' }).click()
  await doctor
    .getByRole('dialog')
    .getByRole('button', { name: /^保\s*存$/ })
    .click()
  await doctor.getByText('已提交申诉，等待裁定').waitFor()
  await doctor.getByText('待裁定').first().waitFor()
  await accessible(doctor, 'spot-check-doctor')

  const head = await stage.openAs('head', { path: '/spot-checks?view=appeals' })
  await head
    .getByRole('button', { name: /^裁\s*定$/ })
    .first()
    .click()
  await choose(head.getByLabel('裁定', { exact: true }), '申诉成立')
  await head.getByRole('dialog').getByRole('button', { name: '通话记录属实' }).click()
  await head
    .getByRole('dialog')
    .getByRole('button', { name: /^保\s*存$/ })
    .click()
  await head.getByText('已裁定').waitFor()
  await manager.reload()
  await manager.getByText('申诉成立').first().waitFor()
  await accessible(manager, 'spot-checks')
}, 600_000)

test('proof is handed in for a finished result and shows in the list', async () => {
  // Only stated, whatever the simulated staff handed in.
  const [stated] = await stage.rows<{ id: number }>(
    `select t.id from task t join app_user u on u.username = 'doctor' and u.staff_id = t.assignee_staff_id
     where t.status = 'completed' and t.kind = 'follow-up-call' and t.outcome = 'done' order by t.id limit 1`,
  )
  await stage.rows('delete from task_evidence where task_id = $1', [stated?.id])
  await stage.rows('update task_attempt set duration_seconds = null where task_id = $1', [stated?.id])
  await stage.rows(`update task set proof = 'stated' where id = $1`, [stated?.id])
  const doctor = await stage.openAs('doctor', { path: `/desk/${stated?.id ?? 0}?view=done` })
  await doctor.getByText('仅口述').first().waitFor()
  await doctor.getByRole('button', { name: '补充凭证' }).click()
  await doctor.getByLabel('话单号（电话系统）').fill('CC-BROWSER-1')
  await doctor
    .getByRole('dialog')
    .getByRole('button', { name: /^保\s*存$/ })
    .click()
  await doctor.getByText('凭证已登记').waitFor()
  await doctor.getByText('CC-BROWSER-1').waitFor()
  await accessible(doctor, 'proof')
})

test('the monthly report prints on A4, light in every mode, and its numbers open their rows', async () => {
  const page = await stage.openAs('manager', {
    path: `/figures/report?month=${month()}`,
    viewport: { width: 1000, height: 1400 },
  })
  await page.getByRole('heading', { name: `出院随访月度报告 ${month()}` }).waitFor()
  await accessible(page, 'report')
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
  await writeFile(path.join(tmpdir(), 'careloop-report.pdf'), pdf)
  const text = pdf.toString('latin1')
  // A4 upright in points.
  const boxes = [...text.matchAll(/MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+)/g)].map(([, width, height]) => [
    Math.round(Number(width)),
    Math.round(Number(height)),
  ])
  expect(boxes.length).toBeGreaterThan(0)
  for (const box of boxes) expect(box).toEqual([595, 842])
  await page.emulateMedia({ media: 'print' })
  await page.screenshot({ path: path.join(tmpdir(), 'careloop-report-print.png'), fullPage: true })
  expect(await page.getByRole('button', { name: '打印' }).isVisible()).toBe(false)
  await page.emulateMedia({ media: 'screen' })
  const discharged = page.getByRole('table').first().getByRole('row').nth(1).getByRole('link').first()
  const said = Number((await discharged.textContent())?.replaceAll(',', ''))
  await discharged.click()
  await expect
    .poll(async () => {
      await page.locator('.list-scroll').evaluate((list) => list.scrollTo(0, list.scrollHeight))
      return page.getByText(`已到末尾，共 ${said} 条`).isVisible()
    })
    .toBe(true)
})

test('the screens read in English', async () => {
  const page = await stage.openAs('manager', { path: `/spot-checks?month=${month()}` })
  await page.evaluate(() => localStorage.setItem('careloop.language', 'en'))
  await page.reload()
  await page.getByRole('heading', { name: 'Spot checks', level: 1 }).waitFor()
  await settled(page)
  await page.screenshot({ path: path.join(tmpdir(), 'careloop-spot-checks-en.png') })
  await page.goto(`/figures/report?month=${month()}`)
  await page.getByRole('heading', { name: /^Discharge follow-up/ }).waitFor()
  await settled(page)
  await page.screenshot({ path: path.join(tmpdir(), 'careloop-report-en.png'), fullPage: true })
})
