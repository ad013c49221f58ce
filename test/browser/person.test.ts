import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations, choose, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

type Person = { id: number; name: string; initials: string; phone: string; version: number }

/** A patient of the ward of the demo's nurse and department head, with a stay and a telephone. */
async function aPatient(skip = 0): Promise<Person> {
  const [person] = await stage.rows<Person>(
    `select p.id, p.name, p.initials, p.version, (select x.value from person_telecom x where x.person_id = p.id and x.system = 'phone'
       order by x.id limit 1) as phone
     from person p where exists (select 1 from encounter n join app_user u on u.username = 'head' join staff s on s.id = u.staff_id
       where n.person_id = p.id and n.department_id = s.department_id and n.class = 'inpatient' and n.status = 'finished')
       and exists (select 1 from person_telecom x where x.person_id = p.id and x.system = 'phone')
       and not p.deceased order by p.id offset $1 limit 1`,
    [skip],
  )
  if (!person) throw new Error('the ward has no patient')
  return person
}

const open = (role: 'head' | 'service' | 'nurse', person: Person) =>
  stage.openAs(role, { path: `/persons/${person.id}` })
const panel = (page: Page, heading: string) =>
  page.locator('section', { has: page.getByRole('heading', { name: heading, exact: true }) }).first()

test.each(['name', 'initials', 'phone number'])(
  'a person is found from anywhere by %s with the keyboard',
  async (by) => {
    const person = await aPatient()
    const page = await stage.openAs('service')
    await page.locator('.task-row, .state-block').first().waitFor()
    await page.keyboard.press('/')
    const typed =
      { name: person.name, initials: person.initials, 'phone number': person.phone.replace('+86', '') }[by] ??
      ''
    await page.keyboard.type(typed)
    await page.locator(`[role="option"][id$="-${person.id}"]`).waitFor()
    await page.locator(`[role="option"][id$="-${person.id}"]`).click()
    await page.getByRole('heading', { level: 1, name: person.name }).waitFor()
  },
)

test('whoever saves second is shown what the other changed, and decides', async () => {
  const person = await aPatient(1)
  const mine = await open('head', person)
  const theirs = await open('service', person)
  const note = async (page: Page, text: string) => {
    await panel(page, '基本资料').getByRole('button', { name: '修改' }).click()
    await page.getByLabel('备注').fill(text)
  }
  await note(mine, '听力差，请大声说')
  await note(theirs, '女儿接电话更清楚')
  await theirs.getByRole('button', { name: '保存' }).click()
  await theirs.getByText('已保存').waitFor()
  await mine.getByRole('button', { name: '保存' }).click()
  const dialog = mine.getByRole('dialog')
  await dialog.getByText('女儿接电话更清楚').waitFor()
  await dialog.getByRole('button', { name: '按我的保存' }).click()
  await panel(mine, '基本资料').getByText('听力差，请大声说').waitFor()
})

test('a number is shown for a reason, and the look is in the audit with that reason', async () => {
  const person = await aPatient(2)
  const page = await open('head', person)
  const contact = panel(page, '联系方式')
  await contact
    .getByText(/\*\*\*\*/)
    .first()
    .waitFor()
  await contact.getByRole('button', { name: '查看完整号码' }).click()
  await page.getByRole('dialog').getByLabel('查看原因').fill('核对家属电话')
  await page.keyboard.press('Enter')
  await contact.getByText(person.phone.slice(-11)).first().waitFor()
  const looks = await stage.rows<{ reason: string }>(
    `select reason from audit_event where action = 'person.reveal' and person_id = $1`,
    [person.id],
  )
  expect(looks).toEqual([{ reason: '核对家属电话' }])
})

test('a wish not to be called is written down from the action bar and taken back', async () => {
  const person = await aPatient(3)
  const page = await open('head', person)
  await page.getByRole('button', { name: '登记勿扰' }).click()
  const dialog = page.getByRole('dialog')
  // What it will stop is said before it is saved.
  await dialog.getByText('登记后这样的联系会被拦下').waitFor()
  await choose(dialog.getByLabel('不要用'), '电话')
  await dialog.getByLabel('原因或患者原话').fill('在上班，不方便')
  await dialog.getByRole('button', { name: '保存' }).click()
  const optOuts = panel(page, '勿扰登记')
  await optOuts.getByText('在上班，不方便').waitFor()
  await optOuts.getByRole('button', { name: '恢复联系' }).click()
  await optOuts.waitFor({ state: 'detached' })
})

