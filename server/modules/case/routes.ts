import * as marks from '../../../contract/care-mark.ts'
import * as figures from '../../../contract/case-figure.ts'
import * as setup from '../../../contract/case-setup.ts'
import * as cases from '../../../contract/case.ts'
import * as improvements from '../../../contract/improvement.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { endCareMark, listCareMarks, setCareMark } from './care-mark.ts'
import { caseFigures } from './figure.ts'
import { decideGrant, grantMeasure, withdrawGrant } from './grant.ts'
import { previewTelling, tellImprovement } from './improve-tell.ts'
import { changeImprovement, getImprovement, linkCase, listImprovements, startImprovement } from './improve.ts'
import { listCases } from './list.ts'
import { openCase } from './open.ts'
import { revealComplainant } from './reveal.ts'
import { answerCase, closeCase, rateCase, reopenCase, tellComplainant } from './settle.ts'
import {
  addCategory,
  addMeasure,
  changeCategory,
  changeMeasure,
  listCategories,
  listMeasures,
} from './setup.ts'
import { getCase } from './view.ts'
import {
  answerConsultation,
  changeCase,
  consultDepartment,
  handOverCase,
  makeDispute,
  noteCase,
  pauseCase,
  reportCase,
  resumeCase,
} from './work.ts'

export function mountCase(api: Api): void {
  implement(api, cases.listCases, ({ db, actor, query }) => listCases(db, actor, query))
  implement(api, cases.openCase, ({ db, actor, body }) =>
    transaction(db, (trx) => openCase(trx, actor, body)),
  )
  implement(api, cases.getCase, ({ db, actor, params }) => getCase(db, actor, params.id))
  implement(api, cases.changeCase, ({ db, actor, params, body }) =>
    transaction(db, (trx) => changeCase(trx, actor, params.id, body)),
  )
  implement(api, cases.noteCase, ({ db, actor, params, body }) =>
    transaction(db, (trx) => noteCase(trx, actor, params.id, body.text)),
  )
  implement(api, cases.handOverCase, ({ db, actor, params, body }) =>
    transaction(db, (trx) => handOverCase(trx, actor, params.id, body)),
  )
  implement(api, cases.consultDepartment, ({ db, actor, params, body }) =>
    transaction(db, (trx) => consultDepartment(trx, actor, params.id, body)),
  )
  implement(api, cases.answerConsultation, ({ db, actor, params, body }) =>
    transaction(db, (trx) => answerConsultation(trx, actor, params.id, body.answer)),
  )
  implement(api, cases.pauseCase, ({ db, actor, params, body }) =>
    transaction(db, (trx) => pauseCase(trx, actor, params.id, body.reason)),
  )
  implement(api, cases.resumeCase, ({ db, actor, params }) =>
    transaction(db, (trx) => resumeCase(trx, actor, params.id)),
  )
  implement(api, cases.reportCase, ({ db, actor, params }) =>
    transaction(db, (trx) => reportCase(trx, actor, params.id)),
  )
  implement(api, cases.makeDispute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => makeDispute(trx, actor, params.id, body.reason)),
  )
  implement(api, cases.answerCase, ({ db, actor, params, body }) =>
    transaction(db, (trx) => answerCase(trx, actor, params.id, body.answer)),
  )
  implement(api, cases.tellComplainant, ({ db, actor, params, body }) =>
    transaction(db, (trx) => tellComplainant(trx, actor, params.id, body)),
  )
  implement(api, cases.rateCase, ({ db, actor, params, body }) =>
    transaction(db, (trx) => rateCase(trx, actor, params.id, body)),
  )
  implement(api, cases.closeCase, ({ db, actor, params, body }) =>
    transaction(db, (trx) => closeCase(trx, actor, params.id, body)),
  )
  implement(api, cases.reopenCase, ({ db, actor, params, body }) =>
    transaction(db, (trx) => reopenCase(trx, actor, params.id, body.reason)),
  )
  implement(api, cases.grantMeasure, ({ db, actor, params, body }) =>
    transaction(db, (trx) => grantMeasure(trx, actor, params.id, body)),
  )
  implement(api, cases.decideGrant, ({ db, actor, params, body }) =>
    transaction(db, (trx) => decideGrant(trx, actor, params.id, body)),
  )
  implement(api, cases.withdrawGrant, ({ db, actor, params, body }) =>
    transaction(db, (trx) => withdrawGrant(trx, actor, params.id, body.reason)),
  )
  implement(api, cases.revealComplainant, ({ db, actor, params, body }) =>
    revealComplainant(db, actor, params.id, body.reason),
  )
  mountSetup(api)
  mountImprovements(api)
}

function mountSetup(api: Api): void {
  implement(api, setup.listCaseCategories, async ({ db, actor, query }) => ({
    items: await listCategories(db, actor, query),
  }))
  implement(api, setup.addCaseCategory, ({ db, actor, body }) =>
    transaction(db, (trx) => addCategory(trx, actor, body)),
  )
  implement(api, setup.changeCaseCategory, ({ db, actor, params, body }) =>
    transaction(db, (trx) => changeCategory(trx, actor, params.id, body)),
  )
  implement(api, setup.listCaseMeasures, async ({ db, actor, query }) => ({
    items: await listMeasures(db, actor, query),
  }))
  implement(api, setup.addCaseMeasure, ({ db, actor, body }) =>
    transaction(db, (trx) => addMeasure(trx, actor, body)),
  )
  implement(api, setup.changeCaseMeasure, ({ db, actor, params, body }) =>
    transaction(db, (trx) => changeMeasure(trx, actor, params.id, body)),
  )
  implement(api, marks.listCareMarks, ({ db, actor, params }) => listCareMarks(db, actor, params.id))
  implement(api, marks.setCareMark, ({ db, actor, params, body }) =>
    transaction(db, (trx) => setCareMark(trx, actor, params.id, body)),
  )
  implement(api, marks.endCareMark, ({ db, actor, params, body }) =>
    transaction(db, (trx) => endCareMark(trx, actor, params.id, body.reason)),
  )
}

function mountImprovements(api: Api): void {
  implement(api, figures.getCaseFigures, ({ db, actor, query }) => caseFigures(db, actor, query))
  implement(api, improvements.listImprovements, ({ db, actor, query }) => listImprovements(db, actor, query))
  implement(api, improvements.startImprovement, ({ db, actor, body }) =>
    transaction(db, (trx) => startImprovement(trx, actor, body)),
  )
  implement(api, improvements.getImprovement, ({ db, actor, params }) => getImprovement(db, actor, params.id))
  implement(api, improvements.changeImprovement, ({ db, actor, params, body }) =>
    transaction(db, (trx) => changeImprovement(trx, actor, params.id, body)),
  )
  implement(api, improvements.linkCase, ({ db, actor, params, body }) =>
    transaction(db, (trx) => linkCase(trx, actor, params.id, body.caseId)),
  )
  implement(api, improvements.previewTelling, ({ db, actor, params }) => previewTelling(db, actor, params.id))
  implement(api, improvements.tellImprovement, ({ db, actor, params }) =>
    transaction(db, (trx) => tellImprovement(trx, actor, params.id)),
  )
}
