import { z } from 'zod'
import { emailAddress } from './email.ts'
import { calendarDate, id, idParams, listQuery, page, pageQuery, route, timestamp } from './route.ts'

/** Organisations that refer, pay for or care for people; FHIR Organization. */
export const groupKinds = [
  'contract-unit',
  'employer',
  'insurer',
  'bank',
  'government',
  'school',
  'community-station',
  'alliance-hospital',
  'dialysis-clinic',
  'supplier',
  'other',
] as const
export const groupStatuses = ['prospect', 'active', 'dormant', 'ended'] as const
export const groupLevels = ['key', 'regular', 'potential'] as const
export const contactRoles = ['decision-maker', 'liaison', 'finance', 'influencer', 'other'] as const
export const agreementStatuses = ['draft', 'active', 'suspended', 'ended'] as const
export const payments = ['self-paid', 'prepaid', 'per-visit', 'monthly', 'quarterly', 'yearly'] as const
export const agreementServices = [
  'health-check',
  'outpatient',
  'inpatient',
  'emergency',
  'dialysis',
  'vaccination',
  'occupational-health',
  'on-site',
  'other',
] as const
export const memberRoles = [
  'employee',
  'retiree',
  'dependant',
  'patient',
  'student',
  'insured',
  'other',
] as const
export type MemberRole = (typeof memberRoles)[number]

const text = (most: number) => z.string().trim().min(1).max(most)
const optional = (most: number) => z.string().trim().max(most).nullable().default(null)
const version = z.number().int()

const groupBody = z.object({
  /** Null: served by all sites. */
  siteId: id.nullable(),
  code: text(60),
  name: text(200),
  kind: z.enum(groupKinds).default('contract-unit'),
  status: z.enum(groupStatuses).default('active'),
  level: z.enum(groupLevels).nullable().default(null),
  parentId: id.nullable().default(null),
  taxId: optional(30),
  industry: optional(100),
  headcount: z.number().int().min(0).max(10_000_000).nullable().default(null),
  phone: optional(40),
  address: optional(300),
  district: optional(60),
  city: optional(60),
  province: optional(60),
  ownerStaffId: id.nullable().default(null),
  note: optional(2000),
})
export type GroupBody = z.output<typeof groupBody>

const contactBody = z.object({
  name: text(100),
  title: optional(100),
  role: z.enum(contactRoles).default('liaison'),
  phone: optional(40),
  email: emailAddress.nullable().default(null),
  main: z.boolean().default(false),
  active: z.boolean().default(true),
  note: optional(500),
})
export type GroupContactBody = z.output<typeof contactBody>

const agreementBody = z
  .object({
    number: text(100),
    title: optional(200),
    status: z.enum(agreementStatuses).default('active'),
    validFrom: calendarDate.nullable().default(null),
    validUntil: calendarDate.nullable().default(null),
    payment: z.enum(payments).nullable().default(null),
    /** Per cent off the list price: 15 = 85 折. */
    discountPercent: z.number().min(0).max(100).nullable().default(null),
    creditLimit: z.number().min(0).max(1e12).nullable().default(null),
    /** ISO 4217. */
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('CNY'),
    services: z.array(z.enum(agreementServices)).max(20).default([]),
    terms: optional(4000),
    /** Where the signed paper is kept. */
    document: optional(300),
    signedOn: calendarDate.nullable().default(null),
  })
  .refine((one) => !one.validFrom || !one.validUntil || one.validUntil >= one.validFrom, {
    path: ['validUntil'],
    message: 'is before the beginning',
  })
export type GroupAgreementBody = z.output<typeof agreementBody>

const memberFields = {
  role: z.enum(memberRoles).default('employee'),
  employeeNumber: optional(60),
  department: optional(100),
  title: optional(100),
  since: calendarDate.nullable().default(null),
  until: calendarDate.nullable().default(null),
  note: optional(500),
}
const inOrder = {
  check: (one: { since: string | null; until: string | null }) =>
    !one.since || !one.until || one.until >= one.since,
  problem: { path: ['until'], message: 'is before the beginning' },
}
export type GroupMemberBody = z.output<z.ZodObject<typeof memberFields>>

const agreement = agreementBody.extend({
  id,
  version,
  /** Its last day is past, though it was not ended. */
  expired: z.boolean(),
  /** Its last day is within the setting `group.warn-days`. */
  expiresSoon: z.boolean(),
  source: z.string(),
  updatedAt: timestamp,
})
export type GroupAgreement = z.infer<typeof agreement>

const contact = contactBody.extend({
  id,
  version,
  /** Masked for those who may not change group customers. */
  phone: z.string().nullable(),
  email: z.string().nullable(),
  source: z.string(),
})
export type GroupContact = z.infer<typeof contact>

const groupSummary = z.object({
  id,
  code: z.string(),
  name: z.string(),
  kind: z.enum(groupKinds),
  status: z.enum(groupStatuses),
  level: z.enum(groupLevels).nullable(),
  siteId: id.nullable(),
  siteName: z.string().nullable(),
  ownerName: z.string().nullable(),
  /** Current members. */
  members: z.number().int(),
  /** The running agreement that ends last; null when there is none. */
  agreement: z
    .object({
      number: z.string(),
      validUntil: calendarDate.nullable(),
      expired: z.boolean(),
      expiresSoon: z.boolean(),
    })
    .nullable(),
})
export type GroupSummary = z.infer<typeof groupSummary>

