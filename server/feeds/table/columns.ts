import { createHash } from 'node:crypto'
import {
  type ImportField,
  importFields,
  type ImportKind,
  type ImportMapping,
} from '../../../contract/import.ts'

/** Column names used by hospitals, in simplified and traditional Chinese and English; compared without blanks, brackets and case. */
const names: Record<ImportField, string[]> = {
  recordNumber: [
    '病历号',
    '病案号',
    '登记号',
    '患者编号',
    '患者id',
    '病人id',
    '就诊卡号',
    '病歷號',
    '病歷號碼',
    'mrn',
    'patientid',
    'patientno',
    'recordnumber',
  ],
  name: ['姓名', '患者姓名', '病人姓名', '客户姓名', 'name', 'patientname', 'fullname'],
  sex: ['性别', '患者性别', '性別', 'sex', 'gender'],
  birthDate: ['出生日期', '生日', '出生年月', '出生年月日', 'birthdate', 'dateofbirth', 'dob', 'birthday'],
  nationalId: [
    '身份证号',
    '身份证',
    '身份证号码',
    '证件号',
    '证件号码',
    '身分證字號',
    '身分證號',
    'idcard',
    'nationalid',
    'idnumber',
  ],
  phone: [
    '电话',
    '手机',
    '手机号',
    '手机号码',
    '联系电话',
    '电话号码',
    '本人电话',
    '電話',
    '手機',
    '手機號碼',
    '聯絡電話',
    'phone',
    'mobile',
    'tel',
    'telephone',
    'phonenumber',
  ],
  email: ['邮箱', '电子邮箱', '电子邮件', '電子郵件', 'email', 'mail'],
  address: ['地址', '住址', '家庭住址', '现住址', '联系地址', '通訊地址', 'address'],
  latitude: ['纬度', '住址纬度', '地址纬度', '緯度', '住址緯度', 'latitude', 'lat'],
  longitude: ['经度', '住址经度', '地址经度', '經度', '住址經度', 'longitude', 'lon', 'lng'],
  maritalStatus: ['婚姻', '婚姻状况', '婚姻狀況', 'maritalstatus'],
  contactName: ['联系人', '联系人姓名', '家属姓名', '聯絡人', '緊急聯絡人', 'contact', 'contactname'],
  contactRelation: ['与患者关系', '联系人关系', '关系', '關係', 'relation', 'relationship'],
  contactPhone: ['联系人电话', '家属电话', '聯絡人電話', 'contactphone'],
  visitNumber: [
    '就诊号',
    '住院号',
    '门诊号',
    '就诊流水号',
    '住院流水号',
    '就醫序號',
    '住院號',
    'visitnumber',
    'visitno',
    'encounterid',
    'admissionno',
  ],
  class: ['就诊类型', '就诊类别', '类型', '就醫類別', 'class', 'visittype', 'encounterclass'],
  departmentCode: ['科室代码', '科室编码', '科別代碼', 'departmentcode', 'deptcode'],
  departmentName: [
    '科室',
    '科室名称',
    '出院科室',
    '就诊科室',
    '科別',
    'department',
    'departmentname',
    'dept',
  ],
  doctorCode: ['医生工号', '医师工号', '医生代码', '醫師代碼', 'doctorcode', 'doctorid'],
  doctorName: [
    '医生',
    '医师',
    '主治医生',
    '主治医师',
    '主管医生',
    '接诊医生',
    '醫師',
    '主治醫師',
    'doctor',
    'doctorname',
    'attending',
  ],
  startsAt: [
    '入院时间',
    '入院日期',
    '就诊时间',
    '就诊日期',
    '入院日',
    '就醫日期',
    'admittedat',
    'admissiondate',
    'visitdate',
    'startsat',
    'start',
  ],
  endsAt: ['出院时间', '出院日期', '出院日', '离院时间', 'dischargedat', 'dischargedate', 'endsat', 'end'],
  conditionCode: [
    '诊断代码',
    '诊断编码',
    '主要诊断编码',
    '疾病编码',
    '診斷代碼',
    'icd',
    'icd10',
    'diagnosiscode',
  ],
  conditionText: ['诊断', '诊断名称', '主要诊断', '出院诊断', '診斷', 'diagnosis', 'diagnosisname'],
  disposition: ['离院方式', '出院方式', '转归', '離院方式', 'disposition', 'dischargedisposition'],
  bed: ['床号', '床位', '床號', 'bed'],
  chargeNumber: [
    '收费流水号',
    '费用流水号',
    '收费单号',
    '费用单号',
    '发票号',
    '流水号',
    '單據號',
    '收費單號',
    '費用序號',
    'chargenumber',
    'chargeno',
    'transactionid',
    'invoiceno',
  ],
  itemCode: ['项目编码', '项目代码', '收费编码', '項目代碼', '醫令代碼', 'itemcode', 'chargecode'],
  itemName: [
    '收费项目',
    '费用项目',
    '项目名称',
    '项目',
    '費用項目',
    '項目名稱',
    '醫令名稱',
    'item',
    'itemname',
    'description',
  ],
  quantity: ['数量', '數量', 'quantity', 'qty'],
  amount: ['金额', '总金额', '费用金额', '应收金额', '实收金额', '金額', '總金額', 'amount', 'total'],
  currency: ['币种', '幣別', 'currency'],
  chargedAt: [
    '收费时间',
    '收费日期',
    '费用日期',
    '计费时间',
    '记账日期',
    '收費日期',
    '費用日期',
    'chargedat',
    'chargedate',
    'transactiondate',
  ],
  appointmentNumber: [
    '预约号',
    '预约单号',
    '预约编号',
    '预约流水号',
    '預約號',
    '掛號序號',
    'appointmentnumber',
    'appointmentno',
    'appointmentid',
  ],
  appointmentStatus: ['预约状态', '状态', '預約狀態', '狀態', 'status', 'appointmentstatus'],
  appointmentStart: [
    '预约时间',
    '预约就诊时间',
    '预约日期',
    '就诊时间',
    '就诊日期',
    '預約時間',
    '預約日期',
    'appointmenttime',
    'appointmentdate',
    'appointmentstart',
    'start',
  ],
  appointmentEnd: ['结束时间', '预约结束时间', '結束時間', 'appointmentend', 'end'],
  service: ['预约项目', '预约类型', '号别', '服务项目', '預約項目', '號別', 'service', 'appointmenttype'],
  note: ['备注', '说明', '備註', '備注', 'note', 'remark', 'comment'],
  groupCode: [
    '客户编号',
    '单位编号',
    '单位代码',
    '客户代码',
    '客戶編號',
    '單位代碼',
    'groupcode',
    'customercode',
    'customerno',
    'groupnumber',
  ],
  groupName: [
    '单位名称',
    '客户名称',
    '合同单位',
    '团体客户',
    '团体名称',
    '工作单位',
    '所属单位',
    '单位',
    '公司',
    '公司名称',
    '單位名稱',
    '客戶名稱',
    '團體客戶',
    '公司名稱',
    'group',
    'groupname',
    'customername',
    'organization',
    'company',
  ],
  groupKind: [
    '客户类型',
    '单位类型',
    '单位性质',
    '客戶類型',
    '單位性質',
    'kind',
    'grouptype',
    'customertype',
  ],
  taxId: ['统一社会信用代码', '信用代码', '税号', '統一編號', 'taxid'],
  industry: ['行业', '所属行业', '行業', 'industry'],
  headcount: ['员工人数', '职工人数', '人数', '員工人數', 'headcount', 'employees'],
  groupPhone: ['单位电话', '总机', '办公电话', '單位電話', '總機', 'officephone', 'switchboard'],
  contactTitle: ['联系人职务', '联系人职位', '聯絡人職稱', 'contacttitle'],
  contactEmail: ['联系人邮箱', '聯絡人信箱', '聯絡人電子郵件', 'contactemail'],
  agreementNumber: [
    '协议编号',
    '合同编号',
    '合同号',
    '協議編號',
    '合約編號',
    'agreementnumber',
    'agreementno',
    'contractno',
    'contractnumber',
  ],
  agreementFrom: [
    '生效日期',
    '合同开始日期',
    '协议开始日期',
    '合約起日',
    'validfrom',
    'agreementfrom',
    'contractstart',
  ],
  agreementUntil: [
    '到期日期',
    '合同到期日',
    '协议到期日',
    '截止日期',
    '合約迄日',
    'validuntil',
    'agreementuntil',
    'contractend',
    'expires',
  ],
  payment: ['结算方式', '付款方式', '結算方式', 'payment', 'paymentterms', 'settlement'],
  discount: ['折扣', '优惠', '优惠比例', '折扣率', '優惠', 'discount'],
  services: ['服务内容', '服务种类', '合作内容', '服務內容', 'services'],
  employeeNumber: [
    '工号',
    '员工号',
    '员工编号',
    '学号',
    '工號',
    '員工編號',
    'employeenumber',
    'employeeno',
    'staffno',
  ],
  memberDepartment: ['部门', '所在部门', '部門', 'memberdepartment', 'department', 'division'],
  memberTitle: ['职务', '岗位', '职位', '職稱', '職務', 'title', 'position', 'jobtitle'],
  memberRole: ['人员类别', '身份', '人员类型', '身分別', 'role', 'membertype'],
  memberSince: ['入职日期', '加入日期', '入会日期', '到職日', 'since', 'joinedat', 'hiredate'],
  memberUntil: ['离职日期', '退出日期', '離職日', 'until', 'leftat', 'enddate'],
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[\s_\-:：*()（）[\]【】]/g, '')

