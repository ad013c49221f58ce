import writeXlsxFile from 'write-excel-file/node'
import { type Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { tableSheet } from '../../platform/sheet.ts'
import { maskName } from '../../../contract/export.ts'
import { maskPhone } from '../person/mask.ts'
import { getGroup } from './group.ts'
import { exportedMembers } from './member.ts'
import { assertGroup } from './scope.ts'

const most = 100_000

/** Three sheets; names and numbers of members masked, because a file leaves the hospital. @throws {AppError} forbidden, not-found */
export async function exportGroup(db: Db, actor: Actor, id: number): Promise<Buffer> {
  await assertGroup(db, actor, 'group.export', id)
  const group = await getGroup(db, actor, id)
  const members = await exportedMembers(db, actor, id, most)
  await audit(db, actor, {
    action: 'group.export',
    subject: `group:${id} rows:${members.length}`,
    fields: ['name-masked', 'phone-masked'],
  })
  const people = tableSheet(members, [
    ['姓名', (one) => maskName(one.name)],
    ['电话', (one) => one.phone],
    ['病案号', (one) => one.recordNumbers.join(' ')],
    ['工号', (one) => one.employeeNumber],
    ['部门', (one) => one.department],
    ['职务', (one) => one.title],
    ['身份', (one) => one.role],
    ['加入日期', (one) => one.since],
    ['退出日期', (one) => one.until],
    ['最近就诊', (one) => one.lastVisitAt && new Date(one.lastVisitAt)],
  ])
  const agreements = tableSheet(group.agreements, [
    ['协议编号', (one) => one.number],
    ['名称', (one) => one.title],
    ['状态', (one) => one.status],
    ['生效', (one) => one.validFrom],
    ['到期', (one) => one.validUntil],
    ['结算', (one) => one.payment],
    ['优惠（%）', (one) => one.discountPercent],
    ['信用额度', (one) => one.creditLimit],
    ['币种', (one) => one.currency],
    ['服务', (one) => one.services.join(' ')],
    ['条款', (one) => one.terms],
    ['存放', (one) => one.document],
  ])
  const contacts = tableSheet(group.contacts, [
    ['联系人', (one) => one.name],
    ['职务', (one) => one.title],
    ['角色', (one) => one.role],
    ['电话', (one) => one.phone && maskPhone(one.phone)],
    ['邮箱', (one) => one.email],
    ['主要联系人', (one) => (one.main ? '是' : '')],
    ['在任', (one) => (one.active ? '是' : '否')],
  ])
  return writeXlsxFile([
    { data: people, sheet: '成员', stickyRowsCount: 1 },
    { data: agreements, sheet: '协议', stickyRowsCount: 1 },
    { data: contacts, sheet: '联系人', stickyRowsCount: 1 },
  ]).toBuffer()
}
