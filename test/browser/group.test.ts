import { expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { axeViolations, choose, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const customers = [
  '客户编号,单位名称,单位类型,联系人,联系人职务,联系人电话,合同编号,生效日期,到期日期,结算方式,折扣,服务内容',
  `K001,宁波港集团有限公司,企业,孙建国,工会主席,13700000001,HT-2026-01,2026-01-01,${day(400)},月结,85折,体检、门诊`,
  `K002,海曙区教育局,机关,陈静,办公室主任,13700000002,HT-2025-09,2025-01-01,${day(30)},现结,10%,体检`,
  'K003,东海透析中心,透析中心,,,,,,,,,',
  'K004,某公司,不知道,,,,,,,,,',
]
const members = [
  '单位名称,姓名,性别,出生日期,手机号,工号,部门,人员类别,入职日期',
  '宁波港集团有限公司,欧阳明月,女,1975-03-02,13800001111,P1001,装卸部,职工,2001-07-01',
  '宁波港集团有限公司,司马长风,男,1968-11-09,13900002222,P1002,财务部,职工,1995-08-15',
  'K001,钱多多,男,1950-02-03,13700003333,P0007,,退休,1975-01-01',
  '没有的单位,孙某,男,1990-02-03,13700004444,X1,,,',
]

/** Takes a table through the wizard: chooses what it is, checks all rows, imports the good ones. */
async function bring(page: Page, kind: string, name: string, rows: string[], good: number): Promise<void> {
  await page.getByRole('button', { name: '导入表格' }).first().click()
  const dialog = page.getByRole('dialog')
  await choose(dialog.getByLabel('内容'), kind)
  await dialog.locator('input[type="file"]').setInputFiles({
    name,
    mimeType: 'text/csv',
    buffer: Buffer.from(`\ufeff${rows.join('\r\n')}\r\n`),
  })
  await page.getByRole('heading', { level: 1, name }).waitFor()
  await page.getByRole('button', { name: '检查全部行' }).click()
  await page.getByRole('button', { name: `导入 ${good} 行` }).waitFor()
}

test('group customers and their members are imported, looked at, changed and exported, and show on the person page', async () => {
  const page = await stage.openAs('service', { path: '/imports' })
  await bring(page, '团体客户', '合同单位.csv', customers, 3)
  const errors = page.getByRole('region', { name: '有问题的行' })
  await errors.getByRole('row', { name: /5 单位类型 不知道 看不懂的类别/ }).waitFor()
  await page.getByRole('button', { name: '导入 3 行' }).click()
  await page.getByText('已导入', { exact: true }).waitFor()
  await page.getByRole('link', { name: '全部导入' }).click()
  await bring(page, '团体客户成员', '港集团职工.csv', members, 3)
  await errors.getByRole('row', { name: /5 单位名称或编号 没有的单位 没有这个团体客户/ }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'import-members')
  await page.getByRole('button', { name: '导入 3 行' }).click()
  await page.getByText('已导入', { exact: true }).waitFor()

  await page.getByRole('link', { name: '看团体客户' }).click()
  const soon = page.getByRole('row', { name: /海曙区教育局.*即将到期/ })
  await soon.waitFor()
  await page.getByRole('row', { name: /宁波港集团有限公司.*3/ }).waitFor()
  await settled(page)
  await picture(page, 'groups')
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await page.getByRole('button', { name: '协议快到期或已过期' }).click()
  await expect.poll(() => page.getByRole('row').count()).toBe(2)
  await page.getByRole('button', { name: '协议快到期或已过期' }).click()
  await page.getByLabel('单位名称、拼音、编号').fill('nbgjt')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: '宁波港集团有限公司' }).click()

  await page.getByRole('heading', { level: 1, name: '宁波港集团有限公司' }).waitFor()
  await page.getByText('只有一位联系人').waitFor()
  const list = page.getByRole('region', { name: '成员' })
  await list.getByRole('row', { name: /欧阳明月.*138\*\*\*\*1111.*P1001.*装卸部/ }).waitFor()
  await settled(page)
  await picture(page, 'group')
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])

  await list
    .getByRole('row', { name: /司马长风/ })
    .getByRole('button', { name: '退出' })
    .click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('退出日期').fill(day(-1))
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await list.getByRole('button', { name: '已退出 1' }).click()
  await list.getByRole('row', { name: new RegExp(`司马长风.*${day(-1)}`) }).waitFor()
  await list.getByRole('button', { name: /在册/ }).click()

  await list.getByRole('button', { name: '添加成员' }).click()
  await dialog.getByLabel('找人').fill('smcf')
  await dialog.getByRole('button', { name: /司马长风/ }).click()
  await dialog.getByText('已选：司马长风').waitFor()
  await choose(dialog.getByLabel('身份'), '退休')
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await list.getByRole('row', { name: /司马长风.*退休/ }).waitFor()

  await page.getByRole('button', { name: '新增协议' }).click()
  await dialog.getByLabel('协议编号').fill('HT-2027-01')
  await dialog.getByLabel('到期日期').fill(day(800))
  await dialog.getByLabel('优惠（%）').fill('20')
  await dialog.getByLabel('接种').check()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await page.getByRole('region', { name: '协议' }).getByText('优惠 20% · 接种').waitFor()

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '导出' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^group-\d+\.xlsx$/)

  await list.getByRole('link', { name: '欧阳明月' }).click()
  await page.getByRole('region', { name: '所属单位' }).getByText('装卸部 · P1001 · 2001-07-01 起').waitFor()
  await page.getByRole('link', { name: '宁波港集团有限公司' }).waitFor()
})

test('who may not see group customers has no way there, and English and a phone hold the page', async () => {
  const nurse = await stage.openAs('nurse', { path: '/groups' })
  await nurse.getByText('您没有这个权限').waitFor()
  const page = await stage.openAs('service', { path: '/groups', locale: 'en-US' })
  await page.getByRole('heading', { level: 1, name: 'Group customers' }).waitFor()
  await page.getByRole('button', { name: 'New group customer' }).first().click()
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Harbour & Co.')
  await page.getByRole('dialog').getByLabel('Number', { exact: true }).fill('K900')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { level: 1, name: 'Harbour & Co.' }).waitFor()
  await page.getByText('No members yet').waitFor()
  await page.setViewportSize({ width: 390, height: 800 })
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
  expect(wide).toBe(false)
})

test('what was typed before a colleague saved does not overwrite it: theirs stands at the field, and only a second save replaces it', async () => {
  const [group] = await stage.rows<{ id: number }>(
    `update group_customer set phone = '0574-1', note = null where id = (select min(id) from group_customer) returning id`,
  )
  if (!group) throw new Error('there is no group customer')
  const page = await stage.openAs('service', { path: `/groups/${group.id}` })
  const dialog = page.getByRole('dialog')
  const open = () => page.getByRole('button', { name: '修改资料' }).click()
  await open()
  await dialog.getByLabel('电话').fill('0574-2')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await stage.rows(
    `update group_customer set phone = '0574-3', note = '同事写的', version = version + 1 where id = $1`,
    [group.id],
  )
  await page.reload()
  await open()
  await dialog.getByText('上次没存完的内容还在。').waitFor()
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await dialog.getByText('别人刚改成：0574-3').waitFor()
  expect(await dialog.getByLabel('备注').inputValue()).toBe('同事写的')
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await dialog.waitFor({ state: 'hidden' })
  expect(await stage.rows(`select phone, note from group_customer where id = $1`, [group.id])).toEqual([
    { phone: '0574-2', note: '同事写的' },
  ])
})
