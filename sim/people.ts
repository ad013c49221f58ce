import { ageAt, calendarOf, DAY, isoDate } from './clock.ts'
import { fullName, givenName, personName, surname, type PersonName, type Sex } from './names.ts'
import { chance, int, pick, pickWeighted, prng, type Prng } from './prng.ts'

export interface Address {
  street: string
  /** City and district, e.g. 成都市武侯区. */
  city: string
  province: string
  postcode: string
}

export type Relation = 'SPO' | 'CHD' | 'PAR' | 'SIB'

export interface NextOfKin {
  familyName: string
  givenName: string
  relation: Relation
  relationText: string
  phone: string
}

/** A person as the hospital's registration knows them at one moment. */
export interface Person {
  /** Position in the world, from 0; the key by which messages of one person keep their order. */
  index: number
  name: PersonName
  sex: Sex
  /** `yyyy-mm-dd`. */
  birthDate: string
  /** NI: resident identity card; PPN: passport or travel permit. Newborns and some others have none. */
  idDocument?: { type: 'NI' | 'PPN'; authority: string; value: string }
  phone?: string
  email?: string
  address: Address
  /** HL7 table 0002. */
  maritalStatus: 'S' | 'M' | 'D' | 'W'
  nextOfKin?: NextOfKin
  homeSite: string
  deceasedAt?: Date
}

const PERSON_STREAM = 1

// GB/T 2260 codes: where identity cards were first issued, mostly Sichuan.
const idRegions = (
  '510104 510105 510106 510107 510108 510112 510113 510114 510115 510116 510117 510181 510182 510183 510184 510703 ' +
  '510704 510722 510725 510781 510302 510502 510603 510682 511002 511102 511302 511402 511502 513401 500103 610102'
).split(' ')

const districts: { city: string; postcode: string; weight: number; streets: string[] }[] = [
  {
    city: '成都市武侯区',
    postcode: '610041',
    weight: 24,
    streets: ['浆洗街', '玉林北路', '桐梓林东路', '科华北路', '簇桥街'],
  },
  {
    city: '成都市锦江区',
    postcode: '610021',
    weight: 18,
    streets: ['东大街', '莲桂东路', '锦华路', '海椒市街'],
  },
  {
    city: '成都市青羊区',
    postcode: '610015',
    weight: 16,
    streets: ['草堂路', '文武路', '光华村街', '金沙路'],
  },
  {
    city: '成都市成华区',
    postcode: '610051',
    weight: 14,
    streets: ['建设北路', '双林路', '二仙桥东路', '猛追湾街'],
  },
  { city: '成都市双流区', postcode: '610200', weight: 10, streets: ['东升街', '棠湖东路', '航空港康平街'] },
  { city: '成都市龙泉驿区', postcode: '610100', weight: 6, streets: ['北京路', '驿都中路', '建材路'] },
  { city: '绵阳市涪城区', postcode: '621000', weight: 6, streets: ['临园路', '长虹大道', '安昌路'] },
  { city: '绵阳市游仙区', postcode: '621022', weight: 3, streets: ['芙蓉路', '东津路'] },
  { city: '德阳市旌阳区', postcode: '618000', weight: 3, streets: ['长江西路', '泰山北路'] },
]

const mobilePrefixes =
  '134 135 136 137 138 139 150 151 152 157 158 159 182 183 187 188 130 131 132 155 156 186 133 153 180 181 189 199'.split(
    ' ',
  )

const ageBands: { from: number; to: number; weight: number }[] = [
  { from: 0, to: 0, weight: 30 },
  { from: 1, to: 5, weight: 55 },
  { from: 6, to: 17, weight: 50 },
  { from: 18, to: 39, weight: 235 },
  { from: 40, to: 59, weight: 280 },
  { from: 60, to: 74, weight: 230 },
  { from: 75, to: 89, weight: 110 },
  { from: 90, to: 101, weight: 10 },
]

