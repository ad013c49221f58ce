import { sql } from 'kysely'
import type {
  PathwayDefinition,
  PathwayDetail,
  PathwayProblem,
  PathwaySummary,
} from '../../../contract/pathway.ts'
import { asksOf } from '../../../contract/pathway-fact.ts'
import type { QuestionnaireBody } from '../../../contract/questionnaire.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { readSettings } from '../setting/setting.ts'
import { askedProblems } from './asked-problems.ts'
import { expand, outerKey, pinned, type Published, runsOf, subPathwayProblems } from './expand.ts'
import { stopEvents } from './stop.ts'
import { publishedTemplates } from '../template/text.ts'
import { loadDecided } from '../segment/reach.ts'
import { problemsOf } from './validate.ts'

type Row = {
  id: number
  code: string
  name: string
  active: boolean
  category: 'care' | 'campaign'
  version: number | null
  version_id: number | null
  definition: PathwayDefinition
  published_at: Date | null
  draft_saved_at: Date | null
  draft_asked: boolean
  open: number
  completed: number
  stopped: number
}

async function rows(db: Db, id: number | null): Promise<Row[]> {
  const result = await sql<Row>`
    select p.id, p.code, p.name, p.active, p.category, v.version, v.id as version_id, coalesce(v.written, v.definition, d.definition) as definition, v.published_at,
      d.saved_at as draft_saved_at, d.asked_at is not null as draft_asked, coalesce(c.open, 0) as open, coalesce(c.completed, 0) as completed, coalesce(c.stopped, 0) as stopped
    from pathway p left join pathway_version v on v.id = p.current_version_id left join pathway_draft d on d.pathway_id = p.id
    left join (
      select w.pathway_id, count(*) filter (where e.status in ('active', 'waiting', 'blocked')) as open,
        count(*) filter (where e.status = 'completed') as completed, count(*) filter (where e.status = 'stopped') as stopped
      from enrollment e join pathway_version w on w.id = e.pathway_version_id group by 1
    ) c on c.pathway_id = p.id
    where ${id}::int is null or p.id = ${id}
    order by p.active desc, p.code`.execute(db)
  return result.rows
}

function viewSummary(row: Row): PathwaySummary {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    active: row.active,
    version: row.version,
    versionId: row.version_id,
    purpose: row.definition.purpose,
    publishedAt: row.published_at?.toISOString() ?? null,
    draftSavedAt: row.draft_saved_at?.toISOString() ?? null,
    draftAsked: row.draft_asked,
    openEnrollments: row.open,
    completedEnrollments: row.completed,
    stoppedEnrollments: row.stopped,
  }
}

export async function listPathways(db: Db, actor: Actor): Promise<PathwaySummary[]> {
  authorize(actor, 'pathway.read')
  return (await rows(db, null)).filter(({ category }) => category === 'care').map(viewSummary)
}

/** @throws {AppError} not-found */
export async function getPathway(db: Db, actor: Actor, id: number): Promise<PathwayDetail> {
  authorize(actor, 'pathway.read')
  const row = found((await rows(db, id))[0])
  const versions = await sql<{
    id: number
    version: number
    published_at: Date
    published_by_name: string | null
    open: number
  }>`
    select v.id, v.version, v.published_at, u.name as published_by_name,
      (select count(*) from enrollment e where e.pathway_version_id = v.id and e.status in ('active', 'waiting', 'blocked')) as open
    from pathway_version v left join app_user u on u.id = v.published_by where v.pathway_id = ${id} order by v.version desc`.execute(
    db,
  )
  return {
    ...viewSummary(row),
    definition: row.definition,
    secondPerson: await secondPersonRequired(db),
    versions: versions.rows.map((version) => ({
      id: version.id,
      version: version.version,
      publishedAt: version.published_at.toISOString(),
      publishedByName: version.published_by_name,
      openEnrollments: version.open,
    })),
  }
}

export async function validatePathway(
  db: Db,
  definition: PathwayDefinition,
  pathwayId?: number,
): Promise<PathwayProblem[]> {
  const own =
    pathwayId === undefined
      ? undefined
      : await db.selectFrom('pathway').select(['code', 'name']).where('id', '=', pathwayId).executeTakeFirst()
  return (await checked(db, definition, own ?? null)).problems
}

/** Problems of a definition, and the expanded definition that would run. */
async function checked(
  db: Db,
  definition: PathwayDefinition,
  own: { code: string; name: string } | null,
  mayOverride = false,
) {
  const published = await loadPublished(db, definition)
  const within = subPathwayProblems(definition, published, own)
  const flat = within.length > 0 ? definition : expand(definition, published)
  const asked = asksOf(flat.steps)?.questionnaires ?? []
  const { rows } = await sql<{ code: string; definition: QuestionnaireBody | null }>`
    select q.code, (select v.definition from questionnaire_version v where v.questionnaire_id = q.id and q.code = any(${asked}::text[])
      order by v.version desc limit 1) as definition
    from questionnaire q`.execute(db)
  const questionnaires = new Map(rows.map((row) => [row.code, row.definition]))
  const keys = new Set(definition.steps.map((step) => step.key))
  const problems = [
    ...problemsOf(
      definition,
      questionnaires,
      await publishedTemplates(db),
      await loadDecided(db),
      mayOverride,
    ),
    ...within,
    // A branch may use answers to a questionnaire of a sub-pathway.
    ...(within.length > 0 ? [] : askedProblems(flat, questionnaires)).map((one) => ({
      ...one,
      step: one.step === null || keys.has(one.step) ? one.step : outerKey(one.step),
    })),
  ]
  return { problems, flat, published }
}

