import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { BookingWho } from '../../../contract/booking.ts'
import { maskName } from '../../../contract/export.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { deceasedOf, joinPerson, recordsOf } from '../event/record.ts'
import { refreshFacts } from '../person/facts.ts'
import { marksOf } from '../person/id-check.ts'
import { comparedNumber, isPlaceholderNumber } from '../person/identity-number.ts'
import { sameName } from '../person/name.ts'
import { type PersonInput, upsertPersons } from '../person/upsert.ts'

/** Longer than a telephone number rests before its provider gives it to somebody else (China: 90 days) nobody is known by an old booking. */
const rememberedDays = 60

type Candidate = { id: number; name: string; sex: string; birth_date: string | null; numbers: string[] }

/** Who has this number on record, or, unless only those are asked for, was booked for with it lately. */
export async function candidatesOf(
  db: Db,
  phone: string,
  which: 'on-record' | 'or-booked' = 'or-booked',
): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    select p.id, p.name, p.sex, p.birth_date, array(select i.value from person_identifier i
      where i.person_id = any(${recordsOf(sql`p.id`)}) and i.system in ('national-id', 'passport')) as numbers
    from (select t.person_id from person_telecom t where t.system = 'phone' and t.value = ${phone} and t.extension is null and t.valid
      union select s.person_id from booking_session s where s.phone = ${phone} and s.person_id is not null
        and ${which === 'or-booked'} and s.created_at > now() - ${rememberedDays} * interval '1 day') known ${joinPerson(sql`known.person_id`)}
    where not ${deceasedOf(sql`p.id`, sql`p.deceased`)} group by p.id order by p.id limit 20`.execute(db)
  return rows
}

/** The person whose number it is, when there is only one. */
export async function onlyPersonOf(db: Db, phone: string): Promise<number | null> {
  const [one, ...more] = await candidatesOf(db, phone)
  return one && more.length === 0 ? one.id : null
}

export async function whoOf(
  db: Db,
  { phone, personId }: { phone: string; personId: number | null },
): Promise<BookingWho> {
  if (personId !== null) {
    const { rows } = await sql<{ name: string }>`
      select p.name from (select ${personId}::bigint as id) asked ${joinPerson(sql`asked.id`)}`.execute(db)
    return { state: 'known', name: maskName(rows[0]?.name ?? '') }
  }
  const names = [...new Set((await candidatesOf(db, phone)).map((one) => maskName(one.name)))]
  return names.length > 0 ? { state: 'several', names } : { state: 'unknown' }
}

/** Years of Taiwan begin in 1912. */
const written = (year: number) => (year < 200 ? year + 1911 : year)

/** Who of those with this number it is; undefined when name and year fit none of them, or two alike. */
export async function chosenOf(
  db: Db,
  phone: string,
  choice: { name: string; birthYear: number },
): Promise<number | undefined> {
  return chosenAmong(await candidatesOf(db, phone), choice)
}

export function chosenAmong(
  candidates: Candidate[],
  { name, birthYear }: { name: string; birthYear: number },
): number | undefined {
  const year = String(written(birthYear))
  const fitting = candidates.filter(
    (one) => maskName(one.name) === name && one.birth_date?.slice(0, 4) === year,
  )
  return fitting.length === 1 ? fitting[0]?.id : undefined
}

export type StatedPerson = { name: string; identity: string | null }
/** @property doubted the number is somebody else's here: staff compare the document */
export type Found = { personId: number; numberStated: boolean; doubted: boolean }

/**
 * The person of a name and number: one with this telephone number, one with this identity number, else a new one. What is answered does not
 * tell which. Somebody known by both is taken as they are: nothing on record changes, but that a number is added where there was none.
 * @throws {AppError} identity-wrong, real-name when only a number could tell two of one name apart
 */
export async function personOf(
  trx: Trx,
  { phone, siteId, ...stated }: StatedPerson & { phone: string; siteId: number },
): Promise<Found> {
  const number = stated.identity === null ? null : readIdentity(stated.identity)
  const numberStated = number !== null
  const alike = (await candidatesOf(trx, phone)).filter((one) => sameName(one.name, stated.name))
  if (!number && alike.length > 1) throw new AppError('real-name')
  const here = alike.find((one) => !number || one.numbers.includes(number.value))
  if (here) return { personId: here.id, numberStated, doubted: false }
  const owner = number && (await ownerOf(trx, number))
  if (owner && !owner.deceased && sameName(owner.name, stated.name))
    return { personId: owner.id, numberStated, doubted: false }
  const free = owner ? null : number
  // Somebody doubtful who comes again is the same one.
  const before = owner && alike.find((one) => one.numbers.length === 0)
  if (before) return { personId: before.id, numberStated, doubted: true }
  const [alone] = alike
  if (free && alone && alike.length === 1 && alone.numbers.length === 0 && fits(free.value, alone))
    return { personId: await addNumber(trx, alone.id, free), numberStated, doubted: false }
  const personId = await create(trx, { phone, siteId, name: stated.name, number: free })
  return { personId, numberStated, doubted: owner !== undefined && owner !== null }
}

type Identity = { system: 'national-id' | 'passport'; value: string }

/** @throws {AppError} identity-wrong */
function readIdentity(text: string): Identity {
  const value = comparedNumber('national-id', text.normalize('NFKC'))
  const marks = marksOf(value, { sex: 'unknown', birthDate: null })
  const isPassport = marks.includes('format')
  const wrong = isPassport ? !/^[A-Z0-9]{5,12}$/.test(value) || /^\d{10,}$/.test(value) : marks.length > 0
  if (wrong || isPlaceholderNumber(value)) throw new AppError('identity-wrong')
  return { system: isPassport ? 'passport' : 'national-id', value }
}

/** Birth date and sex in a number say nothing against this person. */
const fits = (number: string, { sex, birth_date: birthDate }: Candidate) =>
  marksOf(number, { sex, birthDate }).every((mark) => mark === 'format')

async function ownerOf(trx: Trx, { system, value }: Identity) {
  const { rows } = await sql<{ id: number; name: string; deceased: boolean }>`
    select p.id, p.name, ${deceasedOf(sql`p.id`, sql`p.deceased`)} as deceased from person_identifier i ${joinPerson(sql`i.person_id`)}
    where i.system = ${system} and i.value = ${value}`.execute(trx)
  return rows[0]
}

const nothing: Omit<PersonInput, 'sourceTime' | 'identifiers'> = {
  source: 'booking',
  name: null,
  sex: null,
  birthDate: null,
  deceasedAt: null,
  deceased: false,
  maritalStatus: null,
  language: null,
  telecoms: [],
  addresses: [],
  relationships: [],
}

async function addNumber(trx: Trx, personId: number, number: Identity): Promise<number> {
  const { rows } = await sql<{ system: string; value: string; site_id: number | null }>`
    select system, value, site_id from person_identifier where person_id = ${personId} order by system limit 1`.execute(
    trx,
  )
  const [own] = rows
  if (!own) return personId
  const identifiers = [
    { system: own.system, value: own.value, siteId: own.site_id },
    { ...number, siteId: null },
  ]
  await upsertPersons(trx, [{ ...nothing, sourceTime: new Date(), identifiers }])
  await recordEvents(trx, [event(personId, 'person.updated', { fields: ['identifiers'] })])
  await refreshFacts(trx, [personId])
  return personId
}

/** A new person needs a number of its own from whoever tells of it; it also shows the person to staff of the hospital. */
async function create(
  trx: Trx,
  { phone, siteId, name, number }: { phone: string; siteId: number; name: string; number: Identity | null },
): Promise<number> {
  const born =
    number?.system === 'national-id' ? /^\d{6}(\d{4})(\d\d)(\d\d)\d{3}[\dX]$/.exec(number.value) : null
  const [made] = await upsertPersons(trx, [
    {
      ...nothing,
      sourceTime: new Date(),
      name,
      birthDate: born ? born.slice(1).join('-') : null,
      sex: born && number ? (Number(number.value[16]) % 2 === 1 ? 'male' : 'female') : null,
      identifiers: [
        { system: 'booking', value: `W${randomBytes(8).toString('hex').toUpperCase()}`, siteId },
        ...(number ? [{ ...number, siteId: null }] : []),
      ],
      telecoms: [{ system: 'phone', value: phone, use: 'mobile' }],
    },
  ])
  if (!made) throw new Error('a new person is always made')
  await recordEvents(trx, [event(made.id, 'person.created', {})])
  await refreshFacts(trx, [made.id])
  return made.id
}

const event = (personId: number, kind: 'person.created' | 'person.updated', data: object) => ({
  personId,
  at: new Date(),
  kind,
  source: 'booking',
  data: { ...data },
})
