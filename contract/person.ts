import { z } from 'zod'
import { emailAddress } from './email.ts'
import { ages } from './age.ts'
import { groupKinds, memberRoles } from './group.ts'
import { claimField, gap, provenance } from './provenance.ts'
import { calendarDate, id, idParams, listQuery, page, route, timestamp } from './route.ts'

/** FHIR administrative-gender. */
export const sex = z.enum(['male', 'female', 'other', 'unknown'])
export const encounterClass = z.enum(['inpatient', 'outpatient', 'emergency', 'home', 'virtual'])
export const encounterStatus = z.enum(['planned', 'in-progress', 'finished', 'cancelled'])

/** Origin of a merge: staff, a message (A40), or automatic matching. */
export const mergeSource = z.enum(['manual', 'hl7', 'match'])

/** Wrong check digit, birth date or sex other than on record, or no known kind of number. */
export const identifierMark = z.enum(['check-digit', 'birth-date', 'sex', 'format'])
export type IdentifierMark = z.infer<typeof identifierMark>

const telecom = z.object({
  id,
  system: z.enum(['phone', 'email', 'wechat', 'other']),
  /** Masked unless revealed. */
  value: z.string(),
  use: z.enum(['mobile', 'home', 'work', 'other']),
  valid: z.boolean(),
  source: z.string(),
  updatedAt: timestamp,
})

const encounter = z.object({
  id,
  visitNumber: z.string().nullable(),
  class: encounterClass,
  status: encounterStatus,
  siteId: id,
  siteName: z.string(),
  departmentId: id.nullable(),
  departmentName: z.string().nullable(),
  attendingStaffId: id.nullable(),
  attendingName: z.string().nullable(),
  bed: z.string().nullable(),
  start: timestamp.nullable(),
  end: timestamp.nullable(),
  dischargeDisposition: z.string().nullable(),
  conditions: z.array(
    z.object({ code: z.string(), text: z.string(), role: z.enum(['admission', 'discharge', 'other']) }),
  ),
})

export const personSummary = z.object({
  id,
  name: z.string(),
  sex,
  birthDate: calendarDate.nullable(),
  ...ages,
  deceased: z.boolean(),
  phone: z.string().nullable(),
  recordNumbers: z.array(z.object({ siteId: id.nullable(), value: z.string() })),
  lastVisitAt: timestamp.nullable(),
  lastDepartmentName: z.string().nullable(),
  lastConditionText: z.string().nullable(),
  openTasks: z.number().int(),
  /** Completeness of the data needed for follow-up, 0 to 100, by the site's weights. */
  completeness: z.number().int().nullable(),
  /** Names and record numbers of merged records that matched the search. */
  foundAs: z.array(z.string()),
})
export type PersonSummary = z.infer<typeof personSummary>

/** Tags that persons can be listed by. */
export const personTag = z.enum(['red-flag', 'open-dispute', 'do-not-contact', 'deceased'])
export type PersonTag = z.infer<typeof personTag>

