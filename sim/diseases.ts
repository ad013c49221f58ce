import type { Sex } from './names.ts'

export type Season = 'none' | 'winter' | 'summer' | 'cold-snap'

/** One diagnosis of a department, with how often it comes, to whom, and how it goes. */
export interface Disease {
  /** ICD-10, national clinical version. */
  code: string
  name: string
  specialty: string
  /** How often, against the other diseases of the hospital. */
  weight: number
  sex?: Sex
  minAge: number
  maxAge: number
  /** Share of its encounters that are admissions. */
  inpatient: number
  /** Median length of stay in days, and the spread of its logarithm. */
  stayDays: number
  staySpread: number
  /** Probability to die during an admission. */
  death: number
  /** Probability of an unplanned readmission within 30 days of discharge. */
  readmission: number
  season: Season
  /** Stays with the person and brings them back. */
  chronic: boolean
  /** Share of its encounters that begin in the emergency department. */
  emergency: number
}

// code name weight ages[sex] inpatient stay spread death% readmission% season chronic emergency
const table: Record<string, string> = {
  CARD: `
I10.x05 高血压病3级 60 35-99 0.12 7 0.4 0.3 6 cold-snap chronic 0.05
I25.103 冠状动脉粥样硬化性心脏病 45 45-99 0.35 7 0.4 1.2 10 cold-snap chronic 0.08
I20.000 不稳定型心绞痛 18 45-95 0.7 7 0.4 1.5 12 cold-snap chronic 0.4
I21.900 急性心肌梗死 9 40-95 0.97 9 0.4 7 14 cold-snap once 0.9
I50.900 心力衰竭 14 55-99 0.75 9 0.5 4.5 22 winter chronic 0.4
I48.x02 心房颤动 14 50-99 0.35 7 0.4 1 12 none chronic 0.2`,
  RESP: `
J18.900 肺炎 22 14-99 0.55 8 0.4 2.5 11 winter once 0.3
J44.100 慢性阻塞性肺病急性加重 20 50-99 0.7 10 0.4 3 20 winter chronic 0.35
J45.900 支气管哮喘 18 14-80 0.2 7 0.4 0.3 9 winter chronic 0.3
J20.900 急性支气管炎 40 14-95 0.08 6 0.3 0.1 3 winter once 0.1
J06.900 急性上呼吸道感染 60 14-90 0.01 4 0.3 0 1 winter once 0.15
J47.x00 支气管扩张症 8 30-90 0.45 9 0.4 1 13 winter chronic 0.15`,
  GAST: `
K29.500 慢性胃炎 55 16-90 0.06 5 0.3 0 3 none chronic 0.03
K25.900 胃溃疡 14 20-90 0.3 7 0.4 0.4 6 winter once 0.1
K92.208 上消化道出血 8 25-95 0.9 8 0.4 3.5 12 winter once 0.9
K74.600 肝硬化 9 35-85 0.65 10 0.5 4 20 none chronic 0.15
K85.900 急性胰腺炎 7 20-85 0.95 10 0.5 2.5 13 none once 0.85
K63.500 结肠息肉 22 35-85 0.55 4 0.3 0 3 none once 0
K21.000 胃食管反流病 26 18-85 0.04 5 0.3 0 2 none chronic 0`,
  ENDO: `
E11.900 2型糖尿病 60 30-95 0.16 8 0.3 0.3 8 none chronic 0.02
E11.700 2型糖尿病伴多个并发症 18 45-95 0.5 10 0.4 0.9 13 none chronic 0.06
E10.900 1型糖尿病 4 6-60 0.3 8 0.4 0.3 10 none chronic 0.15
E05.900 甲状腺功能亢进症 16 18-70 0.08 7 0.4 0.1 5 none chronic 0.02
E03.900 甲状腺功能减退症 14 18-85 0.04 6 0.3 0.1 4 none chronic 0
M10.900 痛风 18 30-85 0.12 7 0.3 0.1 5 summer chronic 0.08`,
  NEUR: `
I63.900 脑梗死 30 45-99 0.7 11 0.4 3 13 cold-snap chronic 0.5
I61.900 脑出血 6 40-95 0.98 17 0.5 14 12 cold-snap once 0.95
G45.900 短暂性脑缺血发作 10 45-95 0.6 7 0.3 0.3 9 cold-snap once 0.4
G40.900 癫痫 10 3-85 0.2 7 0.4 0.5 9 none chronic 0.3
G20.x00 帕金森病 10 55-95 0.2 10 0.4 0.5 9 none chronic 0.02
G43.900 偏头痛 24 14-65 0.03 5 0.3 0 2 none chronic 0.08
F51.000 失眠症 30 20-90 0.02 7 0.3 0 2 none chronic 0`,
  NEPH: `
N18.900 慢性肾脏病 20 25-95 0.35 10 0.4 1.5 15 none chronic 0.04
N18.001 慢性肾脏病5期 8 30-90 0.6 12 0.5 3 24 none chronic 0.12
N04.900 肾病综合征 8 3-75 0.5 11 0.4 0.5 12 none chronic 0.03
N10.x00 急性肾盂肾炎 8 16-85 0.5 7 0.3 0.4 6 summer once 0.3`,
  ONCO: `
C34.900 肺恶性肿瘤 16 40-95 0.65 8 0.6 6 24 none chronic 0.03
C50.900 乳腺恶性肿瘤 14 28-88F 0.6 6 0.5 1 22 none chronic 0
C18.900 结肠恶性肿瘤 9 38-92 0.65 9 0.5 2.5 22 none chronic 0.03
C16.900 胃恶性肿瘤 9 38-92 0.65 9 0.5 4 23 none chronic 0.03
C22.000 肝细胞癌 8 35-88 0.65 9 0.5 7 25 none chronic 0.05
C73.x00 甲状腺恶性肿瘤 10 20-75 0.5 6 0.3 0.1 5 none chronic 0`,
  GSUR: `
K35.800 急性阑尾炎 14 8-80 0.93 6 0.3 0.1 4 summer once 0.9
K80.100 胆囊结石伴慢性胆囊炎 20 22-90 0.6 7 0.3 0.2 5 none once 0.15
K40.900 腹股沟疝 12 30-92M 0.75 5 0.3 0.1 3 none once 0.02
K56.700 肠梗阻 6 25-95 0.92 9 0.5 2.5 14 none once 0.85
E04.101 甲状腺结节 26 20-80 0.2 5 0.3 0 2 none once 0
I83.900 下肢静脉曲张 10 30-85 0.6 6 0.3 0 3 none once 0`,
  ORTH: `
S72.000 股骨颈骨折 8 55-99 0.97 14 0.3 1.8 9 winter once 0.85
S52.500 桡骨远端骨折 14 6-90 0.35 7 0.3 0 2 winter once 0.8
M17.900 膝关节骨性关节炎 26 45-90 0.22 11 0.3 0.1 5 cold-snap chronic 0
M51.202 腰椎间盘突出 34 22-85 0.24 9 0.4 0 6 none chronic 0.03
S82.200 胫骨干骨折 8 12-80 0.9 14 0.4 0.2 5 none once 0.85
M81.900 骨质疏松症 16 50-95 0.12 8 0.3 0.1 5 none chronic 0`,
  UROL: `
N20.000 肾结石 20 20-80 0.45 6 0.3 0 6 summer once 0.3
N40.x00 前列腺增生 26 50-95M 0.3 8 0.3 0.2 6 cold-snap chronic 0.05
N39.000 泌尿道感染 22 16-92 0.1 6 0.3 0.2 5 summer once 0.15
C67.900 膀胱恶性肿瘤 6 45-92 0.7 8 0.4 1 16 none chronic 0.02`,
  OBGY: `
O80.900 单胎顺产 24 20-42F 1 4 0.2 0 0 none once 0.3
O82.000 剖宫产分娩 20 21-45F 1 6 0.2 0 0 none once 0.2
D25.900 子宫平滑肌瘤 18 28-54F 0.35 7 0.3 0 3 none once 0
N76.000 急性阴道炎 34 18-55F 0 3 0.2 0 1 summer once 0
O24.400 妊娠期糖尿病 12 20-45F 0.25 5 0.3 0 5 none once 0
N92.600 不规则月经 30 14-50F 0.02 4 0.3 0 1 none once 0.02`,
  NEON: `
P59.900 新生儿黄疸 30 0-0 0.6 6 0.3 0 4 none once 0.1
P07.300 早产儿 10 0-0 0.97 22 0.6 1.2 7 none once 0.5
P23.900 新生儿肺炎 9 0-0 0.95 9 0.3 0.4 6 winter once 0.4`,
  PEDI: `
J18.001 小儿支气管肺炎 26 1-13 0.45 7 0.2 0.05 5 winter once 0.3
J06.901 小儿上呼吸道感染 60 0-13 0.01 4 0.2 0 1 winter once 0.25
A09.900 小儿腹泻病 22 0-10 0.15 5 0.3 0.02 3 summer once 0.3
J45.901 儿童哮喘 12 2-13 0.15 6 0.3 0.05 7 winter chronic 0.2
R56.001 热性惊厥 6 1-6 0.6 4 0.3 0.02 5 winter once 0.9`,
  GERI: `
F03.x00 老年痴呆 10 68-101 0.35 14 0.5 2 13 none chronic 0.05
J18.903 老年肺炎 16 70-101 0.85 11 0.4 6 17 winter once 0.4
I67.900 脑血管病后遗症 14 65-101 0.4 13 0.4 2 14 cold-snap chronic 0.08
E87.100 低钠血症 5 65-101 0.8 8 0.4 2 14 summer once 0.5`,
}

