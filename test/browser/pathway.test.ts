import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { box, placed, saved } from './canvas.ts'
import { axeViolations, choose, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

const pathwayId = async () => {
  const [pathway] = await stage.rows<{ id: number }>(
    `select id from pathway where code = 'discharge-three-level'`,
  )
  return pathway?.id ?? 0
}

test('a wait and a task are put in by mouse and keyboard, undone, redone, saved by themselves and published', async () => {
  const id = await pathwayId()
  const page = await stage.openAs('admin', { path: `/pathways/${id}` })
  await page.getByRole('link', { name: '修改', exact: true }).click()
  await box(page, '一级随访：主管医生电话').waitFor()
  await page.getByText('没有要改的地方。').waitFor()

  // By mouse on the line behind the first step.
  await settled(page)
  const side = page.getByRole('region', { name: '这一步' })
  // The menu closes when the canvas is measured anew at that moment; whoever meets that clicks again.
  await expect
    .poll(async () => {
      await page.getByRole('button', { name: '在这里加一步' }).first().click()
      await settled(page)
      const wait = page.getByRole('menuitem', { name: '等待' })
      if (await wait.isVisible()) await wait.click({ timeout: 2000 }).catch(() => undefined)
      return side.getByLabel('名称').isVisible()
    })
    .toBe(true)
  await side.getByLabel('名称').fill('满三天')
  await side.getByLabel('数', { exact: true }).fill('3')
  await box(page, '满三天').waitFor()
  // By keyboard behind that one.
  await side.getByRole('button', { name: '+ 任务' }).click()
  await side.getByLabel('名称').fill('三天内护士电话')
  await settled(page)
  await picture(page, 'pathway-editor')
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])

  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await expect.poll(() => page.locator('.canvas-step').count()).toBe(9)
  await page.keyboard.press('Control+Shift+Z')
  await page.keyboard.press('Control+Shift+Z')
  await box(page, '三天内护士电话').waitFor()
  await saved(page)
  const steps = () =>
    stage.rows<{ n: number }>(
      `select jsonb_array_length(definition -> 'steps') as n from pathway_draft where pathway_id = $1`,
      [id],
    )
  await expect.poll(steps).toEqual([{ n: 10 }])

  // The arrows go from step to step, Delete takes one out, undo brings it back.
  await box(page, '三天内护士电话').click()
  await page.keyboard.press('ArrowUp')
  await expect.poll(() => side.getByLabel('名称').inputValue()).toBe('满三天')
  await page.keyboard.press('Delete')
  await expect.poll(() => page.locator('.canvas-step').count()).toBe(9)
  await page.getByRole('button', { name: '撤销', exact: true }).click()
  await expect.poll(() => page.locator('.canvas-step').count()).toBe(10)

  // What is wrong is named at once, and a click goes to the step.
  await box(page, '出院关怀消息').click()
  const subject = await side.getByLabel('主题').inputValue()
  await side.getByLabel('主题').fill('')
  await page.getByText('有 1 处要改').waitFor()
  await page.getByText(/消息没有主题或正文/).waitFor()
  await box(page, '回家满 1 天').click()
  expect(await page.getByRole('button', { name: /发布第 2 版/ }).isDisabled()).toBe(true)
  await page.getByRole('alert').getByRole('button', { name: '出院关怀消息' }).click()
  await side.getByLabel('主题').fill(subject)
  await page.getByText('没有要改的地方。').waitFor()

  // What was left open is there again, with its draft.
  await saved(page)
  await page.reload()
  await box(page, '三天内护士电话').waitFor()
  await page.getByText('没有要改的地方。').waitFor()
  await page.getByRole('button', { name: /发布第 2 版/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('三天内护士电话').first().waitFor()
  await dialog.getByText('新增').first().waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'pathway-publish')
  await dialog.getByRole('button', { name: /发布第 2 版/ }).click()
  await page.getByText('已发布第 2 版').waitFor()
  await page.getByText('满三天').first().waitFor()

  await page.getByRole('button', { name: '看改动' }).first().click()
  await page.getByRole('dialog').getByText('满三天').first().waitFor()
  await picture(page, 'pathway-versions')
  expect(await latinWords(page)).toEqual([])
})

test('somebody else who saved meanwhile is not overwritten unless asked for', async () => {
  const id = await pathwayId()
  const first = await stage.openAs('admin', { path: `/pathways/${id}/edit` })
  const second = await stage.openAs('admin', { path: `/pathways/${id}/edit` })
  await Promise.all([placed(first), placed(second)])
  await box(first, '^一级随访').click()
  await box(second, '^二级随访').click()
  await second.getByRole('region', { name: '这一步' }).waitFor()
  await first.getByLabel('名称').fill('一级随访甲')
  await saved(first)
  await second.getByLabel('名称').fill('二级随访乙')
  await second.getByText(/刚刚也改了这份草稿/).waitFor()
  expect(await axeViolations(second)).toEqual([])
  await second.getByRole('button', { name: '用对方的（可撤销）' }).click()
  await box(second, '一级随访甲').waitFor()
  await second.getByRole('button', { name: '撤销', exact: true }).click()
  await box(second, '二级随访乙').waitFor()
  await saved(second)
  await second.getByRole('button', { name: '整条路径' }).click()
  await second.getByRole('button', { name: '放弃草稿' }).click()
  await second
    .getByRole('dialog')
    .getByRole('button', { name: /放\s*弃$/ })
    .click()
  await second.getByRole('link', { name: '修改', exact: true }).waitFor()
})