/** Maps columns to fields by name; a column serves one field only, and columns of one name serve one field together. */
export function suggestMapping(kind: ImportKind, columns: string[]): ImportMapping {
  const wanted = columns.map(plain)
  // 「住址(省市区)」 is an address, but 「电话(家属)」 is nobody's own number.
  const bare = new Map(
    columns.map((column) => [
      plain(column),
      aboutOthers.test(column) ? undefined : plain(column.replaceAll(/[(（【[][^)）】\]]*[)）】\]]/g, '')),
    ]),
  )
  const mapping: ImportMapping = {}
  const taken = new Set<number>()
  // Full names first: 「联系人电话」 must not be taken for a telephone number of the person.
  for (const whole of [true, false])
    for (const field of importFields[kind]) {
      if (mapping[field] !== undefined) continue
      const of = (column: string) =>
        names[field].some((name) =>
          whole
            ? column === plain(name)
            : (name.length > 2 && column.includes(plain(name))) || bare.get(column) === plain(name),
        )
      const at = wanted.findIndex((column, index) => !taken.has(index) && of(column))
      if (at < 0) continue
      const alike = wanted.flatMap((column, index) =>
        !taken.has(index) && (column === wanted[at] || (whole && severalColumns.has(field) && of(column)))
          ? [index]
          : [],
      )
      mapping[field] = alike.length > 1 ? alike : at
      for (const index of alike) taken.add(index)
    }
  return mapping
}