test('the timeline is narrowed to what one looks for', async () => {
  const person = await aPatient()
  const page = await open('head', person)
  const line = panel(page, '时间线')
  await line.locator('.timeline-event').first().waitFor()
  await line.getByRole('button', { name: '就诊', exact: true }).click()
  await expect
    .poll(async () =>
      (await line.locator('.timeline-event .status-tag').allTextContents()).every((text) =>
        /就诊|入院|出院/.test(text),
      ),
    )
    .toBe(true)
})

test('a person is put on a pathway by hand and taken off again with a reason', async () => {
  const person = await aPatient(4)
  await stage.rows(
    `update enrollment set status = 'stopped', ended_at = now() where person_id = $1 and status <> 'completed'`,
    [person.id],
  )
  const page = await open('head', person)
  const pathways = panel(page, '随访路径')
  await page.getByRole('button', { name: '纳入路径' }).click()
  const dialog = page.getByRole('dialog')
  await choose(dialog.getByLabel('选择路径'), '出院三级随访')
  // Of each stay a person is on a pathway once, so this time it is by no stay.
  await choose(dialog.getByLabel('按哪次就诊'), '不按就诊')
  await dialog.getByRole('button', { name: '纳入路径' }).click()
  await page.getByText('已纳入路径').waitFor()
  await pathways.getByRole('button', { name: '移出' }).first().click()
  await page.getByRole('dialog').getByLabel('移出原因').fill('转外院治疗')
  await page.getByRole('dialog').getByRole('button', { name: '移出' }).click()
  await page.getByText('已移出路径').waitFor()
})

test('a dispute is registered and closed on the person page; a nurse sees the mark, not the words', async () => {
  const person = await aPatient(3)
  const page = await open('service', person)
  const disputes = panel(page, '纠纷')
  await disputes.getByRole('button', { name: '登记纠纷' }).click()
  await page.getByRole('dialog').getByLabel('事由').fill('对住院费用有异议')
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await disputes.getByText('对住院费用有异议').waitFor()
  await page.locator('.tag-line').getByText('有未结纠纷').waitFor()
  await settled(page)
  await picture(page, 'dispute')
  expect(await axeViolations(page)).toEqual([])
  const nurse = await open('nurse', person)
  await nurse.locator('.tag-line').getByText('有未结纠纷').waitFor()
  expect(await panel(nurse, '纠纷').count()).toBe(0)
  await disputes.getByRole('button', { name: '结束纠纷' }).click()
  await page.getByRole('dialog').getByLabel('处理说明').fill('已说明')
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await disputes.getByText('已和解').waitFor()
  await page.locator('.tag-line').getByText('有未结纠纷').waitFor({ state: 'detached' })
})

/** A patient of the ward with a finished call, as the hospital's staff left it. */
async function called(): Promise<Person & { by: string; task: number }> {
  const [one] = await stage.rows<Person & { by: string; task: number }>(
    `select p.id, p.name, p.initials, p.version, '' as phone, a.user_name as by, t.id as task
     from task t join task_attempt a on a.task_id = t.id and a.outcome = 'done' join person p on p.id = t.person_id
       join questionnaire_response r on r.task_id = t.id join app_user u on u.username = 'head' join staff s on s.id = u.staff_id
     where t.status = 'completed' and t.outcome = 'done' and t.level = 1 and t.department_id = s.department_id order by t.id limit 1`,
  )
  if (!one) throw new Error('nobody of the ward was called')
  return one
}

test('a contact is one line with its whole story, opened for the answers', async () => {
  const person = await called()
  const page = await open('head', person)
  const line = panel(page, '时间线').locator('.timeline-event', { hasText: '已随访：' }).first()
  const summary = (await line.locator('summary').textContent()) ?? ''
  expect(summary).toMatch(/^\d\d-\d\d 周. \d\d:\d\d ?(电话|上门)/)
  expect(summary).toContain(`${person.by} · 已随访：`)
  // The result and the answers are told here and nowhere beside it.
  expect(await panel(page, '时间线').getByText('任务完成').count()).toBe(0)
  await line.locator('summary').click()
  await line.getByRole('link', { name: '打开任务' }).waitFor()
  expect(await line.locator('dl > div').count()).toBeGreaterThan(3)
})

