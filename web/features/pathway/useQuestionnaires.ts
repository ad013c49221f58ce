import type { PathwayDefinition } from '../../../contract/pathway.ts'
import {
  getQuestionnaire,
  listQuestionnaires,
  type QuestionnaireDefinition,
} from '../../../contract/questionnaire.ts'
import { useCall, useCalls } from '../../query.ts'
import { may, useMe } from '../../session.tsx'

/** Codes of the questionnaires that somebody is asked on a pathway. */
export function questionnairesOf({ steps }: PathwayDefinition): string[] {
  const codes = steps.flatMap((step) => ('questionnaire' in step && step.questionnaire) || [])
  return [...new Set(codes)]
}

/** The published version of questionnaires, as far as they are loaded and may be seen. */
export function useQuestionnaires(codes: readonly string[]): QuestionnaireDefinition[] {
  const enabled = may(useMe(), 'questionnaire.read')
  const listed = useCall(listQuestionnaires, {}, { enabled: enabled && codes.length > 0 })
  const wanted = (listed.data?.items ?? []).filter((one) => codes.includes(one.code))
  const found = useCalls(
    getQuestionnaire,
    wanted.map(({ id }) => ({ params: { id } })),
  )
  return found.flatMap((one) => one.data ?? [])
}
