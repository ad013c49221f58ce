import writeXlsxFile, { type SheetData } from 'write-excel-file/node'
import { type Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { cell } from '../../platform/sheet.ts'
import { maskName, maskPhone } from '../person/mask.ts'
import { getGroup } from './group.ts'
import { exportedMembers } from './member.ts'
import { assertGroup } from './scope.ts'

const most = 100_000
const heading = (words: string[]) => words.map((value) => ({ value, fontWeight: 'bold' as const }))

/** Three sheets; names and numbers of members masked, because a file leaves the house. @throws {AppError} forbidden, not-found */
export async function exportGroup(db: Db, actor: Actor, id: number): Promise<Buffer> {
  await assertGroup(db, actor, 'group.export', id)
  const group = await getGroup(db, actor, id)
  const members = await exportedMembers(db, actor, id, most)
  await audit(db, actor, {
    action: 'group.export',
    subject: `group:${id} rows:${members.length}`,
    fields: ['name-masked', 'phone-masked'],
  })
  const people: SheetData = [
    heading(['姓名', '电话', '病案号', '工号', '部门', '职务', '身份', '加入日期', '退出日期', '最近就诊']),
    ...members.map((one) => [
      cell(maskName(one.name)),
      cell(one.phone),
      cell(one.recordNumbers.join(' ')),
      cell(one.employeeNumber),
      cell(one.department),
      cell(one.title),
      cell(one.role),
      cell(one.since),
      cell(one.until),
      cell(one.lastVisitAt && new Date(one.lastVisitAt)),
    ]),
  ]
  const agreements: SheetData = [
    heading([
      '协议编号',
      '名称',
      '状态',
      '生效',
      '到期',
      '结算',
      '优惠（%）',
      '信用额度',
      '币种',
      '服务',
      '条款',
      '存放',
    ]),
    ...group.agreements.map((one) => [
      cell(one.number),
      cell(one.title),
      cell(one.status),
      cell(one.validFrom),
      cell(one.validUntil),
      cell(one.payment),
      cell(one.discountPercent),
      cell(one.creditLimit),
      cell(one.currency),
      cell(one.services.join(' ')),
      cell(one.terms),
      cell(one.document),
    ]),
  ]
  const contacts: SheetData = [
    heading(['联系人', '职务', '角色', '电话', '邮箱', '主要联系人', '在任']),
    ...group.contacts.map((one) => [
      cell(one.name),
      cell(one.title),
      cell(one.role),
      cell(one.phone && maskPhone(one.phone)),
      cell(one.email),
      cell(one.main ? '是' : ''),
      cell(one.active ? '是' : '否'),
    ]),
  ]
  return writeXlsxFile([
    { data: people, sheet: '成员', stickyRowsCount: 1 },
    { data: agreements, sheet: '协议', stickyRowsCount: 1 },
    { data: contacts, sheet: '联系人', stickyRowsCount: 1 },
  ]).toBuffer()
}
