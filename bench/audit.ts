import { sql } from 'kysely'
import { systemActor } from '../server/platform/actor.ts'
import { audit } from '../server/platform/audit.ts'
import { transaction } from '../server/platform/db.ts'
import { type Figure, quantile, whenMain } from './figure.ts'
import { busy } from './load.ts'
import { onEmptyInstallation } from './stays.ts'

const actor = systemActor('system:bench', 'Bench')
const writers = 16
const seconds = 8

/** Entries a second by 16 transactions at a time, beside the same transactions with one plain insert of such a row and no chain. */
export async function auditWriters(): Promise<Figure[]> {
  return onEmptyInstallation(async ({ db }) => {
    await sql`create table plain as select * from audit_event`.execute(db)
    const entry = (person: number) => ({ action: 'person.read', personId: person, fields: ['name', 'phone'] })
    const chained = (number: number) => transaction(db, (trx) => audit(trx, actor, entry(number)))
    const plain = (number: number) =>
      transaction(db, async (trx) => {
        await sql`insert into plain (seq, at, actor_id, actor_name, action, outcome, person_id, fields, prev_hash, hash)
          values (${number}, now(), ${actor.id}, ${actor.name}, 'person.read', 'allowed', ${number}, '{name,phone}',
            ${'0'.repeat(64)}, ${'0'.repeat(64)})`.execute(trx)
      })
    /** As an operation writes: the entry goes last, after a row of its own. */
    const afterWork = (number: number) =>
      transaction(db, async (trx) => {
        await sql`insert into plain (seq, person_id) values (${number}, ${number})`.execute(trx)
        await audit(trx, actor, entry(number), entry(number + 1))
      })
    const figures: Figure[] = []
    for (const [name, work, entries] of [
      ['plain row', plain, 1],
      ['entry', chained, 1],
      ['row and 2 entries', afterWork, 2],
    ] as const) {
      await busy(work, writers, 2)
      const { rate, latencies } = await busy(work, writers, seconds)
      figures.push(
        { name: `audit, ${writers} transactions of a ${name}`, value: rate * entries, unit: 'entries/s' },
        {
          name: `audit, ${writers} transactions of a ${name}: p99`,
          value: quantile(latencies, 0.99),
          unit: 'ms',
        },
      )
    }
    const read = (number: number) => audit(db, actor, entry(number))
    const reads = await busy(read, 64, seconds)
    figures.push({ name: 'audit, 64 reads at a time', value: reads.rate, unit: 'entries/s' })
    return figures
  })
}

await whenMain(import.meta.url, () => auditWriters())
