import {
  fileInstruction as fileInstructionRoute,
  getInstruction as getInstructionRoute,
  getInstructionFigures as getInstructionFiguresRoute,
  issueInstruction as issueInstructionRoute,
  listInstructions as listInstructionsRoute,
  returnInstruction as returnInstructionRoute,
  submitInstruction as submitInstructionRoute,
  withdrawInstruction as withdrawInstructionRoute,
} from '../../../contract/instruction.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { issueInstruction } from './issue.ts'
import { getInstruction, getInstructionFigures, listInstructions } from './list.ts'
import { fileInstruction, returnInstruction, submitInstruction, withdrawInstruction } from './settle.ts'

export function mountInstruction(api: Api): void {
  implement(api, listInstructionsRoute, ({ db, actor, query }) => listInstructions(db, actor, query))
  implement(api, getInstructionFiguresRoute, ({ db, actor, query }) =>
    getInstructionFigures(db, actor, query),
  )
  implement(api, getInstructionRoute, ({ db, actor, params }) => getInstruction(db, actor, params.id))
  implement(api, issueInstructionRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => issueInstruction(trx, actor, body)),
  )
  implement(api, submitInstructionRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => submitInstruction(trx, actor, params.id, body.report))
    return undefined
  })
  implement(api, fileInstructionRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => fileInstruction(trx, actor, params.id, body.note))
    return undefined
  })
  implement(api, returnInstructionRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => returnInstruction(trx, actor, params.id, body))
    return undefined
  })
  implement(api, withdrawInstructionRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => withdrawInstruction(trx, actor, params.id, body.reason))
    return undefined
  })
}