test('a pathway is begun blank, its entry and a condition are written, it goes out as a file and comes in as a copy', async () => {
  const page = await stage.openAs('admin', { path: '/pathways' })
  await page.getByRole('button', { name: '新建路径' }).click()
  await page.getByRole('dialog').getByLabel('路径名称').fill('老年患者随访')
  await page.getByRole('button', { name: '开始编写' }).click()
  const whole = page.getByRole('region', { name: '整条路径' })
  await choose(whole.getByLabel('怎样判断'), '全部满足')
  await whole.getByRole('button', { name: '加一个条件' }).click()
  await choose(whole.getByLabel('看什么').last(), '诊断编码')
  await whole.getByLabel(/诊断编码（ICD-10/).fill('I10')
  await choose(whole.getByLabel('加一条设置里的规则'), '一级随访时限')
  await settled(page)
  await picture(page, 'pathway-entry')
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])

  await box(page, '^等待').click()
  const side = page.getByRole('region', { name: '这一步' })
  await side.getByRole('button', { name: '+ 判断' }).first().click()
  await side.getByRole('button', { name: '+ 任务' }).last().click()
  await choose(side.getByLabel('时长'), '按规则：一级随访时限')
  await box(page, '判断').click()
  await choose(side.getByLabel('怎样判断').first(), '按比例抽样')
  await settled(page)
  await picture(page, 'pathway-branch')
  expect(await axeViolations(page)).toEqual([])
  await saved(page)

  await page.getByRole('button', { name: '整条路径' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '导出为文件' }).click(),
  ])
  const text = await readFile(await download.path(), 'utf8')
  expect(JSON.parse(text)).toMatchObject({ careloop: 'pathway', name: '老年患者随访' })

  await page.goto('/pathways')
  await page.getByRole('row', { name: /老年患者随访.*未发布/ }).waitFor()
  await page.getByRole('button', { name: '新建路径' }).click()
  await choose(page.getByLabel('从哪里开始'), '从文件读入')
  await page.getByLabel(/选择文件/).setInputFiles({
    name: '老年.json',
    mimeType: 'application/json',
    buffer: Buffer.from(text),
  })
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: '开始编写' }).click()
  await expect.poll(() => page.locator('.canvas-step').count()).toBe(3)
  await page.getByText('没有要改的地方。').waitFor()
})

test('where a second person is asked for, one asks and another looks and publishes', async () => {
  await stage.rows(`insert into setting (key, value) values ('pathway.publish.second-person', 'true')`)
  await stage.rows(`insert into pathway (code, name, active) values ('reviewed', '送审路径', false)`)
  await stage.rows(
    `insert into pathway_draft (pathway_id, definition, saved_by_name, authors, asked_at, asked_by_name)
     select p.id, v.definition, '张敏', '{user:zhang}', now(), '张敏'
     from pathway p, pathway_version v join pathway t on t.current_version_id = v.id
     where p.code = 'reviewed' and t.code = 'discharge-three-level'`,
  )
  const [row] = await stage.rows<{ id: number }>(`select id from pathway where code = 'reviewed'`)
  const page = await stage.openAs('admin', { path: `/pathways/${row?.id ?? 0}/edit` })
  await page.getByText('张敏 已提交审核').waitFor()
  await page.getByRole('button', { name: '退回修改' }).click()
  await page.getByRole('button', { name: '工作量太大' }).click()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: '退回修改' }).click()
  await page.getByText(/退回了这份草稿/).waitFor()
  await box(page, '一级随访').click()
  await page.getByLabel('名称').fill('一级随访丙')
  await saved(page)
  await page.getByRole('button', { name: '提交审核' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '提交审核' }).click()
  await page.getByRole('button', { name: '等待审核' }).waitFor()
  await stage.rows(`delete from setting where key = 'pathway.publish.second-person'`)
})

test('the editor in English holds, and on a narrow screen too', async () => {
  const id = await pathwayId()
  const page = await stage.openAs('admin', { path: `/pathways/${id}/edit`, locale: 'en-GB' })
  await page.getByText('Nothing to mend.').waitFor()
  await settled(page)
  await picture(page, 'en-pathway-editor')
  expect(await axeViolations(page)).toEqual([])
  const narrow = await stage.openAs('admin', {
    path: `/pathways/${id}/edit`,
    viewport: { width: 390, height: 844 },
  })
  await narrow.getByText('没有要改的地方。').waitFor()
  const wide = await narrow.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(390)
})

