import { expect, test } from 'vitest'
import { axeViolations, choose, colours, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

test('service centre issues an instruction, a doctor executes it, the service centre files it', async () => {
  const [patient] = await stage.rows<{ id: number; name: string }>(
    `select p.id, p.name from person p join encounter e on e.person_id = p.id join app_user u on u.username = 'doctor'
       and u.staff_id = e.attending_staff_id
     where e.class = 'inpatient' and e.ends_at is not null and not p.deceased and p.name ~ '^[一-龥]+$' order by e.ends_at desc limit 1`,
  )
  const service = await stage.openAs('service', { path: `/persons/${patient?.id ?? 0}` })
  await service.getByRole('button', { name: '下达指令' }).click()
  const dialog = service.getByRole('dialog')
  await choose(dialog.getByLabel('原因'), '检查结果异常')
  await dialog.getByLabel('指令内容').fill('血钾 6.1，请问有无乏力、心慌，叮嘱当天复查')
  await settled(service)
  await picture(service, 'instruction-issue')
  expect(await axeViolations(service)).toEqual([])
  await dialog.getByRole('button', { name: /^保\s*存$/ }).click()
  await service.getByText('指令已下达').waitFor()
  const region = service.getByRole('region', { name: '回访指令' })
  await region.getByText('待执行').waitFor()

  const doctor = await stage.openAs('doctor', { path: '/instructions' })
  await doctor.getByRole('row', { name: new RegExp(patient?.name ?? '-') }).click()
  await doctor.getByRole('button', { name: '去执行' }).click()
  await doctor.getByText('血钾 6.1，请问有无乏力、心慌，叮嘱当天复查').first().waitFor()
  await doctor.getByRole('group', { name: '这次联系的结果' }).waitFor()
  await doctor.getByRole('button', { name: /已随访/ }).click()
  await doctor.getByLabel('备注').fill('无不适，已嘱当天复查')
  await settled(doctor)
  await picture(doctor, 'instruction-execute')
  await doctor.keyboard.press('Control+Enter')
  await doctor.getByText(/：已随访/).waitFor()

  await service.goto(new URL('/instructions?view=submitted', service.url()).href)
  await service.getByRole('row', { name: new RegExp(patient?.name ?? '-') }).click()
  await service.getByText('无不适，已嘱当天复查').first().waitFor()
  await settled(service)
  await picture(service, 'instruction-detail')
  await service.getByRole('button', { name: /^归\s*档$/ }).click()
  await service.getByText('已归档').first().waitFor()
  await service.goto(new URL('/instructions?view=all', service.url()).href)
  await service.getByRole('row', { name: new RegExp(patient?.name ?? '-') }).waitFor()
  await settled(service)
  await picture(service, 'instructions')
  expect(await axeViolations(service)).toEqual([])
  expect(await latinWords(service, /^(XLSX|Excel)$/)).toEqual([])
  await colours(service, 'dark')
  expect(await axeViolations(service)).toEqual([])
}, 600_000)

test('instructions read in English and fit a phone', async () => {
  const page = await stage.openAs('head', {
    path: '/instructions?view=all',
    locale: 'en-US',
    viewport: { width: 390, height: 844 },
  })
  await page.getByRole('heading', { name: 'Return-visit instructions' }).waitFor()
  await settled(page)
  await picture(page, 'instructions-phone')
  expect(await axeViolations(page)).toEqual([])
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(sideways).toBeLessThanOrEqual(0)
})

test('a text that is too long is complained about once', async () => {
  const page = await stage.openAs('service', { path: '/instructions' })
  await page.getByRole('button', { name: '下达指令' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('指令内容').fill('请'.repeat(1200))
  const complaints = dialog.locator('.labelled', { hasText: '指令内容' }).locator('.field-error')
  await expect.poll(() => complaints.allTextContents()).toEqual(['多出 200 个字，请删减（最多 1000）'])
  await dialog.getByRole('button', { name: /^保\s*存$/ }).click()
  await expect.poll(() => complaints.allTextContents()).toEqual(['最多 1000 个字'])
})
