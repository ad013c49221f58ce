import { test } from 'vitest'
import { useStage } from './support.ts'
const stage = useStage()
test('x', async () => {
  const page = await stage.openAs('service', { path: '/imports' })
  for (let i = 0; i < 6; i++) {
    await page.getByRole('button', { name: '导入表格' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('内容').click()
    await page.waitForTimeout(600)
    const boxes = await page.locator('.ant-select-dropdown').evaluateAll((all) => all.map((e) => [e.className, e.getAttribute('style'), JSON.stringify(e.getBoundingClientRect())]))
    console.log(i, JSON.stringify(boxes))
    await page.keyboard.press('Escape')
    await page.waitForTimeout(300)
    await page.keyboard.press('Escape')
    await page.waitForTimeout(300)
  }
})
