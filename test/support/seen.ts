import { sql } from 'kysely'
import { listAudit, verifyAudit } from '../../contract/audit.ts'
import { listDisputes } from '../../contract/dispute.ts'
import { getFollowUpFigures, listFollowUpRows, measure } from '../../contract/figure.ts'
import { listGroupMembers, listGroups } from '../../contract/group.ts'
import { listImportErrors, listImports } from '../../contract/import.ts'
import { listInstructions } from '../../contract/instruction.ts'
import { getIntakeMessage, listIntakeMessages } from '../../contract/intake.ts'
import { getPersonMerge, listMatchPairs, matchStatus, undoPersonMerge } from '../../contract/match.ts'
import { countMessages, listMessages } from '../../contract/message.ts'
import { listOutboundMessages } from '../../contract/outbound.ts'
import { listEnrollments } from '../../contract/pathway.ts'
import { getPerson, listPersons } from '../../contract/person.ts'
import { listTaskLinks } from '../../contract/questionnaire-link.ts'
import type { RouteContract } from '../../contract/route.ts'
import { listSpotChecks } from '../../contract/spot-check.ts'
import { getTask, listTasks } from '../../contract/task.ts'
import { getTimeline } from '../../contract/timeline.ts'
import type { Caller, TestApp } from './app.ts'
import { fhir } from './fhir.ts'

/** Signed-in users of an installation, by what they are called in what is compared. */
type Users = Record<'admin' | 'centre' | 'manager' | 'auditor', string> & Record<string, string>

type Fields = Record<string, unknown>

/** What hangs on the hour of looking, or on a number that nobody outside sees. */
const passing = new Set([
  'abilities',
  'contact',
  // Messages know them only since there are several channels.
  'delivery',
  'deliveredAt',
  'parts',
  'cost',
  'ageYears',
  'heldByMe',
  'heldByName',
  'expired',
  'expiresSoon',
  // Answers know since a machine calls by which mode each was given.
  'given',
  'late',
  'mayWithdraw',
  'orderReason',
  'overdue',
  'standing',
  'version',
])

function lasting(value: unknown, drop: ReadonlySet<string> = passing): unknown {
  if (Array.isArray(value)) return value.map((one) => lasting(one, drop))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !drop.has(key))
      .map(([key, one]) => [key, lasting(one, drop)]),
  )
}

/** One line of text: easy to compare, and to read where two differ. */
function line(value: unknown, ...drop: string[]): string {
  const text = JSON.stringify(lasting(value, new Set([...passing, ...drop])))
  // Times to the second, in one form.
  return text.replaceAll(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|\+00:00)/g, '$1Z')
}

/** Reads a list to its end, page by page. */
async function all(app: TestApp, caller: Caller, contract: RouteContract, input: Fields = {}) {
  const items: Fields[] = []
  for (let cursor: unknown; ;) {
    const { params, query } = input as { params?: Fields; query?: Fields }
    const answer = await app.request(caller, contract, {
      ...(params && { params: params as never }),
      query: { ...query, limit: 100, ...(typeof cursor === 'string' && { cursor }) },
    })
    if (answer.status !== 200) throw new Error(`${contract.path}: ${answer.status}`)
    const page = answer.body as unknown as { items: Fields[]; nextCursor?: string | null }
    items.push(...page.items)
    cursor = page.nextCursor
    if (typeof cursor !== 'string') return items
  }
}

const one = async (app: TestApp, caller: Caller, contract: RouteContract, input: Fields = {}) => {
  const { status, body } = await app.request(caller, contract, input)
  return status === 200 ? (body as unknown as Fields) : { status }
}

/** Kinds that tell of visits and diagnoses, which have tables of their own: what they say is compared there. */
const ofVisits = /^(encounter|condition)\./

/** What was there when the first picture was taken: later pictures leave out what came after it. */
export type Until = { at: Date; enrollment: number }

