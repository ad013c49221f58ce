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
  await choose(dialog.getByLabel('怎么看'), '每天最早')
  await settled(page)
  // Not one of today: those need no confirming.
  await dialog.locator('.slot').last().click()
  await dialog.getByText(/已为您占号/).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'appointment-book')
  expect(await latinWords(page)).toEqual([])
  await dialog.getByRole('button', { name: '预约挂号' }).click()
  await page.getByText(/^已预约 /).waitFor()
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

test('an agent puts a patient on the waitlist; the free slot that suits is offered at once, and the list says until when', async () => {
  const person = await somebody()
  const page = await stage.openAs('service', { path: '/waitlist' })
  await page.getByText('没有人候补').waitFor()
  await page.getByRole('button', { name: '登记候补' }).click()
  const dialog = page.getByRole('dialog', { name: '登记候补' })
  await dialog.getByLabel('患者').fill(person.name)
  await dialog
    .getByRole('radio', { name: new RegExp(person.name) })
    .or(dialog.getByRole('button', { name: new RegExp(person.name) }))
    .first()
    .click()
  await choose(dialog.getByLabel('科室'), person.department)
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: '登记候补' }).click()
  await page.getByText('已登记候补').waitFor()
  await page.getByText(/前答复/).waitFor()
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await picture(page, 'waitlist')
  await page.getByRole('button', { name: '退出候补' }).click()
  const reason = page.getByRole('dialog', { name: '退出候补' })
  await reason.getByRole('button', { name: '已另外约上' }).click()
  await reason.getByRole('button', { name: '退出候补' }).click()
  await page.getByText('没有人候补').waitFor()
})

