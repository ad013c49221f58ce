import { type RawBuilder, sql } from 'kysely'
import type { Answers, QuestionnaireBody } from '../../../contract/questionnaire.ts'
import { bandOf } from '../../../contract/score.ts'
import { perDatabase, type Trx } from '../../platform/db.ts'
import type { LatestResponse } from './step.ts'
import { recordsOf } from '../event/record.ts'

// Answers and results used by the branches of a pathway, as expressions in the statement that claims due enrolments. A version that uses
// none has no `asks`, and nothing is looked up for it.

export type LatestResponseRow = {
  at: string
  score: number | null
  answers: Answers
  versionId: number
  definition: QuestionnaireBody | null
}

/** Versions never change, so each process keeps those whose bands it has needed. */
const definitions = perDatabase(() => new Map<number, QuestionnaireBody>())

/** The latest response to each questionnaire on an enrolment, by code; null when no branch needs one. */
export function latestResponses(
  trx: Trx,
  enrollment: RawBuilder<unknown>,
  asks: RawBuilder<unknown>,
): RawBuilder<Record<string, LatestResponseRow> | null> {
  return sql`case when jsonb_array_length(${asks} -> 'questionnaires') > 0 then (
    select jsonb_object_agg(r.code, r.response) from (
      select distinct on (q.code) q.code, jsonb_build_object('at', r.updated_at, 'score', r.score, 'answers', r.answers, 'versionId', w.id,
        'definition', case when ${asks} -> 'bands' ? q.code and w.id <> all(${[...definitions(trx).keys()]}::int[]) then w.definition end) as response
      from task t join questionnaire_response r on r.task_id = t.id and r.status = 'completed'
      join questionnaire_version w on w.id = r.questionnaire_version_id join questionnaire q on q.id = w.questionnaire_id
      where t.enrollment_id = ${enrollment} and ${asks} -> 'questionnaires' ? q.code
      order by q.code, r.updated_at desc, r.id desc) r) end`
}

export function latestResponseOf(
  trx: Trx,
  { at, score, answers, versionId, definition }: LatestResponseRow,
): LatestResponse {
  if (definition) definitions(trx).set(versionId, definition)
  const known = definitions(trx).get(versionId)
  return { at: new Date(at), score, answers, band: (known && bandOf(known, answers)?.code) ?? null }
}

/** The latest result of each code within the given days; corrected and withdrawn ones do not count. */
export function resultsOf(
  person: RawBuilder<unknown>,
  asks: RawBuilder<unknown>,
): RawBuilder<Record<string, unknown> | null> {
  return sql`case when jsonb_array_length(${asks} -> 'observations') > 0 then (
    select jsonb_object_agg(o.code, x.result) from jsonb_to_recordset(${asks} -> 'observations') as o(code text, days int)
    cross join lateral (
      select jsonb_build_object('at', x.at, 'unit', x.data ->> 'unit', 'value',
        -- A number is kept as text where its digits say how exact it is.
        case when x.data ->> 'value' ~ '^[+-]?\\d+(\\.\\d+)?$' then to_jsonb((x.data ->> 'value')::numeric) else x.data -> 'value' end) as result
      from event x
      where x.person_id = any(${recordsOf(person)}) and x.kind = 'observation.recorded' and x.at <= now() and x.at > now() - o.days * interval '1 day'
        and x.data -> 'code' ->> 'code' = o.code and not x.data ? 'superseded'
        and coalesce(x.data ->> 'status', '') not in ('entered-in-error', 'cancelled')
      order by x.at desc, x.id desc limit 1) x) end`
}
