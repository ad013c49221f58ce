import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { settled } from './look.ts'
import { type RoleName, useStage } from './support.ts'

const stage = useStage()

test.each<[RoleName, string, string]>([
  ['service', '/persons', '输入姓名、拼音或首字母、手机号或后四位、病案号'],
  ['service', '/tasks', '姓名或拼音'],
])(
  'no name that %s searches at %s stands in an address, and it is still there after a reload',
  async (role, path, label) => {
    const [{ name } = { name: '' }] = await stage.rows<{ name: string }>(
      `select p.name from person p join task t on t.person_id = p.id and t.status = 'requested' where p.name ~ '^[一-龥]+$' limit 1`,
    )
    const page = await stage.openAs(role, { path })
    await settled(page)
    const asked: string[] = []
    page.on('request', (request) => asked.push(decodeURIComponent(request.url())))
    const field = page.locator('#main').getByLabel(label, { exact: false }).first()
    await field.fill(name)
    await page.waitForURL(/search=(~|%7E)\d/)
    const address = () => decodeURIComponent(page.url())
    await page.reload()
    await settled(page)
    expect(await field.inputValue()).toBe(name)
    expect([...asked, address()].filter((one) => one.includes(name))).toEqual([])
    await elsewhere(page, path)
  },
)

/** Somebody who is sent the address sees the whole list. */
async function elsewhere(page: Page, path: string): Promise<void> {
  const address = page.url()
  await page.evaluate(() => sessionStorage.clear())
  await page.goto(address)
  await settled(page)
  expect(new URL(page.url()).pathname).toBe(path)
  expect(await page.locator('#main').getByRole('row').count()).toBeGreaterThan(2)
}
