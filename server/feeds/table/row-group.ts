import { createHash } from 'node:crypto'
import type { GroupAgreement, GroupSummary, MemberRole } from '../../../contract/group.ts'
import type { GroupStatement, MemberStatement } from '../../modules/group/upsert.ts'
import { searchName } from '../../modules/person/name.ts'
import type { AdtMessage } from '../../modules/hl7/map-adt.ts'
import type { Cells } from './cells.ts'

/** A membership with the name or number of its group customer, not yet resolved. */
export type MemberRow = Omit<MemberStatement, 'groupId' | 'personId'> & { groupName: string }

const words = <T extends string>(list: Record<T, string[]>): Record<string, T> =>
  Object.fromEntries(
    (Object.entries(list) as [T, string[]][]).flatMap(([code, names]) =>
      [code, ...names].map((name) => [name, code]),
    ),
  )

const kinds = words<GroupSummary['kind']>({
  'contract-unit': ['合同单位', '团体客户', '體檢單位', '合約單位'],
  employer: ['企业', '公司', '用人单位', '企業', '雇主', 'company'],
  insurer: ['保险公司', '保险', '商业保险', '保險公司', 'insurance'],
  bank: ['银行', '銀行'],
  government: ['政府', '机关', '事业单位', '政府机关', '機關', '政府機關'],
  school: ['学校', '學校', '高校'],
  'community-station': ['社区', '社区卫生服务站', '社区医院', '社區', '衛生所'],
  'alliance-hospital': ['医联体', '医院', '联盟医院', '合作医院', '聯盟醫院', '醫院', 'hospital'],
  'dialysis-clinic': ['透析中心', '透析诊所', '血透中心', '洗腎診所', '透析診所'],
  supplier: ['供应商', '供應商', 'vendor'],
  other: ['其他', '其它'],
})

const payments = words<NonNullable<GroupAgreement['payment']>>({
  'self-paid': ['自付', '个人付', '自费', '個人付'],
  prepaid: ['预付', '预存', '預付'],
  'per-visit': ['现结', '单次', '按次', '次结', '現結'],
  monthly: ['月结', '按月', '月結'],
  quarterly: ['季结', '按季', '季結'],
  yearly: ['年结', '按年', '年結'],
})

const services = words<GroupAgreement['services'][number]>({
  'health-check': ['体检', '健康体检', '體檢', '健檢', '健康檢查'],
  outpatient: ['门诊', '門診'],
  inpatient: ['住院'],
  emergency: ['急诊', '急診', '绿色通道'],
  dialysis: ['透析', '血透', '洗腎'],
  vaccination: ['疫苗', '接种', '接種'],
  'occupational-health': ['职业病', '职业健康', '職業健康'],
  'on-site': ['上门', '驻点', '上门服务', '駐點'],
  other: ['其他', '其它'],
})

const roles = words<MemberRole>({
  employee: ['员工', '职工', '在职', '員工', '在職'],
  retiree: ['退休', '离退休', '离休'],
  dependant: ['家属', '配偶', '子女', '家屬', '眷屬', 'dependent'],
  patient: ['患者', '病人'],
  student: ['学生', '學生'],
  insured: ['参保', '参保人', '被保险人', '被保險人'],
  other: ['其他', '其它'],
})

/** A group customer with a contact and an agreement, if given. */
export function groupOf(cells: Cells): GroupStatement {
  const contact = cells.short('contactName')
  const number = cells.short('agreementNumber')
  const [validFrom, validUntil] = [cells.date('agreementFrom', true), cells.date('agreementUntil', true)]
  if (validFrom && validUntil && validUntil < validFrom)
    cells.wrong('agreementUntil', 'ends-before-it-starts')
  const terms = {
    payment: cells.coded('payment', payments, 'not-a-payment'),
    discountPercent: discountOf(cells),
    services: servicesOf(cells),
  }
  const headcount = cells.number('headcount')
  if (headcount !== null && (headcount < 0 || headcount > 10_000_000))
    cells.wrong('headcount', 'not-a-number')
  // An agreement without a number could not be matched later.
  if (number === null && (validFrom ?? validUntil) !== null) cells.wrong('agreementNumber', 'missing')
  return {
    code: cells.short('groupCode'),
    name: cells.short('groupName') ?? '',
    kind: cells.coded('groupKind', kinds, 'not-a-kind'),
    taxId: cells.short('taxId'),
    industry: cells.short('industry'),
    headcount: headcount === null ? null : Math.round(headcount),
    phone: cells.phone('groupPhone'),
    address: cells.short('address'),
    note: cells.short('note'),
    contact: contact
      ? {
          name: contact,
          title: cells.short('contactTitle'),
          phone: cells.phone('contactPhone'),
          email: cells.email('contactEmail'),
        }
      : null,
    agreement: number ? { number, validFrom, validUntil, ...terms } : null,
  }
}

/** Per cent off the list price: `15%` and `15` say it, `85折`, `8.5折` and `0.85` are the remaining price. */
function discountOf(cells: Cells): number | null {
  const text = cells.text('discount')
  if (text === null) return null
  const [, left] = /^(\d+(?:\.\d+)?)折$/.exec(text) ?? []
  const number = left === undefined ? cells.number('discount') : Number(left)
  if (number === null) return null
  const paid = left !== undefined ? (number <= 10 ? number * 10 : number) : 100 * number
  const off = left !== undefined || (number > 0 && number < 1 && !text.includes('%')) ? 100 - paid : number
  if (off < 0 || off > 100) return cells.wrong('discount', 'not-a-number')
  return Math.round(off * 100) / 100
}

function servicesOf(cells: Cells): GroupAgreement['services'] {
  const listed = (cells.text('services') ?? '').split(/[、,，;；/\s]+/).filter(Boolean)
  const known = listed.map((word) => services[word.toLowerCase()])
  if (known.some((one) => one === undefined)) cells.wrong('services', 'not-a-service')
  return [...new Set(known.filter((one) => one !== undefined))].sort()
}

/** A member of a group customer: an identifying number is required. */
export function memberOf(cells: Cells): MemberRow {
  const [since, until] = [cells.date('memberSince', true), cells.date('memberUntil', true)]
  if (since && until && until < since) cells.wrong('memberUntil', 'ends-before-it-starts')
  const ways = ['recordNumber', 'employeeNumber', 'nationalId', 'phone'] as const
  if (ways.every((field) => !cells.has(field))) cells.wrong('employeeNumber', 'no-way-to-know')
  return {
    groupName: cells.short('groupName') ?? '',
    role: cells.coded('memberRole', roles, 'not-a-kind'),
    employeeNumber: cells.short('employeeNumber'),
    department: cells.short('memberDepartment'),
    title: cells.short('memberTitle'),
    since,
    until,
    note: cells.short('note'),
  }
}

/**
 * Identifier of a member without a record number in the lists of a group customer: the name with the member number (numbers are reused
 * after somebody leaves), else with the telephone or identity number. A hash, because masked values must not be searchable.
 */
export function memberKey(
  groupId: number,
  person: AdtMessage['person'],
  member: MemberRow,
): AdtMessage['person']['identifiers'][number] {
  const nationalId = person.identifiers.find((one) => one.system === 'national-id')?.value
  const by = member.employeeNumber ?? person.telecoms[0]?.value ?? nationalId ?? ''
  const name = searchName(person.name ?? '').search_name
  return {
    system: `group:${groupId}`,
    value: createHash('sha256').update(`${by}|${name}`).digest('base64url').slice(0, 22),
    ofSite: true,
  }
}