export const personDetail = personSummary.omit({ foundAs: true }).extend({
  pinyin: z.string(),
  deceasedAt: timestamp.nullable(),
  maritalStatus: z.string().nullable(),
  language: z.string().nullable(),
  preferredChannel: z.enum(['phone', 'sms', 'email', 'wechat']).nullable(),
  note: z.string().nullable(),
  version: z.number().int(),
  source: z.string(),
  updatedAt: timestamp,
  tags: z.array(z.enum([...personTag.options, 'chronic', 'readmitted', 'minor'])),
  identifiers: z.array(
    z.object({
      system: z.string(),
      value: z.string(),
      siteId: id.nullable(),
      source: z.string(),
      /** When the source first stated it. */
      since: timestamp,
      /** Irregularities of an identity number. */
      marks: z.array(identifierMark),
    }),
  ),
  names: z.array(z.object({ use: z.enum(['usual', 'former', 'other']), text: z.string() })),
  telecoms: z.array(telecom),
  addresses: z.array(
    z.object({
      id,
      use: z.string(),
      text: z.string(),
      district: z.string().nullable(),
      source: z.string(),
      updatedAt: timestamp,
    }),
  ),
  relationships: z.array(
    z.object({
      id,
      relation: z.string(),
      name: z.string(),
      phone: z.string().nullable(),
      /** False: marked as wrong after a call. */
      phoneValid: z.boolean(),
      relatedPersonId: id.nullable(),
      source: z.string(),
      updatedAt: timestamp,
    }),
  ),
  /** Missing data with a weight, the heaviest first. */
  missing: z.array(gap),
  /** Provenance of each field with at least one statement. */
  provenance: z.array(provenance),
  optOuts: z.array(
    z.object({ channel: z.string(), purpose: z.string(), since: timestamp, reason: z.string().nullable() }),
  ),
  /** Records merged into this person whose merge can be undone. */
  mergedRecords: z.array(
    z.object({
      mergeId: id,
      recordId: id,
      /** The record it was merged into; differs from the person's after successive merges. */
      intoId: id,
      name: z.string(),
      recordNumbers: z.array(z.string()),
      source: mergeSource,
      reason: z.string(),
      mergedAt: timestamp,
      mergedByName: z.string(),
    }),
  ),
  encounters: z.array(encounter),
  facts: z.object({
    firstVisitAt: timestamp.nullable(),
    lastVisitAt: timestamp.nullable(),
    lastDischargeAt: timestamp.nullable(),
    visits: z.number().int(),
    stays: z.number().int(),
    /** The next appointment known. */
    nextVisitAt: timestamp.nullable(),
  }),
  /** The open task that comes next. */
  nextTask: z
    .object({ id, title: z.string(), at: timestamp, assigneeName: z.string().nullable() })
    .nullable(),
  enrollments: z.array(
    z.object({
      id,
      pathwayName: z.string(),
      status: z.string(),
      stepTitle: z.string().nullable(),
      dueAt: timestamp.nullable(),
      startedAt: timestamp,
    }),
  ),
  /** Current and past memberships of group customers, current ones first. */
  memberships: z.array(
    z.object({
      id,
      groupId: id,
      groupName: z.string(),
      groupKind: z.enum(groupKinds),
      role: z.enum(memberRoles),
      employeeNumber: z.string().nullable(),
      department: z.string().nullable(),
      title: z.string().nullable(),
      since: calendarDate.nullable(),
      until: calendarDate.nullable(),
      current: z.boolean(),
    }),
  ),
  abilities: z.object({
    write: z.boolean(),
    reveal: z.boolean(),
    enroll: z.boolean(),
    merge: z.boolean(),
    groups: z.boolean(),
  }),
})
export type PersonDetail = z.infer<typeof personDetail>

export const listPersons = route({
  method: 'get',
  path: '/persons',
  permission: 'person.read',
  summary: 'Search persons by name, pinyin (full or initials), phone (whole or last digits) or record number',
  personal: ['search', 'phone'],
  query: listQuery('name', 'lastVisit').extend({
    search: z.string().trim().max(100).optional(),
    /** Exact phone number in any usual form. */
    phone: z.string().trim().max(40).optional(),
    /** Completeness from and to, both inclusive. */
    completeFrom: z.coerce.number().int().min(0).max(100).optional(),
    completeTo: z.coerce.number().int().min(0).max(100).optional(),
    /** Persons of whom this is missing. */
    missing: gap.optional(),
    /** Site of the last visit; `none`: no visit yet. */
    lastSite: z.union([z.literal('none'), id]).optional(),
    /** Department, doctor and diagnosis of the last visit, as the list shows them. */
    departmentId: id.optional(),
    attendingStaffId: id.optional(),
    condition: z.string().trim().max(100).optional(),
    /** Days of the last discharge from a stay, both inclusive. */
    dischargedFrom: calendarDate.optional(),
    dischargedTo: calendarDate.optional(),
    tag: personTag.optional(),
  }),
  response: page(personSummary),
  example: { query: { search: '张', sort: '-lastVisit', limit: 20 } },
})

