import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import type { Statement } from '../../platform/statement.ts'

const roles = ['admission', 'discharge', 'other'] as const

export type ConditionInput = {
  role: (typeof roles)[number]
  code: string
  text: string
  /** The sender's number of the diagnosis (HL7 DG1-20); a later statement with that number replaces or withdraws it. */
  identifier?: string | null
}

/** What a source states about the diagnoses of a visit. */
export type DiagnosesStatement = {
  conditions: ConditionInput[]
  /**
   * The list is complete for each role in it: earlier diagnoses of this source that are missing are removed (HL7 2.5.1, 2.10.4.1:
   * repeating segments are a snapshot unless they carry action codes). False: the list adds.
   */
  snapshot?: boolean
  /** Diagnoses that the source withdraws, in any role; matched by number, else by code, else by text. */
  withdrawn?: Named[]
}

type Named = Pick<ConditionInput, 'code' | 'text' | 'identifier'>

export type KnownCondition = ConditionInput & { id: number; source: string }

export type DiagnosesChange = {
  /** The visit's diagnoses after the statement. */
  conditions: ConditionInput[]
  written: ConditionInput[]
  removed: number[]
}

const sameAs = (one: Named) => (other: Named) =>
  one.identifier && other.identifier
    ? one.identifier === other.identifier
    : one.code === ''
      ? one.text === other.text
      : one.code === other.code

/**
 * Joins a visit's known diagnoses with a new statement. For each role the newest list of a source wins, by its own time, whatever the
 * order of arrival.
 */
export function joinDiagnoses(
  known: KnownCondition[],
  input: DiagnosesStatement,
  source: string,
  statement: Statement,
): DiagnosesChange {
  const written: ConditionInput[] = []
  const removed = new Set<KnownCondition>()
  for (const role of roles) {
    const before = known.filter((one) => one.role === role)
    const now = input.conditions.filter((one) => one.role === role)
    const gone = before.filter((one) => input.withdrawn?.some(sameAs(one)))
    const stated = now.length + gone.length > 0
    if (statement.pick(`dx-${role}`, stated || null, before.length > 0 || null) === null) continue
    if (!statement.won(`dx-${role}`)) continue
    written.push(...now)
    for (const one of gone) removed.add(one)
    for (const one of before)
      if (
        one.source === source &&
        one.identifier &&
        now.some((other) => other.identifier === one.identifier && other.code !== one.code)
      )
        removed.add(one)
    if (input.snapshot && now.length > 0)
      for (const one of before)
        if (one.source === source && !now.some((other) => other.code === one.code)) removed.add(one)
  }
  const left = known.filter(
    (one) =>
      !removed.has(one) && !written.some((other) => other.role === one.role && other.code === one.code),
  )
  return { conditions: [...written, ...left], written, removed: [...removed].map((one) => one.id) }
}

type Changed = { id: number; person_id: number; source: string; diagnoses: DiagnosesChange }

/** Writes and removes diagnoses of these visits, in at most two statements. */
export async function saveDiagnoses(trx: Trx, visits: Changed[]): Promise<void> {
  const removed = visits.flatMap((visit) => visit.diagnoses.removed)
  if (removed.length > 0) await sql`delete from condition where id = any(${removed}::bigint[])`.execute(trx)
  const rows = visits.flatMap((visit) => visit.diagnoses.written.map((one) => ({ ...one, visit })))
  if (rows.length === 0) return
  await sql`
    insert into condition (person_id, encounter_id, role, code, text, source, identifier)
    select distinct on (2, 3, 4) * from unnest(
      ${rows.map((row) => row.visit.person_id)}::bigint[], ${rows.map((row) => row.visit.id)}::bigint[],
      ${rows.map((row) => row.role)}::text[], ${rows.map((row) => row.code)}::text[], ${rows.map((row) => row.text)}::text[],
      ${rows.map((row) => row.visit.source)}::text[], ${rows.map((row) => row.identifier)}::text[])
    on conflict (encounter_id, role, code) do update set text = excluded.text, source = excluded.source, recorded_at = now(),
      identifier = excluded.identifier
    where condition.text <> excluded.text or condition.identifier is distinct from excluded.identifier`.execute(
    trx,
  )
}
