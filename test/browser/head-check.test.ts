import { expect, test } from 'vitest'
import { axeViolations, colours, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

test('a head checks a doctor’s month, and the doctor takes note', async () => {
  const [doctor] = await stage.rows<{ name: string }>(
    `select s.name from app_user u join staff s on s.id = u.staff_id where u.username = 'doctor'`,
  )
  // Whatever day it is: the doctor's patients of these weeks went home last month.
  await stage.rows(
    `update encounter e set ends_at = month - interval '5 days' + (e.id % 3) * interval '1 day', starts_at = least(e.starts_at, month - interval '12 days')
     from date_trunc('month', now(), 'Asia/Shanghai') month, app_user u where u.username = 'doctor' and e.attending_staff_id = u.staff_id and e.class = 'inpatient' and e.ends_at is not null`,
  )
  const name = new RegExp(doctor?.name ?? '-')
  const head = await stage.openAs('head', { path: '/head-checks' })
  await head
    .getByRole('row', { name })
    .getByRole('button', { name: /^检\s*查$/ })
    .click()
  const drawer = head.getByRole('dialog')
  await drawer.getByRole('button', { name: '需改进' }).click()
  await drawer.getByRole('textbox', { name: '意见' }).fill('口述的多，请用工作台拨号，留下通话记录')
  await settled(head)
  await picture(head, 'head-check-one')
  expect(await axeViolations(head)).toEqual([])
  await drawer.getByRole('button', { name: /^保\s*存$/ }).click()
  await head.getByText('检查意见已保存').waitFor()
  await head.getByRole('row', { name }).getByText('需改进').waitFor()
  await settled(head)
  await picture(head, 'head-checks')
  expect(await axeViolations(head)).toEqual([])
  expect(await latinWords(head)).toEqual([])
  await colours(head, 'dark')
  expect(await axeViolations(head)).toEqual([])

  const own = await stage.openAs('doctor', { path: '/head-checks', viewport: { width: 390, height: 844 } })
  await own.getByText('口述的多，请用工作台拨号，留下通话记录').first().waitFor()
  await own.getByRole('button', { name: /^已\s*阅$/ }).click()
  await own.getByText(/医生已阅/).waitFor()
  await settled(own)
  expect(await axeViolations(own)).toEqual([])
  const sideways = await own.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(sideways).toBeLessThanOrEqual(0)
}, 600_000)
