import {
  getQuestionnaire as getQuestionnaireRoute,
  listQuestionnaires as listQuestionnairesRoute,
} from '../../../contract/questionnaire.ts'
import { type Api, implement } from '../../platform/http.ts'
import { getQuestionnaire, listQuestionnaires } from './questionnaire.ts'

export function mountQuestionnaire(api: Api): void {
  implement(api, listQuestionnairesRoute, async ({ db }) => ({ items: await listQuestionnaires(db) }))
  implement(api, getQuestionnaireRoute, ({ db, params }) => getQuestionnaire(db, { id: params.id }))
}
