import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveResource, saveVisitType } from '../../server/modules/appointment/catalogue.ts'
import { createSchedule } from '../../server/modules/appointment/schedule.ts'
import { systemActor } from '../../server/platform/actor.ts'
import { transaction } from '../../server/platform/db.ts'
import { configureDemoChannels, demoSms } from '../../server/seed/demo/seed.ts'
import { type Smsc, startSmsc } from '../../sim/smpp-smsc.ts'
import { axeViolations, colours, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }
const actor = systemActor('system:test', '浏览器测试')
let smsc: Smsc

const shot = async (page: Page, name: string) => {
  await settled(page)
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true })
}

beforeAll(async () => {
  smsc = await startSmsc()
})
afterAll(() => smsc.close())

let opened = false
/** Two departments with doctors who see patients every day, and a way to send codes. */
async function openClinics() {
  if (opened) return
  opened = true
  const { db, secret } = stage.site.services
  // Instead of those of the demo hospital.
  for (const made of ['clinic_session', 'schedule']) await stage.rows(`delete from ${made}`)
  await stage.rows(`update visit_type set public = false`)
  await configureDemoChannels(db, secret, [demoSms(smsc.port)])
  const places = await stage.rows<{ site: number; department: number; staff: number[] }>(
    `select d.site_id as site, d.id as department, array_agg(s.id order by s.id) as staff from department d
     join staff s on s.department_id = d.id where d.active and s.active group by d.id having count(*) > 1 order by d.id limit 2`,
  )
  await transaction(db, async (trx) => {
    for (const [at, { site, department, staff }] of places.entries()) {
      const type = await saveVisitType(trx, actor, {
        siteId: site,
        code: `T${at}`,
        name: '专家号',
        minutes: 15,
        fee: 30,
        preparation: '抽血前请空腹八小时。',
        public: true,
        active: true,
      })
      for (const [row, staffId] of staff.slice(0, 2).entries()) {
        const room = await saveResource(trx, actor, {
          siteId: site,
          departmentId: department,
          kind: 'room',
          code: `T${at}-${row}`,
          name: `${row + 1} 诊室`,
          directions: '门诊楼二层，出电梯右转',
          active: true,
        })
        for (let weekday = 1; weekday <= 7; weekday++)
          await createSchedule(trx, actor, {
            siteId: site,
            departmentId: department,
            staffId,
            roomId: room.id,
            equipmentId: null,
            visitTypeId: type.id,
            weekday,
            starts: row === 0 ? '08:00' : '13:30',
            ends: row === 0 ? '11:30' : '16:30',
            slotMinutes: 15,
            places: 1,
            overbook: 0,
            quotas: [],
            validFrom: '2026-01-01',
            validTo: null,
            holidays: true,
            makeUp: true,
          })
      }
    }
  })
}

/** Somebody alive with a telephone of their own. */
async function somebody(nth: number) {
  const [row] = await stage.rows<{ id: number; name: string; phone: string; birth: string }>(
    `select p.id, p.name, t.value as phone, p.birth_date::text as birth from person p join person_telecom t on t.person_id = p.id
     where p.survivor_id is null and not p.deceased and t.value ~ '^\\+861[3-9]' and t.valid and p.birth_date is not null
       and (select count(*) from person_telecom o where o.value = t.value) = 1 order by p.id offset $1 limit 1`,
    [nth],
  )
  if (!row) throw new Error('nobody has a telephone')
  return { ...row, dialled: row.phone.slice(3) }
}

async function codeOf(number: string): Promise<string> {
  const { texts } = smsc.telephones
  const latest = () => texts.findLastIndex((one) => one.to === number && /\d{6}/.test(one.text))
  await expect.poll(latest, { timeout: 20_000, interval: 100 }).toBeGreaterThanOrEqual(0)
  const [text] = texts.splice(latest(), 1)
  return /\d{6}/.exec(text?.text ?? '')?.[0] ?? ''
}

/** Counts what a thumb does; letters are typed where the cursor already stands. */
function thumb(page: Page) {
  let taps = 0
  return {
    get taps() {
      return taps
    },
    async tap(target: Locator) {
      await target.tap()
      taps += 1
    },
    async type(label: string, text: string) {
      const field = page.getByLabel(label)
      await field.waitFor()
      await page.waitForFunction(
        (name) => document.activeElement?.id === name,
        await field.getAttribute('id'),
      )
      await page.keyboard.type(text)
    },
  }
}

const wide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

