import { expect, test } from 'vitest'
import { MllpClient } from '../../server/modules/hl7/mllp-client.ts'
import { type Adt, adtBytes } from '../support/hl7.ts'
import { axeViolations, choose, latinWords, picture } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()
const hour = 3_600_000

/** A patient of whom two systems of the hospital say different things, the second one later. */
async function disputed(mrn: string): Promise<number> {
  const client = new MllpClient()
  await client.connect('127.0.0.1', stage.site.mllpPort)
  const tell = (said: Adt) =>
    client.send(adtBytes({ event: 'A08', site: 'GH01', mrn, visit: `${mrn}V`, birth: '19620305', ...said }), {
      timeoutMs: 10_000,
    })
  await tell({
    sender: 'EMR',
    name: '苏明月',
    address: '解放路2号',
    phone: '13811112222',
    at: new Date(Date.now() - 72 * hour),
  })
  await tell({
    sender: 'HIS',
    name: '苏明玥',
    address: '中山路9号',
    kin: ['苏父', '13700001111'],
    at: new Date(Date.now() - 2 * hour),
  })
  client.close()
  const known = () =>
    stage.rows<{ id: number; name: string }>(
      `select p.id, p.name from person p join person_identifier i on i.person_id = p.id where i.value = $1`,
      [mrn],
    )
  await expect.poll(async () => (await known())[0]?.name).toBe('苏明玥')
  return (await known())[0]?.id ?? 0
}

test('where sources differ the page says so; by keyboard one is chosen with a reason, and the page says who settled it', async () => {
  const id = await disputed('PROV1')
  const page = await stage.openAs('service', { path: `/persons/${id}` })
  const facts = page.locator('section', { has: page.getByRole('heading', { name: '基本资料' }) }).first()
  const sources = facts.getByRole('button', { name: '姓名的来源' })
  await sources.getByText('来源不一致').waitFor()
  // The names of the sites come with an answer of their own.
  await expect
    .poll(() => facts.getByRole('button', { name: '出生日期的来源' }).getAttribute('title'))
    .toMatch(/^HIS 接口 仁和医院/)
  expect(await axeViolations(page)).toEqual([])
  await sources.focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('row', { name: /苏明月.*EMR 仁和医院/ }).waitFor()
  const use = dialog.getByRole('button', { name: /^采用 .*苏明月$/ })
  expect(await use.isDisabled()).toBe(true)
  await dialog.getByRole('button', { name: '看过证件' }).click()
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page, /^(EMR|PROV\d.*)$/)).toEqual([])
  await picture(page, 'sources')
  await use.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: '苏明月' }).waitFor()
  await facts.getByRole('button', { name: '姓名的来源' }).getByText('已核定').waitFor()
  const [entry] = await stage.rows<{ reason: string }>(
    `select reason from audit_event where action = 'person.update' and person_id = $1`,
    [id],
  )
  expect(entry?.reason).toBe('看过证件')
})

test('a correction needs a reason; numbers and contacts are corrected together', async () => {
  const id = await disputed('PROV2')
  const page = await stage.openAs('service', { path: `/persons/${id}` })
  const panel = (name: string) =>
    page.locator('section', { has: page.getByRole('heading', { name, exact: true }) }).first()
  await panel('基本资料').getByRole('button', { name: '修改' }).click()
  await choose(page.getByLabel('婚姻'), '丧偶')
  const save = page.getByRole('button', { name: '保存' })
  expect(await save.isDisabled()).toBe(true)
  await page.getByLabel('原因').fill('女儿来电说明')
  await save.click()
  await panel('基本资料').getByText('丧偶').waitFor()
  await panel('基本资料').locator('[title^="人工录入"]').first().waitFor()

  await panel('联系方式').getByRole('button', { name: '修改联系方式' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: /标为有误/ }).click()
  await dialog.getByRole('button', { name: /移除.*苏父/ }).click()
  await choose(dialog.getByLabel('关系'), '子女')
  await dialog.getByLabel('姓名').fill('苏小妹')
  await dialog.getByLabel('电话').fill('138 0000 9999')
  await dialog.getByRole('button', { name: '家属告知' }).click()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: /保\s?存/ }).click()
  await panel('联系方式').getByText('号码有误').waitFor()
  await panel('联系方式').getByText('苏小妹').waitFor()
  expect(await panel('联系方式').getByText('苏父').count()).toBe(0)
})

test('who may only read sees the sources and is offered no choice', async () => {
  const id = await disputed('PROV3')
  const page = await stage.openAs('manager', { path: `/persons/${id}` })
  await page.getByRole('button', { name: '姓名的来源' }).click()
  await page
    .getByRole('dialog')
    .getByRole('row', { name: /苏明月/ })
    .waitFor()
  expect(await page.getByRole('button', { name: /^采用/ }).count()).toBe(0)
})

test('the page tells what is missing; the figure counts it, and its numbers open those patients', async () => {
  const id = await disputed('PROV4')
  const page = await stage.openAs('service', { path: `/persons/${id}` })
  const line = page.getByRole('region', { name: '资料完整度' })
  await line.getByText('缺少：证件号码').waitFor()
  await line.getByText('85', { exact: true }).waitFor()
  await page.goto('/persons')
  await page.getByRole('link', { name: '资料完整度' }).click()
  await page.getByRole('heading', { level: 1, name: '患者资料完整度' }).waitFor()
  const total = page.locator('table').nth(1).getByRole('row', { name: /合计/ })
  await total.waitFor()
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await picture(page, 'completeness')
  const identity = total.locator('td[data-label="证件号码"]').getByRole('link')
  const persons = Number(await identity.textContent())
  expect(persons).toBeGreaterThan(0)
  await identity.click()
  await page.locator('.filter-bar').getByText('证件号码').waitFor()
  await page.locator('tbody tr').first().waitFor()
  await expect.poll(() => page.locator('tbody tr').count()).toBe(Math.min(persons, 50))
  expect(await axeViolations(page)).toEqual([])
})
