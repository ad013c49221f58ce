import { sql } from 'kysely'
import type { PortalReport, PortalResult } from '../../../contract/portal.ts'
import {
  abnormalInterpretations,
  type ClinicalFact,
  criticalInterpretations,
} from '../../../contract/timeline.ts'
import type { Actor, PersonActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, encodeCursor } from '../../platform/cursor.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordsOf } from '../event/record.ts'
import { loadPerson } from '../person/person.ts'
import { readSettingsEverywhere } from '../setting/setting.ts'

type About = PersonActor & { about: number }

/** How many of a person's latest results are looked at. */
const latest = 2000
const withdrawn = ['entered-in-error', 'cancelled', 'not-done']

export type ReportRules = { 'portal.talk-reports': string; 'portal.seen-reports': string }

type Value = { id: number; at: Date; recorded_at: Date; site_id: number | null; data: ClinicalFact }
type Report = {
  id: number
  title: string
  at: Date
  siteId: number | null
  values: Value[]
  needs: 'nothing' | 'seen' | 'talked'
  given: ('seen' | 'talked')[]
  unseen: boolean
}

/** One report: what was measured together, in one panel or order, or a single result. */
const keyOf = ({ at, data }: Value) =>
  `${at.toISOString().slice(0, 16)} ${data.orderNumber ?? ''} ${data.group ?? data.code.text}`

const words = (text: string) =>
  text
    .split(/[,，、;；\n]/)
    .map((one) => one.trim().toLowerCase())
    .filter(Boolean)

/** Latin words stand alone (AFP, not "graft"), Chinese ones may be part of a name. */
function says(text: string, word: string): boolean {
  const at = text.toLowerCase()
  if (!/^[\w-]+$/.test(word)) return at.includes(word)
  return new RegExp(`(?<![a-z0-9])${word.replaceAll(/[-]/g, '[- ]?')}(?![a-z])`).test(at)
}

/**
 * What has to happen before the patient reads a report. Rules are settings of the site: words of reports that need a talk (tumour markers,
 * HIV, genes), words of those that a doctor looks at first (pathology, imaging); critical values always wait for a doctor.
 */
export function needOf(
  values: { data: ClinicalFact }[],
  { 'portal.talk-reports': talk, 'portal.seen-reports': seen }: ReportRules,
): Report['needs'] {
  const texts = values.flatMap(({ data }) => [data.group ?? '', data.code.text, data.code.code ?? ''])
  const mentions = (list: string) => words(list).some((word) => texts.some((text) => says(text, word)))
  if (mentions(talk)) return 'talked'
  const critical = values.some(({ data }) => criticalInterpretations.has(data.interpretation ?? ''))
  return critical || mentions(seen) ? 'seen' : 'nothing'
}

export const isOpen = ({ needs, given }: Pick<Report, 'needs' | 'given'>): boolean =>
  needs === 'nothing' || given.includes('talked') || (needs === 'seen' && given.includes('seen'))

async function reportsOf(db: Db, personId: number): Promise<Report[]> {
  const { rows } = await sql<Value>`
    select e.id, e.at, e.recorded_at, v.site_id, e.data from event e left join encounter v on v.id = e.encounter_id
    where e.person_id = any(${recordsOf(sql`${personId}::bigint`)}) and e.kind = 'observation.recorded' and not e.data ? 'superseded'
      and coalesce(e.data ->> 'status', '') <> all(${withdrawn}) and e.data ? 'value'
    order by e.at desc, e.id desc limit ${latest}`.execute(db)
  const { rows: marks } = await sql<{ report_id: number; how: 'seen' | 'talked' | 'opened'; at: Date }>`
    select report_id, how, at from report_release where person_id = any(${recordsOf(sql`${personId}::bigint`)})
    union all select report_id, 'opened', at from report_seen where person_id = any(${recordsOf(sql`${personId}::bigint`)})`.execute(
    db,
  )
  const byReport = Map.groupBy(marks, (one) => one.report_id)
  const rulesAt = await readSettingsEverywhere(db, ['portal.talk-reports', 'portal.seen-reports'])
  return [...Map.groupBy(rows, keyOf).values()].flatMap((values): Report[] => {
    const [one] = values
    if (!one) return []
    // Any of its results may carry the mark: a correction makes another one the first.
    // What came after a mark, nobody has seen.
    const newest = Math.max(...values.map((value) => value.recorded_at.getTime()))
    const marked = values
      .flatMap(({ id }) => byReport.get(id) ?? [])
      .filter((mark) => mark.at.getTime() >= newest)
    return [
      {
        id: Math.min(...values.map(({ id }) => id)),
        title: one.data.group ?? one.data.code.text,
        at: one.at,
        siteId: one.site_id,
        values: values.toReversed(),
        needs: needOf(values, rulesAt(one.site_id)),
        given: marked.flatMap(({ how }) => (how === 'opened' ? [] : how)),
        unseen: !marked.some(({ how }) => how === 'opened'),
      },
    ]
  })
}

const isAbnormal = ({ data }: Value) =>
  abnormalInterpretations.has(data.interpretation ?? '') ||
  criticalInterpretations.has(data.interpretation ?? '')