test('on a telephone somebody who is known books with five taps at most, moves it and cancels it', async () => {
  await openClinics()
  const person = await somebody(0)
  const page = await stage.open({ ...phone, path: '/book' })
  const hand = thumb(page)
  await page.getByRole('heading', { name: '看哪个科？' }).waitFor()
  await shot(page, 'book-1-places')
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  expect(await wide(page)).toBe(0)
  await hand.tap(page.locator('.book-choice').first())

  await page.getByRole('heading', { name: '选时间' }).waitFor()
  await page.locator('.book-times button').first().waitFor()
  await shot(page, 'book-2-time')
  expect(await axeViolations(page)).toEqual([])
  expect(await wide(page)).toBe(0)
  await hand.tap(page.locator('.book-times button').first())

  await hand.type('手机号', person.dialled)
  await shot(page, 'book-3-phone')
  expect(await axeViolations(page)).toEqual([])
  await hand.tap(page.getByRole('button', { name: '获取验证码' }))
  const code = await codeOf(person.phone)
  await shot(page, 'book-3-code')
  expect(await axeViolations(page)).toEqual([])
  await hand.type('6 位验证码', code)

  await page.getByRole('heading', { name: '核对一下，再预约' }).waitFor()
  expect(await page.textContent('body')).not.toContain(person.name)
  await shot(page, 'book-4-confirm')
  expect(await axeViolations(page)).toEqual([])
  await hand.tap(page.getByRole('button', { name: '确认预约' }))
  await page.getByRole('heading', { name: '预约成功' }).waitFor()
  expect(hand.taps).toBeLessThanOrEqual(5)
  await page.getByText('门诊楼二层，出电梯右转').waitFor()
  await shot(page, 'book-5-done')
  await picture(page, 'book')
  expect(await axeViolations(page)).toEqual([])
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: '加到日历' }).tap()
  expect((await download).suggestedFilename()).toMatch(/^A\d{6}\.ics$/)

  await page.getByRole('button', { name: '我的预约' }).tap()
  await page.getByRole('heading', { name: '我的预约' }).waitFor()
  await shot(page, 'book-6-mine')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: '改时间' }).tap()
  await page.locator('.book-days button').nth(1).tap()
  await page.locator('.book-days button[aria-pressed="true"]').nth(0).waitFor()
  await page.locator('.book-times button').last().tap()
  await page.getByRole('heading', { name: '改到这个时间？' }).waitFor()
  await page.getByRole('button', { name: '确认改约' }).tap()
  await page.getByRole('heading', { name: '已改约' }).waitFor()
  // Reloading asks for no new code, and the telephone's own way back leads to no booking that is done.
  await page.reload()
  await page.getByRole('button', { name: '我的预约' }).tap()
  await page.getByRole('button', { name: '取消预约' }).tap()
  await shot(page, 'book-7-cancel')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: '确定取消' }).tap()
  await page.getByText('已取消').waitFor()
  const [row] = await stage.rows<{ status: string }>(
    `select status from appointment where person_id = $1 and channel = 'web'`,
    [person.id],
  )
  expect(row?.status).toBe('cancelled')
})

