import type { Locator, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { choose } from './look.ts'
import { password, type RoleName, useStage } from './support.ts'

const stage = useStage()

// What waits for another day is worked today, and the month that is over has patients and results of the doctor, whatever day it is.
beforeAll(async () => {
  await stage.rows(`update task set held_by = null, held_by_name = null, held_until = null, next_attempt_at = null,
    start_at = least(start_at, now()) where status in ('requested', 'in-progress')`)
  await stage.rows(`update encounter e set ends_at = month - interval '5 days', starts_at = least(e.starts_at, month - interval '12 days')
    from date_trunc('month', now(), 'Asia/Shanghai') month, app_user u
    where u.username = 'doctor' and e.attending_staff_id = u.staff_id and e.class = 'inpatient' and e.ends_at is not null`)
  await stage.rows(`update task t set completed_at = date_trunc('month', now()) - interval '10 days', start_at = least(t.start_at, date_trunc('month', now()) - interval '15 days')
    from app_user u where u.username = 'doctor' and t.assignee_staff_id = u.staff_id and t.level = 1 and t.status = 'completed' and t.outcome = 'done'`)
  await stage.rows(`insert into calendar_day (date, working, name, source) select (now() at time zone 'Asia/Shanghai')::date + n, true, 'test', 'test'
    from generate_series(0, 20) n on conflict (date, site_id, country) do update set working = true`)
})

/** The way of somebody who has read the guide and nothing else: what is pressed is counted, what is typed into a field is not. */
async function walkAs(role: RoleName) {
  const page = await stage.open({ path: '/' })
  let clicks = 0
  const click = async (target: Locator) => {
    await target.click()
    clicks++
  }
  const press = async (...keys: string[]) => {
    for (const key of keys) {
      await page.keyboard.press(key)
      clicks++
    }
  }
  const button = (name: string | RegExp, within: Page | Locator = page) =>
    click(within.getByRole('button', { name }).first())
  await page.getByLabel('用户名').fill(role)
  await page.getByLabel('密码').fill(password)
  await button(/^登\s*录$/)
  await page.getByRole('heading', { level: 1, name: /您好/ }).waitFor()
  return {
    page,
    click,
    press,
    button,
    async pick(select: Locator, option: string) {
      await choose(select, option)
      clicks += 2
    },
    /** From the menu: the area, and its page unless the area opens with it. */
    async menu(...words: string[]) {
      const rail = page.getByRole('navigation', { name: '主导航' }).first()
      for (const word of words) await click(rail.getByRole('link', { name: word }).first())
    },
    /** A line of the home page. */
    home: (word: string | RegExp) => click(page.locator('.home').getByRole('link', { name: word }).first()),
    done(job: string, most: number) {
      process.stdout.write(`${role}: ${job}, ${clicks} clicks and keys\n`)
      expect(clicks).toBeLessThanOrEqual(most)
    },
  }
}

const taskAt = (page: Page) => Number(/\/desk\/(\d+)/.exec(page.url())?.[1])
const ready = (page: Page) => page.getByRole('group', { name: '这次联系的结果' }).waitFor()
const resultOf = async (id: number) => {
  const [task] = await stage.rows<{ status: string; outcome: string; by: string }>(
    `select t.status, t.outcome, u.username as by from task t left join app_user u on 'user:' || u.id = t.completed_by or u.id = t.completed_by where t.id = $1`,
    [id],
  )
  return task
}

test('a nurse makes a follow-up call: start, the first patient, the answers, save and next', async () => {
  const walk = await walkAs('nurse')
  await walk.home(/^(开始随访|打开工作台)$/)
  await walk.page.locator('.task-row').first().waitFor()
  await walk.press('Enter')
  await ready(walk.page)
  const id = taskAt(walk.page)
  await walk.press('1', '1', '1', '1', '1')
  await walk.page.getByText(/^已答 5 /).waitFor()
  await walk.press('Control+Enter')
  await walk.page.getByText(/：已随访/).waitFor()
  expect(await resultOf(id)).toEqual({ status: 'completed', outcome: 'done', by: 'nurse' })
  walk.done('a call of the second level', 12)
})

test('a doctor deals with a red flag: home page, what was said, advice on the telephone', async () => {
  const walk = await walkAs('doctor')
  await walk.home('红旗')
  await walk.click(walk.page.locator('.task-row').filter({ hasText: '红旗' }).first())
  await walk.page.getByRole('region', { name: '红旗', exact: true }).waitFor()
  await ready(walk.page)
  const id = taskAt(walk.page)
  await walk.button(/已电话指导/)
  await walk.press('Control+Enter')
  await walk.page.getByText(/：已电话指导/).waitFor()
  expect(await resultOf(id)).toMatchObject({ status: 'completed', by: 'doctor' })
  walk.done('a red flag', 8)
})

test('a head checks the month of a doctor: what waits at home, the doctor, the finding', async () => {
  const walk = await walkAs('head')
  const count = async () => {
    const [row] = await stage.rows<{ n: number }>('select count(*)::int as n from head_check')
    return row?.n ?? 0
  }
  const before = await count()
  await walk.home('上个月还没检查的医生')
  await walk.button(/^检\s*查$/)
  const drawer = walk.page.getByRole('dialog')
  await walk.button('合格', drawer)
  await walk.button(/^保\s*存$/, drawer)
  await walk.page.getByText('检查意见已保存').waitFor()
  expect(await count()).toBe(before + 1)
  walk.done('the check of a month', 6)
})

test('the service centre tells a department to call a patient: find, instruct, save', async () => {
  const walk = await walkAs('service')
  const [patient] = await stage.rows<{ id: number; name: string; stay: number }>(
    `select p.id, p.name, e.id as stay from person p join encounter e on e.person_id = p.id join staff s on s.id = e.attending_staff_id
       join app_user u on u.username = 'service' join role_grant g on g.user_id = u.id and g.site_id = e.site_id
     where e.class = 'inpatient' and e.ends_at is not null and not p.deceased and p.name ~ '^[一-龥]+$' and p.survivor_id is null
       and (select count(*) from person x where x.name = p.name) = 1 and e.department_id is not null
       and e.starts_at = (select max(starts_at) from encounter n where n.person_id = p.id) and s.active
     order by e.ends_at desc limit 1`,
  )
  if (!patient) throw new Error('the site has no patient who went home')
  // An outpatient visit since then is not what the instruction is about.
  await stage.rows(
    `insert into encounter (person_id, site_id, class, status, starts_at, ends_at, source, source_time, visit_number)
     select person_id, site_id, 'outpatient', 'finished', now() - interval '1 hour', now() - interval '1 hour', source, now(), 'ROLES-1'
     from encounter where id = $1`,
    [patient.stay],
  )
  await walk.press('/')
  await walk.page.keyboard.type(patient.name)
  await walk.click(walk.page.getByRole('option', { name: new RegExp(patient.name) }).first())
  await walk.button('下达指令')
  const dialog = walk.page.getByRole('dialog')
  await walk.pick(dialog.getByLabel('原因'), '检查结果异常')
  await dialog.getByLabel('指令内容').fill('血钾 6.1，请叮嘱当天复查')
  await walk.button(/^保\s*存$/, dialog)
  await walk.page.getByText('指令已下达').waitFor()
  const [made] = await stage.rows(
    `select encounter_id, status from return_visit_instruction where person_id = $1 order by id desc limit 1`,
    [patient.id],
  )
  expect(made).toEqual({ encounter_id: patient.stay, status: 'issued' })
  walk.done('an instruction', 8)
})

test('an outreach worker plans the visits of the week and hands them to the teams', async () => {
  const walk = await walkAs('outreach')
  await walk.home('还没排进路线的上门')
  await walk.button('排路线')
  await walk.click(walk.page.locator('form').getByRole('button', { name: '排路线' }))
  await walk.page.getByRole('heading', { name: /^上门安排/ }).waitFor()
  await walk.button('确认，交给各组')
  await walk.button('确认，交给各组', walk.page.getByRole('dialog'))
  await walk.page.getByText('已确认，任务已在各组名单上').waitFor()
  const [plan] = await stage.rows<{ status: string; stops: number }>(
    `select l.status, (select count(*)::int from visit_stop s where s.plan_id = l.id) as stops from visit_plan l order by l.id desc limit 1`,
  )
  expect(plan?.status).toBe('confirmed')
  expect(plan?.stops).toBeGreaterThan(0)
  walk.done('a plan of visits', 8)
})

test('a manager has last month checked: what waits at home, how many of each, draw', async () => {
  const walk = await walkAs('manager')
  await walk.home('上个月的抽查还没有抽样')
  await walk.button('抽取样本')
  await walk.page.getByRole('dialog').getByRole('table').waitFor()
  await walk.button(/^抽取 \d+ 份$/)
  await walk.page.getByText(/已抽取 \d+ 份/).waitFor()
  const [drawn] = await stage.rows<{ n: number }>(
    `select count(*)::int as n from spot_check k join task t on t.id = k.task_id where t.status = 'requested'`,
  )
  expect(drawn?.n).toBeGreaterThan(0)
  walk.done('the sample of a month', 6)
})

test('an administrator adds a user, who signs in with the one-time password and chooses another', async () => {
  const walk = await walkAs('admin')
  await walk.menu('设置', '用户')
  await walk.button('添加用户')
  const dialog = walk.page.getByRole('dialog')
  await dialog.getByLabel('姓名', { exact: true }).fill('周晓岚')
  await dialog.getByLabel('用户名').fill('zhouxl')
  await walk.pick(dialog.getByLabel('角色', { exact: true }), '客服中心')
  await walk.button('添加', dialog)
  await walk.page.getByText('“周晓岚”的一次性密码').waitFor()
  const secret = (await walk.page.getByRole('dialog').locator('code').first().textContent()) ?? ''
  await walk.button('已记下，关闭')
  await walk.page.getByRole('row', { name: /周晓岚/ }).waitFor()
  walk.done('a new user', 9)

  const theirs = await stage.open({ path: '/sign-in' })
  await theirs.getByLabel('用户名').fill('zhouxl')
  await theirs.getByLabel('密码').fill(secret)
  await theirs.keyboard.press('Enter')
  await theirs.getByRole('heading', { name: '请先修改密码' }).waitFor()
  await theirs.getByLabel('新密码', { exact: true }).fill('Acht-Laternen-5')
  await theirs.getByLabel('再输一次新密码').fill('Acht-Laternen-5')
  await theirs.keyboard.press('Enter')
  await theirs.getByRole('heading', { level: 1, name: /您好/ }).waitFor()
  const made = await stage.rows(
    `select g.role from app_user u join role_grant g on g.user_id = u.id where u.username = 'zhouxl'`,
  )
  expect(made).toEqual([{ role: 'service-centre' }])
})

test('an auditor looks at what was refused today and has the chain verified', async () => {
  // Somebody tried today what is not theirs.
  const nurse = await stage.openAs('nurse', { path: '/' })
  await nurse.evaluate(() => fetch('/api/v1/users'))
  const walk = await walkAs('auditor')
  await walk.home('今天被拒绝或失败的操作')
  await walk.page.getByText('被拒绝').first().waitFor()
  await walk.button('校验日志完整性')
  await walk.page.getByText('日志完整，没有被动过').waitFor()
  const [last] = await stage.rows<{ action: string; outcome: string }>(
    `select e.action, e.outcome from audit_event e join app_user u on u.username = 'auditor' and e.actor_id like '%' || u.id
     where e.action = 'audit.verify' order by e.seq desc limit 1`,
  )
  expect(last?.outcome).toBe('allowed')
  walk.done('the log verified', 4)
})
