import { expect, test } from 'vitest'
import { useStage } from './support.ts'

const stage = useStage()

test('pages have the clock of the tests, and it runs', async () => {
  const page = await stage.openAs('nurse')
  const told = await page.evaluate(() => [Date.now(), new Date().getTime(), Date.parse(Date())])
  for (const at of told) expect(Math.abs(at - Date.now())).toBeLessThan(5000)
  const began = await page.evaluate(() => Date.now())
  await page.waitForFunction((since) => Date.now() > since, began)
})
