import { sql } from 'kysely'
import { listIntakeMessages } from '../../contract/intake.ts'
import type { TestApp } from './app.ts'

/** What became of messages and of the people in them. @param admin a session that may see the intake */
export function intakeOf(app: TestApp, admin: string) {
  const message = async (controlId: string) =>
    (await app.request(admin, listIntakeMessages, { query: { controlId } })).body.items[0]

  const notesOf = async (controlId: string) =>
    (await message(controlId))?.notes.map((one) => `${one.location} ${one.kind} ${one.value ?? '-'}`)

  async function person(id: number) {
    const { rows } = await sql<Record<string, unknown>>`
      select p.name, p.sex, p.birth_date, p.deceased, p.survivor_id,
        array(select t.value from person_telecom t where t.person_id = p.id order by 1) as phones,
        (select text from person_address a where a.person_id = p.id) as address
      from person p where p.id = ${id}`.execute(app.db)
    return rows[0]
  }

  async function facts(id: number, kind: string) {
    const { rows } = await sql<{ data: Record<string, unknown> }>`
      select data from timeline where person_id = ${id} and kind = ${kind} order by at, id`.execute(app.db)
    return rows.map((row) => row.data)
  }

  const withSystem = async (system: string, value: string) => {
    const { rows } = await sql<{ person_id: number }>`
      select person_id from person_identifier where system = ${system} and value = ${value}`.execute(app.db)
    return rows[0]?.person_id ?? 0
  }
  return { message, notesOf, person, facts, withSystem }
}
