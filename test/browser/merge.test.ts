import { expect, test } from 'vitest'
import { MllpClient } from '../../server/modules/hl7/mllp-client.ts'
import { adtBytes } from '../support/hl7.ts'
import { axeViolations, latinWords, picture } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

type Person = { id: number; name: string; number: string }

/** Two patients of one site who have nothing to do with each other. */
async function twoPatients(skip: number): Promise<[Person, Person]> {
  const rows = await stage.rows<Person>(
    `select p.id, p.name, i.value as number from person p join person_identifier i on i.person_id = p.id and i.system like 'mrn:%'
     where p.survivor_id is null and not p.deceased
       and exists (select 1 from encounter e where e.person_id = p.id) and i.site_id = (select min(id) from site)
     order by p.id offset $1 limit 2`,
    [skip],
  )
  const [one, other] = rows
  if (!one || !other) throw new Error('the hospital has too few patients')
  return [one, other]
}

test('two records are found, looked at side by side, merged and separated again, all on the screen', async () => {
  const [kept, gone] = await twoPatients(3)
  const page = await stage.openAs('service', { path: `/persons/${kept.id}` })
  await page.getByRole('button', { name: '与另一份档案合并' }).click()
  const other = page.getByLabel('找另一份档案')
  await other.fill(gone.number)
  // At once, as a scanner does: the answer is not here yet.
  await other.press('Enter')
  await page.getByRole('heading', { name: '两份档案对照' }).waitFor()
  await page.getByRole('row', { name: /姓名/ }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'merge')
  await page.getByRole('button', { name: '重复建档' }).click()
  await page.getByRole('button', { name: /^合并/ }).click()
  await page.getByRole('heading', { level: 1, name: kept.name }).waitFor()
  const records = page.locator('section', { has: page.getByRole('heading', { name: '合并的档案' }) })
  await records.getByText(gone.number).waitFor()
  expect(await axeViolations(page)).toEqual([])

  await page.goto(`/persons?search=${gone.number}`)
  await page.getByText(`原档案 ${gone.name} ${gone.number}`).waitFor()
  await page.goto(`/persons/${gone.id}`)
  await page.getByText('您打开的档案已并入这位患者').waitFor()

  await records.getByRole('button', { name: `拆开 ${gone.name}` }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(`归还 ${gone.name}`).waitFor()
  await picture(page, 'separate')
  await dialog.getByRole('button', { name: '并错了，不是同一人' }).click()
  await dialog
    .getByRole('button', { name: '拆 开' })
    .or(dialog.getByRole('button', { name: '拆开', exact: true }))
    .click()
  await page.getByRole('heading', { level: 1, name: gone.name }).waitFor()
})

test('two rows of the list go side by side by keyboard, and one who may not merge is not offered it', async () => {
  const [one, other] = await twoPatients(7)
  const page = await stage.openAs('service', { path: '/persons' })
  await page.goto(`/persons/merge/${one.id}/${other.id}`)
  await page.getByRole('row', { name: /姓名/ }).waitFor()
  await page.keyboard.press('2')
  expect(await page.getByRole('radio').nth(1).isChecked()).toBe(true)
  const nurse = await stage.openAs('nurse', { path: '/persons' })
  await nurse.getByRole('table').waitFor()
  expect(await nurse.getByRole('checkbox').count()).toBe(0)
})

test('people registered a second time by the HIS are reviewed by keyboard: different, later, same', async () => {
  await stage.rows('delete from match_pair')
  const people = await stage.rows<{ name: string; birth: string; sex: string; phone: string }>(
    `select p.name, to_char(p.birth_date, 'YYYYMMDD') as birth, case p.sex when 'male' then 'M' else 'F' end as sex,
       (select value from person_telecom t where t.person_id = p.id and t.system = 'phone' limit 1) as phone
     from person p where p.survivor_id is null and not p.deceased and p.birth_date is not null
       and exists (select 1 from person_telecom t where t.person_id = p.id and t.system = 'phone')
     order by p.id offset 20 limit 3`,
  )
  const sender = new MllpClient()
  await sender.connect('127.0.0.1', stage.site.mllpPort)
  for (const [n, one] of people.entries())
    await sender.send(
      adtBytes({ ...one, event: 'A04', site: 'GH01', mrn: `9000000${n}`, visit: `AGAIN${n}`, class: 'O' }),
      { timeoutMs: 10_000 },
    )
  sender.close()
  const statuses = async () =>
    Object.fromEntries(
      (
        await stage.rows<{ status: string; n: number }>(
          'select status, count(*) as n from match_pair group by 1',
        )
      ).map((row) => [row.status, row.n]),
    )
  await expect.poll(statuses).toEqual({ open: 3 })
  const page = await stage.openAs('service', { path: '/matches' })
  await page.getByRole('row', { name: /姓名/ }).waitFor()
  expect(await page.locator('.match-row').count()).toBe(3)
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page, /^[sdljk]$/)).toEqual([])
  await picture(page, 'matches')
  // Keys decide nothing before the pair that they would decide is on the screen.
  const shown = () =>
    page
      .getByRole('button', { name: /^是同一人，合并/ })
      .and(page.locator(':enabled'))
      .waitFor()
  await page.keyboard.press('j')
  await page.locator('.match-row').nth(1).and(page.locator('[aria-current="true"]')).waitFor()
  await shown()
  await page.keyboard.press('d')
  await expect.poll(statuses).toEqual({ open: 2, different: 1 })
  await page.locator('.match-row').nth(2).waitFor({ state: 'detached' })
  await shown()
  await page.keyboard.press('l')
  await expect.poll(statuses).toEqual({ open: 1, different: 1, later: 1 })
  await page.locator('.match-row').nth(1).waitFor({ state: 'detached' })
  await shown()
  await page.keyboard.press('2')
  await page.keyboard.press('s')
  await expect.poll(statuses).toEqual({ same: 1, different: 1, later: 1 })
  await page.getByText('没有待核对的重复档案').waitFor()
  const merged = await stage.rows(
    `select 1 from person_merge m join match_pair p on least(p.left_id, p.right_id) = least(m.merged_id, m.survivor_id)
     where m.undone_at is null and p.status = 'same' and m.source = 'match'`,
  )
  expect(merged).toHaveLength(1)
})
