import { useTranslation } from 'react-i18next'
import type { PathwayDefinition } from '../../../../contract/pathway.ts'
import { listSites } from '../../../../contract/setting.ts'
import { encounterClass, sex } from '../../../../contract/person.ts'
import { outcome } from '../../../../contract/task.ts'
import { useCode } from '../../../i18n/useCode.ts'
import { useCall } from '../../../query.ts'

export type Fact = {
  name: string
  text: string
  /** `codes`: a list of codes, each of which stands for those that begin with it. */
  type: 'number' | 'choice' | 'codes' | 'text'
  options: { value: string; text: string }[]
}

/** UB-04 patient discharge status, as HL7 table 0112 has it. */
const dispositions = ['01', '02', '03', '04', '05', '06', '07', '20']

/** What a condition can ask about, in words: at entry what the event says, later also results of earlier tasks. */
export function useFacts(definition: PathwayDefinition, where: 'entry' | 'branch'): Fact[] {
  const { t } = useTranslation()
  const code = useCode()
  const sites = useCall(listSites)
  const departments = (sites.data?.departments ?? []).filter((one) => one.active)
  const fact = (name: string, type: Fact['type'], options: Fact['options'] = []): Fact => ({
    name,
    type,
    options,
    text: t(`questionnaires.fact.${name.replaceAll('.', '_')}` as 'questionnaires.fact.person_sex'),
  })
  const coded = (group: 'sex' | 'encounterClass' | 'disposition', values: readonly string[]) =>
    values.map((value) => ({ value, text: code(group, value) }))
  return [
    fact('person.ageYears', 'number'),
    fact('person.sex', 'choice', coded('sex', sex.options)),
    fact('encounter.class', 'choice', coded('encounterClass', encounterClass.options)),
    fact(
      'encounter.departmentCode',
      'choice',
      departments.map((one) => ({ value: one.code, text: one.name })),
    ),
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
  ]
}
