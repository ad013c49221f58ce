import { expect, test } from 'vitest'
import { axeViolations, choose, latinWords, picture, settled } from './look.ts'
import { png } from '../support/picture.ts'
import { useStage } from './support.ts'

const stage = useStage()

test('an administrator writes a questionnaire with a condition and a red flag, tries it out and publishes it', async () => {
  const page = await stage.openAs('admin', { path: '/questionnaires' })
  await page.getByRole('link', { name: '新建问卷' }).click()
  await page.getByLabel('名称').fill('术后电话问卷')
  await page.getByLabel('代码').fill('after-surgery')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: '开始设计' }).click()
  await page.getByRole('heading', { name: '术后电话问卷' }).waitFor()
  await page.getByText('还没有要回答的问题：加一题').waitFor()

  const form = page.locator('.design-form')
  await page.getByRole('button', { name: '加一题' }).click()
  await form.getByRole('group', { name: '题目' }).getByLabel('简体中文').fill('伤口疼吗？')
  await form.getByRole('group', { name: '选项 1' }).getByLabel('简体中文').fill('不疼')
  await form.getByRole('group', { name: '选项 2' }).getByLabel('简体中文').fill('疼')
  await choose(page.getByLabel('类型'), { value: 'scale' })
  await page.getByRole('button', { name: '加一题' }).click()
  await form.getByRole('group', { name: '题目' }).getByLabel('简体中文').fill('有几分疼？')
  await form.getByRole('button', { name: '加一个条件' }).click()
  await choose(form.getByLabel('回答', { exact: true }), { value: '2' })
  await form.getByRole('checkbox', { name: /红旗/ }).check()
  await page.getByText('红旗缺少给医生看的话').waitFor()
  await form.getByRole('group', { name: '给医生看的话' }).getByLabel('简体中文').fill('术后疼痛')
  await page.getByText('没有发现问题，可以发布').waitFor()

  // The preview is the form of the desk: the second question comes with the right answer only.
  const preview = page.locator('.design-preview')
  expect(await preview.getByText('有几分疼？').count()).toBe(0)
  await preview.getByRole('radio', { name: '疼', exact: true }).click()
  await preview.getByText('有几分疼？').waitFor()
  await page.getByText('草稿已保存').waitFor()
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page, /^(after-surgery|q\d)$/)).toEqual([])
  await page.locator('#main').evaluate((main) => {
    main.scrollTop = 0
    document.documentElement.scrollTop = 0
  })
  await picture(page, 'designer')

  // A photo is asked for as long as the first question is not answered; in the preview it stays in the page.
  await choose(page.getByLabel('类型'), { value: 'photo' })
  await page.getByRole('button', { name: '加一题' }).click()
  await form.getByRole('group', { name: '题目' }).getByLabel('简体中文').fill('请拍一张伤口的照片')
  await form.getByLabel(/最多几张照片/).fill('3')
  await form.getByRole('button', { name: '加一个条件' }).click()
  await choose(form.getByLabel('比较'), { value: 'missing' })
  await preview.getByText('有几分疼？').waitFor()
  expect(await preview.getByText('请拍一张伤口的照片').count()).toBe(0)
  await page.getByRole('button', { name: '清空' }).click()
  await preview
    .getByLabel('选照片')
    .setInputFiles({ name: 'wound.png', mimeType: 'image/png', buffer: png(40, 30) })
  await preview.locator('button.photo-thumb').waitFor()
  await preview.getByText('最多 3 张').waitFor()
  expect(await axeViolations(page)).toEqual([])

  // By keyboard: the question goes up, which breaks its condition, and comes back by undo.
  await page.locator('.design-item').nth(1).focus()
  await page.keyboard.press('Alt+ArrowUp')
  await page.getByText(/在后面：把它移到前面/).waitFor()
  await page.keyboard.press('Control+z')
  await page.getByText('没有发现问题，可以发布').waitFor()

  await page.getByRole('button', { name: '发布', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: '发布' }).click()
  await page.getByText('第 1 版 ·').first().waitFor()
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  const [version] = await stage.rows<{ items: number }>(
    `select jsonb_array_length(v.definition -> 'items') as items from questionnaire_version v
     join questionnaire q on q.id = v.questionnaire_id where q.code = 'after-surgery'`,
  )
  expect(version?.items).toBe(3)
})

test('two administrators at one draft: the second one is told, and nothing of the first is lost', async () => {
  const [known] = await stage.rows<{ id: number }>(
    `select id from questionnaire where code = 'discharge-level-2'`,
  )
  const path = `/questionnaires/${known?.id ?? 0}/edit`
  const [first, second] = [
    await stage.openAs('admin', { path }),
    await stage.openAs('admin', { path, shared: true }),
  ]
  await second.locator('.design-item').first().waitFor()
  await first.locator('.design-item').first().waitFor()
  await first.getByRole('button', { name: '加一题' }).click()
  await first.getByText('草稿已保存').waitFor()
  await first.waitForFunction(() => document.querySelector('[role="status"]')?.textContent === '草稿已保存')
  await second.getByRole('button', { name: '加一题' }).click()
  await second.getByText('别人刚刚保存了这份草稿').waitFor()
  await second.getByRole('button', { name: '载入对方的草稿' }).click()
  await second.getByText('别人刚刚保存了这份草稿').waitFor({ state: 'detached' })
  expect(await axeViolations(second)).toEqual([])
  const page = await stage.openAs('admin', { path, locale: 'en-GB', shared: true })
  await page.getByText('Try it').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'designer-en')
})

const foreign = {
  resourceType: 'Questionnaire',
  status: 'active',
  language: 'zh-CN',
  title: '家庭血压',
  item: [
    {
      linkId: 'dizzy',
      type: 'choice',
      repeats: true,
      text: '哪里不舒服？',
      answerValueSet: 'http://example.org/vs',
    },
    {
      linkId: 'pressure',
      type: 'group',
      text: '血压',
      item: [
        { linkId: 'systolic', type: 'quantity', text: '收缩压' },
        { linkId: 'device', type: 'reference', text: '血压计' },
      ],
    },
  ],
}

test('a FHIR questionnaire of another system is pasted, and the page says what stays behind before anything is made', async () => {
  const page = await stage.openAs('admin', { path: '/questionnaires/new' })
  await page.getByText('粘贴文本').click()
  await page.getByLabel('问卷的 JSON 文本').fill('{')
  await page.getByRole('button', { name: '读取' }).click()
  await page.getByText(/这不是 JSON 文本/).waitFor()
  await page.getByLabel('问卷的 JSON 文本').fill(JSON.stringify(foreign))
  await page.getByRole('button', { name: '读取' }).click()
  await page.getByText('“家庭血压”，3 项').waitFor()
  await page.getByText(/引用题没有对应的题型/).waitFor()
  expect(await page.getByLabel('名称').inputValue()).toBe('家庭血压')
  await page.getByLabel('代码').fill('home-pressure')
  await page.locator('.ant-message-notice').first().waitFor({ state: 'detached' })
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page, /^(reference|quantity|decimal|stroke-level-1)$/)).toEqual([])
  await picture(page, 'designer-fhir')
  await page.getByRole('button', { name: '开始设计' }).click()
  await page.getByRole('heading', { name: '家庭血压' }).waitFor()
  // What did not come with the file is what has to be mended before anybody is asked.
  await page
    .getByText(/选项太少/)
    .first()
    .waitFor()
})
