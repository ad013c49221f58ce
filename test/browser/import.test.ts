import { expect, test } from 'vitest'
import { axeViolations, choose, chosen, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

const rows = [
  '病案号,姓名,性别,出生日期,手机号码,备注',
  'IMP001,欧阳明月,女,1975-03-02,13800001111,老客户',
  'IMP002,司马长风,男,1968年11月9日,13900002222,',
  'IMP003,钱多多,男,1990-02-30,13700003333,生日写错',
  'IMP004,,女,1988-01-01,13600004444,没有姓名',
]
const file = {
  name: '体检中心名单.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(`\ufeff${rows.join('\r\n')}\r\n`),
}

test('the service centre checks a table, imports it, finds the person, and takes the import back', async () => {
  const page = await stage.openAs('service', { path: '/imports' })
  await page.getByText('还没有导入过表格').waitFor()
  await page.getByRole('button', { name: '导入表格' }).first().click()
  await page.getByRole('dialog').locator('input[type="file"]').setInputFiles(file)
  await page.getByRole('heading', { level: 1, name: file.name }).waitFor()
  expect(await chosen(page.getByLabel('病案号 *'))).toBe('病案号')
  expect(await chosen(page.getByLabel('电话', { exact: true }))).toBe('手机号码')
  await picture(page, 'import-mapping')
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page, /^(UTF|csv)/i)).toEqual([])
  await page.getByRole('button', { name: '检查全部行' }).click()
  await page.getByRole('button', { name: '导入 2 行' }).waitFor()
  const errors = page.getByRole('region', { name: '有问题的行' })
  await errors.getByRole('row', { name: /4 出生日期 1990-02-30 看不懂的日期或时间/ }).waitFor()
  await errors.getByRole('row', { name: /5 姓名 — 必须填写/ }).waitFor()
  await picture(page, 'import-checked')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: '导入 2 行' }).click()
  await page.getByText('已导入', { exact: true }).waitFor()
  const found = await stage.rows<{ n: number }>(
    `select count(*) as n from person_identifier where system like 'mrn:%' and value like 'IMP00%'`,
  )
  expect(found[0]?.n).toBe(2)
  await page.getByRole('combobox', { name: '找患者' }).fill('oymy')
  await page.getByRole('option', { name: /欧阳明月/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '撤销这次导入' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤销这次导入' }).click()
  await page.getByText('已撤销。').waitFor()
  await expect
    .poll(async () => {
      const left = await stage.rows<{ n: number }>(
        `select count(*) as n from person_identifier where system like 'mrn:%' and value like 'IMP00%'`,
      )
      return left[0]?.n
    })
    .toBe(0)
  await page.getByRole('link', { name: '全部导入' }).click()
  await page.getByRole('row', { name: /体检中心名单.*已撤销/ }).waitFor()
  await settled(page)
  await picture(page, 'imports')
  expect(await axeViolations(page)).toEqual([])
})

test('titles above the names of the columns are seen, columns of one name serve together, and another row can be chosen', async () => {
  const page = await stage.openAs('service', { path: '/imports' })
  await page.getByRole('button', { name: '导入表格' }).first().click()
  const titled = [
    '某医院出院患者名单,,,',
    '病案号,姓名,电话,电话',
    'IMP101,上官云,,13800001112',
    '1.23457E+11,尉迟松,13900002223,',
  ]
  await page
    .getByRole('dialog')
    .locator('input[type="file"]')
    .setInputFiles({ ...file, buffer: Buffer.from(titled.join('\n')) })
  const header = page.getByLabel('列名在第几行')
  await header.waitFor()
  expect(await chosen(header)).toMatch(/^第 2 行/)
  const phone = page.getByLabel('电话', { exact: true })
  expect(await chosen(phone)).toBe('电话（2 列合用）')
  await choose(header, { value: '1' })
  await page.getByText('还没有指定：病案号、姓名').waitFor()
  await choose(header, { value: '2' })
  await page.getByRole('button', { name: '检查全部行' }).click()
  await page.getByRole('row', { name: /4 病案号 1.23457E\+11 被表格软件改坏了/ }).waitFor()
  await page.getByRole('button', { name: '导入 1 行' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
})

test('a file that is no table is refused in plain words', async () => {
  const page = await stage.openAs('service', { path: '/imports' })
  await page.getByRole('button', { name: '导入表格' }).first().click()
  const input = page.getByRole('dialog').locator('input[type="file"]')
  await input.setInputFiles({
    name: '旧.xls',
    mimeType: 'application/vnd.ms-excel',
    buffer: Buffer.from('d0cf11e0a1b11ae1', 'hex'),
  })
  await page.getByRole('dialog').getByText('这是旧版 Excel（.xls），请另存为 xlsx 或 CSV 再上传。').waitFor()
})
