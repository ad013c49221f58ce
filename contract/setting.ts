import { z } from 'zod'
import { permission } from './access.ts'
import { calendarDate, id, idParams, page, pageQuery, route, timestamp } from './route.ts'

const settingView = z.object({
  key: z.string(),
  group: z.enum([
    'follow-up',
    'contact',
    'intake',
    'security',
    'figure',
    'match',
    'provenance',
    'completeness',
    'spot-check',
    'visit',
    'appointment',
    'call',
    'voice',
    'case',
    'portal',
    'organisation',
  ]),
  kind: z.enum(['integer', 'number', 'boolean', 'text', 'secret', 'choice', 'hours']),
  unit: z.string().nullable(),
  choices: z.array(z.string()).nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  /** Whether a site may have a value of its own. */
  perSite: z.boolean(),
  /** A secret is never returned: null, see `isSet`. */
  value: z.unknown(),
  /** Whether the installation, or the site asked for, has a value of its own. */
  isSet: z.boolean(),
  /** The value in effect if none is set: for a site the installation's value, else the default. */
  inheritedValue: z.unknown(),
  /** Sites with their own value; only for the installation. */
  differsAt: z.array(id),
  defaultValue: z.unknown(),
  /** Where the default comes from: a regulation, a published practice, or our own choice. */
  source: z.string(),
  version: z.number().int(),
  changedAt: timestamp.nullable(),
  changedByName: z.string().nullable(),
})
export type SettingView = z.infer<typeof settingView>

/** Of one site; left out: of the installation, which every site inherits. */
const ofSite = z.object({ siteId: z.coerce.number().int().optional() })
const forSite = z.object({ siteId: id.nullable().default(null) })

export const listSettings = route({
  method: 'get',
  path: '/settings',
  permission: 'setting.read',
  summary: 'Every rule number with default, source and current value; for a site, those it may override',
  query: ofSite,
  response: z.object({ items: z.array(settingView) }),
})

const settingParams = z.object({ key: z.string().max(100) })

export const updateSetting = route({
  method: 'put',
  path: '/settings/{key}',
  permission: 'setting.write',
  summary:
    'Change a setting of the installation or of a site; null goes back to the default or to what a site inherits',
  params: settingParams,
  body: forSite.extend({ value: z.unknown(), version: z.number().int() }),
  response: settingView,
  example: { params: { key: 'follow-up.level-1.days' }, body: { value: 5, version: 0 } },
})

export const listSettingHistory = route({
  method: 'get',
  path: '/settings/{key}/history',
  permission: 'setting.read',
  summary: 'Who changed a setting, when, from what to what',
  params: settingParams,
  query: ofSite,
  response: z.object({
    items: z.array(
      z.object({
        version: z.number().int(),
        value: z.unknown(),
        changedAt: timestamp,
        changedByName: z.string().nullable(),
      }),
    ),
  }),
})

const site = z.object({ id, code: z.string(), name: z.string(), timeZone: z.string() })
const department = z.object({
  id,
  siteId: id,
  code: z.string(),
  name: z.string(),
  specialty: z.string().nullable(),
  active: z.boolean(),
  /** Created by the feed from a HIS message: its name should be checked. */
  needsReview: z.boolean(),
})
export const staffRole = z.enum([
  'doctor',
  'department-head',
  'nurse',
  'head-nurse',
  'service-centre',
  'outreach',
  'other',
])
const staff = z.object({
  id,
  siteId: id,
  departmentId: id.nullable(),
  departmentName: z.string().nullable(),
  code: z.string(),
  name: z.string(),
  title: z.string().nullable(),
  role: staffRole,
  active: z.boolean(),
  needsReview: z.boolean(),
})
export type StaffView = z.infer<typeof staff>

export const listSites = route({
  method: 'get',
  path: '/sites',
  permission: 'signed-in',
  summary: 'Sites and their departments; `within` a permission: only those that it reaches for the caller',
  query: z.object({ within: permission.optional() }),
  response: z.object({ sites: z.array(site), departments: z.array(department) }),
})

