import { sql } from 'kysely'
import {
  abnormalInterpretations,
  type ClinicalFact,
  criticalInterpretations,
} from '../../../contract/timeline.ts'
import type { PersonCard } from '../../../contract/person-card.ts'
import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import { bandOf } from '../../../contract/score.ts'
import { type Actor, may } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { answerLines } from '../questionnaire/lines.ts'
import { findPerson, viewPerson } from '../person/person.ts'
import type { PersonTask } from './list.ts'
import { recordsOf } from '../event/record.ts'

/** How many of the person's events are searched for "last" facts; bounds the cost of a card. */
const recentEvents = 1000
const shown = { medications: 8, observations: 8, responses: 3 }

/** Null when the person is outside the actor's reach. */
export async function cardOf(db: Db, actor: Actor, task: PersonTask): Promise<PersonCard | null> {
  if (!may(actor, 'person.read')) return null
  const row = await findPerson(db, actor, task.person_id)
  if (!row) return null
  const { id, birthDate, tags, note, optOuts, telecoms, relationships, encounters, abilities } = viewPerson(
    row,
    actor,
  )
  const facts = await factsOf(db, id)
  return {
    id,
    birthDate,
    tags,
    note,
    optOuts,
    telecoms,
    relationships,
    mayReveal: abilities.reveal,
    stay:
      encounters.find((one) => one.id === task.encounter_id) ??
      encounters.find((one) => one.class === 'inpatient') ??
      null,
    medications: facts
      .filter((fact) => fact.drug)
      .map(viewMedication)
      .slice(0, shown.medications),
    observations: facts
      .flatMap((fact) => (fact.drug ? [] : viewObservation(fact)))
      // Out-of-range results first, then the newest.
      .sort((a, b) => weightOf[b.flag ?? 'none'] - weightOf[a.flag ?? 'none'])
      .slice(0, shown.observations),
    responses: await responsesOf(db, id, task.id),
  }
}

type FactRow = { at: Date; drug: boolean; data: ClinicalFact }

/** The newest entry for each drug and test, newest first; leaves out those that the newest entry withdraws or stops. */
async function factsOf(db: Db, personId: number): Promise<FactRow[]> {
  const { rows } = await sql<FactRow>`
    with recent as materialized (
      select e.id, e.at, e.kind, e.data from event e where e.person_id = any(${recordsOf(sql`${personId}`)}) order by e.at desc, e.id desc limit ${recentEvents}
    ), newest as (
      select distinct on (drug, name) * from (
        select id, at, kind like 'medication.%' as drug, data -> 'code' ->> 'text' as name, data from recent
        where kind in ('medication.requested', 'medication.dispensed', 'observation.recorded') and data ->> 'superseded' is null) f
      order by drug, name, at desc, id desc
    )
    select at, drug, data from newest
    where coalesce(data ->> 'status', '') not in ('entered-in-error', 'cancelled', 'stopped', 'revoked', 'not-done', 'do-not-perform', 'declined')
    order by at desc, id desc`.execute(db)
  return rows
}

const viewMedication = ({ at, data }: FactRow): PersonCard['medications'][number] => ({
  at: at.toISOString(),
  text: data.code.text,
  dose: data.dose ?? null,
  quantity: data.quantity ?? null,
})

const weightOf = { critical: 2, abnormal: 1, none: 0 }

function viewObservation({ at, data }: FactRow): PersonCard['observations'] {
  if (data.value === undefined) return []
  const interpretation = data.interpretation ?? null
  const has = (set: ReadonlySet<string>) => interpretation !== null && set.has(interpretation)
  return [
    {
      at: at.toISOString(),
      text: data.code.text,
      value: String(data.value),
      unit: data.unit ?? null,
      range: data.range ?? null,
      interpretation,
      flag: has(criticalInterpretations) ? 'critical' : has(abnormalInterpretations) ? 'abnormal' : null,
    },
  ]
}

/** The last finished questionnaires of the person besides the task's own. */
async function responsesOf(db: Db, personId: number, taskId: number): Promise<PersonCard['responses']> {
  const { rows } = await sql<{
    at: Date
    source: 'staff' | 'person'
    score: number | null
    answers: Answers
    definition: QuestionnaireDefinition
    title: QuestionnaireDefinition['title']
  }>`
    select coalesce(k.completed_at, r.updated_at) as at, r.source, r.score, r.answers, v.definition, q.title
    from questionnaire_response r join questionnaire_version v on v.id = r.questionnaire_version_id join questionnaire q on q.id = v.questionnaire_id
      left join task k on k.id = r.task_id
    where r.person_id = any(${recordsOf(sql`${personId}`)}) and r.status = 'completed' and r.task_id is distinct from ${taskId}
    order by at desc limit ${shown.responses}`.execute(db)
  return rows.map(({ at, source, score, answers, definition, title }) => {
    const band = bandOf(definition, answers)
    return {
      at: at.toISOString(),
      title,
      source,
      score,
      band: band && { text: band.text, tone: band.tone },
      lines: answerLines(definition, answers),
    }
  })
}
