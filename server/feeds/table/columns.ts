import { createHash } from 'node:crypto'
import {
  type ImportField,
  importFields,
  type ImportKind,
  type ImportMapping,
} from '../../../contract/import.ts'

/** What hospitals call their columns, simplified and traditional and English; compared without blanks, brackets and case. */
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
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[\s_\-:：*()（）[\]【】]/g, '')

/** Which column means what, by its name; a column serves one field only. */
export function suggestMapping(kind: ImportKind, columns: string[]): ImportMapping {
  const wanted = columns.map(plain)
  const mapping: ImportMapping = {}
  const taken = new Set<number>()
  // Whole names first: 「联系人电话」 must not be taken for a telephone number of the person.
  for (const fits of [
    (column: string, name: string) => column === name,
    (column: string, name: string) => name.length > 2 && column.includes(name),
  ])
    for (const field of importFields[kind]) {
      if (mapping[field] !== undefined) continue
      const at = wanted.findIndex(
        (column, index) => !taken.has(index) && names[field].some((name) => fits(column, plain(name))),
      )
      if (at < 0) continue
      mapping[field] = at
      taken.add(at)
    }
  return mapping
}

/** Files of the same columns have the same shape, whatever is in them. */
export function shapeOf(columns: string[]): string {
  return createHash('sha256').update(columns.map(plain).join('\u0000')).digest('hex')
}