export const getPerson = route({
  method: 'get',
  path: '/persons/{id}',
  permission: 'person.read',
  summary: 'One person whole; contact data masked',
  params: idParams,
  response: personDetail,
})

export const updatePerson = route({
  method: 'patch',
  path: '/persons/{id}',
  permission: 'person.write',
  summary: 'Correct facts; refused when somebody changed the person meanwhile',
  params: idParams,
  body: z.object({
    version: z.number().int(),
    name: z.string().trim().min(1).max(120).optional(),
    sex: sex.optional(),
    birthDate: calendarDate.nullable().optional(),
    preferredChannel: z.enum(['phone', 'sms', 'email', 'wechat']).nullable().optional(),
    note: z.string().max(2000).nullable().optional(),
    maritalStatus: z.string().trim().max(20).nullable().optional(),
    language: z.string().trim().max(20).nullable().optional(),
    /** The person's address; can be replaced, not removed. */
    address: z
      .object({
        text: z.string().trim().min(1).max(300),
        province: z.string().trim().max(60).nullable().optional(),
        city: z.string().trim().max(60).nullable().optional(),
        district: z.string().trim().max(60).nullable().optional(),
        postalCode: z.string().trim().max(20).nullable().optional(),
      })
      .optional(),
    addPhone: z.string().trim().max(40).optional(),
    addEmail: emailAddress.optional(),
    /** Marks numbers and addresses as wrong or valid. */
    telecoms: z
      .array(z.object({ id, valid: z.boolean() }))
      .max(50)
      .optional(),
    /** A relative or other contact; the same relation and name again changes the telephone number. */
    addRelationship: z
      .object({
        relation: z.string().trim().min(1).max(40),
        name: z.string().trim().min(1).max(120),
        phone: z.string().trim().max(40).nullable().optional(),
      })
      .optional(),
    removeRelationships: z.array(id).max(50).optional(),
    /** Withdraws a death recorded by mistake; needs a reason. */
    deceased: z.literal(false).optional(),
    /** Reason for the audit log. */
    reason: z.string().trim().min(2).max(200).optional(),
  }),
  response: personDetail,
})

export const chooseStatement = route({
  method: 'post',
  path: '/persons/{id}/choices',
  permission: 'person.write',
  summary: 'Settle which of several sources is right about a field; counts as a correction by staff',
  params: idParams,
  body: z.object({
    version: z.number().int(),
    field: claimField,
    /** The record of a merged person that the statement is about. */
    recordId: id,
    source: z.string().max(200),
    reason: z.string().trim().min(2).max(200),
  }),
  response: personDetail,
})

export const revealPerson = route({
  method: 'post',
  path: '/persons/{id}/reveal',
  permission: 'person.reveal',
  summary: 'Show masked phone, identity and address for a reason; the look is logged',
  params: idParams,
  body: z.object({
    fields: z.array(z.enum(['telecoms', 'identifiers', 'addresses', 'relationships'])).min(1),
    reason: z.string().trim().min(2).max(200),
  }),
  response: z.object({
    telecoms: z.array(z.object({ id, value: z.string() })).optional(),
    identifiers: z.array(z.object({ system: z.string(), value: z.string() })).optional(),
    addresses: z.array(z.object({ id, text: z.string() })).optional(),
    relationships: z.array(z.object({ id, phone: z.string().nullable() })).optional(),
  }),
})

export const setOptOut = route({
  method: 'post',
  path: '/persons/{id}/opt-outs',
  permission: 'person.write',
  summary: 'Record that a person does not want contact by a channel for a purpose, or take it back',
  params: idParams,
  body: z.object({
    channel: z.enum(['all', 'phone', 'sms', 'email', 'wechat', 'letter', 'portal', 'visit']),
    purpose: z.enum(['all', 'clinical', 'service', 'marketing']),
    active: z.boolean(),
    reason: z.string().trim().max(200).optional(),
  }),
  response: personDetail,
})
