import {
  addGroupAgreement as addGroupAgreementRoute,
  addGroupContact as addGroupContactRoute,
  addGroupMember as addGroupMemberRoute,
  createGroup as createGroupRoute,
  exportGroup as exportGroupRoute,
  getGroup as getGroupRoute,
  listGroupMembers as listGroupMembersRoute,
  listGroups as listGroupsRoute,
  updateGroup as updateGroupRoute,
  updateGroupAgreement as updateGroupAgreementRoute,
  updateGroupContact as updateGroupContactRoute,
  updateGroupMember as updateGroupMemberRoute,
} from '../../../contract/group.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { exportGroup } from './export.ts'
import { createGroup, getGroup, listGroups, updateGroup } from './group.ts'
import { addMember, listMembers, updateMember } from './member.ts'
import { addAgreement, addContact, updateAgreement, updateContact } from './part.ts'

export function mountGroup(api: Api): void {
  implement(api, listGroupsRoute, ({ db, actor, query }) => listGroups(db, actor, query))
  implement(api, createGroupRoute, async ({ db, actor, body }) => {
    const id = await transaction(db, (trx) => createGroup(trx, actor, body))
    return getGroup(db, actor, id)
  })
  implement(api, getGroupRoute, ({ db, actor, params }) => getGroup(db, actor, params.id))
  implement(api, updateGroupRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => updateGroup(trx, actor, params.id, body))
    return getGroup(db, actor, params.id)
  })
  implement(api, addGroupContactRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => addContact(trx, actor, params.id, body))
    return getGroup(db, actor, params.id)
  })
  implement(api, updateGroupContactRoute, async ({ db, actor, params, body: { version, ...input } }) => {
    const part = { groupId: params.id, partId: params.partId, version }
    await transaction(db, (trx) => updateContact(trx, actor, part, input))
    return getGroup(db, actor, params.id)
  })
  implement(api, addGroupAgreementRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => addAgreement(trx, actor, params.id, body))
    return getGroup(db, actor, params.id)
  })
  implement(api, updateGroupAgreementRoute, async ({ db, actor, params, body: { version, ...input } }) => {
    const part = { groupId: params.id, partId: params.partId, version }
    await transaction(db, (trx) => updateAgreement(trx, actor, part, input))
    return getGroup(db, actor, params.id)
  })
  implement(api, listGroupMembersRoute, ({ db, actor, params, query }) =>
    listMembers(db, actor, params.id, query),
  )
  implement(api, addGroupMemberRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => addMember(trx, actor, params.id, body)),
  )
  implement(api, updateGroupMemberRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateMember(trx, actor, params.id, params.partId, body)),
  )
  implement(api, exportGroupRoute, async ({ db, actor, params }) => {
    const file = await exportGroup(db, actor, params.id)
    return new Response(new Uint8Array(file), {
      headers: {
        'Content-Type': exportGroupRoute.produces,
        'Content-Disposition': `attachment; filename="group-${params.id}.xlsx"`,
        'Cache-Control': 'no-store',
      },
    })
  })
}