test('a service manager reads why a patient is restricted, notes the appeal and lifts it with a reason', async () => {
  const person = await somebody()
  await stage.rows(
    `with missed as (
       insert into appointment (site_id, person_id, department_id, title, starts_at, ends_at, status, channel, booked_by, booked_by_name)
       select d.site_id, $1, d.id, '专家号', now() - n * interval '7 days', now() - n * interval '7 days' + interval '10 minutes', 'noshow', 'phone', 'user:x', '客服'
       from department d, generate_series(1, 3) n where d.name = $2 returning id, site_id)
     insert into booking_restriction (site_id, person_id, from_at, until, rule, counted, left_out)
     select min(site_id), $1, now(), now() + interval '3 months', '{"lateMinutes":30,"count":3,"windowMonths":3,"restrictMonths":3,"cutOff":"afternoon"}',
       jsonb_agg(jsonb_build_object('id', id, 'kind', 'missed')), '[]' from missed`,
    [person.id, person.department],
  )
  const page = await stage.openAs('service', { path: `/persons/${person.id}` })
  await page.getByText(/^因爽约，.*前不能网上、电话预约/).waitFor()
  await page.getByRole('link', { name: '爽约限制' }).last().click()
  const drawer = page.getByRole('dialog', { name: /的爽约限制$/ })
  await drawer.getByText('3 个月内 3 次爽约，限制 3 个月', { exact: false }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await picture(page, 'no-shows')
  await drawer.getByRole('button', { name: '登记申诉' }).click()
  const appeal = page.getByRole('dialog', { name: '登记申诉' })
  await appeal.getByLabel('患者怎么说').fill('那几天在外地住院')
  await appeal.getByRole('button', { name: '登记申诉' }).click()
  await page.getByText('申诉已登记').waitFor()
  await drawer.getByRole('button', { name: '解除限制' }).click()
  const lift = page.getByRole('dialog', { name: '解除限制' })
  await lift.getByRole('button', { name: '有证明' }).click()
  await lift.getByRole('button', { name: '解除限制' }).click()
  await page.getByText('限制已解除').waitFor()
  const [row] = await stage.rows(`select appeal, end_reason from booking_restriction where person_id = $1`, [
    person.id,
  ])
  expect(row).toEqual({ appeal: '那几天在外地住院', end_reason: '有证明' })
})

/** Nine weeks of past clinics as the coming ones are, three in four places of which were taken, one in eleven of these missed. */
const pastClinics = async () => {
  await stage.rows(`
    with first as (select distinct on (schedule_id) * from clinic_session where schedule_id is not null and status = 'open' order by schedule_id, date),
    made as (
      insert into clinic_session (schedule_id, site_id, department_id, staff_id, room_id, visit_type_id, date, period)
      select schedule_id, site_id, department_id, staff_id, room_id, visit_type_id, date - 7 * w,
        tstzrange(lower(period) - w * interval '7 days', upper(period) - w * interval '7 days')
      from first cross join generate_series(1, 9) as w where date - 7 * w < (now() at time zone 'Asia/Shanghai')::date
      returning id, schedule_id, period)
    insert into slot (session_id, site_id, department_id, staff_id, visit_type_id, starts_at, ends_at, number, overbooked, status)
    select m.id, l.site_id, l.department_id, l.staff_id, l.visit_type_id, l.starts_at + (lower(m.period) - lower(f.period)),
      l.ends_at + (lower(m.period) - lower(f.period)), l.number, l.overbooked, case when l.overbooked or l.number % 4 = 0 then 'free' else 'booked' end
    from made m join first f using (schedule_id) join slot l on l.session_id = f.id`)
  await stage.rows(`
    insert into appointment (site_id, person_id, department_id, staff_id, visit_type_id, title, slot_id, starts_at, ends_at, status, channel, booked_at,
      booked_by, booked_by_name, arrived_at, called_at)
    select l.site_id, (select id from person where survivor_id is null order by id limit 1 offset l.id % 50), l.department_id, l.staff_id,
      l.visit_type_id, v.name, l.id, l.starts_at, l.ends_at, case when l.number % 11 = 3 then 'noshow' else 'fulfilled' end, 'phone',
      l.starts_at - (l.number % 9) * interval '1 day', 'system:test', '测试',
      case when l.number % 11 <> 3 then l.starts_at - interval '15 minutes' end,
      case when l.number % 11 <> 3 then l.starts_at + (l.number % 5) * interval '6 minutes' end
    from slot l join visit_type v on v.id = l.visit_type_id where l.status = 'booked' and l.starts_at < now()
      and not exists (select 1 from appointment a where a.slot_id = l.id)`)
}

test('a head reads how full the own clinics are, opens the patients behind a number, and what the next weeks need', async () => {
  await pastClinics()
  const page = await stage.openAs('head', { path: '/clinic-load' })
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'clinic-load')
  expect(await latinWords(page)).toEqual([])
  const table = page.getByRole('table', { name: '科室与医生' })
  await table.getByRole('button', { name: '使用率' }).click()
  expect(page.url()).toContain('sort=')
  const missed = page.locator('.figure', { hasText: '爽约率' })
  const [n] = (await missed.locator('.figure-foot').innerText()).split(/\s/)
  await missed.locator('button.figure-value').click()
  await page
    .getByRole('note')
    .getByText(/^爽约 · \d{4}-/)
    .waitFor()
  await page.getByText(`共 ${n} 条`).first().waitFor()
  await page.goBack()
  await settled(page)
  await page.getByRole('group', { name: '各时段使用率' }).getByRole('link').first().waitFor()
  await choose(page.getByLabel('看哪些'), '全部')
  await page.getByRole('region', { name: '未来四周' }).getByRole('button', { name: /次$/ }).first().click()
  const days = page.getByRole('dialog')
  await days.getByRole('link').first().waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.keyboard.press('Escape')
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '导出 Excel' }).click(),
  ])
  expect(file.suggestedFilename()).toMatch(/^clinic-load-.*\.xlsx$/)
})

test('the load of clinics is read on a telephone, in the dark and in English, too', async () => {
  const page = await stage.openAs('head', {
    path: '/clinic-load?forecast=all',
    locale: 'en',
    viewport: { width: 390, height: 844 },
    colorScheme: 'dark',
  })
  await settled(page)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'clinic-load-phone')
})
