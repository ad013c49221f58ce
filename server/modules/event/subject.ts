import { type RawBuilder, sql } from 'kysely'
import type { EventKind } from '../../../contract/timeline.ts'
import type { AnyEvent } from './event.ts'

/** What an enrolment, task or clock is about besides its person: a visit, an appointment, an agreement. */
export type Subject = { kind: string; id: number }

/** How the loop reads subjects of a module. Registered once at start-up (`server/reactions.ts`). */
export type SubjectKind = {
  kind: string
  /**
   * The subject with this id as SQL with the columns `person_id` (the record), `group_id`, `site_id`, `department_id`, `staff_id`, `times`
   * and `facts` (jsonb objects by name), `words` (what it is called in texts).
   */
  select: (id: RawBuilder<unknown>) => RawBuilder<unknown>
  /** Names of its times, such as `start`; waits count from them. */
  times: readonly string[]
  /** Names and types of its facts, for conditions. */
  facts: readonly string[]
  /** Events that may move its times. */
  movedBy: readonly EventKind[]
  /** Events that end everything about it, with the reason. */
  endedBy: Partial<Record<EventKind, string>>
}

const kinds = new Map<string, SubjectKind>()

/** @returns a function that unregisters it; what it took the place of is there again */
export function registerSubject(kind: SubjectKind): () => void {
  const before = kinds.get(kind.kind)
  kinds.set(kind.kind, kind)
  return () => {
    if (before) kinds.set(kind.kind, before)
    else kinds.delete(kind.kind)
  }
}

export function subjectKind(kind: string): SubjectKind | undefined {
  return kinds.get(kind)
}

/** Every registered kind. */
export function subjectKinds(): SubjectKind[] {
  return [...kinds.values()]
}

const none = sql`
  select null::bigint as person_id, null::int as group_id, null::int as site_id, null::int as department_id, null::int as staff_id,
    null::jsonb as times, null::jsonb as facts, null::text as words where false`

/** Joins the subject `s` of a row by kind and id; null where the row is about the person alone. */
export function joinSubject(kind: RawBuilder<unknown>, id: RawBuilder<unknown>): RawBuilder<unknown> {
  const parts = subjectKinds().map(
    (one) => sql`select x.* from (${one.select(id)}) x where ${kind} = ${sql.lit(one.kind)}`,
  )
  return sql`left join lateral (${sql.join([none, ...parts], sql` union all `)}) s on true`
}

/** The subject of an event; by default its visit. */
export function subjectOf({ encounterId, data }: Pick<AnyEvent, 'encounterId' | 'data'>): Subject | null {
  const stated = data['subject'] as Subject | undefined
  return stated ?? (encounterId === null ? null : { kind: 'encounter', id: encounterId })
}

export function sameSubject(one: Subject | null, other: Subject | null): boolean {
  return one !== null && one.kind === other?.kind && one.id === other.id
}
