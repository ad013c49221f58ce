import { z } from 'zod'
import { id, idParams, listQuery, page, pageQuery, route, timestamp } from './route.ts'

export const importKinds = [
  'persons',
  'encounters',
  'charges',
  'appointments',
  'groups',
  'group-members',
] as const
export const importKind = z.enum(importKinds)
export type ImportKind = z.infer<typeof importKind>

/** Fields for columns, in the order of the form; a row without a `required` one is invalid. */
export const importFields = {
  persons: [
    'recordNumber',
    'name',
    'sex',
    'birthDate',
    'nationalId',
    'phone',
    'email',
    'address',
    'latitude',
    'longitude',
    'maritalStatus',
    'contactName',
    'contactRelation',
    'contactPhone',
  ],
  encounters: [
    'recordNumber',
    'name',
    'visitNumber',
    'class',
    'departmentCode',
    'departmentName',
    'doctorCode',
    'doctorName',
    'startsAt',
    'endsAt',
    'conditionCode',
    'conditionText',
    'disposition',
    'bed',
    'sex',
    'birthDate',
    'phone',
  ],
  charges: [
    'recordNumber',
    'name',
    'chargeNumber',
    'itemCode',
    'itemName',
    'quantity',
    'amount',
    'currency',
    'chargedAt',
    'visitNumber',
    'departmentName',
    'doctorName',
    'note',
  ],
  appointments: [
    'recordNumber',
    'name',
    'appointmentNumber',
    'appointmentStatus',
    'appointmentStart',
    'appointmentEnd',
    'service',
    'departmentName',
    'doctorName',
    'sex',
    'birthDate',
    'phone',
    'note',
  ],
  groups: [
    'groupCode',
    'groupName',
    'groupKind',
    'taxId',
    'industry',
    'headcount',
    'groupPhone',
    'address',
    'contactName',
    'contactTitle',
    'contactPhone',
    'contactEmail',
    'agreementNumber',
    'agreementFrom',
    'agreementUntil',
    'payment',
    'discount',
    'services',
    'note',
  ],
  'group-members': [
    'groupName',
    'recordNumber',
    'name',
    'sex',
    'birthDate',
    'nationalId',
    'phone',
    'email',
    'employeeNumber',
    'memberDepartment',
    'memberTitle',
    'memberRole',
    'memberSince',
    'memberUntil',
    'note',
  ],
} as const satisfies Record<ImportKind, readonly string[]>
export type ImportField = (typeof importFields)[ImportKind][number]
export const requiredFields = {
  persons: ['recordNumber', 'name'],
  encounters: ['recordNumber', 'visitNumber', 'startsAt'],
  charges: ['recordNumber', 'itemName', 'amount', 'chargedAt'],
  appointments: ['recordNumber', 'appointmentStart'],
  groups: ['groupName'],
  'group-members': ['groupName', 'name'],
} as const satisfies Record<ImportKind, readonly ImportField[]>

export const importProblems = [
  'missing',
  'too-long',
  'spoilt',
  'unreadable-characters',
  'columns-differ',
  'not-a-date',
  'ambiguous-date',
  'in-the-future',
  'too-old',
  'not-a-sex',
  'not-a-class',
  'not-a-status',
  'not-a-number',
  'not-a-kind',
  'not-a-payment',
  'not-a-service',
  'not-a-phone',
  'not-an-email',
  'not-a-national-id',
  'ends-before-it-starts',
  'number-twice',
  'another-person',
  'unknown-group',
  'no-way-to-know',
  'wrong-number-of-columns',
  'refused',
] as const
export const importProblem = z.enum(importProblems)
export type ImportProblem = z.infer<typeof importProblem>

export const importStatus = z.enum([
  'uploading',
  'uploaded',
  'checking',
  'checked',
  'importing',
  'imported',
  'cancelled',
  'undoing',
  'undone',
  'failed',
])
export type ImportStatus = z.infer<typeof importStatus>

