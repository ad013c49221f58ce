import {
  assignTasks as assignTasksRoute,
  countTasks as countTasksRoute,
  getTask as getTaskRoute,
  holdTask as holdTaskRoute,
  holdTaskAnyway as holdTaskAnywayRoute,
  listTasks as listTasksRoute,
  releaseTask as releaseTaskRoute,
  remindOwner as remindOwnerRoute,
  takeNextTask as takeNextTaskRoute,
} from '../../../contract/task.ts'
import {
  addEvidence as addEvidenceRoute,
  completeTask as completeTaskRoute,
  foreseeOutcome as foreseeOutcomeRoute,
  makeLetter as makeLetterRoute,
  recordAttempt as recordAttemptRoute,
  reopenTask as reopenTaskRoute,
  saveAnswers as saveAnswersRoute,
  withdrawEvidence as withdrawEvidenceRoute,
} from '../../../contract/task-result.ts'
import {
  listCallBacks as listCallBacksRoute,
  moveCallBack as moveCallBackRoute,
} from '../../../contract/call-back.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { recordAttempt, saveAnswers } from './attempt.ts'
import { assignTasks } from './assign.ts'
import { listCallBacks, moveCallBack } from './call-back.ts'
import { completeTask } from './complete.ts'
import { addEvidence, withdrawEvidence } from './evidence.ts'
import { foreseeOutcome } from './foresee.ts'
import { countTasks, listTasks } from './list.ts'
import { makeLetter } from './letter.ts'
import { remindOwner } from './remind.ts'
import { reopenTask } from './reopen.ts'
import { getTask, holdTask, releaseTask, takeNextTask } from './task.ts'

export function mountTask(api: Api): void {
  implement(api, listTasksRoute, ({ db, actor, query }) => listTasks(db, actor, query))
  implement(api, countTasksRoute, ({ db, actor, query }) => countTasks(db, actor, query.whose))
  implement(api, takeNextTaskRoute, async ({ db, actor, body }) => {
    const id = await transaction(db, (trx) => takeNextTask(trx, actor, body))
    return { task: id === null ? null : await getTask(db, actor, id) }
  })
  implement(api, assignTasksRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => assignTasks(trx, actor, body)),
  )
  implement(api, listCallBacksRoute, ({ db, actor, query }) => listCallBacks(db, actor, query))
  implement(api, moveCallBackRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => moveCallBack(trx, actor, params.id, body)),
  )
  implement(api, getTaskRoute, ({ db, actor, params }) => getTask(db, actor, params.id))
  implement(api, holdTaskRoute, async ({ db, actor, params }) => {
    await transaction(db, (trx) => holdTask(trx, actor, params.id))
    return getTask(db, actor, params.id)
  })
  implement(api, holdTaskAnywayRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => holdTask(trx, actor, params.id, body))
    return getTask(db, actor, params.id)
  })
  implement(api, remindOwnerRoute, async ({ db, actor, params }) => {
    await transaction(db, (trx) => remindOwner(trx, actor, params.id))
    return getTask(db, actor, params.id)
  })
  implement(api, releaseTaskRoute, async ({ db, actor, params }) => {
    await transaction(db, (trx) => releaseTask(trx, actor, params.id))
    return undefined
  })
  implement(api, saveAnswersRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => saveAnswers(trx, actor, params.id, body.answers, body.basedOn)),
  )
  implement(api, recordAttemptRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => recordAttempt(trx, actor, params.id, body))
    return getTask(db, actor, params.id)
  })
  implement(api, foreseeOutcomeRoute, ({ db, actor, params, query }) =>
    foreseeOutcome(db, actor, params.id, query),
  )
  implement(api, completeTaskRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => completeTask(trx, actor, params.id, body))
    return getTask(db, actor, params.id)
  })
  implement(api, addEvidenceRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => addEvidence(trx, actor, params.id, body))
    return getTask(db, actor, params.id)
  })
  implement(api, withdrawEvidenceRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => withdrawEvidence(trx, actor, params.id, params.evidenceId, body.reason))
    return getTask(db, actor, params.id)
  })
  implement(api, makeLetterRoute, ({ db, actor, params }) =>
    transaction(db, (trx) => makeLetter(trx, actor, params.id)),
  )
  implement(api, reopenTaskRoute, async ({ db, actor, params }) => {
    await transaction(db, (trx) => reopenTask(trx, actor, params.id))
    return getTask(db, actor, params.id)
  })
}
