import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { adt } from '../support/hl7.ts'
import { axeViolations, colours, latinWords, personMenu, picture, rawCodes, settled } from './look.ts'
import { type RoleName, useStage } from './support.ts'

const stage = useStage()
const built = path.resolve(import.meta.dirname, '../../web/dist')

type Screen = {
  name: string
  as: RoleName | null
  path: string | (() => Promise<string>)
  prepare?: (page: Page) => Promise<unknown>
  /** Not worth a picture in the guide. */
  plain?: boolean
  /** Latin words that belong to the data of this screen. */
  allowed?: RegExp
}

const firstId = (statement: string, path: (id: number) => string) => async () => {
  const [row] = await stage.rows<{ id: number }>(statement)
  if (!row) throw new Error(`nothing found: ${statement}`)
  return path(row.id)
}
const busiestPerson = firstId(
  `select e.person_id as id from timeline e join task t on t.person_id = e.person_id and t.status = 'completed'
   join app_user u on u.username = 'head' join staff s on s.id = u.staff_id and s.department_id = t.department_id
   where exists (select 1 from questionnaire_response r where r.person_id = e.person_id)
   group by 1 order by count(*) desc, 1 limit 1`,
  (id) => `/persons/${id}`,
)
const button = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click()
const work = async (page: Page) => {
  await button('从第一位开始')(page)
  await page.getByRole('group', { name: '这次联系的结果' }).waitFor()
}
const dialog = (open: (page: Page) => Promise<unknown>) => async (page: Page) => {
  await open(page)
  await page.getByRole('dialog').waitFor()
}
const menuEntry = (name: string) => async (page: Page) => {
  await personMenu(page, name)
  await page.getByRole('dialog').waitFor()
}

/** Names that published instruments bear in every language, and the letters of their scales. */
const instruments =
  /^(PHQ-9|GAD-7|LACE|HOSPITAL|NEWS2|MEWS|FINDRISC|NRS|HCAHPS|Barthel|Morse|Braden|AC?VPU|SpO|mmHg|min)$/