// Every identity number of a world differs: region, sequence, birth day and birth month are the digits of a
// permuted index, which repeats only after this many people.
const ID_COMBINATIONS = idRegions.length * 500 * 28 * 12
const ID_STRIDE = 3_141_601

/**
 * Person `index` of the world `seed`, as first registered at `firstContact` (milliseconds). Depends on nothing
 * else, so any person can be made alone and again.
 */
export function makePerson(seed: number, index: number, firstContact: number): Person {
  const random = prng(seed, PERSON_STREAM, index)
  const sex: Sex = chance(random, 0.52) ? 'F' : 'M'
  const band = pickWeighted(random, ageBands, (b) => b.weight)
  const age = int(random, band.from, band.to)
  const slot = (index * ID_STRIDE + Math.abs(seed) * 7919) % ID_COMBINATIONS
  const birthDate =
    age === 0 ? isoDate(firstContact - int(random, 0, 25) * DAY) : birthday(random, slot, age, firstContact)
  const name = personName(random, sex, Number(birthDate.slice(0, 4)))
  const adult = age >= 18
  const phone = chance(random, 0.97) ? mobile(random) : undefined
  const person: Person = {
    index,
    name,
    sex,
    birthDate,
    address: address(random),
    maritalStatus: maritalStatus(random, age),
    homeSite: chance(random, 0.85) ? 'GH01' : 'GH02',
  }
  const document = idDocument(random, slot, name, sex, birthDate, age)
  if (document) person.idDocument = document
  if (phone) person.phone = phone
  if (adult && chance(random, age > 65 ? 0.2 : 0.6)) person.email = email(random, index)
  if (!adult || chance(random, 0.85)) person.nextOfKin = nextOfKin(random, person, age)
  return person
}

/** The record number of a person at one site: each site's HIS numbers its own patients. */
export function recordNumber(person: Pick<Person, 'index'>, siteCode: string): string {
  return `${siteCode === 'GH01' ? '1' : '2'}${String(person.index + 1).padStart(8, '0')}`
}

/** The check character of the first 17 digits of an identity number (GB 11643-1999, ISO 7064 MOD 11-2). */
export function idCheckDigit(first17: string): string {
  let sum = 0
  for (let i = 0; i < 17; i++) sum += Number(first17[i]) * (2 ** (17 - i) % 11)
  return '10X98765432'.charAt(sum % 11)
}

/** An 11-digit mainland mobile number. It may belong to somebody: a demo must never really call it. */
export function mobile(random: Prng): string {
  return pick(random, mobilePrefixes) + String(int(random, 0, 99_999_999)).padStart(8, '0')
}

function birthday(random: Prng, slot: number, age: number, firstContact: number): string {
  const month = (Math.floor(slot / (idRegions.length * 500 * 28)) % 12) + 1
  const day = (Math.floor(slot / (idRegions.length * 500)) % 28) + 1
  // Days 29 to 31 each take the place of one other day, so that the mapping stays one to one.
  const late = day <= 3 && month !== 2 && !(day === 3 && [4, 6, 9, 11].includes(month)) && chance(random, 0.5)
  const text = `-${String(month).padStart(2, '0')}-${String(late ? day + 28 : day).padStart(2, '0')}`
  const year = calendarOf(firstContact).year - age
  return ageAt(`${year}${text}`, firstContact) < age ? `${year - 1}${text}` : `${year}${text}`
}

function idDocument(random: Prng, slot: number, name: PersonName, sex: Sex, birthDate: string, age: number) {
  if (age === 0 || chance(random, 0.06)) return undefined
  if (name.style === 'latin')
    return { type: 'PPN' as const, authority: 'XXX', value: `E${int(random, 10_000_000, 99_999_999)}` }
  if (name.style === 'taiwan')
    return { type: 'PPN' as const, authority: 'TWN', value: String(int(random, 10_000_000, 99_999_999)) }
  const region = idRegions[slot % idRegions.length] ?? ''
  // Odd sequence numbers are given to men, even ones to women.
  const sequence = (Math.floor(slot / idRegions.length) % 500) * 2 + (sex === 'M' ? 1 : 0)
  const first17 = region + birthDate.replaceAll('-', '') + String(sequence).padStart(3, '0')
  return { type: 'NI' as const, authority: 'CN', value: first17 + idCheckDigit(first17) }
}