/** Published pathways by code with their sub-pathways, and the definitions of those that this one runs. */
async function loadPublished(db: Db, definition: PathwayDefinition): Promise<Map<string, Published>> {
  const wanted = runsOf(definition)
  if (wanted.length === 0) return new Map()
  const { rows } = await sql<Published>`
    select p.code, p.name, v.version, case when p.code = any(${wanted}::text[]) then v.definition end as definition,
      array(select distinct s ->> 'pathway' from jsonb_array_elements(v.written -> 'steps') s where s ->> 'kind' = 'pathway') as runs
    from pathway p join pathway_version v on v.id = p.current_version_id
    where p.code = any(${wanted}::text[]) or v.written is not null`.execute(db)
  return new Map(rows.map((row) => [row.code, row]))
}

/** The expanded definition that would run. @throws {AppError} invalid with the problems by step */
export async function runnable(
  db: Db,
  definition: PathwayDefinition,
  own: { code: string; name: string } | null,
  mayOverride = false,
): Promise<{ flat: PathwayDefinition; written: PathwayDefinition | null }> {
  const { problems, flat, published } = await checked(db, definition, own, mayOverride)
  if (problems.length > 0)
    throw new AppError(
      'invalid',
      'The pathway cannot be published.',
      problems.map((problem) => ({
        path: problem.step === null ? 'definition' : `steps.${problem.step}`,
        message: problem.message,
      })),
    )
  return { flat, written: flat === definition ? null : pinned(definition, published) }
}

/** Creates a pathway with its first version; for seeds and imports. An inactive one waits to be switched on. */
export async function createPathway(
  trx: Trx,
  actor: Actor,
  input: { code: string; name: string; definition: PathwayDefinition; active?: boolean },
): Promise<number> {
  authorize(actor, 'pathway.write')
  return insertPathway(trx, actor, { active: true, category: 'care', ...input })
}

/**
 * For modules that run a plan of their own on the engine, having checked who may.
 * @throws {AppError} invalid with the problems by step
 */
export async function insertPathway(
  trx: Trx,
  actor: Actor,
  {
    definition,
    ...values
  }: {
    code: string
    name: string
    definition: PathwayDefinition
    active: boolean
    category: 'care' | 'campaign'
  },
): Promise<number> {
  const pathway = await trx
    .insertInto('pathway')
    .values(values)
    .returning(['id', 'code', 'name'])
    .executeTakeFirstOrThrow()
  await addVersion(trx, actor, pathway, definition, values.category === 'campaign')
  return pathway.id
}

/** Checks a definition and puts it in force for new enrolments. @throws {AppError} invalid with the problems by step */
export async function addVersion(
  trx: Trx,
  actor: Actor,
  pathway: { id: number; code: string; name: string },
  definition: PathwayDefinition,
  mayOverride = false,
): Promise<void> {
  const { flat, written } = await runnable(trx, definition, pathway, mayOverride)
  const asks = asksOf(flat.steps)
  const { rows: made } = await sql<{ id: number; version: number }>`
    insert into pathway_version (pathway_id, version, definition, written, asks, published_by, entry_event, stop_events, follows_subject)
    select ${pathway.id}, coalesce(max(version), 0) + 1, ${JSON.stringify(flat)}::jsonb, ${written && JSON.stringify(written)}::jsonb,
      ${asks && JSON.stringify(asks)}::jsonb, ${actor.userId}, ${flat.entry.event},
      ${stopEvents(flat.stopOn)}::text[], ${flat.steps.some((step) => step.kind === 'wait' && step.since.startsWith('subject.'))}
    from pathway_version where pathway_id = ${pathway.id} returning id, version`.execute(trx)
  const version = found(made[0])
  await trx
    .updateTable('pathway')
    .set({ current_version_id: version.id })
    .where('id', '=', pathway.id)
    .execute()
  await audit(trx, actor, { action: 'pathway.publish', subject: `${pathway.code} v${version.version}` })
}

/** @throws {AppError} not-found, invalid when it was never published */
export async function updatePathway(
  trx: Trx,
  actor: Actor,
  id: number,
  { active, name }: { active?: boolean | undefined; name?: string | undefined },
): Promise<void> {
  authorize(actor, 'pathway.write')
  const pathway = found(
    await trx
      .selectFrom('pathway')
      .selectAll()
      .where('id', '=', id)
      .where('category', '=', 'care')
      .forUpdate()
      .executeTakeFirst(),
  )
  if (active === true && pathway.current_version_id === null)
    throw new AppError('invalid', 'Publish the pathway before anybody enters it.')
  await trx
    .updateTable('pathway')
    .set({ active: active ?? pathway.active, name: name ?? pathway.name })
    .where('id', '=', id)
    .execute()
  if (active !== undefined)
    await audit(trx, actor, { action: active ? 'pathway.open' : 'pathway.close', subject: pathway.code })
  if (name !== undefined)
    await audit(trx, actor, { action: 'pathway.rename', subject: pathway.code, fields: ['name'] })
}

/** @throws {AppError} not-found */
export async function getPathwayVersion(
  db: Db,
  actor: Actor,
  id: number,
  version: number,
): Promise<{ version: number; definition: PathwayDefinition }> {
  authorize(actor, 'pathway.read')
  const { rows } = await sql<{ version: number; definition: PathwayDefinition }>`
    select version, coalesce(written, definition) as definition from pathway_version where pathway_id = ${id} and version = ${version}`.execute(
    db,
  )
  return found(rows[0])
}

/** Whether publishing needs somebody other than the author (setting). */
export async function secondPersonRequired(db: Db): Promise<boolean> {
  const key = 'pathway.publish.second-person'
  return (await readSettings(db, [key]))[key]
}