/** Everything that happened with a person and was known by then, the same events always in the same order. */
async function timelineOf(app: TestApp, caller: Caller, id: unknown, until: Until): Promise<string[]> {
  const events = await all(app, caller, getTimeline, { params: { id } })
  return events
    .filter((event) => new Date(event.recordedAt as string) <= until.at)
    .map(({ at, kind, source, actorName, encounterId, taskId, data }) =>
      line([at, kind, source, actorName, encounterId, taskId, ofVisits.test(String(kind)) ? '' : data]),
    )
    .sort()
}

/** The visits of a person with their diagnoses, and how much of everything else the exchange hands out. */
async function recordOf(app: TestApp, caller: Caller, id: unknown) {
  const bundle = (await fhir(app, caller, 'get', `/Patient/${String(id)}/$everything`)).body
  const resources = ((bundle.entry as { resource: Fields }[] | undefined) ?? []).map(
    ({ resource }) => resource,
  )
  const of = (type: string) => resources.filter((resource) => resource.resourceType === type)
  const others: Record<string, number> = {}
  for (const { resourceType } of resources)
    others[String(resourceType)] = (others[String(resourceType)] ?? 0) + 1
  const named = ({ code }: Fields) => {
    const { coding, text } = code as { coding?: { code?: string }[]; text?: string }
    return [coding?.[0]?.code, text]
  }
  return {
    visits: of('Encounter')
      .map(({ id: visit, status, class: kind, subject, period }) =>
        line([visit, status, (kind as Fields).code, (subject as Fields).reference, period]),
      )
      .sort(),
    diagnoses: of('Condition')
      .map((condition) => line([...named(condition), (condition.encounter as Fields | undefined)?.reference]))
      .sort(),
    others,
  }
}

const unnumbered = ['id', 'updatedAt', 'completeness', 'tags', 'personName']
/** What a version after the one of the dump says besides. */
const saidSince = [
  'age',
  'nextVisitAt',
  'nextTask',
  'redFlags',
  'ofOthers',
  'alarms',
  'remindedAt',
  'shortCallSeconds',
  'callingHours',
]

/** One person as staff and other systems see it; `until` leaves out what came later. */
async function personSeen(app: TestApp, { centre }: Users, id: unknown, until: Until) {
  const list = (contract: RouteContract, query: Fields) => all(app, centre, contract, { query })
  const [person, timeline, record, enrollments, open, done, messages, disputes, instructions] =
    await Promise.all([
      one(app, centre, getPerson, { params: { id } }),
      timelineOf(app, centre, id, until),
      recordOf(app, centre, id),
      list(listEnrollments, { personId: id }),
      list(listTasks, { whose: 'team', view: 'all', personId: id }),
      list(listTasks, { whose: 'team', view: 'done', personId: id }),
      list(listMessages, { personId: id }),
      one(app, centre, listDisputes, { params: { id } }),
      list(listInstructions, { view: 'all', personId: id }),
    ])
  return {
    person: line(person, ...unnumbered, ...saidSince, 'missing', 'enrollments', 'provenance'),
    tags: (person.tags as string[]).filter((tag) => /deceased|dispute|contact/.test(tag)).sort(),
    /** Where there is more than one statement. */
    provenance: (person.provenance as { statements: unknown[] }[])
      .filter(({ statements }) => statements.length > 1)
      .map((field) => line(field)),
    timeline,
    ...record,
    enrollments: enrollments
      .filter((enrollment) => (enrollment.id as number) <= until.enrollment)
      .map((enrollment) =>
        line(
          enrollment,
          'endedAt',
          'dueAt',
          'pathwayName',
          'personName',
          'groupId',
          'name',
          'subject',
          'stepTitle',
        ),
      )
      .sort(),
    tasks: [...open, ...done].map((task) => line([task.id, task.kind, task.status, task.encounterId])).sort(),
    messages: messages
      .filter((message) => new Date(message.createdAt as string) <= until.at)
      .map((message) => line(message, 'personName'))
      .sort(),
    // The version before showed no clock of them; what is due and late it did show.
    disputes: line(disputes.items, 'clock'),
    instructions: instructions.map((instruction) => line(instruction, 'reason', 'clock')).sort(),
  }
}

