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

test.each(['name', 'initials', 'phone tail'])(
  'a person is found from anywhere by %s with the keyboard',
  async (by) => {
    const person = await aPatient()
    const page = await stage.openAs('service')
    await page.locator('.task-row, .state-block').first().waitFor()
    await page.keyboard.press('/')
    const typed =
      { name: person.name, initials: person.initials, 'phone tail': person.phone.slice(-6) }[by] ?? ''
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

test('a wish not to be called is written down and taken back', async () => {
  const person = await aPatient(3)
  const page = await open('head', person)
  const optOuts = panel(page, '勿扰登记')
  await optOuts.getByRole('button', { name: '登记勿扰' }).click()
  await choose(page.getByLabel('不要用'), '电话')
  await page.getByLabel('原因或患者原话').fill('在上班，不方便')
  await page.getByRole('button', { name: '保存' }).click()
  await optOuts.getByText('在上班，不方便').waitFor()
  await optOuts.getByRole('button', { name: '恢复联系' }).click()
  await optOuts.getByText('没有勿扰要求').waitFor()
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
  await pathways.getByRole('button', { name: '纳入路径' }).click()
  // Of each stay a person is on a pathway once, so this time it is by no stay.
  await choose(pathways.getByLabel('按哪次就诊'), '不按就诊')
  await pathways.getByRole('button', { name: '纳入路径' }).last().click()
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
