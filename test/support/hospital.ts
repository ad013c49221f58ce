import { sql } from 'kysely'
import type { TestApp } from './app.ts'
import { type Adt, personOf, receive } from './hl7.ts'

/** Ids by code of what the messages so far have made. */
export async function idsOf(app: TestApp) {
  const codes = async (table: 'site' | 'department' | 'staff') => {
    const rows = await app.db.selectFrom(table).select(['id', 'code']).execute()
    return (code: string) => {
      const id = rows.find((row) => row.code === code)?.id
      if (id === undefined) throw new Error(`there is no ${table} ${code}`)
      return id
    }
  }
  return { site: await codes('site'), department: await codes('department'), staff: await codes('staff') }
}

/** A person discharged yesterday with the first task of the follow-up made; answers person and task. */
export async function discharged(app: TestApp, mrn: string, said: Adt = {}) {
  const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 86_400_000)
  await receive(app, { event: 'A03', mrn, visit: mrn, at, phone: '13800001111', ...said })
  await app.processAll()
  const person = await personOf(app, mrn, said.site)
  const { rows } = await sql<{ id: number }>`
    select id from task where person_id = ${person} and level = 1 order by id desc limit 1`.execute(app.db)
  return { person, task: rows[0]?.id ?? 0 }
}

/** Full and harmless answers to the questionnaire of the first level. */
export async function goodAnswers(app: TestApp, taskId: number): Promise<Record<string, unknown>> {
  const { rows } = await sql<{
    items: { linkId: string; type: string; required?: boolean; options?: { value: string }[] }[]
  }>`
    select v.definition -> 'items' as items from task t join questionnaire_version v on v.id = t.questionnaire_version_id
    where t.id = ${taskId}`.execute(app.db)
  const values: Record<string, (options: string[]) => unknown> = {
    choice: (options) => options[0],
    multiple: (options) => [options[0]],
    boolean: () => true,
    integer: () => 1,
    decimal: () => 1,
    scale: () => 1,
    date: () => '2026-01-01',
    string: () => '好',
    text: () => '好',
  }
  return Object.fromEntries(
    (rows[0]?.items ?? [])
      .filter((item) => item.required)
      .map((item) => [item.linkId, values[item.type]?.(item.options?.map((one) => one.value) ?? [])]),
  )
}