export const importEncodings = ['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'big5', 'xlsx'] as const
export const importDelimiters = [',', '\t', ';', '|'] as const

/** Which comes first in `03/04/1985`: the day or the month. */
export const importDateOrders = ['dmy', 'mdy'] as const

const importSummary = z.object({
  id,
  kind: importKind,
  fileName: z.string(),
  bytes: z.number().int(),
  siteId: id,
  siteName: z.string(),
  status: importStatus,
  /** Why it failed, in one sentence. */
  reason: z.string().nullable(),
  /** Number of data rows, known once the file was read to its end. */
  rows: z.number().int().nullable(),
  done: z.number().int(),
  created: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  failed: z.number().int(),
  /** After an undo: rows that stayed because somebody had worked on them. */
  kept: z.number().int(),
  createdBy: z.string(),
  createdAt: timestamp,
  finishedAt: timestamp.nullable(),
})
export type ImportSummary = z.infer<typeof importSummary>

const column = z.number().int().min(0).max(499)
/** Column numbers by field, from 0; several when a field stands in several columns: the one that is filled counts. */
const mapping = z.record(z.string(), z.union([column, z.array(column).min(1).max(20)]))
export type ImportMapping = z.infer<typeof mapping>

const importDetail = importSummary.extend({
  encoding: z.enum(importEncodings),
  delimiter: z.enum(importDelimiters),
  /** Row with the names of the columns, numbered as in a spreadsheet: guessed, or chosen. */
  headerRow: z.number().int(),
  /** The first rows of the file, to choose it from. */
  head: z.array(z.object({ row: z.number().int(), cells: z.array(z.string()) })),
  /** How to read `03/04/1985`; null: as the other values of the column show, else not at all. */
  dateOrder: z.enum(importDateOrders).nullable(),
  columns: z.array(z.string()),
  /** Column number by field: remembered from the last file of this shape, else guessed from the column names. */
  mapping,
  remembered: z.boolean(),
  /** The first rows, unchanged. */
  sample: z.array(z.array(z.string())),
  /** The same file was imported before. */
  sameAs: z.object({ id, createdAt: timestamp }).nullable(),
})
export type ImportDetail = z.infer<typeof importDetail>

export const listImports = route({
  method: 'get',
  path: '/imports',
  permission: 'import.read',
  summary: 'Imports of tables, the latest first',
  query: listQuery('file', 'at'),
  response: page(importSummary),
})

export const uploadImport = route({
  method: 'post',
  path: '/imports',
  permission: 'import.write',
  summary: 'Upload a CSV or XLSX file; the body is the file itself',
  query: z.object({ kind: importKind, siteId: id, fileName: z.string().min(1).max(200) }),
  consumes: 'application/octet-stream',
  /** A table of a million persons with every column filled. */
  largestBody: 512 * 1024 * 1024,
  response: importDetail,
  status: 201,
})

export const getImport = route({
  method: 'get',
  path: '/imports/{id}',
  permission: 'import.read',
  summary: 'One import: columns, mapping, sample and progress',
  params: idParams,
  response: importDetail,
})

/** How the rows are to be read. */
export const importReading = z.object({
  headerRow: z.number().int().min(1).max(1_048_576).optional(),
  dateOrder: z.enum(importDateOrders).nullable().optional(),
})

export const updateImport = route({
  method: 'patch',
  path: '/imports/{id}',
  permission: 'import.write',
  summary: 'Set the meaning of the columns, and how the file is to be read',
  params: idParams,
  body: importReading.extend({
    encoding: z.enum(importEncodings).optional(),
    delimiter: z.enum(importDelimiters).optional(),
    mapping: mapping.optional(),
  }),
  response: importDetail,
})

export const actOnImport = route({
  method: 'post',
  path: '/imports/{id}/{act}',
  permission: 'import.write',
  summary: 'Check all rows without writing any, import them, cancel, or undo what was imported',
  params: idParams.extend({ act: z.enum(['check', 'run', 'cancel', 'undo']) }),
  response: importSummary,
  status: 202,
})

const importError = z.object({
  row: z.number().int(),
  field: z.string().nullable(),
  value: z.string().nullable(),
  problem: importProblem,
  detail: z.string().nullable(),
})

export const listImportErrors = route({
  method: 'get',
  path: '/imports/{id}/errors',
  permission: 'import.read',
  summary: 'Rows that cannot be imported, and why',
  params: idParams,
  query: pageQuery,
  response: page(importError),
})

export const exportImportErrors = route({
  method: 'get',
  path: '/imports/{id}/errors.csv',
  permission: 'import.read',
  summary: 'The same as a file',
  params: idParams,
  produces: 'text/csv; charset=utf-8',
})
