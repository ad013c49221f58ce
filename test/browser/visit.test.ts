import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations, colours, latinWords, personMenu, picture, settled } from './look.ts'
import { png } from '../support/picture.ts'
import { useStage } from './support.ts'

const stage = useStage()
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
const shot = (page: Page, name: string) =>
  page.screenshot({ path: path.join(tmpdir(), `careloop-visit-${name}.png`), fullPage: true })

async function accessible(page: Page) {
  expect(await axeViolations(page)).toEqual([])
}

test('home visits walk from the plan to the proof: plan, confirm, take along, go offline, fill in two, come back', async () => {
  // Today is a working day, whatever day the test runs on; and what was sampled is due from today on.
  await stage.rows(`insert into calendar_day (date, working, name, source) select (now() at time zone 'Asia/Shanghai')::date + n, true, 'test', 'test'
    from generate_series(0, 20) n on conflict (date, site_id, country) do update set working = true`)
  await stage.rows(`update task set start_at = least(start_at, now() - interval '1 hour'), next_attempt_at = null, held_by = null, held_until = null
    where kind = 'home-visit' and status in ('requested', 'in-progress')`)
  // A month of one ward samples few: some more people of the same site who live somewhere.
  await stage.rows(`insert into task (kind, level, title, person_id, encounter_id, site_id, assignee_role, queue, start_at, due_at, questionnaire_version_id)
    select distinct on (a.latitude is null, e.person_id) 'home-visit', 3, t.title, e.person_id, e.id, t.site_id, 'outreach', t.queue, t.start_at,
      now() + interval '9 days', t.questionnaire_version_id
    from (select * from task where kind = 'home-visit' and status in ('requested', 'in-progress') and questionnaire_version_id is not null
        and queue = (select 'site:' || h.site_id || ':outreach' from app_user u join staff h on h.id = u.staff_id where u.username = 'outreach')
        order by id limit 1) t
      join encounter e on e.site_id = t.site_id and e.status = 'finished' join person p on p.id = e.person_id and not p.deceased
      join person_address a on a.person_id = e.person_id
    where not exists (select 1 from task o where o.person_id = e.person_id and o.kind = 'home-visit')
    order by a.latitude is null, e.person_id limit 9`)
  // What is asked at the door ends with a photo.
  await stage.rows(
    `update questionnaire_version set definition = jsonb_set(definition, '{items}', definition -> 'items' || $1::jsonb)
     where id in (select questionnaire_version_id from task where kind = 'home-visit')`,
    [JSON.stringify([{ linkId: 'photo', type: 'photo', text: { 'zh-CN': '血压计读数的照片' } }])],
  )
  const planner = await stage.openAs('outreach', { path: '/visits' })
  await planner.getByRole('heading', { name: /待上门 \d+ 位/ }).waitFor()
  await accessible(planner)
  await picture(planner, 'visits-open')
  await shot(planner, 'open')
  await planner.getByRole('button', { name: '片区、车和组' }).click()
  await planner.getByRole('heading', { name: '走访组' }).waitFor()
  await accessible(planner)
  await shot(planner, 'setup')
  await planner.getByRole('button', { name: '排路线' }).first().click()
  await planner.getByLabel('排几个工作日').fill('1')
  await planner.locator('form').getByRole('button', { name: '排路线' }).click()
  await planner.getByRole('heading', { name: /^上门安排/ }).waitFor()
  await planner.locator('.visit-stops > li').nth(2).waitFor()

  // The second visit goes first, with a key; and back with the pointer.
  const first = planner.locator('.visit-route').first()
  const names = () => first.locator('.visit-stops a').allTextContents()
  const before = await names()
  await first.getByRole('button', { name: /下移$/ }).first().focus()
  await planner.keyboard.press('Enter')
  await expect.poll(names).toEqual([before[1], before[0], ...before.slice(2)])
  await first.locator('.visit-stops > li').nth(1).dragTo(first.locator('.visit-stops > li').first())
  await expect.poll(names).toEqual(before)
  await accessible(planner)
  await picture(planner, 'visits-plan')
  await shot(planner, 'plan')
  await colours(planner, 'dark')
  await accessible(planner)
  await shot(planner, 'plan-dark')
  await colours(planner, 'light')
  await planner.getByRole('button', { name: '确认，交给各组' }).click()
  await planner.getByRole('dialog').getByRole('button', { name: '确认，交给各组' }).click()
  await planner.getByText('已确认，任务已在各组名单上').waitFor()

  const visitor = await stage.openAs('outreach', {
    ...phone,
    path: '/desk',
    geolocation: { latitude: 30.65, longitude: 104.05, accuracy: 25 },
    permissions: ['geolocation'],
  })
  await visitor.goto('/visits/today')
  await visitor.getByText('已存到手机，没有网也能用').waitFor()
  await visitor.locator('.day-stops > li').nth(1).waitFor()
  await accessible(visitor)
  await picture(visitor, 'visits-phone')
  await shot(visitor, 'phone')

  await visitor.context().setOffline(true)
  await visitor.reload()
  await visitor.getByText('离线：照常填写，有网后自动上传').waitFor()
  const [one, two] = await visitor.locator('.day-stops strong').allTextContents()
  await fill(visitor, one ?? '', true)
  await fill(visitor, two ?? '', false)
  await visitor.getByText('2 份待上传').waitFor()
  // Closed and opened again without a line: nothing is gone.
  await visitor.reload()
  await visitor.getByText('2 份待上传').waitFor()
  await accessible(visitor)
  await shot(visitor, 'phone-offline')
  const made = () =>
    stage.rows<{ outcome: string; proof: string; place: string; name: string }>(
      `select r.outcome, t.proof, e.place, p.name from visit_record r join task t on t.id = r.task_id join person p on p.id = t.person_id
         join task_evidence e on e.task_id = t.id and e.kind = 'visit-note' order by r.id`,
    )
  expect(await made()).toEqual([])

  await visitor.context().setOffline(false)
  await visitor.getByText('已记录').nth(1).waitFor()
  const rows = await made()
  expect(rows.map((row) => [row.name, row.outcome])).toEqual([
    [one, 'done'],
    [two, 'refused'],
  ])
  for (const row of rows) {
    expect(row.proof).toBe('visit-note')
    expect(row.place).toMatch(/^30\.65000, 104\.05000 \(±25 m\) · 距登记住址 \d+ m$/)
  }
  const photos = await stage.rows<{ name: string; named: boolean }>(
    `select p.name, r.answers -> 'photo' ? f.key as named from questionnaire_photo f join person p on p.id = f.person_id
       join questionnaire_response r on r.task_id = f.task_id`,
  )
  expect(photos).toEqual([{ name: one, named: true }])
  expect(await visitor.evaluate(stored, 'photo')).toEqual([])
  await accessible(visitor)
  await picture(visitor, 'visits-phone-done')
  await colours(visitor, 'dark')
  await shot(visitor, 'phone-dark')
  await accessible(visitor)

  // Address and telephone number of who was visited have left the telephone.
  const kept = await storedStops(visitor)
  expect(kept.filter((stop) => stop.address === null && stop.phone === null)).toHaveLength(2)
  await visitor.goto('/desk')
  await personMenu(visitor, '退出登录')
  await visitor.waitForURL('**/sign-in')
  expect(await storedStops(visitor)).toEqual([])

  await planner.goto('/visits?tab=made')
  await planner.getByRole('heading', { name: '各组本月' }).waitFor()
  await planner.getByRole('cell', { name: two ?? '' }).waitFor()
  await accessible(planner)
  await picture(planner, 'visits-cost')
  await shot(planner, 'made')
  expect(await latinWords(planner, /^(km|WGS)$/)).toEqual([])
}, 240_000)