function address(random: Prng): Address {
  const district = pickWeighted(random, districts, (d) => d.weight)
  const house = `${pick(random, district.streets)}${int(random, 1, 320)}号`
  const flat = chance(random, 0.7)
    ? `${int(random, 1, 18)}栋${int(random, 1, 4)}单元${int(random, 1, 33)}0${int(random, 1, 4)}`
    : ''
  return { street: house + flat, city: district.city, province: '四川省', postcode: district.postcode }
}

function maritalStatus(random: Prng, age: number): Person['maritalStatus'] {
  if (age < 22) return 'S'
  if (age > 70 && chance(random, 0.35)) return 'W'
  if (chance(random, 0.06)) return 'D'
  return chance(random, Math.min(0.95, exponentialShare(age))) ? 'M' : 'S'
}

function exponentialShare(age: number): number {
  return 1 - Math.exp(-(age - 20) / 7)
}

function email(random: Prng, index: number): string {
  return `p${index + 1}@${chance(random, 0.7) ? 'example.com' : 'patients.example'}`
}

function nextOfKin(random: Prng, person: Person, age: number): NextOfKin {
  const relation = kinRelation(random, person, age)
  const male = relation === 'SPO' ? person.sex === 'F' : chance(random, 0.5)
  const years = { SPO: 0, SIB: int(random, -6, 6), CHD: int(random, 23, 34), PAR: -int(random, 22, 34) }[
    relation
  ]
  // Children carry their father's name, so a mother and her child seldom share one.
  const shares =
    relation !== 'SPO' && person.name.style === 'han' && (relation !== 'PAR' || male) && chance(random, 0.8)
  return {
    familyName: shares ? person.name.family : surname(random),
    givenName: givenName(random, male ? 'M' : 'F', Number(person.birthDate.slice(0, 4)) + years),
    relation,
    relationText: {
      SPO: male ? '丈夫' : '妻子',
      CHD: male ? '儿子' : '女儿',
      PAR: male ? '父亲' : '母亲',
      SIB: male ? '兄弟' : '姐妹',
    }[relation],
    // A family often gives one number for two of its members.
    phone: person.phone && chance(random, age < 14 ? 0.7 : 0.05) ? person.phone : mobile(random),
  }
}

function kinRelation(random: Prng, person: Person, age: number): Relation {
  if (age < 22) return 'PAR'
  if (person.maritalStatus === 'M' && chance(random, age > 65 ? 0.4 : 0.8)) return 'SPO'
  if (age >= 45) return chance(random, 0.85) ? 'CHD' : 'SIB'
  return chance(random, 0.6) ? 'PAR' : 'SIB'
}

/** A slip of the keyboard at first registration: a character that sounds the same or looks alike. */
export function misspell(person: Person): Person | undefined {
  const whole = fullName(person.name)
  const slip = slips.find(([right]) => person.name.given.includes(right) && !whole.startsWith(right))
  if (!slip) return undefined
  return { ...person, name: { ...person.name, given: person.name.given.replace(slip[0], slip[1]) } }
}

const slips: [right: string, wrong: string][] =
  '伟纬 军君 杰洁 涛滔 婷亭 英瑛 兰蓝 珍真 梅玫 华桦 明铭 平萍 生升 林琳 清青 怡宜 涵函 轩萱 辉晖 峰锋 静婧 丽莉 玲铃 娟涓 霞瑕 芳方 国囯'
    .split(' ')
    .map((pair) => [pair.charAt(0), pair.charAt(1)])
