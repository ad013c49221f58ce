import { expect, test } from 'vitest'
import { box, placed, saved } from './canvas.ts'
import { axeViolations, choose, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

test('a branch goes by what the questionnaire before it found, and by the last laboratory result', async () => {
  const page = await stage.openAs('admin', { path: '/pathways' })
  await page.getByRole('button', { name: '新建路径' }).click()
  await page.getByRole('dialog').getByLabel('路径名称').fill('情绪随访')
  await page.getByRole('button', { name: '开始编写' }).click()
  await box(page, '^等待').click()
  const side = page.getByRole('region', { name: '这一步' })
  await side.getByRole('button', { name: '+ 问卷' }).first().click()
  await choose(side.getByLabel('问卷'), 'PHQ-9 抑郁症状量表')
  await side.getByRole('button', { name: '+ 等待' }).first().click()
  await side.getByRole('button', { name: '+ 判断' }).first().click()
  await choose(side.getByLabel('怎样判断').first(), '任一满足')
  await choose(side.getByLabel('看什么').first(), 'PHQ-9 抑郁症状量表 · 得分含义')
  await choose(side.getByLabel('怎样比').first(), '是其中之一')
  await side.getByRole('button', { name: '重度抑郁症状', exact: true }).click()
  await side.getByLabel('几天以内有效').first().fill('30')
  await side.getByRole('button', { name: '加一个条件' }).click()
  await choose(side.getByLabel('看什么').last(), '最近一次检验结果…')
  await page.getByText(/没有写检验编码/).waitFor()
  await side.getByLabel(/检验编码/).fill('4548-4')
  await side.getByLabel('值', { exact: true }).last().fill('7')
  await side.getByLabel('单位').fill('%')
  await page.getByText('没有要改的地方。').waitFor()
  await saved(page)
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page, /^PHQ-9$/)).toEqual([])
  await picture(page, 'pathway-asked')
  const [draft] = await stage.rows<{ when: unknown }>(
    `select step -> 'when' as when from pathway_draft d join pathway p on p.id = d.pathway_id,
       jsonb_array_elements(d.definition -> 'steps') step where p.name = '情绪随访' and step ->> 'kind' = 'branch'`,
  )
  expect(draft?.when).toEqual({
    any: [
      {
        fact: 'questionnaire.phq-9.band',
        op: 'in',
        value: expect.arrayContaining(['severe']) as string[],
        withinDays: 30,
      },
      { fact: 'observation.4548-4', op: '>=', value: 7, unit: '%', withinDays: 90 },
    ],
  })
})

test('a recall is entered by the calendar, again each quarter, stops on a new booking and waits before a time of what it is about', async () => {
  const [made] = await stage.rows<{ id: number }>(
    `insert into pathway (code, name, active) values ('recall-test', '季度复查提醒', false) returning id`,
  )
  const id = made?.id ?? 0
  await stage.rows(
    `insert into pathway_draft (pathway_id, definition, revision, authors, saved_by_name)
      select $1, v.definition, 1, '{}', '系统' from pathway p join pathway_version v on v.id = p.current_version_id
      where p.code = 'discharge-three-level'`,
    [id],
  )
  const page = await stage.openAs('admin', { path: `/pathways/${id}/edit` })
  await placed(page)
  const form = page.getByRole('region', { name: '整条路径' })
  await choose(form.getByLabel('什么时候入径'), { value: 'calendar' })
  await choose(form.getByLabel('哪些日子'), { value: 'lunar-year' })
  await choose(form.getByLabel('哪些日子'), { value: 'month' })
  await form.getByLabel('日', { exact: true }).fill('5')
  await form.getByText('同一患者可再次进入').click()
  await form.getByLabel('距上次至少多少天').fill('80')
  await choose(form.getByLabel('发生这个也停止'), { value: 'appointment.booked' })
  await settled(page)
  await form.getByRole('button', { name: '去掉这个条件' }).first().click()
  await picture(page, 'pathway-calendar')
  expect(await axeViolations(page)).toEqual([])
  await box(page, '回家满 1 天').click()
  const step = page.getByRole('region', { name: '这一步' })
  await choose(step.getByLabel('从何时算起'), { value: 'subject.start' })
  await step.getByText('在此之前（而非之后）').click()
  await step.getByText('若已错过，跳过下一步').click()
  await settled(page)
  await picture(page, 'pathway-wait-before')
  expect(await latinWords(page)).toEqual([])
  await expect
    .poll(() =>
      stage.rows<{ entry: unknown; wait: unknown; stops: string }>(
        `select definition -> 'entry' as entry, jsonb_path_query_first(definition, '$.steps[*] ? (@.since == "subject.start")') as wait,
          definition -> 'stopOn' -> -1 ->> 'event' as stops
          from pathway_draft where pathway_id = $1`,
        [id],
      ),
    )
    .toMatchObject([
      {
        entry: {
          event: null,
          calendar: { on: { every: 'month', day: 5 }, hour: 9 },
          again: { afterDays: 80 },
        },
        wait: { since: 'subject.start', before: true, late: 'skip' },
        stops: 'appointment.booked',
      },
    ])
})