const groupDetail = groupBody.extend({
  id,
  version,
  siteName: z.string().nullable(),
  ownerName: z.string().nullable(),
  parentName: z.string().nullable(),
  /** Groups below this one, such as clinics of a chain. */
  children: z.array(z.object({ id, name: z.string() })),
  members: z.number().int(),
  formerMembers: z.number().int(),
  contacts: z.array(contact),
  agreements: z.array(agreement),
  source: z.string(),
  updatedAt: timestamp,
  abilities: z.object({ write: z.boolean(), export: z.boolean() }),
})
export type GroupDetail = z.infer<typeof groupDetail>

const member = z.object({
  id,
  version,
  personId: id,
  name: z.string(),
  sex: z.string(),
  birthDate: calendarDate.nullable(),
  /** Masked. */
  phone: z.string().nullable(),
  recordNumbers: z.array(z.string()),
  lastVisitAt: timestamp.nullable(),
  role: z.enum(memberRoles),
  employeeNumber: z.string().nullable(),
  department: z.string().nullable(),
  title: z.string().nullable(),
  since: calendarDate.nullable(),
  until: calendarDate.nullable(),
  note: z.string().nullable(),
})
export type GroupMember = z.infer<typeof member>

export const listGroups = route({
  method: 'get',
  path: '/groups',
  permission: 'group.read',
  summary: 'Group customers by name, pinyin or number; those whose agreement ends soon can be asked for',
  query: listQuery('name', 'code', 'kind', 'members', 'owner', 'site').extend({
    search: z.string().trim().max(100).optional(),
    kind: z.enum(groupKinds).optional(),
    status: z.enum(groupStatuses).optional(),
    expiring: z.stringbool().optional(),
  }),
  response: page(groupSummary),
})

export const createGroup = route({
  method: 'post',
  path: '/groups',
  permission: 'group.write',
  summary: 'Enter a group customer',
  body: groupBody,
  response: groupDetail,
  status: 201,
  example: { body: { siteId: 1, code: 'G001', name: '宁波某机械厂' } },
})

export const getGroup = route({
  method: 'get',
  path: '/groups/{id}',
  permission: 'group.read',
  summary: 'One group customer with contacts and agreements',
  params: idParams,
  response: groupDetail,
})

export const updateGroup = route({
  method: 'put',
  path: '/groups/{id}',
  permission: 'group.write',
  summary: 'Change a group customer',
  params: idParams,
  body: groupBody.extend({ version }),
  response: groupDetail,
})

const partParams = z.object({ id, partId: id })

export const addGroupContact = route({
  method: 'post',
  path: '/groups/{id}/contacts',
  permission: 'group.write',
  summary: 'Add a contact; a main contact takes the place of the one before',
  params: idParams,
  body: contactBody,
  response: groupDetail,
  status: 201,
})

export const updateGroupContact = route({
  method: 'put',
  path: '/groups/{id}/contacts/{partId}',
  permission: 'group.write',
  summary: 'Change a contact, or mark one as gone',
  params: partParams,
  body: contactBody.extend({ version }),
  response: groupDetail,
})

export const addGroupAgreement = route({
  method: 'post',
  path: '/groups/{id}/agreements',
  permission: 'group.write',
  summary: 'Add an agreement',
  params: idParams,
  body: agreementBody,
  response: groupDetail,
  status: 201,
})

export const updateGroupAgreement = route({
  method: 'put',
  path: '/groups/{id}/agreements/{partId}',
  permission: 'group.write',
  summary: 'Change or end an agreement',
  params: partParams,
  body: agreementBody.safeExtend({ version }),
  response: groupDetail,
})

export const listGroupMembers = route({
  method: 'get',
  path: '/groups/{id}/members',
  permission: 'group.read',
  summary: 'Members within reach, the latest first; search as for persons, or by the number there',
  params: idParams,
  personal: ['search'],
  query: pageQuery.extend({
    search: z.string().trim().max(100).optional(),
    current: z.stringbool().default(true),
  }),
  response: page(member),
})

export const addGroupMember = route({
  method: 'post',
  path: '/groups/{id}/members',
  permission: 'group.write',
  summary: 'Make a person a member',
  params: idParams,
  body: z.object({ personId: id, ...memberFields }).refine(inOrder.check, inOrder.problem),
  response: member,
  status: 201,
})

export const updateGroupMember = route({
  method: 'put',
  path: '/groups/{id}/members/{partId}',
  permission: 'group.write',
  summary: 'Change a membership, or end it with a last day',
  params: partParams,
  body: z.object({ ...memberFields, version }).refine(inOrder.check, inOrder.problem),
  response: member,
})

export const exportGroup = route({
  method: 'get',
  path: '/groups/{id}/export',
  permission: 'group.export',
  summary: 'Members, agreements and contacts as a workbook; telephone numbers of members are masked',
  params: idParams,
  produces: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
})
