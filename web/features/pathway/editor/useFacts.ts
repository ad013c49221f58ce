import { useTranslation } from 'react-i18next'
import { unfold } from '../../../../contract/answer.ts'
import { type PersonFact, personFactNames, personFacts, stages } from '../../../../contract/fact.ts'
import { type AskedFact, factName } from '../../../../contract/pathway-fact.ts'
import type { PathwayDefinition } from '../../../../contract/pathway.ts'
import type { Question, QuestionnaireDefinition } from '../../../../contract/questionnaire.ts'
import { listSites } from '../../../../contract/setting.ts'
import { encounterClass, sex } from '../../../../contract/person.ts'
import { outcome } from '../../../../contract/task.ts'
import { useCode } from '../../../i18n/useCode.ts'
import { useCall } from '../../../query.ts'
import { useLocalized } from '../../task/localized.ts'
import { useAskedWords } from '../useAskedWords.ts'
import { questionnairesOf, useQuestionnaires } from '../useQuestionnaires.ts'

export type Fact = {
  name: string
  text: string
  /** `codes`: a list of codes, each of which stands for those that begin with it. */
  /** `several`: answers of which more than one may be given. */
  type: 'number' | 'choice' | 'several' | 'codes' | 'text' | 'boolean'
  options: { value: string; text: string }[]
  /** It may be too old to count; `must`: one has to say from when on. */
  aged?: 'may' | 'must'
  /** The name ends in a code that somebody writes. */
  coded?: boolean
}

/** How far back a result counts unless somebody says otherwise. Days. */
export const usualDays = 90

/** Dates are compared as text. */
const editable = {
  number: 'number',
  text: 'text',
  date: 'text',
  choice: 'choice',
  codes: 'codes',
  boolean: 'boolean',
} as const

/** UB-04 patient discharge status, as HL7 table 0112 has it. */
const dispositions = ['01', '02', '03', '04', '05', '06', '07', '20']

/** Facts of persons, in words. */
export function usePersonFacts(): Fact[] {
  const { t } = useTranslation()
  const code = useCode()
  const departments = useDepartmentOptions()
  const fact = useFactWords()
  const optionsOf: Partial<Record<PersonFact, Fact['options']>> = {
    'person.sex': sex.options.map((value) => ({ value, text: code('sex', value) })),
    'person.departmentCode': departments,
    'person.stage': stages.map((value) => ({ value, text: t(`pathways.stage.${value}`) })),
  }
  return personFactNames.map((name) => fact(name, editable[personFacts[name].type], optionsOf[name]))
}

function useDepartmentOptions(): Fact['options'] {
  const departments = (useCall(listSites).data?.departments ?? []).filter((one) => one.active)
  return departments.map((one) => ({ value: one.code, text: one.name }))
}

function useFactWords() {
  const { t } = useTranslation()
  return (name: string, type: Fact['type'], options: Fact['options'] = []): Fact => ({
    name,
    type,
    options,
    text: t(`questionnaires.fact.${name.replaceAll('.', '_')}` as 'questionnaires.fact.person_sex'),
  })
}

/** What a condition can ask about, in words: at entry what the event says, later also results of earlier tasks. */
export function useFacts(definition: PathwayDefinition, where: 'entry' | 'branch'): Fact[] {
  const { t } = useTranslation()
  const code = useCode()
  const departmentOptions = useDepartmentOptions()
  const asked = useAskedFacts(useQuestionnaires(where === 'branch' ? questionnairesOf(definition) : []))
  const result: Fact = {
    name: factName({ of: 'observation', code: '' }),
    type: 'number',
    options: [],
    aged: 'must',
    coded: true,
    text: t('editor.laboratory'),
  }
  const fact = useFactWords()
  const coded = (group: 'encounterClass' | 'disposition', values: readonly string[]) =>
    values.map((value) => ({ value, text: code(group, value) }))
  const ofPerson = usePersonFacts()
  const { event, calendar } = definition.entry
  if (where === 'entry' && calendar) return ofPerson
  if (where === 'entry' && event?.startsWith('segment.')) return [fact('event.segment', 'text'), ...ofPerson]
  return [
    ...ofPerson,
    fact('encounter.class', 'choice', coded('encounterClass', encounterClass.options)),
    fact('encounter.departmentCode', 'choice', departmentOptions),
    fact('encounter.lengthOfStayDays', 'number'),
    fact('encounter.conditionCodes', 'codes'),
    ...(where === 'entry'
      ? [fact('encounter.disposition', 'choice', coded('disposition', dispositions))]
      : []),
    ...(where === 'branch'
      ? definition.steps
          .filter((step) => step.kind === 'task')
          .map((step): Fact => ({
            name: `task.${step.key}.outcome`,
            type: 'choice',
            text: t('editor.resultOf', { title: step.title || step.key }),
            options: outcome.options.map((value) => ({ value, text: code('outcome', value) })),
          }))
      : []),
    ...(where === 'branch' ? asked.concat(result) : []),
  ]
}

const answerTypes: Partial<Record<Question['type'], Fact['type']>> = {
  choice: 'choice',
  multiple: 'several',
  boolean: 'boolean',
  integer: 'number',
  decimal: 'number',
  scale: 'number',
  date: 'text',
  string: 'text',
  text: 'text',
}

/** Totals, what they mean, and single answers of the questionnaires that are asked on the pathway. */
function useAskedFacts(questionnaires: readonly QuestionnaireDefinition[]): Fact[] {
  const localized = useLocalized()
  const words = useAskedWords(questionnaires)
  const fact = (of: AskedFact, type: Fact['type'], options: Fact['options'] = []): Fact => {
    const name = factName(of)
    return { name, type, options, aged: 'may', text: words.fact(name) ?? name }
  }
  return questionnaires.flatMap(({ code, items, scoring, bands = [] }) => [
    ...(scoring === 'sum' ? [fact({ of: 'score', questionnaire: code }, 'number')] : []),
    ...(scoring === 'sum' && bands.length > 0
      ? [
          fact(
            { of: 'band', questionnaire: code },
            'choice',
            bands.map((band) => ({ value: band.code, text: localized(band.text) })),
          ),
        ]
      : []),
    ...unfold(items).flatMap(({ linkId, type, options = [] }) => {
      const kind = answerTypes[type]
      const choices = options.map((one) => ({ value: one.value, text: localized(one.text) }))
      return kind ? [fact({ of: 'answer', questionnaire: code, linkId }, kind, choices)] : []
    }),
  ])
}
