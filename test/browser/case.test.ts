import { expect, test } from 'vitest'
import { axeViolations, choose, colours, latinWords, picture, rawCodes, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

type Somebody = { id: number; name: string; department: string; department_id: number; site_id: number }
const somebody = async (): Promise<Somebody> => {
  const [person] = await stage.rows<Somebody>(
    `select p.id, p.name, d.name as department, d.id as department_id, d.site_id from person p join encounter n on n.person_id = p.id
       join department d on d.id = n.department_id join app_user u on u.username = 'head' join role_grant g on g.user_id = u.id and g.department_id = d.id
     where p.survivor_id is null and not p.deceased
       and (select count(*) from person o where o.name = p.name) = 1 order by p.id limit 1`,
  )
  if (!person) throw new Error('nobody there')
  return person
}

/** Complaints of the weeks before: many until four weeks ago, hardly any since. */
const earlier = ({ department_id, site_id }: Somebody) =>
  stage.rows(
    `with made as (
       insert into service_case (site_id, kind, channel, complainant, category_id, severity, description, owner_id, owner_name, owner_role,
         status, answered_at, answer, outcome, closed_at, opened_at, opened_by, opened_by_name)
       select $2, 'complaint', 'visit', 'anonymous', (select id from case_category where code = 'waiting-clinic'), 'ordinary', '候诊太久', 'user:x', '客服',
         'service-centre', 'closed', now() - n * interval '3 days', '已说明', 'explained', now() - n * interval '3 days',
         now() - n * interval '3 days' - interval '1 day', 'user:x', '客服' from generate_series(9, 38) n returning id)
     insert into case_department (case_id, department_id, added_by_name) select id, $1, '客服' from made`,
    [department_id, site_id],
  )

test('a complaint goes from registration to a change whose effect is measured and told to whoever complained', async () => {
  const person = await somebody()
  await earlier(person)
  const page = await stage.openAs('service', { path: '/cases' })
  await page.getByRole('button', { name: '登记个案' }).click()
  const dialog = page.getByRole('dialog', { name: '登记个案' })
  await dialog.getByLabel('患者').fill(person.name)
  await dialog
    .getByRole('button', { name: new RegExp(person.name) })
    .first()
    .click()
  await dialog.getByLabel('反映的内容').fill('候诊两个小时，没有人解释为什么')
  await choose(dialog.getByLabel('分类'), '等候 › 候诊时间')
  await choose(dialog.getByLabel('涉及科室'), person.department)
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'case-register')
  await dialog.getByRole('button', { name: '登记个案' }).click()
  await page.getByText(/^已登记，编号 C\d+/).waitFor()
  await page.getByRole('heading', { name: /^C\d+ 投诉/ }).waitFor()

  await page.getByRole('region', { name: '承诺' }).getByRole('button', { name: '登记承诺' }).click()
  const promise = page.getByRole('dialog', { name: '登记承诺' })
  await promise.getByLabel('答应了什么').fill('今天下班前回电告知进展')
  await promise.getByLabel('什么时候前').fill('2026-11-18 17:00')
  await promise.getByLabel('什么时候前').press('Enter')
  await promise.getByRole('button', { name: '登记承诺' }).click()
  await page.getByText('已登记承诺').waitFor()

  await page.getByRole('region', { name: '补救措施' }).getByRole('button', { name: '给予补救' }).click()
  const grant = page.getByRole('dialog', { name: '给予补救' })
  await choose(grant.getByLabel('措施'), '减免费用')
  await grant.getByLabel('金额（元）').fill('500')
  await grant.getByText('您可直接给予 200 元以内', { exact: false }).waitFor()
  await grant.getByRole('button', { name: '给予补救' }).click()
  await page.getByText('已送审批').waitFor()

  await page.getByRole('button', { name: '填写处理结果' }).click()
  const answer = page.getByRole('dialog')
  await answer.getByLabel('处理结果').fill('增开一间诊室；候诊超过 30 分钟由导诊说明原因')
  await answer.getByRole('button', { name: /保\s?存/ }).click()
  await page.getByText('处理结果已保存').waitFor()
  await page.getByRole('button', { name: '告知投诉人' }).click()
  const tell = page.getByRole('dialog', { name: '告知投诉人' })
  await choose(tell.getByLabel('告知投诉人'), '已当面告知')
  await tell.getByRole('button', { name: '告知投诉人' }).click()
  await page.getByText('已安排告知投诉人').waitFor()
  await page.getByRole('button', { name: '办结' }).click()
  const close = page.getByRole('dialog', { name: '办结' })
  await choose(close.getByLabel('办结结果'), '已解决')
  await close.getByRole('button', { name: '办结' }).click()
  await close.getByText('还有补救措施在等审批', { exact: false }).waitFor()
  await page.keyboard.press('Escape')
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  expect(await rawCodes(page)).toEqual([])
  await picture(page, 'case')

  const address = new URL(page.url()).pathname
  const manager = await stage.openAs('manager', { path: address })
  await manager.getByRole('button', { name: '批准', exact: true }).click()
  const decide = manager.getByRole('dialog')
  await decide.getByLabel('审批意见').fill('同意')
  await decide.getByRole('button', { name: '批准' }).click()
  await manager.getByText('已审批').waitFor()

  await page.reload()
  await page.getByRole('button', { name: '办结' }).click()
  await choose(close.getByLabel('办结结果'), '已解决')
  await close.getByRole('button', { name: '办结' }).click()
  await page.getByText('已办结').first().waitFor()

  await page.getByRole('button', { name: '更多' }).last().click()
  await page.getByRole('menuitem', { name: '由此改进流程' }).click()
  const start = page.getByRole('dialog', { name: '由此改进流程' })
  await start.getByLabel('改进什么').fill('缩短候诊')
  await start.getByLabel('第 1 个为什么').fill('上午挤在一起')
  await start.getByLabel('根本原因').fill('号源没有分时段')
  await start.getByLabel('流程怎么改').fill('分时段挂号，增开一间诊室')
  await start.getByRole('button', { name: /保\s?存/ }).click()
  await page.getByText('已登记改进').waitFor()
  await page.getByRole('button', { name: '登记已实行' }).click()
  const done = page.getByRole('dialog', { name: '登记已实行' })
  await done.getByLabel('从哪天起按新流程做').fill('2026-10-22')
  // Enter takes the day and sends the form.
  await done.getByLabel('从哪天起按新流程做').press('Enter')
  await page.getByText(/^改进后是改进前的/).waitFor()
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await picture(page, 'improvement')
  await page.getByRole('button', { name: '告知投诉人' }).click()
  const all = page.getByRole('dialog', { name: '告知投诉人' })
  await all.getByText(/^会给 \d+ 位发消息/).waitFor()
  await all.getByRole('button', { name: '发出' }).click()
  await page
    .getByText(/^已告知 1 位/)
    .first()
    .waitFor()
})

test('the figures of complaints open the cases behind each number', async () => {
  const page = await stage.openAs('manager', { path: '/case-figures' })
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await picture(page, 'case-figures')
  const row = page.getByRole('region', { name: '按分类' }).getByRole('row').nth(1)
  const shown = await row.getByRole('button').innerText()
  await row.getByRole('button').click()
  await page.getByText(`共 ${shown} 条`, { exact: false }).first().waitFor()
  await page.goto('/cases/setup')
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await picture(page, 'case-setup')
})

test('promises, cases and improvements on a telephone, in the dark and in English', async () => {
  const page = await stage.openAs('service', {
    path: '/promises',
    locale: 'en',
    viewport: { width: 390, height: 844 },
    colorScheme: 'dark',
  })
  const narrow = async () => {
    await settled(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    expect(await axeViolations(page)).toEqual([])
  }
  await narrow()
  await picture(page, 'promises-phone')
  await page.goto('/cases?view=all')
  await narrow()
  await page.goto('/improvements')
  await narrow()
  const [one] = await stage.rows<{ id: number }>(`select max(id) as id from service_case`)
  await page.goto(`/cases/${one?.id ?? 0}`)
  await narrow()
  await picture(page, 'case-phone')
  await colours(page, 'light')
})
