import { connectReactions } from '../../reactions.ts'
import { sql } from 'kysely'
import chineseDays from 'chinese-days'
import { addGuidance } from '../../modules/guidance/guidance.ts'
import { addQuestionnaire } from '../../modules/questionnaire/draft.ts'
import { createPathway } from '../../modules/pathway/pathway.ts'
import { addTemplate } from '../../modules/template/template.ts'
import { shipSegments } from '../../modules/segment/shipped.ts'
import { addOfficialYears, type CalendarDay } from '../../modules/setting/calendar.ts'
import { systemActor } from '../../platform/actor.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { taiwanSource, taiwanYears } from './calendar-taiwan.ts'
import { shippedMessages } from './message-templates.ts'
import { appointmentMessages } from './appointments.ts'
import { basePathways } from './pathways.ts'
import { shipCaseSetup } from '../../modules/case/setup.ts'
import { caseCategories, caseGuidance, caseMeasures, caseMessages, caseSatisfaction } from './cases.ts'
import { baseSegments } from './segments.ts'
import { baseQuestionnaires } from './questionnaires.ts'
import { earlyWarningInstruments } from './instruments/early-warning.ts'
import { moodInstruments } from './instruments/mood.ts'
import { nursingInstruments } from './instruments/nursing.ts'
import { ownReportInstruments } from './instruments/own-report.ts'
import { readmissionInstruments } from './instruments/readmission.ts'
import { callReviewForm } from './call-review.ts'
import { spotCheckQuestionnaire } from './spot-check.ts'
import { diseaseGuidance, diseaseQuestionnaires, shippedTemplates } from './templates/templates.ts'

/** Everything that can be asked: the questions of the three levels, published instruments, and those of each disease. */
export const shippedQuestionnaires = [
  ...baseQuestionnaires,
  spotCheckQuestionnaire,
  callReviewForm,
  caseSatisfaction,
  ...moodInstruments,
  ...readmissionInstruments,
  ...earlyWarningInstruments,
  ...nursingInstruments,
  ...ownReportInstruments,
  ...diseaseQuestionnaires,
]

const actor = systemActor('system:seed', '系统初始化')

/**
 * What every real site starts with: questionnaires, message templates, pathways, texts for patients and the official calendars of the mainland
 * and Taiwan. Runs at every start and
 * adds only what is missing, so that nothing a site has changed is touched.
 */
export async function seedBase(db: Db): Promise<void> {
  // What pathways may ask and wait for is what modules registered.
  connectReactions()
  await transaction(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('careloop.seed'))`.execute(trx)
    await seedQuestionnaires(trx)
    for (const one of [...shippedMessages, ...appointmentMessages, ...caseMessages])
      await addTemplate(trx, actor, one)
    await seedPathways(trx)
    await shipSegments(trx, actor, baseSegments)
    await seedGuidance(trx)
    await shipCaseSetup(trx, { categories: caseCategories, measures: caseMeasures })
    await seedCalendar(trx)
  })
}

async function seedQuestionnaires(trx: Trx): Promise<void> {
  for (const questionnaire of shippedQuestionnaires) await addQuestionnaire(trx, questionnaire)
}

async function seedPathways(trx: Trx): Promise<void> {
  for (const pathway of [...basePathways, ...shippedTemplates]) {
    const known = await trx
      .selectFrom('pathway')
      .select('id')
      .where('code', '=', pathway.code)
      .executeTakeFirst()
    if (!known) await createPathway(trx, actor, pathway)
  }
}

async function seedGuidance(trx: Trx): Promise<void> {
  for (const text of [...diseaseGuidance, caseGuidance]) await addGuidance(trx, actor, text)
}

/** Records that a hospital brings along are followed by the calendar of their time. */
const firstYear = 2011

/**
 * Years that chinese-days knows. Beyond its table it silently answers "Monday to Friday", so a year without a single official holiday on a
 * weekday counts as unknown and stays out.
 */
async function seedCalendar(trx: Trx): Promise<void> {
  const daysOf = new Map<number, CalendarDay[]>()
  for (let year = firstYear; year <= new Date().getUTCFullYear() + 1; year++) {
    const days = exceptionsOf(year)
    if (days.length >= 5) daysOf.set(year, days)
  }
  await addOfficialYears(trx, 'CN', 'chinese-days (State Council notice)', daysOf)
  await addOfficialYears(trx, 'TW', taiwanSource, taiwanYears())
}

function exceptionsOf(year: number): CalendarDay[] {
  const days: CalendarDay[] = []
  for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 86_400_000) {
    const date = new Date(at).toISOString().slice(0, 10)
    const weekday = new Date(at).getUTCDay()
    const detail = chineseDays.getDayDetail(date)
    const weekend = weekday === 0 || weekday === 6
    // A named day is "English,中文,days off".
    const name = detail.name.includes(',') ? (detail.name.split(',')[1] ?? detail.name) : ''
    if (detail.work === weekend || name) days.push({ date, working: detail.work, name: name || detail.name })
  }
  return days.filter(
    (day) => day.working === [0, 6].includes(new Date(`${day.date}T00:00:00Z`).getUTCDay()) || !day.working,
  )
}
