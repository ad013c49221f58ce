import { sql } from 'kysely'
import { isPlaceholderDate, isPlaceholderName } from '../../modules/person/placeholder.ts'
import { sameName } from '../../modules/person/name.ts'
import type { Trx } from '../../platform/db.ts'
import type { RowStatement } from './row.ts'

type Who = { name: string | null; birthDate: string | null }

/**
 * Which rows give a record number that an earlier row of the file has for somebody else: another name and another birth date. One of the two
 * alone is a correction, and so is what differs from the database.
 * @returns their positions
 */
export async function rowsOfOthers(trx: Trx, source: string, rows: RowStatement[]): Promise<Set<number>> {
  const numbers = rows.map(({ message }) => message?.person.identifiers.find((one) => one.ofSite))
  const { rows: stored } = await sql<Who & { system: string; value: string }>`
    select i.system, i.value, p.name, p.birth_date as "birthDate"
    from unnest(${numbers.map((one) => one?.system)}::text[], ${numbers.map((one) => one?.value)}::text[]) as w(system, value)
    join person_identifier i using (system, value) join person p on p.id = i.person_id and p.source = ${source}`.execute(
    trx,
  )
  const known = new Map<string, Who>(stored.map((one) => [`${one.system}|${one.value}`, one]))
  const others = new Set<number>()
  for (const [at, { message }] of rows.entries()) {
    const number = numbers[at]
    if (!message || !number) continue
    const key = `${number.system}|${number.value}`
    const before = known.get(key)
    if (before && areTwo(before, message.person)) others.add(at)
    else known.set(key, message.person)
  }
  return others
}

function areTwo(one: Who, other: Who): boolean {
  const tells = ({ name, birthDate }: Who) =>
    name !== null && !isPlaceholderName(name) && birthDate !== null && !isPlaceholderDate(birthDate)
  return (
    tells(one) &&
    tells(other) &&
    one.birthDate !== other.birthDate &&
    !sameName(one.name ?? '', other.name ?? '')
  )
}