/** The figures of follow-up of a period, in every grouping, with the rows behind every measure. */
async function figuresSeen(app: TestApp, { manager }: Users) {
  const figures: Record<string, string> = {}
  for (const level of [1, 2, 3])
    for (const by of ['site', 'department', 'doctor', 'disease', 'region', 'day'])
      figures[`${level} by ${by}`] = line(
        await one(app, manager, getFollowUpFigures, { query: { ...period, level, by } }),
        'trend',
        'targets',
        'spotCheck',
        // By a later rule of their own.
        'pending',
        'due',
        'trendBy',
      )
  const rows: Record<string, string[]> = {}
  for (const level of [1, 2, 3])
    for (const of of measure.options.filter((name) => name !== 'overdue' && name !== 'pending'))
      rows[`${level} ${of}`] = (
        await all(app, manager, listFollowUpRows, { query: { ...period, level, measure: of } })
      )
        .map(({ encounterId, personId, conditionText, dischargedAt, task }) =>
          line([encounterId, personId, conditionText, dischargedAt, (task as Fields | null)?.id ?? null]),
        )
        .sort()
  return { figures, rows }
}

/** Every list that somebody works from, for each of the users. */
async function workSeen(app: TestApp, users: Users) {
  const lists: Record<string, string[]> = {}
  for (const [name, caller] of Object.entries(users))
    for (const whose of ['mine', 'team'])
      for (const view of ['all', 'done']) {
        const { status } = await app.request(caller, listTasks, { query: { whose, view } })
        if (status !== 200) continue
        lists[`${name}, ${whose}, ${view}`] = (await all(app, caller, listTasks, { query: { whose, view } }))
          .map((task) => String(task.id))
          .sort((a, b) => Number(a) - Number(b))
      }
  return lists
}

/** Each task with its attempts, answers, evidence and links. */
async function tasksSeen(app: TestApp, { centre }: Users) {
  const seen: Record<string, string> = {}
  for (const view of ['all', 'done'])
    for (const task of await all(app, centre, listTasks, { query: { whose: 'team', view } })) {
      const params = { id: task.id }
      const detail = await one(app, centre, getTask, { params })
      const links = await one(app, centre, listTaskLinks, { params })
      // Answers by machine came later: those of before say nothing of a channel.
      const { channel: _, ...response } = { ...(detail['response'] as Fields | null) }
      seen[String(task.id)] = line(
        [{ ...detail, response: detail['response'] && response }, links.items],
        'reason',
        'card',
        'questionnaire',
        'description',
        'title',
        'personName',
        'sex',
        'phone',
        'siteName',
        'departmentName',
        'pathwayName',
        'conditionText',
        'dischargedAt',
        'attemptsAllowed',
        'state',
        'updatedAt',
        // What a task did not have then.
        'groupId',
        'groupName',
        'subject',
        'resultNote',
        'contact',
        ...saidSince,
      )
    }
  return seen
}

/**
 * What the users of an installation see of it. Two pictures are equal when nothing got lost, moved or changed its meaning; nothing in them
 * hangs on the hour of looking, as long as `until` and the period are the same.
 */
async function seen(app: TestApp, users: Users, until: Until) {
  const { admin, centre, manager } = users
  const people = (await all(app, centre, listPersons)).map((person) => person.id as number)
  const persons: Record<string, Awaited<ReturnType<typeof personSeen>>> = {}
  for (const id of people.sort((a, b) => a - b)) persons[String(id)] = await personSeen(app, users, id, until)
  const lines = async (caller: Caller, contract: RouteContract, query: Fields = {}, ...drop: string[]) =>
    (await all(app, caller, contract, { query })).map((item) => line(item, ...drop)).sort()
  const pairs: Record<string, string[]> = {}
  for (const status of matchStatus.options) pairs[status] = await lines(centre, listMatchPairs, { status })
  const groups = await all(app, centre, listGroups)
  const members: Record<string, string[]> = {}
  for (const group of groups)
    members[String(group.name)] = (
      await all(app, centre, listGroupMembers, { params: { id: group.id } })
    ).map((member) => line(member))
  const merges: Record<string, string> = {}
  for (const person of people)
    for (const { mergeId } of ((await one(app, centre, getPerson, { params: { id: person } }))
      .mergedRecords ?? []) as { mergeId: number }[])
      merges[String(mergeId)] = line(await one(app, centre, getPersonMerge, { params: { id: mergeId } }))
  const imports = await all(app, centre, listImports)
  const dead = await all(app, admin, listIntakeMessages, { query: { status: 'dead' } })
  return {
    persons,
    work: await workSeen(app, users),
    tasks: await tasksSeen(app, users),
    ...(await figuresSeen(app, users)),
    pairs,
    merges,
    messages: line(await one(app, centre, countMessages)),
    spotChecks: await lines(manager, listSpotChecks),
    groups: groups.map((group) => line(group)),
    members,
    imports: imports.map((item) => line(item)),
    importErrors: await Promise.all(
      imports.map(async ({ id }) =>
        (await all(app, centre, listImportErrors, { params: { id } })).map((error) => line(error)),
      ),
    ),
    outbound: await lines(admin, listOutboundMessages),
    dead: await Promise.all(
      dead.map(async ({ id }) =>
        // Notes are younger than the installation before the upgrade.
        line(await one(app, admin, getIntakeMessage, { params: { id } }), 'attempts', 'notes'),
      ),
    ),
  }
}