test('above a person stand who answers for the person, the consent, what comes next, and what one can do', async () => {
  const person = await aPatient(5)
  const page = await open('service', person)
  const summary = page.locator('.person-summary')
  for (const label of ['责任医生', '同意', '接下来'])
    await summary.getByText(label, { exact: true }).waitFor()
  await summary.getByText('没有记录：不发营销消息').waitFor()
  for (const name of ['登记来电', '纳入路径', '下达指令', '登记勿扰'])
    await page.getByRole('button', { name }).waitFor()
  await page.locator('.person-actions').getByText('打电话').waitFor()
  await page.getByRole('button', { name: '登记来电' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: '保存' }).click()
  await dialog.getByText('请填写').waitFor()
  await dialog.getByLabel('说了什么、怎么答复的').fill('女儿问哪天拆线，已告知')
  await dialog.getByRole('button', { name: '保存' }).click()
  await panel(page, '时间线').locator('summary', { hasText: '女儿问哪天拆线，已告知' }).waitFor()
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
})

test('who said a value and when stands on hover, in words without codes', async () => {
  const person = await aPatient(2)
  const page = await open('head', person)
  await settled(page)
  const facts = panel(page, '基本资料')
  expect(await facts.getByText(/HIS 接口/).count()).toBe(0)
  const mark = facts.locator('.source-mark').first()
  expect(await mark.getAttribute('title')).toMatch(/HIS 接口 .*医院/)
  expect(await page.locator('#main').textContent()).not.toContain('GH01')
})

test('an outpatient is never said to be in hospital', async () => {
  const [seen] = await stage.rows<{ person_id: number }>(
    `insert into encounter (person_id, site_id, visit_number, class, status, source, department_id, starts_at, source_time)
     select n.person_id, n.site_id, 'OPEN-OUTPATIENT', 'outpatient', 'in-progress', 'test', n.department_id, now() - interval '20 days', now()
     from encounter n join app_user u on u.username = 'head' join staff s on s.id = u.staff_id
     where n.department_id = s.department_id and n.class = 'inpatient' and n.status = 'finished' order by n.id limit 1 returning person_id`,
  )
  const page = await stage.openAs('head', { path: `/persons/${seen?.person_id ?? 0}` })
  const visit = panel(page, '就诊记录').locator('li', { hasText: 'OPEN-OUTPATIENT' })
  await visit.getByText('已就诊').waitFor()
  expect(await panel(page, '就诊记录').getByText('在院', { exact: true }).count()).toBe(0)
})

test('a life of a thousand events keeps the frame, draws what is near and jumps to a year', async () => {
  const person = await aPatient(6)
  await stage.rows(
    `insert into event (person_id, at, kind, source, data)
     select $1, now() - n * interval '2 days', 'contact.received', 'staff', jsonb_build_object('channel', 'phone', 'note', '第' || n || '次来电')
     from generate_series(1, 1000) n`,
    [person.id],
  )
  await stage.rows(
    `update person_facts set first_visit_at = now() - interval '6 years' where person_id = $1`,
    [person.id],
  )
  const page = await open('head', person)
  const line = panel(page, '时间线')
  const rows = line.locator('.timeline-event')
  await rows.first().waitFor()
  await expect
    .poll(async () => {
      await line.evaluate((pane) => pane.scrollTo(0, pane.scrollHeight))
      return rows.count()
    })
    .toBeGreaterThan(1000)
  const drawn = await rows.evaluateAll(
    (all) =>
      all.filter((one) => one.querySelector('summary')?.checkVisibility({ contentVisibilityAuto: true }))
        .length,
  )
  expect(drawn).toBeLessThan(200)
  const frame = () =>
    page.evaluate(() => ({ page: document.documentElement.scrollHeight, window: innerHeight }))
  const { page: height, window } = await frame()
  expect(height).toBeLessThanOrEqual(window)
  expect(await page.getByRole('heading', { level: 1 }).isVisible()).toBe(true)
  const year = new Date().getFullYear() - 3
  await choose(page.getByLabel('跳到年份'), `${year} 年及以前`)
  await line.locator('.timeline-year').first().getByText(String(year)).waitFor()
})
