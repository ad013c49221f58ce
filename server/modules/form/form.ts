import { timingSafeEqual, createHmac } from 'node:crypto'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Form, openForm as openRoute } from '../../../contract/questionnaire-link.ts'
import type { Photo } from '../../../contract/photo.ts'
import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import { bandOf } from '../../../contract/score.ts'
import type { Actor } from '../../platform/actor.ts'
import { taskLinkActor } from '../../platform/outside-actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { deriveKey } from '../../platform/secret.ts'
import { countStranger } from '../access/throttle.ts'
import { joinPerson, recordsOf } from '../event/record.ts'
import { maskName } from '../../../contract/export.ts'
import { watchDraft } from '../task/answers.ts'
import { completeByPerson } from '../task/attempt.ts'
import { type Asked, askedBy, storeResponse } from '../task/response.ts'
import { loadPersonTask } from '../task/task.ts'
import { touchTasks } from '../task/transition.ts'
import { isTaiwan, languageOf } from '../person/language.ts'
import { emergencyNumberOf } from '../person/language.ts'
import { hashToken } from './link-token.ts'
import { askedWithoutTask, placeOf } from './without-task.ts'
import { openPhoto, type OpenPhoto, storePhoto } from '../questionnaire/photo-store.ts'
import { forPerson, getQuestionnaire } from '../questionnaire/questionnaire.ts'

/** Wrong years of birth that lock a link: a guesser can try five of some ninety. */
export const mostWrongYears = 5
/** Autosave while typing needs some sixty calls a minute. */
const callsPerMinute = 120

/** The caller of a link and its address. */
export type Visitor = { db: Db; secret: string; address: string | null }

type Row = {
  id: number
  token_hash: string
  /** Null: no task asks. */
  task_id: number | null
  task_status: string | null
  encounter_id: number | null
  record_id: number
  site_id: number
  person_id: number
  questionnaire_version_id: number
  answers: Answers
  saved_at: Date | null
  expires_at: Date
  used_at: Date | null
  revoked_at: Date | null
  opened_at: Date | null
  wrong_years: number
  /** Of all records of the person, which may differ. */
  birth_years: number[]
  created_by: string
  name: string
  language: string | null
  site_name: string
  time_zone: string
  department_name: string | null
}

type State = 'used' | 'expired' | 'closed' | 'alive'

function stateOf(row: Row): State {
  if (row.used_at) return 'used'
  const open = row.task_status === null || ['requested', 'in-progress'].includes(row.task_status)
  if (row.revoked_at || row.wrong_years >= mostWrongYears || !open) return 'closed'
  return row.expires_at < new Date() ? 'expired' : 'alive'
}

const actorOf = (row: Row, address: string | null): Actor =>
  taskLinkActor(row.id, '本人（一次性链接）', { personId: row.person_id, taskId: row.task_id }, address)

/**
 * Counts the call first, then reads the link's data.
 * @returns undefined for an unknown token
 * @throws {AppError} too-many-requests
 */
async function enter({ db, address }: Visitor, token: string): Promise<Row | undefined> {
  const hash = hashToken(token)
  const counted = await sql<{ calls: number }>`
    update questionnaire_link set minute = date_trunc('minute', now()),
      calls = case when minute = date_trunc('minute', now()) then calls + 1 else 1 end
    where token_hash = ${hash} returning calls`.execute(db)
  const calls = counted.rows[0]?.calls
  if (calls === undefined) {
    // A whole ward may share one address, so only unknown tokens count against it.
    if (!(await countStranger(db, address))) throw new AppError('too-many-requests')
    return undefined
  }
  if (calls > callsPerMinute) throw new AppError('too-many-requests')
  return read(db, hash)
}