const aboutOthers = /[(（【[][^)）】\]]*(?:家属|家屬|联系|聯絡|父|母|配偶|监护|監護)/

/** Fields that may have several values: 「电话」 and 「手机」 are both numbers of the person. */
const severalColumns: ReadonlySet<ImportField> = new Set<ImportField>(['phone'])

/** Titles and remarks stand above the names of the columns in no more than so many rows. */
const rowsAbove = 12

/**
 * Which of the first rows has the names of the columns: the one whose names are known best, else the first that is as wide as the rows
 * around it (a title fills a cell or two).
 */
export function guessHeader(kind: ImportKind, rows: string[][]): number {
  const head = rows.slice(0, rowsAbove)
  const known = head.map((cells) => Object.keys(suggestMapping(kind, cells)).length)
  const best = Math.max(...known)
  if (best > 1) return known.indexOf(best)
  const widths = rows.map((cells) => cells.filter((cell) => cell !== '').length)
  const usual = widths.toSorted((a, b) => a - b)[Math.floor(widths.length / 2)] ?? 0
  return Math.max(
    widths.slice(0, rowsAbove).findIndex((width) => 2 * width >= usual),
    0,
  )
}

/** Hash of the column names, to recognise files of the same shape. */
export function shapeOf(columns: string[]): string {
  return createHash('sha256').update(columns.map(plain).join('\u0000')).digest('hex')
}
