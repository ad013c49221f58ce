import { test } from 'vitest'
import { settled } from './look.ts'
import { useStage, type RoleName } from './support.ts'
const stage = useStage()
test.each(['nurse','doctor','head','service','outreach','manager','admin','auditor'] as RoleName[])('home %s', async (role) => {
  const page = await stage.openAs(role, { path: '/' })
  await settled(page)
  await page.screenshot({ path: `/tmp/home-look-${role}.png` })
})
test('settings', async () => {
  const page = await stage.openAs('admin', { path: '/settings' })
  await settled(page)
  await page.screenshot({ path: `/tmp/home-look-settings.png` })
  for (const tab of ['organization','staff','calendar']) {
    await page.goto(`/settings?tab=${tab}`)
    await settled(page)
    await page.screenshot({ path: `/tmp/home-look-settings-${tab}.png` })
  }
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/settings'); await settled(page)
  await page.screenshot({ path: `/tmp/home-look-settings-phone.png` })
})
test('persons', async () => {
  const page = await stage.openAs('service', { path: '/persons?dischargedFrom=2026-11-20&dischargedTo=2026-11-10' })
  await settled(page)
  await page.screenshot({ path: `/tmp/home-look-persons.png` })
})
test('deceased', async () => {
  const [t] = await stage.rows<{ id: number, e: string }>(`select t.id, (select string_agg(p.code || ':' || e.status, ', ') from enrollment e join pathway p on p.id = e.pathway_id where e.person_id = t.person_id) as e from task t join app_user u on u.username='doctor' and t.queue = 'staff:' || u.staff_id where t.kind = 'follow-up-call' and t.status='requested' order by t.due_at limit 1`)
  const page = await stage.openAs('doctor', { path: `/desk/${t?.id}` })
  await page.getByRole('group', { name: '这次联系的结果' }).waitFor()
  await page.keyboard.press('x')
  await page.locator('.what-stops').waitFor()
  console.info('DECEASED', t, await page.locator('.what-stops').textContent())
  await page.screenshot({ path: `/tmp/home-look-deceased.png` })
})