/** A held report says that it is there, by a name that tells nothing of what was looked for. */
function view(report: Report, sites: Map<number, string>): PortalReport {
  const open = isOpen(report)
  return {
    id: String(report.id),
    title: open ? report.title : '',
    at: report.at.toISOString(),
    siteName: report.siteId === null ? null : (sites.get(report.siteId) ?? null),
    state: open ? 'open' : 'held',
    abnormal: open ? report.values.filter(isAbnormal).length : null,
    unseen: open && report.unseen,
  }
}

async function siteNames(db: Db): Promise<Map<number, string>> {
  const { rows } = await sql<{ id: number; name: string }>`select id, name from site`.execute(db)
  return new Map(rows.map((row) => [row.id, row.name]))
}

/** Reports of the last month that the person has not opened, and those that are held; ten at most. */
export async function newReports(db: Db, { about }: About): Promise<PortalReport[]> {
  const since = Date.now() - 30 * 86_400_000
  const sites = await siteNames(db)
  return (await reportsOf(db, about))
    .filter((one) => one.at.getTime() > since && (one.unseen || !isOpen(one)))
    .slice(0, 10)
    .map((one) => view(one, sites))
}

/** All reports, the newest first. */
export async function listReports(
  db: Db,
  actor: About,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  const from = cursor === undefined ? 0 : (decodeCursor<[number]>(cursor, ['number'])?.[0] ?? 0)
  const sites = await siteNames(db)
  const all = await reportsOf(db, actor.about)
  await audit(db, actor, { action: 'portal.results', personId: actor.about, fields: ['observations'] })
  return {
    items: all.slice(from, from + limit).map((one) => view(one, sites)),
    nextCursor: all.length > from + limit ? encodeCursor([from + limit]) : null,
  }
}

/** Opens a report. @throws {AppError} not-found: no report of this person; report-held */
export async function readReport(db: Db, actor: About, id: string): Promise<PortalResult> {
  const all = await reportsOf(db, actor.about)
  const report = found(all.find((one) => String(one.id) === id))
  if (!isOpen(report)) throw new AppError('report-held')
  await transaction(db, async (trx) => {
    await sql`
      insert into report_seen (person_id, report_id) values (${actor.about}, ${report.id})
      on conflict (person_id, report_id) do update set at = now()`.execute(trx)
    await audit(trx, actor, {
      action: 'portal.result',
      personId: actor.about,
      subject: `report:${report.id}`,
      fields: ['observations'],
    })
  })
  const others = all.filter((one) => isOpen(one)).flatMap((one) => one.values)
  return {
    ...view({ ...report, unseen: false }, await siteNames(db)),
    note: report.values.flatMap(({ data }) => data.note ?? [])[0] ?? null,
    values: report.values.map((one) => ({
      code: one.data.code.code ?? '',
      text: one.data.code.text,
      value: one.data.value ?? null,
      unit: one.data.unit ?? null,
      range: one.data.range ?? null,
      interpretation: one.data.interpretation ?? null,
      at: one.at.toISOString(),
      trend: trendOf(one, others),
    })),
  }
}

/** Values of the same test in the same unit, up to this one. */
function trendOf(one: Value, all: Value[]): { at: string; value: number }[] {
  const same = ({ data, at }: Value) =>
    typeof data.value === 'number' &&
    at <= one.at &&
    data.unit === one.data.unit &&
    (data.code.code ? data.code.code === one.data.code.code : data.code.text === one.data.code.text)
  return all
    .filter(same)
    .map(({ at, data }) => ({ at: at.toISOString(), value: Number(data.value) }))
    .sort((left, right) => left.at.localeCompare(right.at))
    .slice(-12)
}

/** Reports of a patient, for staff: which the patient can read, and which wait for somebody. @throws {AppError} not-found */
export async function reportsForStaff(db: Db, actor: Actor, personId: number) {
  const { id } = (await loadPerson(db, actor, personId)).person
  const all = await reportsOf(db, id)
  await audit(db, actor, { action: 'report.list', personId: id, fields: ['observations'] })
  return {
    items: all.slice(0, 200).map((one) => ({
      id: one.id,
      title: one.title,
      at: one.at.toISOString(),
      abnormal: one.values.filter(isAbnormal).length,
      needs: one.needs,
      state: isOpen(one) ? ('open' as const) : ('held' as const),
      read: !one.unseen,
    })),
  }
}

/**
 * A doctor has looked at a report, or talked about it with the patient, who may read it now.
 * @throws {AppError} not-found
 */
export async function releaseReport(
  trx: Trx,
  actor: Actor,
  personId: number,
  reportId: number,
  how: 'seen' | 'talked',
): Promise<void> {
  const { id } = (await loadPerson(trx, actor, personId, 'person.write')).person
  found((await reportsOf(trx, id)).find((one) => one.id === reportId))
  await sql`
    insert into report_release (person_id, report_id, how, by_id, by_name) values (${id}, ${reportId}, ${how}, ${actor.id}, ${actor.name})
    on conflict (person_id, report_id, how) do update set at = now(), by_id = excluded.by_id, by_name = excluded.by_name`.execute(
    trx,
  )
  await audit(trx, actor, { action: 'report.release', personId: id, subject: `report:${reportId} ${how}` })
}
