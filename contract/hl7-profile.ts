import { z } from 'zod'
import { isCountry } from './country.ts'
import { intakeNote } from './intake.ts'
import { encounterClass, encounterStatus, sex } from './person.ts'
import { eventKind } from './timeline.ts'
import { calendarDate, route, timestamp } from './route.ts'

/** `PID-11` or `PV1-3.4`: a field, or one component of its first repetition. */
const fieldPath = z.string().regex(/^[A-Z][A-Z0-9]{2}-\d{1,3}(\.\d{1,2})?$/)
const timeZone = z.string().max(60).refine(isTimeZone, 'not a time zone, such as Asia/Shanghai')
/** In which a telephone number without a country code is dialled: ISO 3166, two letters. */
const country = z.string().refine(isCountry, 'not a country, such as CN')
const codeMap = z
  .record(z.string().min(1).max(60), z.string().min(1).max(60))
  .refine((map) => Object.keys(map).length <= 500, 'at most 500 codes')

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export const hl7Charsets = ['UTF-8', 'GB18030', 'BIG5', 'ISO-8859-1'] as const

/** Deviations of one sender's messages from the standard. */
export const hl7ProfileDefinition = z.object({
  /** Instead of MSH-18, for senders that leave it empty or write something else. */
  charset: z.enum(hl7Charsets).nullable().default(null),
  timeZone: timeZone.nullable().default(null),
  /** Of the sender's telephone numbers; null = that of its site. */
  country: country.nullable().default(null),
  /** Code of the site that all messages are about. */
  site: z.string().trim().min(1).max(60).nullable().default(null),
  /**
   * What names the authority that assigned a number: the whole of CX.4, its name alone where the sender writes the rest as it likes, or
   * the sending facility where CX.4 cannot be relied on.
   */
  authority: z.enum(['whole', 'name', 'facility']).default('whole'),
  /** What becomes of messages for tests and training (MSH-11 `T`, `D`); null = the setting for all. */
  testMessages: z.enum(['set-aside', 'apply']).nullable().default(null),
  /** Minutes without a message after which this sender counts as down; null = the setting for all. */
  silentMinutes: z.number().int().min(1).max(100_000).nullable().default(null),
  /** Before mapping, `to` is set to the content of `from`, or to `value` if that is empty. */
  fields: z
    .array(
      z
        .object({
          to: fieldPath,
          from: fieldPath.nullable().default(null),
          value: z.string().max(200).nullable().default(null),
        })
        .refine((one) => one.from !== null || one.value !== null, 'needs a field or a value to take it from')
        .refine((one) => !one.to.startsWith('MSH'), 'MSH is read before any profile'),
    )
    .max(50)
    .default([]),
  /** The sender's codes to HL7's: sex M F O U; class I O E; departments and discharge dispositions as the site has them. */
  codes: z
    .object({
      sex: codeMap.default({}),
      class: codeMap.default({}),
      department: codeMap.default({}),
      disposition: codeMap.default({}),
    })
    .default({ sex: {}, class: {}, department: {}, disposition: {} }),
})
export type Hl7ProfileDefinition = z.infer<typeof hl7ProfileDefinition>

const sender = z.string().trim().min(1).max(200)
/** Empty: all facilities of the sender that have no profile of their own. */
const facility = z.string().trim().max(200)

const hl7Profile = z.object({
  sender,
  facility: z.string(),
  definition: hl7ProfileDefinition,
  version: z.number().int(),
  updatedAt: timestamp,
  updatedBy: z.string(),
})
export type Hl7Profile = z.infer<typeof hl7Profile>

export const listHl7Profiles = route({
  method: 'get',
  path: '/intake/profiles',
  permission: 'intake.read',
  summary: 'How senders are read that differ from the standard',
  response: z.object({ items: z.array(hl7Profile) }),
})

export const putHl7Profile = route({
  method: 'put',
  path: '/intake/profiles',
  permission: 'setting.write',
  summary: 'Set how one sender is read; refused when somebody changed it meanwhile',
  body: z.object({
    sender,
    facility,
    definition: hl7ProfileDefinition,
    /** The version that was edited; 0 for a new profile. */
    version: z.number().int().min(0),
  }),
  response: hl7Profile,
})

/** The effect of a message, in our terms; nothing is written. */
const understood = z.object({
  messageType: z.string(),
  controlId: z.string(),
  site: z.string(),
  at: timestamp,
  person: z.object({
    recordNumbers: z.array(z.object({ system: z.string(), value: z.string() })),
    name: z.string().nullable(),
    sex: sex.nullable(),
    birthDate: calendarDate.nullable(),
    phones: z.array(z.string()),
    address: z.string().nullable(),
  }),
  encounter: z
    .object({
      visitNumber: z.string(),
      class: encounterClass.nullable(),
      status: encounterStatus.nullable(),
      department: z.string().nullable(),
      attending: z.string().nullable(),
      bed: z.string().nullable(),
      start: timestamp.nullable(),
      end: timestamp.nullable(),
      disposition: z.string().nullable(),
      conditions: z.array(z.string()),
    })
    .nullable(),
  /** What could not be used. */
  notes: z.array(intakeNote),
  facts: z.array(z.object({ kind: eventKind, at: timestamp, data: z.record(z.string(), z.unknown()) })),
})

export const previewHl7Profile = route({
  method: 'post',
  path: '/intake/profiles/preview',
  permission: 'intake.read',
  summary: 'What CareLoop would understand of a pasted message under a profile; nothing is stored',
  largestBody: 1024 * 1024,
  body: z.object({ message: z.string().min(1).max(200_000), definition: hl7ProfileDefinition }),
  response: z.object({
    understood: understood.nullable(),
    /** Why it could not be applied, and the field at fault. */
    problem: z.object({ reason: z.string(), location: z.string().nullable() }).nullable(),
  }),
})