// January to December: how much more often than on the average of the year.
const months: Record<Season, number[]> = {
  none: [0.95, 0.8, 1.05, 1.03, 1.03, 1.02, 1.05, 1.03, 1.0, 0.97, 1.02, 1.05],
  winter: [1.7, 1.35, 1.15, 0.9, 0.75, 0.65, 0.6, 0.6, 0.75, 0.95, 1.2, 1.65],
  summer: [0.75, 0.7, 0.85, 0.95, 1.1, 1.25, 1.4, 1.4, 1.15, 0.95, 0.8, 0.75],
  'cold-snap': [1.3, 1.1, 1.05, 0.95, 0.9, 0.85, 0.85, 0.85, 0.9, 1.0, 1.1, 1.25],
}

export const diseases: Disease[] = Object.entries(table).flatMap(([specialty, lines]) =>
  lines
    .trim()
    .split('\n')
    .map((line) => parseDisease(specialty, line)),
)

/** How much more often than on the yearly average a disease comes in a month (1 to 12). */
export function seasonFactor(disease: Disease, month: number): number {
  return months[disease.season][month - 1] ?? 1
}

/** The diseases a person of this sex and age (whole years) can have. The list is shared: do not change it. */
export function diseasesFor(sex: Sex, age: number): readonly Disease[] {
  const key = `${sex}${Math.min(age, 101)}`
  let fitting = fittingCache.get(key)
  if (!fitting) {
    fitting = diseases.filter(
      (d) => (d.sex ?? sex) === sex && age >= d.minAge && Math.min(age, 101) <= Math.max(d.maxAge, 0),
    )
    fittingCache.set(key, fitting)
  }
  return fitting
}