const screens: Screen[] = [
  { name: 'sign-in', as: null, path: '/sign-in' },
  { name: 'home', as: 'head', path: '/' },
  { name: 'home-admin', as: 'admin', path: '/', plain: true },
  { name: 'desk', as: 'nurse', path: '/desk' },
  { name: 'desk-work', as: 'nurse', path: '/desk', prepare: work },
  { name: 'desk-doctor', as: 'doctor', path: '/desk', prepare: work },
  { name: 'desk-done', as: 'doctor', path: '/desk?view=done&whose=team' },
  { name: 'desk-waiting', as: 'nurse', path: '/desk?view=waiting', plain: true },
  { name: 'desk-service', as: 'service', path: '/desk?whose=team' },
  { name: 'desk-outreach', as: 'outreach', path: '/desk' },
  { name: 'tasks', as: 'head', path: '/tasks' },
  { name: 'team', as: 'head', path: '/team' },
  { name: 'call-backs', as: 'nurse', path: '/call-backs' },
  { name: 'guidance', as: 'head', path: '/guidance' },
  { name: 'templates', as: 'service', path: '/templates' },
  {
    name: 'template',
    as: 'service',
    allowed: /^(English|end|if|start|default|name|else)$/,
    path: firstId(`select id from template where code = 'check-up-offer'`, (id) => `/templates/${id}`),
    prepare: async (page) => {
      await button('为本院写一份')(page)
      await page.getByRole('textbox', { name: '正文' }).fill('治愈率高达 98%，{{name}}')
      await page.getByText('宣传诊疗效果').waitFor()
    },
  },
  { name: 'contact-log', as: 'service', path: '/contact-log' },
  {
    name: 'guidance-dialog',
    as: 'doctor',
    path: '/desk',
    prepare: async (page) => {
      await work(page)
      await dialog(button('宣教'))(page)
    },
  },
  {
    name: 'letter',
    as: 'service',
    path: firstId(
      `select t.id from task t join person_address a on a.person_id = t.person_id and a.text <> ''
       join app_user u on u.username = 'service' join role_grant g on g.user_id = u.id and g.site_id = t.site_id
       where t.level = 2 and t.status = 'requested' order by t.id limit 1`,
      (id) => `/letters/${id}`,
    ),
    prepare: async (page) => {
      await button('生成信件')(page)
      await page.locator('.letter-sheet').waitFor()
    },
  },
  { name: 'persons', as: 'service', path: '/persons' },
  { name: 'persons-none', as: 'service', path: '/persons?search=zzzzzz', plain: true, allowed: /^zzzzzz$/ },
  { name: 'person', as: 'head', path: busiestPerson },
  { name: 'person-reveal', as: 'head', path: busiestPerson, prepare: dialog(button('查看完整号码')) },
  { name: 'figures', as: 'head', path: '/figures' },
  { name: 'figures-all', as: 'manager', path: '/figures?by=department' },
  {
    name: 'figures-rows',
    as: 'manager',
    path: '/figures',
    prepare: async (page) => {
      await page.getByRole('region', { name: '分组明细' }).getByRole('link').last().click()
      await page.getByRole('heading', { name: /名单/ }).waitFor()
    },
  },
  { name: 'enrollments', as: 'head', path: '/enrollments' },
  { name: 'pathways', as: 'admin', path: '/pathways' },
  {
    name: 'pathway',
    as: 'admin',
    path: firstId('select id from pathway order by id limit 1', (id) => `/pathways/${id}`),
  },
  { name: 'questionnaires', as: 'admin', path: '/questionnaires', allowed: instruments },
  {
    name: 'questionnaire-scored',
    as: 'admin',
    path: firstId(`select id from questionnaire where code = 'news-2'`, (id) => `/questionnaires/${id}`),
    allowed: instruments,
  },
  {
    name: 'questionnaire',
    as: 'admin',
    path: firstId('select id from questionnaire order by id limit 1', (id) => `/questionnaires/${id}`),
  },
  { name: 'campaigns', as: 'service', path: '/campaigns', plain: true },
  { name: 'campaign-new', as: 'service', path: '/campaigns/new', plain: true },
  { name: 'segments', as: 'manager', path: '/segments', plain: true },
  { name: 'segments-overview', as: 'manager', path: '/segments/overview', plain: true },
  { name: 'segment-new', as: 'manager', path: '/segments/new', plain: true },
  {
    name: 'segment-shipped',
    as: 'manager',
    path: firstId(`select id from segment where code = 'lapsing'`, (id) => `/segments/${id}`),
    plain: true,
  },
  { name: 'messages', as: 'admin', path: '/messages' },
  { name: 'intake', as: 'admin', path: '/intake', allowed: /^EBCDIC$/ },
  { name: 'intake-dead', as: 'admin', path: '/intake?status=dead', allowed: /^EBCDIC$/ },
  {
    name: 'intake-message',
    as: 'admin',
    allowed: /^EBCDIC$/,
    path: firstId(
      `select id from inbound_message where control_id = 'BAD-4'`,
      (id) => `/intake?status=dead&message=${id}`,
    ),
  },
  { name: 'intake-notes', as: 'admin', path: '/intake?tab=notes' },
  {
    name: 'intake-noted',
    as: 'admin',
    allowed: /^EBCDIC$/,
    path: firstId(
      `select id from inbound_message where control_id = 'BAD-2'`,
      (id) => `/intake?note=not-a-time&message=${id}`,
    ),
  },
  {
    name: 'intake-profiles',
    as: 'admin',
    allowed: /^(NH|PREVIEW|CARD)$/,
    path: '/intake?tab=profiles',
    prepare: async (page) => {
      await page
        .getByLabel('粘贴一条消息')
        .fill(adt({ mrn: 'PREVIEW', name: '预览某', controlId: 'PREVIEW' }))
      await page.getByText('可以入库').waitFor()
    },
  },
  {
    name: 'intake-correct',
    as: 'admin',
    allowed: /^EBCDIC$/,
    path: firstId(
      `select id from inbound_message where control_id = 'BAD-4'`,
      (id) => `/intake?status=dead&message=${id}`,
    ),
    prepare: async (page) => {
      await button('更正后重放')(page)
      await page.getByRole('dialog', { name: /更正消息/ }).waitFor()
    },
  },
  {
    name: 'settings',
    as: 'admin',
    path: '/settings',
    allowed:
      /^(HIS\/NH|address|portal|Ballou|Transportation|Research|fc00|chest|pain|cannot|breathe|can|suicide|unconscious|bleeding|heavily|HIV|AFP|CEA|CA[\d-]+|PSA|NSE|CYFRA|SCC|PET|TPPA)$/,
  },
  { name: 'settings-organization', as: 'admin', path: '/settings?tab=organization' },
  { name: 'settings-staff', as: 'admin', path: '/settings?tab=staff' },
  { name: 'settings-calendar', as: 'admin', path: '/settings?tab=calendar' },
  {
    name: 'users',
    as: 'admin',
    path: '/users',
    allowed: /^(nurse|doctor|head|service|outreach|manager|admin|auditor)$/,
  },
  {
    name: 'user-new',
    as: 'admin',
    path: '/users',
    prepare: dialog(button('添加用户')),
    allowed: /^(nurse|doctor|head|service|outreach|manager|admin|auditor)$/,
  },
  { name: 'keys', as: 'admin', path: '/users?tab=keys' },
  { name: 'audit', as: 'auditor', path: '/audit' },
  { name: 'refused', as: 'nurse', path: '/users' },
  { name: 'not-found', as: 'nurse', path: '/persons/99999999', plain: true },
  { name: 'sessions', as: 'nurse', path: '/desk', prepare: menuEntry('我的登录') },
  { name: 'two-factor', as: 'nurse', path: '/desk', prepare: menuEntry('两步验证') },
  { name: 'shortcuts', as: 'nurse', path: '/desk', prepare: dialog((page) => page.keyboard.press('?')) },
  {
    name: 'palette',
    as: 'nurse',
    path: '/desk',
    prepare: dialog((page) => page.keyboard.press('Control+k')),
  },
]

