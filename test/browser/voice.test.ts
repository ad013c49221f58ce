import { expect, test } from 'vitest'
import { axeViolations, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

/** Calls of today as the machine leaves them. */
async function calls() {
  await stage.rows(`
    with account as (
      insert into telephony_account (site_id, kind, name, config, updated_by)
      select id, 'asterisk', '演示总机', '{"ariUrl": "http://127.0.0.1:8088/ari"}', 'test' from site order by id limit 1
      on conflict (name) do update set updated_by = 'test' returning id, site_id
    ), task as (
      select t.*, row_number() over (order by t.status in ('requested', 'in-progress') desc, t.id) as nr from task t join account a on a.site_id = t.site_id
      where t.level = 1 and t.questionnaire_version_id is not null and t.person_id is not null
      order by t.status in ('requested', 'in-progress') desc, t.id limit 5
    )
    insert into voice_call (site_id, person_id, task_id, attempt, account_id, questionnaire_version_id, state, phone, script, fence, outcome, steps,
      planned_at, dialled_at, answered_at, ended_at)
    select t.site_id, t.person_id, t.id, 1, a.id, t.questionnaire_version_id, case when t.nr = 1 then 'talking' else 'ended' end,
      case when t.nr = 1 then '+8613800000000' end, '{}', 1,
      case t.nr when 1 then null when 2 then 'completed' when 3 then 'red-flag' when 4 then 'machine' else 'asked-for-person' end,
      '[{"at": "2026-11-30T02:00:00.000Z", "kind": "dialled"}, {"at": "2026-11-30T02:00:10.000Z", "kind": "answered"},
        {"at": "2026-11-30T02:00:30.000Z", "kind": "identified"}, {"at": "2026-11-30T02:00:31.000Z", "kind": "asked", "text": "出院后总体感觉怎么样？"},
        {"at": "2026-11-30T02:00:45.000Z", "kind": "heard", "text": "好转"}]',
      now() - t.nr * interval '1 second', now(), now(), case when t.nr > 1 then now() end
    from task t cross join account a on conflict do nothing`)
  await stage.rows(`
    update task set machine = 'red-flag' where id in (select task_id from voice_call where outcome = 'red-flag')`)
}

test('the service centre sees how the machine calls, what it asked, and pauses it', async () => {
  await calls()
  const page = await stage.openAs('service', { path: '/voice' })
  await settled(page)
  await page.getByRole('cell', { name: '红旗' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'voice')
  expect(await latinWords(page)).toEqual([])
  await page.getByRole('button', { name: '暂停拨打' }).first().click()
  const dialog = page.getByRole('dialog', { name: '暂停拨打' })
  await dialog.getByRole('button', { name: '线路有问题' }).click()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: '暂停拨打' }).click()
  await page.getByText('已暂停').first().waitFor()
  await page.getByRole('button', { name: '继续拨打' }).first().click()
  await page.getByText('已继续').waitFor()
})

test('prompts: what can be asked by keys, and every sentence with its voice', async () => {
  const page = await stage.openAs('service', { path: '/voice/prompts' })
  await settled(page)
  await page.getByText('按键答不了').first().waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'voice-questionnaires')
  await page.getByRole('button', { name: '出院一级随访（主管医生）' }).click()
  await page.getByText(/疼痛几分/).waitFor()
  await page.getByRole('button', { name: '录音' }).first().click()
  await page
    .getByRole('dialog', { name: '录一句语音提示' })
    .getByRole('button', { name: '开始录音' })
    .waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'voice-prompts')
})

test('the page in English, on a telephone and in the dark', async () => {
  await calls()
  const page = await stage.openAs('service', {
    path: '/voice',
    language: 'en',
    width: 390,
    dark: true,
  } as never)
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'voice-en-narrow')
})

test('in the task stands what the machine asked and heard', async () => {
  await calls()
  const [task] = await stage.rows<{ id: number }>(
    `select task_id as id from voice_call where outcome = 'red-flag' limit 1`,
  )
  const page = await stage.openAs('service', { path: `/desk/${task?.id}` })
  await settled(page)
  await page.getByRole('region', { name: '语音随访问了什么' }).getByText('好转').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'voice-task')
})