/** What the audit says of itself. */
async function auditSeen(app: TestApp, { auditor }: Users, until: Until) {
  const report = await one(app, auditor, verifyAudit)
  const entries = await all(app, auditor, listAudit, { query: { to: until.at.toISOString() } })
  return {
    intact: report.intact,
    problems: report.problems,
    entries: entries.length,
    last: line([entries[0]?.seq, entries[0]?.hash]),
  }
}

const users = [
  'admin',
  'centre',
  'manager',
  'auditor',
  'doctor-d1',
  'doctor-d2',
  'nurse',
  'head',
  'outreach',
  'east',
]
const period = { from: '2026-10-25', to: '2026-11-30' }

/** Tables whose rows are the same things in every version. */
const tables =
  'app_user department dispute encounter enrollment enrollment_step group_customer group_member import import_error inbound_message ' +
  'match_pair message opt_out outbound_message pathway pathway_version person person_merge questionnaire questionnaire_link ' +
  'questionnaire_response questionnaire_version return_visit_instruction role_grant setting site spot_check staff task task_attempt task_evidence'

async function countRows(app: TestApp): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of tables.split(' ')) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(app.db)
    counts[table] = rows[0]?.n ?? -1
  }
  return counts
}

/** Takes every merge back, one after the other, and looks at both persons each time. */
async function separate(app: TestApp, callers: Users, persons: string[], until: Until) {
  const { centre } = callers
  const separated: Record<string, unknown> = {}
  for (const id of persons) {
    const first = async () => {
      const { body } = await app.request(centre, getPerson, { params: { id } })
      return Math.min(...body.mergedRecords.map((merged) => merged.mergeId))
    }
    for (let mergeId = await first(); Number.isFinite(mergeId); mergeId = await first()) {
      const undone = await app.request(centre, undoPersonMerge, {
        params: { id: mergeId },
        body: { reason: '升级后拆分' },
      })
      if (undone.status !== 200) throw new Error(`merge ${mergeId}: ${undone.status}`)
      separated[`merge ${mergeId}`] = {
        survivor: await personSeen(app, callers, undone.body.survivorId, until),
        separated: await personSeen(app, callers, undone.body.separatedId, until),
      }
    }
  }
  return separated
}

/**
 * All that can be seen in the installation of `before-ground.backup`: as it was left, then with each merge taken back. Two sites and 157
 * persons of November 2026, written by the version of commit 081762e with all that a hospital does to them. The file has no key; the names
 * of its users begin with `up-`, every password is `goodPassword`.
 */
export async function lookAt(app: TestApp, until: Until) {
  const counts = await countRows(app)
  const callers = {} as Users
  for (const name of users) callers[name] = await app.signIn(`up-${name}`)
  const now = await seen(app, callers, until)
  const audit = await auditSeen(app, callers, until)
  const separated = await separate(app, callers, Object.keys(now.persons), until)
  const auditAfterwards = await auditSeen(app, callers, until)
  return { counts, ...now, audit, separated, auditAfterwards }
}
