import { expect, test } from 'vitest'
import { axeViolations, colours, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

test('a consent is recorded with its proof; who wants no calls is not called, unless they turned to us themselves', async () => {
  const [task] = await stage.rows<{ id: number; person_id: number }>(
    `select t.id, t.person_id from task t join app_user u on u.username = 'service' join staff s on s.id = u.staff_id and s.site_id = t.site_id
      join person p on p.id = t.person_id and p.survivor_id is null and not p.deceased
        and not exists (select from consent c where c.person_id = p.id) and p.name !~ '[A-Za-z]'
      where t.kind = 'follow-up-call' and t.status = 'requested' and t.held_by is null order by t.id limit 1`,
  )
  if (!task) throw new Error('nobody is to be called')
  const page = await stage.openAs('service', { path: `/persons/${task.person_id}` })
  const consents = page.getByRole('region', { name: '同意记录' })
  await consents.getByText('没有记录：不发营销消息').waitFor()
  await consents.getByRole('button', { name: '登记同意' }).click()
  await settled(page)
  await picture(page, 'person-consent')
  expect(await axeViolations(page)).toEqual([])
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /保\s*存/ })
    .click()
  await consents.getByRole('button', { name: '撤回' }).waitFor()
  await stage.rows(
    `insert into opt_out (person_id, channel, purpose, recorded_by) values ($1, 'phone', 'all', 'test')`,
    [task.person_id],
  )

  await page.goto(`/desk/${task.id}`)
  const refusal = page.getByRole('alert').filter({ hasText: '不可联系' })
  await refusal.waitFor()
  await settled(page)
  await picture(page, 'desk-contact-refused')
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await colours(page, 'dark')
  expect(await axeViolations(page, 'colours')).toEqual([])
  await page.getByRole('button', { name: '患者主动联系' }).click()
  await page.getByRole('button', { name: '仍要处理' }).click()
  await page.locator('.outcome-bar').waitFor()
  const [audited] = await stage.rows<{ reason: string }>(
    `select reason from audit_event where action = 'task.hold' and subject = $1 order by seq desc limit 1`,
    [`task:${task.id}`],
  )
  expect(audited?.reason).toBe('患者主动联系')
})
