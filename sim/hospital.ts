import { fullName, personName } from './names.ts'
import { int, prng, type Prng } from './prng.ts'

export interface Site {
  code: string
  name: string
  timeZone: string
}

export type DepartmentKind = 'clinical' | 'emergency' | 'service' | 'outreach'

/** `specialty` is the same at every site (CARD); `code` is unique in the whole hospital (CARD, CARD2). */
export interface Department {
  code: string
  name: string
  specialty: string
  siteCode: string
  kind: DepartmentKind
  /** Beds of the ward; 0 where nobody is admitted. */
  beds: number
  /** Where the ward is: the first digits of its room numbers. */
  floor: number
}

export type StaffRole = 'doctor' | 'head' | 'nurse' | 'head-nurse' | 'agent' | 'outreach'

/** `title` is the Chinese professional title. `code` is the job number, unique in the whole hospital. */
export interface Staff {
  code: string
  name: string
  familyName: string
  givenName: string
  title: string
  role: StaffRole
  departmentCode: string
  siteCode: string
}

export interface Hospital {
  name: string
  sites: Site[]
  departments: Department[]
  staff: Staff[]
}

const sites: Site[] = [
  { code: 'GH01', name: '仁和医院', timeZone: 'Asia/Shanghai' },
  { code: 'GH02', name: '仁和医院东院', timeZone: 'Asia/Shanghai' },
]

const mainDepartments: [specialty: string, name: string, kind: DepartmentKind, beds: number][] = [
  ['CARD', '心血管内科', 'clinical', 48],
  ['RESP', '呼吸内科', 'clinical', 48],
  ['GAST', '消化内科', 'clinical', 42],
  ['ENDO', '内分泌科', 'clinical', 36],
  ['NEUR', '神经内科', 'clinical', 48],
  ['NEPH', '肾内科', 'clinical', 30],
  ['ONCO', '肿瘤科', 'clinical', 45],
  ['GSUR', '普外科', 'clinical', 48],
  ['ORTH', '骨科', 'clinical', 48],
  ['UROL', '泌尿外科', 'clinical', 36],
  ['OBGY', '妇产科', 'clinical', 48],
  ['NEON', '新生儿科', 'clinical', 24],
  ['PEDI', '儿科', 'clinical', 36],
  ['GERI', '老年医学科', 'clinical', 36],
  ['EMER', '急诊科', 'emergency', 12],
  ['OUTR', '随访外联部', 'outreach', 0],
  ['CSC', '客户服务中心', 'service', 0],
]

const eastSpecialties = ['CARD', 'RESP', 'GSUR', 'ORTH', 'OBGY', 'PEDI', 'GERI', 'EMER', 'CSC']

/** The hospital of the simulator and of the demo: the same people on every call and every machine. */
export const demoHospital: Hospital = buildHospital()

function buildHospital(): Hospital {
  const departments = [
    ...mainDepartments.map(([specialty, name, kind, beds], i) => ({
      code: specialty,
      name,
      specialty,
      siteCode: 'GH01',
      kind,
      beds,
      floor: i + 4,
    })),
    ...mainDepartments
      .filter(([specialty]) => eastSpecialties.includes(specialty))
      .map(([specialty, name, kind, beds], i) => ({
        code: `${specialty}2`,
        name: `东院${name}`,
        specialty,
        siteCode: 'GH02',
        kind,
        beds: Math.round(beds / 2),
        floor: i + 2,
      })),
  ]
  const random = prng(20_240_101)
  const usedNames = new Set<string>()
  let number = 0
  const staff = departments.flatMap((department) =>
    positions(random, department).map(([role, title]) => {
      number++
      return {
        ...employee(random, role, usedNames),
        code: staffCode(role, number),
        title,
        role,
        ...at(department),
      }
    }),
  )
  return { name: '仁和医院', sites, departments, staff }
}

function positions(random: Prng, department: Department): [StaffRole, string][] {
  const many = (count: number, role: StaffRole, titles: string[]) =>
    Array.from({ length: count }, (_, i): [StaffRole, string] => [role, titles[i % titles.length] ?? ''])
  switch (department.kind) {
    case 'service':
      return many(department.siteCode === 'GH01' ? 6 : 2, 'agent', ['客服组长', '客服专员', '客服专员'])
    case 'outreach':
      return many(5, 'outreach', ['外联组长', '外联专员', '社区联络员'])
    case 'clinical':
    case 'emergency':
      return [
        ['head', '主任医师'],
        ...many(int(random, 3, 6), 'doctor', ['副主任医师', '主治医师', '主治医师', '住院医师']),
        ['head-nurse', '主管护师'],
        ...many(int(random, 2, 4), 'nurse', ['护师', '护士']),
      ]
  }
}

function employee(random: Prng, role: StaffRole, used: Set<string>) {
  const nurse = role === 'nurse' || role === 'head-nurse'
  for (;;) {
    const sex = random() < (nurse ? 0.04 : 0.55) ? 'M' : 'F'
    const name = personName(random, sex, role === 'head' ? int(random, 1964, 1976) : int(random, 1976, 1998))
    const whole = fullName(name)
    if (name.style !== 'han' || used.has(whole)) continue
    used.add(whole)
    return { name: whole, familyName: name.family, givenName: name.given }
  }
}

function staffCode(role: StaffRole, number: number): string {
  const letter = { head: 'D', doctor: 'D', 'head-nurse': 'N', nurse: 'N', agent: 'K', outreach: 'W' }[role]
  return `${letter}${String(1000 + number)}`
}

function at(department: Department) {
  return { departmentCode: department.code, siteCode: department.siteCode }
}
