import { expect, test } from 'vitest'
import { axeViolations, choose, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

const somebody = async () => {
  const [person] = await stage.rows<{ id: number; name: string; department: string }>(
    `select p.id, p.name, d.name as department from person p join encounter n on n.person_id = p.id join department d on d.id = n.department_id
     join app_user u on u.username = 'nurse' join role_grant g on g.user_id = u.id and g.department_id = d.id
     where p.survivor_id is null and not p.deceased order by p.id limit 1`,
  )
  if (!person) throw new Error('nobody there')
  return person
}

test('an agent finds the earliest slot, holds it while talking, and books it; it stands with the person and on the list', async () => {
  const person = await somebody()
  const page = await stage.openAs('service', { path: `/persons/${person.id}` })
  await settled(page)
  await page.getByRole('region', { name: '预约' }).getByRole('button', { name: '预约挂号' }).click()
  const dialog = page.getByRole('dialog')
  await choose(dialog.getByLabel('科室'), person.department)
  // Not one of today: those need no confirming.
  await dialog.locator('.slot').last().click()
  await dialog.getByText(/已为您占号/).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'appointment-book')
  expect(await latinWords(page)).toEqual([])
  await dialog.getByRole('button', { name: '预约挂号' }).click()
  await page.getByText(/^已预约/).waitFor()
  await page.getByRole('region', { name: '预约' }).getByRole('link').first().click()
  const drawer = page.getByRole('dialog', { name: /^预约 A\d+/ })
  await drawer.getByText('请带好', { exact: false }).waitFor()
  await drawer.getByRole('button', { name: '确认会来' }).click()
  await drawer.getByText('已确认').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'appointment')
  await drawer.getByRole('button', { name: '取消预约' }).click()
  const reason = page.getByRole('dialog', { name: '取消预约' })
  await reason.getByRole('button', { name: '时间不便' }).click()
  await reason.getByRole('button', { name: '取消预约' }).click()
  await page.getByText('预约已取消').waitFor()
  const [row] = await stage.rows<{ status: string; cancelled_by: string }>(
    `select status, cancelled_by from appointment where person_id = $1 order by id desc limit 1`,
    [person.id],
  )
  expect(row).toEqual({ status: 'cancelled', cancelled_by: 'patient' })
})

test('a head sees the week, takes a clinic to another day and back, suspends it with a reason, and opens it again', async () => {
  const page = await stage.openAs('head', { path: '/schedules' })
  await settled(page)
  await page.getByRole('button', { name: '往后' }).click()
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'schedules')
  expect(await latinWords(page)).toEqual([])
  await page.locator('.session-card').first().click()
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('button', { name: '停诊' }).click()
  const dialog = page.getByRole('dialog', { name: /^停诊：/ })
  await dialog.getByRole('button', { name: '开会' }).click()
  await dialog.getByRole('button', { name: '停诊', exact: true }).click()
  await page.getByText('已停诊').waitFor()
  await drawer.getByRole('button', { name: '恢复出诊' }).click()
  await page.getByText('已恢复出诊').waitFor()
})

test('a weekly schedule is added in one dialog, and says how many clinics it made', async () => {
  const page = await stage.openAs('head', { path: '/schedules?tab=weekly' })
  await settled(page)
  await page.getByRole('button', { name: '添加排班' }).click()
  const dialog = page.getByRole('dialog')
  await choose(dialog.getByLabel('科室'), { index: 0 })
  await choose(dialog.getByLabel('号别'), '专家号')
  await choose(dialog.getByLabel('星期'), '周六')
  await dialog.getByRole('button', { name: '添加渠道' }).click()
  await picture(page, 'schedule')
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: /保\s?存/ }).click()
  await page.getByText(/^新生成 \d+ 次出诊/).waitFor()
})

test('the day’s patients check in and are seen, on a telephone and in English, too', async () => {
  const person = await somebody()
  const page = await stage.openAs('nurse', {
    path: '/appointments',
    locale: 'en',
    viewport: { width: 390, height: 844 },
    colorScheme: 'dark',
  })
  await settled(page)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'appointments-phone')
  expect(person.id).toBeGreaterThan(0)
})
