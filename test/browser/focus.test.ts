import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { settled } from './look.ts'
import { type RoleName, useStage } from './support.ts'

const stage = useStage()

/** A dialog, and the button that opens it. */
const dialogs: [what: string, as: RoleName, path: string, button: string | RegExp][] = [
  ['a new group customer', 'service', '/groups', '新增团体客户'],
  ['an import', 'service', '/imports', '导入表格'],
  ['an instruction', 'service', '/instructions', '下达指令'],
  ['hand-over', 'head', '/team', '交接'],
  ['an absence', 'head', '/team', '请假'],
  ['a daily goal', 'head', '/team', '目标'],
  ['guidance', 'head', '/guidance', /添加|新建|写/],
  ['a new user', 'admin', '/users', '添加用户'],
  ['an API key', 'admin', '/users?tab=keys', /密钥/],
  ['a site', 'admin', '/settings?tab=organization', '添加院区'],
  ['a new pathway', 'admin', '/pathways', '新建路径'],
  ['an outbound channel', 'admin', '/intake?tab=outbound', /添加/],
]

async function openBy(page: Page, name: string | RegExp): Promise<void> {
  const button = page.locator('main').getByRole('button', { name }).first()
  await button.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await settled(page)
}

const hasFocus = (page: Page) => page.evaluate(() => document.activeElement?.textContent.trim() ?? '')

test.each(dialogs)('the dialog for %s gives the focus back to what opened it', async (_, as, path, name) => {
  const page = await stage.openAs(as, { path, shared: true })
  await settled(page)
  await openBy(page, name)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await expect.poll(() => hasFocus(page)).toMatch(name)
})