async function read(db: Db, hash: string): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select l.id, l.token_hash, l.task_id, t.status as task_status, l.encounter_id, l.person_id as record_id, s.id as site_id, p.id as person_id, l.questionnaire_version_id, l.answers,
      l.saved_at, l.expires_at, l.used_at, l.revoked_at, l.opened_at, l.wrong_years, l.created_by, p.name,
      array(select extract(year from m.birth_date)::int from person m where m.id = any(${recordsOf(sql`p.id`)}) and m.birth_date is not null) as birth_years,
      p.language, s.name as site_name, s.time_zone, d.name as department_name
    from questionnaire_link l left join task t on t.id = l.task_id left join encounter n on n.id = l.encounter_id ${joinPerson(sql`l.person_id`)}
    join site s on s.id = coalesce(t.site_id, l.site_id) left join department d on d.id = coalesce(t.department_id, n.department_id)
    where l.token_hash = ${hash}`.execute(db)
  return rows[0]
}

/** Authenticates later calls without asking again; useless without the token, and expires with it. */
export function passOf(secret: string, token: string): string {
  return passOfHash(secret, hashToken(token))
}

function passOfHash(secret: string, tokenHash: string): string {
  return createHmac('sha256', deriveKey(secret, 'questionnaire-link')).update(tokenHash).digest('base64url')
}

function hasPass(secret: string, row: Row, given: string | undefined): boolean {
  const right = Buffer.from(passOfHash(secret, row.token_hash))
  const received = Buffer.from(given ?? '')
  return received.length === right.length && timingSafeEqual(received, right)
}

type Opened = z.input<(typeof openRoute)['response']>
type Open = z.output<(typeof openRoute)['body']>

/** What the person sees: the question for the year of birth, the form, or that the link is closed. */
export async function openForm(visitor: Visitor, input: Open): Promise<Opened> {
  const row = await enter(visitor, input.token)
  if (!row) return { state: 'closed' }
  const actor = actorOf(row, visitor.address)
  const state = stateOf(row)
  if (state !== 'alive') {
    await audit(visitor.db, actor, {
      action: 'questionnaire-link.open',
      outcome: 'refused',
      personId: row.person_id,
      subject: `questionnaire-link:${row.id}`,
      reason: state,
    })
    return { state }
  }
  const known = row.birth_years.length === 0 || hasPass(visitor.secret, row, input.pass)
  if (!known && input.birthYear === undefined)
    return confirmation(row, mostWrongYears - row.wrong_years, false)
  if (!known) {
    const left = await tryYear(visitor, row, input.birthYear ?? 0)
    if (left !== null) return left === 0 ? { state: 'closed' } : confirmation(row, left, true)
  }
  return show(visitor, row)
}

function confirmation(row: Row, triesLeft: number, wrong: boolean): Opened {
  return {
    state: 'confirm',
    siteName: row.site_name,
    language: languageOf(row.language, row.time_zone),
    republicYears: isTaiwan(row.time_zone),
    emergencyNumber: emergencyNumberOf(row.time_zone),
    triesLeft,
    wrong,
  }
}

/**
 * Counts the try before checking it, so that a hundred parallel guesses count as a hundred; a correct one is not counted.
 * @returns tries left after a wrong year; null when it was right
 */
async function tryYear({ db, address }: Visitor, row: Row, entered: number): Promise<number | null> {
  const { rows } = await sql<{ wrong_years: number }>`
    update questionnaire_link set wrong_years = wrong_years + 1 where id = ${row.id} and wrong_years < ${mostWrongYears}
    returning wrong_years`.execute(db)
  const tried = rows[0]?.wrong_years
  if (tried === undefined) return 0
  // The first year of the Republic was 1912.
  const year = isTaiwan(row.time_zone) && entered < 200 ? entered + 1911 : entered
  if (row.birth_years.includes(year)) {
    await sql`update questionnaire_link set wrong_years = wrong_years - 1 where id = ${row.id}`.execute(db)
    return null
  }
  const subject = `questionnaire-link:${row.id}`
  const entry = { personId: row.person_id, subject, outcome: 'failed' as const, reason: 'wrong-year' }
  const locks = tried >= mostWrongYears
  await audit(
    db,
    actorOf(row, address),
    { ...entry, action: 'questionnaire-link.open' },
    ...(locks ? [{ ...entry, action: 'questionnaire-link.lock' }] : []),
  )
  return mostWrongYears - tried
}

async function show({ db, secret, address }: Visitor, row: Row): Promise<Opened> {
  const definition = await definitionOf(db, row)
  await transaction(db, async (trx) => {
    await sql`update questionnaire_link set opened_at = coalesce(opened_at, now()) where id = ${row.id}`.execute(
      trx,
    )
    await audit(trx, actorOf(row, address), {
      action: 'questionnaire-link.open',
      personId: row.person_id,
      subject: `questionnaire-link:${row.id}`,
      fields: ['name-masked', 'answers'],
    })
  })
  return {
    state: 'open',
    language: languageOf(row.language, row.time_zone),
    emergencyNumber: emergencyNumberOf(row.time_zone),
    form: {
      pass: passOfHash(secret, row.token_hash),
      name: row.birth_years.length === 0 ? null : maskName(row.name),
      siteName: row.site_name,
      departmentName: row.department_name,
      ...(definition.intro && { intro: definition.intro }),
      ...(definition.thanks && { thanks: definition.thanks }),
      items: itemsOf(definition),
      answers: row.answers,
      savedAt: row.saved_at?.toISOString() ?? null,
      expiresAt: row.expires_at.toISOString(),
    },
  }
}

/** Without points, which would bias answers, and without texts for the doctor. */
function itemsOf(definition: QuestionnaireDefinition): Form['items'] {
  return definition.items.map(({ scores: _, options, redFlag, ...item }) => ({
    ...item,
    ...(redFlag && { redFlag: { ...redFlag, text: { 'zh-CN': '' } } }),
    ...(options && { options: options.map(({ value, text }) => ({ value, text })) }),
  }))
}

type Given = { token: string; pass: string; answers: Answers }

/** @throws {AppError} link-closed, not-found (wrong pass), invalid, too-many-requests */
export async function saveForm(
  visitor: Visitor,
  input: Given,
): Promise<{ savedAt: string; redFlags: string[] }> {
  return withLink(visitor, input, async (trx, actor, row) => {
    const definition = await definitionOf(trx, row)
    const asked = await askedOf(trx, actor, row, definition)
    const draft = await watchDraft(trx, actor, asked, definition, input.answers)
    const savedAt = new Date()
    await trx
      .updateTable('questionnaire_link')
      .set({ answers: JSON.stringify(draft.answers), saved_at: savedAt })
      .where('id', '=', row.id)
      .execute()
    await audit(trx, actor, {
      action: 'questionnaire-link.answers',
      personId: row.person_id,
      subject: subjectOf(row),
      fields: ['answers'],
    })
    return { savedAt: savedAt.toISOString(), redFlags: draft.redFlags }
  })
}

/**
 * Submits the answers: they become the task's response (or one without a task), dangerous ones take effect at once, the link is used up. A
 * task that asks only for the questionnaire is closed.
 * @throws {AppError} link-closed, not-found (wrong pass), invalid, too-many-requests
 */
export async function submitForm(visitor: Visitor, input: Given) {
  return withLink(visitor, input, async (trx, actor, row) => {
    const definition = await definitionOf(trx, row)
    const asked = await askedOf(trx, actor, row, definition)
    const { stored } = await storeResponse(trx, actor, asked, definition, input.answers, {
      complete: true,
      at: new Date(),
      source: 'person',
    })
    await trx
      .updateTable('questionnaire_link')
      .set({ answers: JSON.stringify(input.answers), saved_at: new Date(), used_at: new Date() })
      .where('id', '=', row.id)
      .execute()
    await audit(trx, actor, {
      action: 'questionnaire-link.submit',
      personId: row.person_id,
      subject: subjectOf(row),
      fields: ['answers'],
    })
    if (row.task_id !== null) await settleTask(trx, actor, row.task_id, byPortal(row))
    const showsScore = definition.scoreShownToPerson === true
    return {
      redFlags: stored.redFlags.map((flag) => flag.linkId),
      score: showsScore ? stored.score : null,
      meaning: showsScore ? (bandOf(definition, input.answers)?.text ?? null) : null,
    }
  })
}

/**
 * Whether a caller shows token and pass of a link that is alive, before its picture is taken in.
 * @param shown both, separated by a blank
 * @throws {AppError} too-many-requests
 */
export async function holdsLink(visitor: Visitor, shown: string | undefined): Promise<boolean> {
  const [token, pass] = shown?.split(' ') ?? []
  if (!token) return false
  const row = await enter(visitor, token)
  return row !== undefined && stateOf(row) === 'alive' && hasPass(visitor.secret, row, pass)
}

type PhotoOfForm = { token: string; pass: string; key: string; linkId: string; data: string }

/** @throws {AppError} link-closed, not-found (wrong pass), too-many-requests, and what {@link storePhoto} refuses */
export async function addFormPhoto(visitor: Visitor, input: PhotoOfForm): Promise<Photo> {
  return withLink(visitor, input, async (trx, actor, row) => {
    // Pictures are stored with a task; without one the form asks for none.
    if (row.task_id === null) throw new AppError('not-found')
    const task = await loadPersonTask(trx, actor, 'task.work', row.task_id)
    const definition = await definitionOf(trx, row)
    return storePhoto(trx, actor, visitor.secret, task, definition, input, 'person')
  })
}

/** @throws {AppError} link-closed, not-found (wrong pass, no such picture of this person), too-many-requests */
export async function readFormPhoto(
  visitor: Visitor,
  input: { token: string; pass: string; key: string },
): Promise<OpenPhoto> {
  return withLink(visitor, input, (trx, actor, row) => {
    if (row.task_id === null) throw new AppError('not-found')
    return openPhoto(trx, actor, visitor.secret, { taskId: row.task_id, key: input.key }, 'person')
  })
}

async function definitionOf(db: Db, row: Row): Promise<QuestionnaireDefinition> {
  const definition = forPerson(await getQuestionnaire(db, { versionId: row.questionnaire_version_id }))
  return row.task_id === null ? askedWithoutTask(definition) : definition
}

/** What the person answers about. @throws {AppError} link-closed when the visit that it asks about was cancelled */
async function askedOf(
  trx: Trx,
  actor: Actor,
  row: Row,
  definition: QuestionnaireDefinition,
): Promise<Asked> {
  if (row.task_id !== null) return askedBy(await loadPersonTask(trx, actor, 'task.work', row.task_id))
  const place = await placeOf(trx, row.person_id, { encounterId: row.encounter_id, siteId: row.site_id })
  if (!place) throw new AppError('link-closed')
  return {
    taskId: null,
    enrollmentId: null,
    alarm: `link-${row.id}`,
    personId: row.person_id,
    recordId: row.record_id,
    encounterId: row.encounter_id,
    title: definition.title['zh-CN'],
    place,
  }
}

/** Somebody signed in at the portal opened it, so it is known who answers. */
const byPortal = (row: Row) => row.created_by.startsWith('person:')

/**
 * Closes a task that asks only for the questionnaire, and a follow-up call whose patient is signed in: nobody needs to call. Others show
 * that it was answered.
 */
async function settleTask(trx: Trx, actor: Actor, id: number, known: boolean): Promise<void> {
  const task = await loadPersonTask(trx, actor, 'task.work', id)
  if (task.kind === 'other' || (known && task.kind === 'follow-up-call'))
    await completeByPerson(trx, actor, task)
  else await touchTasks(trx, [id])
}

const subjectOf = (row: Row) =>
  `questionnaire-link:${row.id}${row.task_id === null ? '' : ` task:${row.task_id}`}`

/** Locks the task, then checks the link again: a concurrent submission may have used it up. */
async function withLink<T>(
  visitor: Visitor,
  input: { token: string; pass: string },
  act: (trx: Trx, actor: Actor, row: Row) => Promise<T>,
): Promise<T> {
  const seen = await enter(visitor, input.token)
  if (!seen) throw new AppError('link-closed')
  if (!hasPass(visitor.secret, seen, input.pass)) throw new AppError('not-found')
  return transaction(visitor.db, async (trx) => {
    await sql`select 1 from task where id = ${seen.task_id} for update`.execute(trx)
    await sql`select 1 from questionnaire_link where id = ${seen.id} for update`.execute(trx)
    const row = await read(trx, seen.token_hash)
    if (!row || stateOf(row) !== 'alive') throw new AppError('link-closed')
    return act(trx, actorOf(row, visitor.address), row)
  })
}
