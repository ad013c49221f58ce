import type { Page } from 'playwright-core'
import { beforeEach } from 'vitest'
import type { Stage } from './support.ts'

export const ready = (page: Page) => page.getByRole('group', { name: '这次联系的结果' }).waitFor()
export const answered = (page: Page, n: number) => page.getByText(new RegExp(`^已答 ${n} /`)).waitFor()
export const saveState = (page: Page) => page.locator('.outcome-bar .save-state')
export const number = (page: Page) => page.locator('.call-number')

/** @returns opens an untouched call of the nurse's ward, and says which; before each test everybody has let go of theirs */
export function useCalls(stage: Stage): (page: Page) => Promise<number> {
  beforeEach(() =>
    stage.rows(`update task set held_by = null, held_by_name = null, held_until = null, next_attempt_at = null,
      start_at = least(start_at, now()) where status in ('requested', 'in-progress')`),
  )
  return async (page) => {
    const [mine] = await stage.rows<{ id: number }>(
      `select t.id from task t join app_user u on u.username = 'nurse' join staff s on s.id = u.staff_id and s.department_id = t.department_id
       where t.level = 2 and t.status = 'requested' and t.questionnaire_version_id is not null
         and not exists (select 1 from questionnaire_response r where r.task_id = t.id) order by t.id limit 1`,
    )
    if (!mine) throw new Error('no untouched call is left')
    await page.goto(`/desk/${mine.id}`)
    await ready(page)
    return mine.id
  }
}
