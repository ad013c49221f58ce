import { expect, test } from 'vitest'
import { resendingSender } from '../../server/modules/hl7/mllp-client.ts'
import { axeViolations, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

/** One stay that ends now, in the ward and under the doctor of the demo's log-ins. */
async function dischargeNow(name: string): Promise<void> {
  const [post] = await stage.rows<{ code: string; site: string; doctor: string; doctor_name: string }>(
    `select d.code, i.code as site, s.code as doctor, s.name as doctor_name from app_user u join staff s on s.id = u.staff_id
     join department d on d.id = s.department_id join site i on i.id = d.site_id where u.username = 'doctor'`,
  )
  if (!post) throw new Error('the doctor has no post')
  const stamp = (at: Date) => `${at.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}+0000`
  const now = new Date(Date.now() - 60_000)
  const visit: string[] = []
  visit[2] = 'I'
  visit[3] = `${post.code}^101^1^${post.site}`
  visit[7] = `${post.doctor}^${post.doctor_name}`
  visit[19] = 'V-LIVE-1'
  visit[36] = '01'
  visit[44] = stamp(new Date(now.getTime() - 4 * 86_400_000))
  visit[45] = stamp(now)
  const message = [
    `MSH|^~\\&|HIS|${post.site}|CareLoop|${post.site}|${stamp(now)}||ADT^A03|LIVE-1|P|2.4||||||UNICODE UTF-8`,
    `EVN|A03|${stamp(now)}`,
    `PID|1||LIVE900001^^^${post.site}^MR||${name}||19610203|F|||||^PRN^CP^^^^13900001234`,
    `PV1|${Array.from(visit, (field: string | undefined) => field ?? '')
      .slice(1)
      .join('|')}`,
    'DG1|1||I10^原发性高血压^I10|原发性高血压||F',
  ].join('\r')
  const sender = resendingSender({ host: '127.0.0.1', port: stage.site.mllpPort, timeoutMs: 10_000 })
  try {
    const { ack } = await sender.send(Buffer.from(`${message}\r`))
    expect(ack.code).toBe('AA')
  } finally {
    sender.close()
  }
}

test('a discharge on the wire shows as a quiet badge at the open desk, and in the list when asked for', async () => {
  const page = await stage.openAs('doctor')
  await page.locator('.task-row').first().waitFor()
  // Who, in which order: "7 hours overdue" becomes "8 hours" while one looks.
  const listed = async () =>
    (await page.locator('.task-row').allTextContents()).map((text) =>
      text.replaceAll(/\d+ (天|小时|分钟)/g, ''),
    )
  const rows = await listed()
  await dischargeNow('柳^新月')
  const badge = page.getByRole('button', { name: '有 1 条新任务，点击刷新' })
  await badge.waitFor()
  // The badge takes room, so that the list may draw a row less.
  const after = await listed()
  expect(after).toEqual(rows.slice(0, after.length))
  expect(after.length).toBeGreaterThanOrEqual(rows.length - 2)
  await picture(page, 'desk-badge')
  await badge.click()
  await expect.poll(() => badge.count()).toBe(0)
  // Due in a week, it stands at the end of the list, which is drawn only as far as one sees.
  await page.getByLabel('在列表中找').fill('柳新月')
  await page.keyboard.press('Enter')
  await page.locator('.task-row', { hasText: '柳新月' }).waitFor()
})

test('outreach does a home visit on a phone', async () => {
  const page = await stage.openAs('outreach', { viewport: { width: 390, height: 844 }, hasTouch: true })
  await page.locator('.task-row').first().waitFor()
  await picture(page, 'phone-list')
  await page.locator('.task-row').first().tap()
  await page.getByRole('group', { name: '这次联系的结果' }).waitFor()
  const taskId = Number(/\/desk\/(\d+)/.exec(page.url())?.[1])
  await page.getByRole('button', { name: '联系方式 上门' }).waitFor()
  await picture(page, 'phone-visit')
  expect(await axeViolations(page)).toEqual([])
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(sideways).toBeLessThanOrEqual(0)
  // The first answer of each question that asks for a choice: all is well at home.
  const questions = page.locator('[data-question]')
  for (let index = 0; index < (await questions.count()); index++) {
    const choice = questions.nth(index).getByRole('radio').or(questions.nth(index).getByRole('checkbox'))
    if ((await choice.count()) > 0) await choice.first().tap()
  }
  await page.getByRole('button', { name: /已随访/ }).tap()
  await page.getByRole('button', { name: '只保存' }).tap()
  await expect
    .poll(async () => {
      const [task] = await stage.rows<{ status: string; outcome: string }>(
        'select status, outcome from task where id = $1',
        [taskId],
      )
      return task
    })
    .toEqual({ status: 'completed', outcome: 'done' })
})

test.each([
  ['en', { locale: 'en-US' }],
  ['tw', { locale: 'zh-TW' }],
])('desk, person and figures hold in %s', async (name, options) => {
  const [person] = await stage.rows<{ id: number }>(
    `select person_id as id from task where level = 1 and status = 'completed' order by id limit 1`,
  )
  for (const [screen, role, path] of [
    ['desk', 'nurse', '/desk'],
    ['person', 'service', `/persons/${person?.id ?? 0}`],
    ['figures', 'manager', '/figures'],
    ['settings', 'admin', '/settings'],
    ['intake', 'admin', '/intake?status=dead'],
  ] as const) {
    const page = await stage.openAs(role, { ...options, path, shared: true })
    await settled(page)
    expect(await page.evaluate(() => /\b(codes|desk|common|frame)\.\w+/.test(document.body.innerText))).toBe(
      false,
    )
    if (name === 'en' && screen !== 'intake') await picture(page, `en-${screen}`)
  }
})

test('large text and dark colours hold on the desk and the figures', async () => {
  const large = await stage.openAs('nurse', { viewport: { width: 1100, height: 660 } })
  await large.evaluate(() => localStorage.setItem('careloop.appearance', '{"size":"large"}'))
  await large.reload()
  await large.getByRole('button', { name: '从第一位开始' }).click()
  await large.getByRole('group', { name: '这次联系的结果' }).waitFor()
  await picture(large, 'large-desk')
  expect(await axeViolations(large)).toEqual([])
  const dark = await stage.openAs('manager', { path: '/figures', colorScheme: 'dark' })
  await picture(dark, 'dark-figures')
  const desk = await stage.openAs('doctor', { colorScheme: 'dark' })
  await desk.getByRole('button', { name: '从第一位开始' }).click()
  await desk.getByRole('group', { name: '这次联系的结果' }).waitFor()
  await picture(desk, 'dark-desk')
})