const siteBody = z.object({
  code: z.string().trim().min(1).max(40),
  name: z.string().trim().min(1).max(100),
  timeZone: z.string().max(60),
})
export const createSite = route({
  method: 'post',
  path: '/sites',
  permission: 'setting.write',
  summary: 'Add a site',
  body: siteBody,
  response: site,
  status: 201,
  example: { body: { code: 'EAST', name: '东院区', timeZone: 'Asia/Shanghai' } },
})
export const updateSite = route({
  method: 'patch',
  path: '/sites/{id}',
  permission: 'setting.write',
  summary: 'Rename a site or change its time zone',
  params: idParams,
  body: siteBody.omit({ code: true }).partial(),
  response: site,
})

const departmentBody = z.object({
  siteId: id,
  code: z.string().trim().min(1).max(40),
  name: z.string().trim().min(1).max(100),
  specialty: z.string().trim().max(40).nullable(),
})
export const createDepartment = route({
  method: 'post',
  path: '/departments',
  permission: 'setting.write',
  summary: 'Add a department',
  body: departmentBody,
  response: department,
  status: 201,
  example: { body: { siteId: 1, code: 'NEUR', name: '神经内科', specialty: null } },
})
export const updateDepartment = route({
  method: 'patch',
  path: '/departments/{id}',
  permission: 'setting.write',
  summary: 'Rename, retire or confirm a department',
  params: idParams,
  body: departmentBody.omit({ siteId: true, code: true }).extend({ active: z.boolean() }).partial(),
  response: department,
})

export const listStaff = route({
  method: 'get',
  path: '/staff',
  permission: 'signed-in',
  summary: 'Staff, for assignment and for links to users',
  query: pageQuery.extend({
    departmentId: id.optional(),
    search: z.string().max(100).optional(),
    within: permission.optional(),
  }),
  response: page(staff),
})

const staffBody = z.object({
  siteId: id,
  departmentId: id.nullable(),
  code: z.string().trim().min(1).max(40),
  name: z.string().trim().min(1).max(100),
  title: z.string().trim().max(60).nullable(),
  role: staffRole,
})
export const createStaff = route({
  method: 'post',
  path: '/staff',
  permission: 'setting.write',
  summary: 'Add a member of staff',
  body: staffBody,
  response: staff,
  status: 201,
  example: {
    body: { siteId: 1, departmentId: null, code: 'N0042', name: '李娜', title: null, role: 'nurse' },
  },
})
export const updateStaff = route({
  method: 'patch',
  path: '/staff/{id}',
  permission: 'setting.write',
  summary: 'Change or confirm a member of staff',
  params: idParams,
  body: staffBody.omit({ siteId: true, code: true }).extend({ active: z.boolean() }).partial(),
  response: staff,
})

const calendarDay = z.object({
  date: calendarDate,
  working: z.boolean(),
  name: z.string(),
  source: z.string(),
})
/** ISO 3166, two letters: the calendar of that country; left out: of the site's, or the installation's. */
const calendarCountry = z
  .string()
  .regex(/^[A-Z]{2}$/)
  .optional()
const calendarYear = z.object({
  known: z.boolean(),
  /** The country that the site follows (setting `organisation.country`). */
  country: z.string(),
  /** The site has none of its own: this is that of its country. */
  inherited: z.boolean(),
  days: z.array(calendarDay),
})
export const listCalendar = route({
  method: 'get',
  path: '/calendar',
  permission: 'setting.read',
  summary:
    'Days of a year that differ from the plain week: holidays and make-up workdays; `known` says whether the year has a calendar',
  query: ofSite.extend({ year: z.coerce.number().int().min(2000).max(2100), country: calendarCountry }),
  response: calendarYear,
})
export const putCalendarYear = route({
  method: 'put',
  path: '/calendar/{year}',
  permission: 'setting.write',
  summary:
    'Enter the calendar of a year for a country or for a site; no days: a site follows its country again',
  params: z.object({ year: z.coerce.number().int().min(2000).max(2100) }),
  body: forSite.extend({
    country: calendarCountry,
    days: z
      .array(z.object({ date: calendarDate, working: z.boolean(), name: z.string().trim().max(60) }))
      .max(120),
  }),
  response: calendarYear,
})
