import { sql } from 'kysely'
import { recordEvents } from '../../server/modules/event/event.ts'
import { registerSubject } from '../../server/modules/event/subject.ts'
import { transaction } from '../../server/platform/db.ts'
import type { TestApp } from './app.ts'

type Kind = 'appointment.booked' | 'appointment.rescheduled' | 'appointment.cancelled'

/**
 * A subject of the loop whose time may be missing, which that of a real appointment never is: a table, how the loop sees its rows, and the events
 * of their life, which are those of appointments.
 */
export async function standInAppointments(app: TestApp) {
  await sql`
    create table test_appointment (id bigint generated always as identity primary key, person_id bigint not null, site_id int, starts_at timestamptz)`.execute(
    app.db,
  )
  const forget = registerSubject({
    kind: 'appointment',
    select: (id) => sql`
      select a.person_id, null::int as group_id, a.site_id, null::int as department_id, null::int as staff_id,
        jsonb_build_object('start', a.starts_at) as times, '{}'::jsonb as facts, 'test' as words from test_appointment a where a.id = ${id}`,
    times: ['start'],
    facts: [],
    movedBy: ['appointment.rescheduled'],
    endedBy: { 'appointment.cancelled': 'appointment-cancelled' },
  })

  const tell = (kind: Kind, personId: number, id: number) =>
    transaction(app.db, (trx) => {
      const data = { code: { text: '' }, subject: { kind: 'appointment', id } }
      return recordEvents(trx, [{ personId, at: new Date(), kind, source: 'test', data }])
    })

  return {
    forget,
    tell,
    async book(personId: number, startsAt: Date | null): Promise<number> {
      const { rows } = await sql<{ id: number }>`
        insert into test_appointment (person_id, site_id, starts_at) select ${personId}, min(id), ${startsAt} from site returning id`.execute(
        app.db,
      )
      const id = rows[0]?.id ?? 0
      await tell('appointment.booked', personId, id)
      return id
    },
    async move(personId: number, id: number, startsAt: Date | null): Promise<void> {
      await sql`update test_appointment set starts_at = ${startsAt} where id = ${id}`.execute(app.db)
      await tell('appointment.rescheduled', personId, id)
    },
  }
}