/** Colours arrive piece by piece on a busy machine: looks until two looks agree. What is really wrong stays wrong. */
async function agreed(look: () => Promise<string[]>): Promise<string[]> {
  for (let before = await look(); ;) {
    if (before.length === 0) return before
    const now = await look()
    if (now.join() === before.join()) return now
    before = now
  }
}

const sizes = [
  { width: 1366, height: 768 },
  { width: 390, height: 844 },
]

/** Windows that the document does not fit into (only panes may scroll), and cards of a list that hide part of what they say. */
async function notFitting(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const size of [...sizes].reverse()) {
    await page.setViewportSize(size)
    await settled(page)
    const { height, width, cut } = await page.evaluate(() => ({
      height: document.documentElement.scrollHeight - innerHeight,
      width: document.documentElement.scrollWidth - innerWidth,
      cut: Array.from(document.querySelectorAll('.list-table:not(.plain-table) td'))
        .filter((cell) => cell.scrollWidth > cell.clientWidth + 1)
        .map((cell) => cell.textContent),
    }))
    if (size.width < 720) found.push(...cut.map((text) => `${size.width}: “${text}” is cut`))
    if (height > 0 || width > 0)
      found.push(`${size.width}x${size.height}: ${height} px too high, ${width} px too wide`)
  }
  return found
}

/** Scripts that a page has loaded, packed with gzip, in bytes. */
async function scriptsOf(page: Page): Promise<Map<string, number>> {
  const names = await page.evaluate(() =>
    performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname),
  )
  const scripts = [...new Set(names)].filter((one) => /^\/assets\/.*\.js$/.test(one))
  return new Map(
    await Promise.all(
      scripts.map(async (one) => [one, gzipSync(await readFile(path.join(built, one))).length] as const),
    ),
  )
}
const total = (sizes: Iterable<number>) => [...sizes].reduce((sum, one) => sum + one, 0)
let desk: Promise<Map<string, number>> | undefined

/**
 * Bytes that count for a page, and how many it may have: all of the sign-in page and the desk; of any other what it loads beyond the desk.
 * The library of charts is fetched behind a page that is there already, so it counts for itself.
 */
async function weigh(page: Page, { as, path: address }: Screen): Promise<{ bytes: number; most: number }> {
  const scripts = await scriptsOf(page)
  expect(total(scripts.values())).toBeGreaterThan(10_000)
  if (as === null) return { bytes: total(scripts.values()), most: 150_000 }
  if (typeof address === 'string' && address.startsWith('/desk'))
    return { bytes: total(scripts.values()), most: 400_000 }
  desk ??= stage.openAs('nurse').then(async (one) => {
    await settled(one)
    return scriptsOf(one)
  })
  const shared = await desk
  const charts = [...scripts].filter(([name]) => name.includes('/echarts-')).map(([, size]) => size)
  expect(total(charts)).toBeLessThan(200_000)
  const own = [...scripts].filter(([name]) => !shared.has(name)).map(([, size]) => size)
  return { bytes: total(own) - total(charts), most: 200_000 }
}

async function show({ as, path, prepare }: Screen, options = {}): Promise<Page> {
  const address = typeof path === 'string' ? path : await path()
  const page =
    as === null
      ? await stage.open({ ...options, path: address })
      : await stage.openAs(as, { ...options, path: address, shared: true })
  await settled(page)
  await prepare?.(page)
  await settled(page)
  return page
}

describe('every screen', () => {
  test.each(screens)(
    '$name is accessible in light and dark, says everything in Chinese, scrolls no frame away and loads no more script than it may',
    async (screen) => {
      const page = await show(screen)
      if (!screen.plain) await picture(page, screen.name)
      const light = await axeViolations(page)
      await colours(page, 'dark')
      const dark = await agreed(() => axeViolations(page, 'colours'))
      const names = await stage.rows<{ name: string }>(`select name from person where name ~ '[A-Za-z]'`)
      const foreign = new Set(names.flatMap(({ name }) => name.split(/[^A-Za-z]+/)))
      const latin = (await latinWords(page, screen.allowed)).filter(
        (one) => !foreign.has(one.split(' in ')[0] ?? ''),
      )
      const tall = await notFitting(page)
      // Those who set the system up see what it is set up with.
      const codes = screen.as === 'admin' ? [] : await rawCodes(page)
      expect({ light, dark, latin, tall, codes }).toEqual({
        light: [],
        dark: [],
        latin: [],
        tall: [],
        codes: [],
      })
      if (screen.prepare) return
      const { bytes, most } = await weigh(page, screen)
      expect(bytes).toBeLessThanOrEqual(most)
    },
  )
})
