import type { Page } from 'playwright-core'
import { extractText } from 'unpdf'
import { expect, test } from 'vitest'
import { settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

/** Radicals that look like a sign of their own, for which Unicode has no compatible form (CJK Radicals Supplement, Equivalent_Unified_Ideograph). */
const radicals = '⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳'
const signs = '母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟'

/** Without blanks, and with the usual signs for those that a PDF writes as radicals. */
const plain = (text: string) =>
  text
    .normalize('NFKC')
    .replaceAll(/\s+/g, '')
    .replaceAll(/[\u2e80-\u2eff]/g, (one) => signs[radicals.indexOf(one)] ?? one)

/** The page as it goes to paper: what is in sight there, and its text. */
async function onPaper(page: Page) {
  await settled(page)
  await page.emulateMedia({ media: 'print' })
  const seen = await page.evaluate(() => {
    const visible = (selector: string) =>
      [...document.querySelectorAll(selector)].filter((one) =>
        one.checkVisibility({ visibilityProperty: true }),
      ).length
    const main = getComputedStyle(document.querySelector('h1') ?? document.body)
    return {
      frame: visible('.rail, .top-bar, .bottom-bar, .skip-link'),
      buttons: visible('#main .ant-btn, #main .soft-button, #main .chip'),
      ink: main.color,
      paper: getComputedStyle(document.body).backgroundColor,
      rows: [...document.querySelectorAll('#main tbody tr')].map(
        (row) => row.querySelector('td, th')?.textContent.trim() ?? '',
      ),
    }
  })
  const { totalPages, text } = await extractText(
    new Uint8Array(await page.pdf({ preferCSSPageSize: true })),
    { mergePages: true },
  )
  return { ...seen, totalPages, text: plain(text) }
}

test.each([
  ['a list', 'head', '/persons', '患者'],
  ['a list with filters', 'auditor', '/audit?outcome=allowed', '审计日志'],
  ['the figures', 'head', '/figures', '出院随访统计'],
  ['a list behind a figure', 'head', '/figures/rows?figure=discharged', '名单'],
  ['settings', 'admin', '/settings', '设置'],
  ['the desk', 'nurse', '/desk', '随访工作台'],
])(
  '%s prints without the frame, black on white, with its title, who printed it and every row',
  async (_, who, path, title) => {
    const page = await stage.openAs(who, { path, colorScheme: 'dark' })
    const paper = await onPaper(page)
    expect(paper).toMatchObject({ frame: 0, buttons: 0, ink: 'rgb(0, 0, 0)', paper: 'rgb(255, 255, 255)' })
    expect(paper.text).toContain(title)
    expect(paper.text).toMatch(/打印于\d\d-\d\d周.\d\d:\d\d/)
    for (const row of [paper.rows[0], paper.rows.at(-1)]) if (row) expect(paper.text).toContain(plain(row))
  },
)

test('what a list is narrowed to stands on its paper in words', async () => {
  const page = await stage.openAs('auditor', { path: '/audit?outcome=refused&object=task' })
  const { text } = await onPaper(page)
  expect(text).toContain('随访任务')
  expect(text).not.toContain('校验日志完整性')
})

test('a person prints upright with the whole timeline, one line a contact', async () => {
  const [person] = await stage.rows<{ id: number; name: string }>(
    `select p.id, p.name from person p join app_user u on u.username = 'head' join staff s on s.id = u.staff_id
     where exists (select 1 from task t where t.person_id = p.id and t.department_id = s.department_id and t.status = 'completed') order by p.id limit 1`,
  )
  const page = await stage.openAs('head', { path: `/persons/${person?.id ?? 0}` })
  await page.locator('.timeline-event').first().waitFor()
  const lines = await page.locator('.timeline-event summary').count()
  const { text, frame, buttons } = await onPaper(page)
  expect([frame, buttons]).toEqual([0, 0])
  expect(text).toContain(person?.name)
  expect(text.match(/\d\d-\d\d周.\d\d:\d\d/g)?.length).toBeGreaterThanOrEqual(lines)
})
