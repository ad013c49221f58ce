import type { Answers } from '../../../contract/questionnaire.ts'
import type { CheckField } from '../../../contract/spot-check.ts'

/** What the doctor recorded. */
export type Recorded = {
  /** Local date of the contact, `YYYY-MM-DD`. */
  date: string
  answers: Answers
}

export type JudgeRule = {
  /** People do not remember the day exactly. */
  dayTolerance: number
  /** How many of the minor fields must disagree. */
  fieldsToDisagree: number
}

export type Verdict = { status: 'agree' | 'disagree' | 'unclear'; fields: CheckField[] }

/**
 * Compares the recorded result with the person's answers on the second call, field by field. If there was no call, it disagrees. The minor
 * fields count together, because a single one may be a lapse of memory.
 * @param said answers to the questionnaire `spot-check-level-1`
 */
export function judge(recorded: Recorded, said: Answers, rule: JudgeRule): Verdict {
  const called = compareCalled(said['called'])
  const fields =
    called.result === 'agree'
      ? [
          called,
          compareDay(recorded.date, said['called-on'], rule.dayTolerance),
          ...compareAnswers(recorded.answers, said),
        ]
      : [called]
  const disagreeing = fields.filter((one) => one.field !== 'called' && one.result === 'disagree').length
  if (called.result === 'disagree' || disagreeing >= rule.fieldsToDisagree)
    return { status: 'disagree', fields }
  return { status: called.result === 'unclear' ? 'unclear' : 'agree', fields }
}

const text = (value: Answers[string] | undefined): string | null => (typeof value === 'string' ? value : null)

function compareCalled(said: Answers[string] | undefined): CheckField {
  const result = said === 'yes' ? 'agree' : said === 'no' ? 'disagree' : 'unclear'
  return { field: 'called', recorded: 'yes', said: text(said), result }
}

function compareDay(recorded: string, said: Answers[string] | undefined, tolerance: number): CheckField {
  const day = text(said)
  if (day === null) return { field: 'called-on', recorded, said: null, result: 'unclear' }
  const apart = Math.abs(Date.parse(day) - Date.parse(recorded)) / 86_400_000
  return { field: 'called-on', recorded, said: day, result: apart <= tolerance ? 'agree' : 'disagree' }
}

function compareAnswers(recorded: Answers, said: Answers): CheckField[] {
  const medication = { recorded: text(recorded['medication']), said: text(said['medication']) }
  const revisit = { recorded: text(recorded['revisit']), said: text(said['revisit']) }
  return [
    { field: 'medication', ...medication, result: same(medication.recorded, medication.said) },
    {
      field: 'revisit',
      ...revisit,
      // Already known or explained on the telephone: both count as explained.
      result: same(revisit.recorded === null ? null : 'yes', revisit.said),
    },
  ]
}

function same(recorded: string | null, said: string | null): CheckField['result'] {
  if (recorded === null || said === null || said === 'unsure') return 'unclear'
  return recorded === said ? 'agree' : 'disagree'
}