const fittingCache = new Map<string, Disease[]>()

function parseDisease(specialty: string, line: string): Disease {
  const [
    code = '',
    name = '',
    weight,
    ages = '',
    inpatient,
    stay,
    spread,
    death,
    readmission,
    season,
    course,
    emergency,
  ] = line.split(' ')
  const range = /^(\d+)-(\d+)([MF])?$/.exec(ages)
  const numbers = [weight, inpatient, stay, spread, death, readmission, emergency].map(Number)
  if (!range || numbers.some(Number.isNaN) || !isSeason(season))
    throw new Error(`Disease table: cannot read "${line}"`)
  const [w = 0, i = 0, s = 0, p = 0, d = 0, r = 0, e = 0] = numbers
  return {
    code,
    name,
    specialty,
    weight: w,
    ...(range[3] === 'M' || range[3] === 'F' ? { sex: range[3] } : {}),
    minAge: Number(range[1]),
    // Old age has no upper bound worth modelling.
    maxAge: Number(range[2]) >= 95 ? 101 : Number(range[2]),
    inpatient: i,
    stayDays: s,
    staySpread: p,
    death: d / 100,
    readmission: r / 100,
    season,
    chronic: course === 'chronic',
    emergency: e,
  }
}

function isSeason(text: string | undefined): text is Season {
  return text === 'none' || text === 'winter' || text === 'summer' || text === 'cold-snap'
}