test('the screens read in English and in large type', async () => {
  const page = await stage.openAs('outreach', { path: '/visits' })
  await page.evaluate(() => {
    localStorage.setItem('careloop.language', 'en')
    localStorage.setItem('careloop.appearance', JSON.stringify({ size: 'large' }))
  })
  await page.reload()
  await page.getByRole('heading', { name: 'Home visits', level: 1 }).waitFor()
  await settled(page)
  await accessible(page)
  await shot(page, 'open-en')
  await page.setViewportSize(phone.viewport)
  await page.goto('/visits/today')
  await page.getByRole('heading', { name: 'Today’s route' }).waitFor()
  await page.locator('.day-stops > li').first().waitFor()
  await accessible(page)
  await shot(page, 'phone-en')
})

/** Answers everything that must be answered with the first choice, or writes down a refusal. */
async function fill(page: Page, name: string, whole: boolean) {
  await page.getByRole('button', { name: `我到了 ${name}` }).click()
  await page.getByText(/离登记住址 \d+ 米/).waitFor()
  if (whole) {
    for (const question of await page.locator('.question').all())
      if (await question.locator('.question-required').count())
        await question.getByRole('radio').first().click()
    // Taken without a line, and still there after the form was left.
    await page
      .getByLabel('选照片')
      .setInputFiles({ name: 'reading.png', mimeType: 'image/png', buffer: png(120, 90) })
    await page.locator('button.photo-thumb').waitFor()
    await page.getByRole('button', { name: '返回路线' }).click()
    await page.getByRole('button', { name: `我到了 ${name}` }).click()
    await page.locator('button.photo-thumb').waitFor()
    await accessible(page)
    await picture(page, 'visits-phone-form')
    await shot(page, 'phone-form')
  }
  await page.getByRole('radio', { name: whole ? '已随访' : '已拒访' }).click()
  await page.getByLabel('备注').fill(whole ? '家属在场' : '不愿意谈')
  await page.getByRole('button', { name: '离开并保存' }).click()
  await page.getByText('待上传').first().waitFor()
}

/** What the telephone keeps under a name. */
function stored(name: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('careloop-visits')
    request.onerror = () => reject(new Error('IndexedDB'))
    request.onsuccess = () => {
      const all = request.result.transaction(name).objectStore(name).getAll() as IDBRequest<unknown[]>
      all.onsuccess = () => {
        resolve(all.result)
        request.result.close()
      }
    }
  })
}

/** Of the route that is kept. */
async function storedStops(page: Page): Promise<{ address: string | null; phone: string | null }[]> {
  type Kept = { day: { stops: { address: string | null; phone: string | null }[] } }
  return ((await page.evaluate(stored, 'day')) as Kept[]).flatMap((kept) => kept.day.stops)
}
