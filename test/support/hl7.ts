import iconv from 'iconv-lite'
import type { TestApp } from './app.ts'
import { applyWaiting } from '../../server/feeds/hl7/apply.ts'
import { type Receipt, RawStore } from '../../server/modules/intake/store.ts'

/** What a message says; everything left out gets a value that fits, `null` leaves the field empty. */
export type Adt = {
  event?: string
  controlId?: string
  site?: string
  sender?: string
  /** The message's own time and, unless said otherwise, the time of what happened. */
  at?: Date
  mrn?: string | null
  nationalId?: string | null
  /** Whole PID-3, instead of the two above. */
  identifiers?: string
  name?: string | null
  sex?: string | null
  birth?: string | null
  phone?: string | null
  email?: string | null
  address?: string | null
  marital?: string | null
  diedAt?: Date | null
  class?: string | null
  department?: string | null
  departmentName?: string
  bed?: string | null
  doctor?: string | null
  doctorName?: string
  visit?: string | null
  admittedAt?: Date | null
  dischargedAt?: Date | null
  disposition?: string | null
  diagnoses?: [code: string, text: string, role?: string][]
  kin?: [name: string, phone: string]
  charset?: string
}

let count = 0

/** Family name first; a Latin name is written given name first. */
function nameField(name: string): string {
  const latin = /^(\p{Script=Latin}+) (\p{Script=Latin}+)$/u.exec(name)
  const [family, given] = latin ? [latin[2], latin[1]] : [[...name][0], [...name].slice(1).join('')]
  return `${family ?? ''}^${given ?? ''}^^^^^L`
}

/** A time as HL7 writes it, in China. */
export function stamp(at: Date): string {
  const local = new Date(at.getTime() + 8 * 3600_000).toISOString()
  return `${local.slice(0, 19).replaceAll(/[-:T]/g, '')}+0800`
}

/** An ADT message about made-up people, as text with segments ended by CR. */
export function adt(said: Adt = {}): string {
  count += 1
  const { event = 'A01', at = new Date(Date.now() - 3600_000), site = 'NH' } = said
  const given = <T>(value: T | null | undefined, fallback: T): T | '' =>
    value === null ? '' : (value ?? fallback)
  const mrn = given(said.mrn, `R${count}`)
  const { nationalId, name = '测试甲', kin } = said
  const identifiers =
    said.identifiers ?? [`${mrn}^^^${site}^MR`, ...(nationalId ? [`${nationalId}^^^CN^NI`] : [])].join('~')
  const phones = [
    said.phone ? `^PRN^CP^^^^${said.phone}` : '',
    said.email ? `^NET^Internet^${said.email}` : '',
  ]
  const admitted = said.admittedAt === undefined ? (event === 'A08' ? null : at) : said.admittedAt
  const discharged = said.dischargedAt === undefined ? (event === 'A03' ? at : null) : said.dischargedAt
  const names = name === null ? '' : nameField(name)
  const segments = [
    `MSH|^~\\&|${said.sender ?? 'HIS'}|${site}|CARELOOP|${site}|${stamp(at)}||ADT^${event}|${said.controlId ?? `C${process.pid}-${count}`}|P|2.5||||||${said.charset ?? 'UNICODE UTF-8'}`,
    `EVN|${event}|${stamp(at)}||||${stamp(at)}`,
    `PID|1||${identifiers}||${names}||${given(said.birth, '19700102')}|${given(said.sex, 'F')}|||${said.address ? `${said.address}^^宁波市海曙区^浙江省^315000` : ''}||${phones.filter(Boolean).join('~')}|||${said.marital ?? ''}|||||||||||||${said.diedAt ? `${stamp(said.diedAt)}|Y` : ''}`,
    ...(kin ? [`NK1|1|${kin[0].slice(0, 1)}^${kin[0].slice(1)}|SPO|| ^PRN^CP^^^^${kin[1]}`] : []),
    `PV1|1|${given(said.class, 'I')}|${given(said.department, 'CARD')}^${given(said.bed, '12')}^^${site}^^^^^${said.departmentName ?? '心内科'}||||${said.doctor === null ? '' : `${said.doctor ?? 'D1'}^${said.doctorName ?? '林^某'}`}||||||||||||${said.visit === null ? '' : (said.visit ?? `V${count}`)}|||||||||||||||||${said.disposition ?? ''}||||||||${admitted ? stamp(admitted) : ''}|${discharged ? stamp(discharged) : ''}`,
    ...(said.diagnoses ?? []).map(
      ([code, text, role], at) => `DG1|${at + 1}||${code}^${text}|||${role ?? 'A'}`,
    ),
  ]
  return `${segments.join('\r')}\r`
}

/** The same as bytes in its own character set. */
export function adtBytes(said: Adt = {}): Buffer {
  return /^gb/i.test(said.charset ?? '') ? iconv.encode(adt(said), 'gb18030') : Buffer.from(adt(said))
}

/** Stores messages as the listener does and answers their receipts; nothing is applied yet. */
export async function store(app: TestApp, ...messages: Adt[]): Promise<Receipt[]> {
  const raw = new RawStore(app.db, () => undefined)
  return Promise.all(messages.map((message) => raw.accept(adtBytes(message))))
}

/** Stores and applies messages; pathways do not move. */
export async function receive(app: TestApp, ...messages: Adt[]): Promise<void> {
  await store(app, ...messages)
  while ((await applyWaiting(app.db)) > 0);
}

/** Stores and applies messages that are written out. */
export async function receiveText(app: TestApp, ...texts: string[]): Promise<void> {
  const raw = new RawStore(app.db, () => undefined)
  await Promise.all(texts.map((text) => raw.accept(Buffer.from(text))))
  while ((await applyWaiting(app.db)) > 0);
}

/** A message of any type about one patient: MSH and PID, then the segments given. */
export function about(
  type: string,
  said: { mrn: string; at?: Date; controlId?: string; name?: string },
  ...rest: string[]
): string {
  count += 1
  const at = stamp(said.at ?? new Date(Date.now() - 3600_000))
  return [
    `MSH|^~\\&|LIS|NH|CARELOOP|NH|${at}||${type}|${said.controlId ?? `T${process.pid}-${count}`}|P|2.5||||||UNICODE UTF-8`,
    `PID|1||${said.mrn}^^^NH^MR||${said.name ?? '测^试'}||19700102|F`,
    ...rest,
    '',
  ].join('\r')
}

/** The person with that record number. */
export async function personOf(app: TestApp, mrn: string, site = 'NH'): Promise<number> {
  const row = await app.db
    .selectFrom('person_identifier')
    .select('person_id')
    .where('system', '=', `mrn:${site}`)
    .where('value', '=', mrn)
    .executeTakeFirstOrThrow()
  return row.person_id
}