test('in large type each screen asks one thing, for two who share a telephone as well', async () => {
  await openClinics()
  const [one, two] = [await somebody(1), await somebody(2)]
  await stage.rows(
    `insert into person_telecom (person_id, system, value, use, source) values ($1, 'phone', $2, 'mobile', 'his')`,
    [two.id, one.phone],
  )
  const page = await stage.open({ ...phone, path: '/book' })
  const hand = thumb(page)
  await page.getByRole('button', { name: '大字版' }).tap()
  // Two hospitals are a question of their own, one is none.
  await page.locator('.book-choice').first().waitFor()
  await shot(page, 'large-1-places')
  expect(await axeViolations(page)).toEqual([])
  if (await page.getByRole('heading', { name: '去哪个院区？' }).isVisible())
    await page.locator('.book-choice').first().tap()
  await page.getByRole('heading', { name: '看哪个科？' }).waitFor()
  await page.locator('.book-choice').first().tap()
  await page.getByRole('heading', { name: '哪一天来？' }).waitFor()
  await shot(page, 'large-2-day')
  expect(await axeViolations(page)).toEqual([])
  await page.locator('.book-choice').nth(1).tap()
  await page.getByRole('heading', { name: '看哪位医生？' }).waitFor()
  await shot(page, 'large-3-doctor')
  await page.locator('.book-choice').first().tap()
  await page.getByRole('heading', { name: '几点来？' }).waitFor()
  // Back is one question back.
  await page.getByRole('button', { name: '上一步' }).tap()
  await page.getByRole('heading', { name: '看哪位医生？' }).waitFor()
  await page.locator('.book-choice').first().tap()
  await page.getByRole('heading', { name: '几点来？' }).waitFor()
  await shot(page, 'large-4-hour')
  expect(await axeViolations(page)).toEqual([])
  expect(await wide(page)).toBe(0)
  await page.locator('.book-choice').first().tap()
  await hand.type('手机号', one.dialled)
  await shot(page, 'large-5-phone')
  await page.getByRole('button', { name: '获取验证码' }).tap()
  await hand.type('6 位验证码', await codeOf(one.phone))
  await page.getByRole('heading', { name: '给谁看病？' }).waitFor()
  expect(await page.textContent('main')).not.toContain(two.name)
  await shot(page, 'large-6-who')
  expect(await axeViolations(page)).toEqual([])
  await page
    .locator('.book-choice', { hasText: `${[...two.name][0] ?? ''}*` })
    .first()
    .tap()
  await hand.type('出生年份', '1801')
  await page.getByRole('button', { name: '继续' }).tap()
  await page.getByText('年份对不上').waitFor()
  await page.getByLabel('出生年份').fill(two.birth.slice(0, 4))
  await shot(page, 'large-7-year')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: '继续' }).tap()
  await page.getByRole('heading', { name: '核对一下，再预约' }).waitFor()
  await shot(page, 'large-8-confirm')
  await page.getByRole('button', { name: '确认预约' }).tap()
  await page.getByRole('heading', { name: '预约成功' }).waitFor()
  await shot(page, 'large-9-done')
  expect(await axeViolations(page)).toEqual([])
  const [row] = await stage.rows(`select 1 from appointment where person_id = $1 and channel = 'web'`, [
    two.id,
  ])
  expect(row).toBeTruthy()
})

test('with a keyboard, in English, in the dark and in Taiwan’s writing; somebody new gives a name', async () => {
  await openClinics()
  const page = await stage.open({ ...phone, path: '/book' })
  await page.getByRole('button', { name: 'English' }).tap()
  await page.getByRole('heading', { name: 'Which department?' }).waitFor()
  await colours(page, 'dark')
  await shot(page, 'en-dark-1-places')
  expect(await axeViolations(page)).toEqual([])
  await page.locator('.book-choice').last().focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Choose a time' }).waitFor()
  await page.locator('.book-times button').first().waitFor()
  await shot(page, 'en-dark-2-time')
  expect(await axeViolations(page)).toEqual([])
  await page.locator('.book-times button').nth(2).focus()
  await page.keyboard.press('Enter')
  await page.getByLabel('Mobile number').waitFor()
  await page.keyboard.type('13912345678')
  await page.keyboard.press('Enter')
  await page.getByLabel('Code of 6 digits').waitFor()
  await page.keyboard.type('000000')
  await page.getByText('The code is not right').waitFor()
  await shot(page, 'en-dark-3-wrong')
  expect(await axeViolations(page)).toEqual([])
  await page.getByLabel('Code of 6 digits').fill(await codeOf('+8613912345678'))
  await page.getByLabel('Name').waitFor()
  await page.keyboard.type('Maria Weber')
  await shot(page, 'en-dark-4-stated')
  expect(await axeViolations(page)).toEqual([])
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Book it' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Booked' }).waitFor()
  await shot(page, 'en-dark-5-done')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: '繁體中文' }).tap()
  await page.getByRole('heading', { name: '預約成功' }).waitFor()
  await shot(page, 'tw-dark-done')
  await page.goBack()
  await page.getByRole('heading', { name: '看哪個科' }).waitFor()
  await page
    .getByRole('button', { name: '離開' })
    .or(page.getByRole('button', { name: '退出' }))
    .tap()
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
})

test('staff see what web booking stopped', async () => {
  await openClinics()
  await stage.rows(
    `insert into booking_refusal (hour, kind, scope, address, phone, n) values (date_trunc('hour', now()), 'code', 'phone', '203.0.113.0/24', '139****0009', 12)`,
  )
  const page = await stage.openAs('service', { path: '/appointments' })
  await page.getByRole('button', { name: '网上预约拦截' }).click()
  await page.getByRole('cell', { name: '139****0009' }).waitFor()
  await shot(page, 'refusals')
  expect(await axeViolations(page)).toEqual([])
})