test('past discharges are rehearsed through the draft: a chart per day, the departments, and the version in force beside it', async () => {
  const id = await pathwayId()
  const page = await stage.openAs('admin', { path: `/pathways/${id}/edit` })
  await box(page, '^一级随访').click()
  const side = page.getByRole('region', { name: '这一步' })
  await side.getByRole('button', { name: '+ 任务' }).first().click()
  await side.getByLabel('名称').fill('满两周护士再打一次')
  await side.getByLabel('数', { exact: true }).fill('14')
  await saved(page)
  await page.getByRole('link', { name: '试算' }).click()
  await page.getByText('还没有试算过').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: '开始试算' }).click()
  await page.getByText(/系统管理员 试算于/).waitFor()
  await settled(page)
  await picture(page, 'rehearsal')
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  const [made] = await stage.rows<{ calls: number; current: number; discharges: number }>(
    `select sum(calls) filter (where side = 'draft')::int as calls, sum(calls) filter (where side = 'current')::int as current,
      (select count(*)::int from encounter where class = 'inpatient' and status = 'finished') as discharges
     from rehearsal_day`,
  )
  expect(made?.discharges).toBeGreaterThan(0)
  expect(made?.calls).toBeGreaterThan(made?.current ?? 0)
  await page.getByRole('region', { name: '每天的工时' }).getByRole('button', { name: '看表格' }).click()
  await page.getByRole('columnheader', { name: '正在用的版本' }).waitFor()

  await choose(page.getByLabel('科室', { exact: true }), { index: 1 })
  await page.getByRole('button', { name: '重新试算' }).click()
  await expect.poll(() => page.locator('.rehearsal-tables tbody').first().getByRole('row').count()).toBe(1)

  const english = await stage.openAs('admin', { path: `/pathways/${id}/rehearsal`, locale: 'en-GB' })
  await english.getByText('How this is counted').waitFor()
  await settled(english)
  await picture(english, 'en-rehearsal')
  expect(await axeViolations(english)).toEqual([])
})

test('a pathway runs another one inside, which opens from the step', async () => {
  const page = await stage.openAs('admin', { path: '/pathways' })
  await page.getByRole('button', { name: '新建路径' }).click()
  await page.getByRole('dialog').getByLabel('路径名称').fill('出院后全程')
  await page.getByRole('button', { name: '开始编写' }).click()
  await box(page, '^等待').click()
  const side = page.getByRole('region', { name: '这一步' })
  await side.getByRole('button', { name: '+ 子路径' }).first().click()
  await page.getByText(/没有已发布的路径/).waitFor()
  // Other tests may have published a newer version.
  await side.getByLabel('子路径').click()
  const option = page.locator('.ant-select-item-option[title^="出院三级随访 ·"]')
  const version = Number(/第 (\d+) 版/.exec((await option.getAttribute('title')) ?? '')?.[1])
  await page.keyboard.press('Escape')
  await choose(side.getByLabel('子路径'), `出院三级随访 · 第 ${version} 版`)
  await side.getByRole('link', { name: '打开“出院三级随访”' }).waitFor()
  await page.getByText('没有要改的地方。').waitFor()
  await saved(page)
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await page.getByRole('button', { name: /发布第 1 版/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /发布第 1 版/ })
    .click()
  await page.getByText('已发布第 1 版').waitFor()
  await page.getByRole('link', { name: '打开“出院三级随访”' }).waitFor()
  const [run] = await stage.rows<{ keys: string[]; version: number }>(
    `select array(select s ->> 'key' from jsonb_array_elements(v.definition -> 'steps') s) as keys,
       (select (s ->> 'version')::int from jsonb_array_elements(v.written -> 'steps') s where s ->> 'kind' = 'pathway') as version
     from pathway p join pathway_version v on v.id = p.current_version_id where p.name = '出院后全程'`,
  )
  expect(run?.version).toBe(version)
  expect(run?.keys.filter((key) => key.startsWith('pathway-1/')).length).toBeGreaterThan(3)
})

test('what is shipped is said in the reader’s language to the last line: steps, what a call is about, what the patient is sent', async () => {
  const [row] = await stage.rows<{ id: number }>(`select id from pathway where code = 'disease-hypertension'`)
  const page = await stage.openAs('admin', { path: `/pathways/${row?.id ?? 0}`, locale: 'en-GB' })
  await page.getByText('Measure your blood pressure every morning').waitFor()
  const steps = await page.locator('.flow').innerText()
  expect(steps).toContain('2 weeks after a change of drugs')
  expect(steps).toContain('Dear {{name}}')
  expect(steps.replace('(退订)', '')).not.toMatch(/\p{Script=Han}/u)
})
