import { z } from 'zod'
import { purposes } from './contact.ts'
import { designBody, id, idParams, route, timestamp } from './route.ts'
import { longestTemplate } from './template.ts'

export const templateLanguages = ['zh-CN', 'zh-TW', 'en'] as const
export type TemplateLanguage = (typeof templateLanguages)[number]

/** What is written, and what is said on the telephone. */
export const templateChannels = ['sms', 'email', 'wechat', 'letter', 'portal', 'phone'] as const
export type TemplateChannel = (typeof templateChannels)[number]
/** Channels whose texts have a subject. */
export const withSubject: readonly TemplateChannel[] = ['email', 'letter', 'portal']

/** What texts may name: known when the text is made. */
export const templateNames = ['name', 'hospital', 'department', 'condition', 'subject', 'start'] as const
/** Known only at sending: one-time link of the questionnaire, page of the person's wishes with its one-tap opt-out, page of the appointment. */
export const sendingNames = ['link', 'unsubscribe', 'preferences', 'booking'] as const

export const templateText = z.strictObject({
  subject: z.string().max(200).optional(),
  body: z.string().max(5000),
})
export type TemplateText = z.infer<typeof templateText>
export const templateTexts = z.partialRecord(
  z.enum(templateLanguages),
  z.partialRecord(z.enum(templateChannels), templateText),
)
export type TemplateTexts = z.infer<typeof templateTexts>

const purpose = z.enum(purposes)
const summary = z.object({
  id,
  code: z.string(),
  name: z.string(),
  purpose,
  siteId: id.nullable(),
  siteName: z.string().nullable(),
  /** The published version; null: none yet. */
  version: z.number().int().nullable(),
  publishedAt: timestamp.nullable(),
  retired: z.boolean(),
  /** When the draft was saved; null: no draft. */
  draftAt: timestamp.nullable(),
  draftByName: z.string().nullable(),
  languages: z.array(z.enum(templateLanguages)),
  channels: z.array(z.enum(templateChannels)),
  mayWrite: z.boolean(),
})
export type TemplateSummary = z.infer<typeof summary>

const detail = summary.extend({
  /** The draft, or what is published. */
  texts: templateTexts,
  published: templateTexts.nullable(),
  revision: z.number().int(),
  /** Publishing needs somebody who did not write at the draft. */
  secondReader: z.boolean(),
  /** The caller wrote at the draft. */
  mine: z.boolean(),
  mayPublish: z.boolean(),
})
export type TemplateDetail = z.infer<typeof detail>

export const listTemplates = route({
  method: 'get',
  path: '/templates',
  permission: 'template.read',
  summary: 'Texts of messages: those for all sites and those of the sites within reach',
  query: z.object({ purpose: purpose.optional(), published: z.stringbool().optional() }),
  response: z.object({ items: z.array(summary) }),
})

export const getTemplate = route({
  method: 'get',
  path: '/templates/{id}',
  permission: 'template.read',
  summary: 'A template with its draft and published texts',
  params: idParams,
  response: detail,
})

export const createTemplate = route({
  method: 'post',
  path: '/templates',
  permission: 'template.write',
  summary: 'Begin a template, blank or as a copy; nothing uses it before it is published',
  largestBody: designBody,
  body: z.object({
    code: z.string().regex(/^[a-z][a-z0-9-]{1,59}$/),
    name: z.string().trim().min(1).max(100),
    purpose,
    siteId: id.nullable(),
    copyOf: id.optional(),
    texts: templateTexts.optional(),
  }),
  response: detail,
  status: 201,
})

const revision = z.number().int().min(0)

export const saveTemplate = route({
  method: 'put',
  path: '/templates/{id}',
  permission: 'template.write',
  summary: 'Save the draft of a template; refused when somebody saved meanwhile',
  largestBody: designBody,
  params: idParams,
  body: z.object({ revision, name: z.string().trim().min(1).max(100), texts: templateTexts }),
  response: detail,
})

export const publishTemplate = route({
  method: 'post',
  path: '/templates/{id}/publish',
  permission: 'template.publish',
  summary: 'Publish the draft as the next version, after the checks; messages made earlier keep their text',
  params: idParams,
  body: z.object({ revision }),
  response: detail,
})

export const retireTemplate = route({
  method: 'post',
  path: '/templates/{id}/retire',
  permission: 'template.publish',
  summary: 'Take a template out of use, or back into use',
  params: idParams,
  body: z.object({ retired: z.boolean() }),
  response: detail,
})

export const listTemplateVersions = route({
  method: 'get',
  path: '/templates/{id}/versions',
  permission: 'template.read',
  summary: 'Published versions of a template, newest first',
  params: idParams,
  response: z.object({
    items: z.array(
      z.object({
        version: z.number().int(),
        texts: templateTexts,
        publishedAt: timestamp,
        publishedByName: z.string(),
        writtenByName: z.string(),
      }),
    ),
  }),
})

/** Rules that a text may break; `template/lint.ts` has them with their sources. */
export const textRules = [
  'syntax',
  'unknown-name',
  'later-name',
  'empty',
  'cure-rate',
  'guarantee',
  'superlative',
  'endorsement',
  'comparison',
  'secret-remedy',
  'no-sender',
  'no-opt-out',
] as const

const textProblem = z.object({
  rule: z.enum(textRules),
  field: z.enum(['subject', 'body']),
  /** A text with it is not published. */
  blocks: z.boolean(),
  /** Place in the field, in code units; the words there. */
  at: z.number().int(),
  length: z.number().int(),
  words: z.string(),
  /** The law or rule, for the author. */
  source: z.string().nullable(),
})
export type TextProblem = z.infer<typeof textProblem>

const size = z.object({
  characters: z.number().int(),
  encoding: z.enum(['gsm', 'ucs2']).nullable(),
  /** Short messages that it is sent as; 1 for other channels. */
  parts: z.number().int(),
  /** In the installation's currency; null: free or not known. */
  cost: z.number().nullable(),
})

const textOnChannel = z.object({
  purpose,
  channel: z.enum(templateChannels),
  subject: z.string().max(longestTemplate).optional(),
  body: z.string().max(longestTemplate),
})

export const checkText = route({
  method: 'post',
  path: '/templates/check',
  permission: 'template.read',
  summary: 'What is wrong with a text for a purpose and channel, how long it is and what it costs',
  body: textOnChannel,
  response: size.extend({ problems: z.array(textProblem) }),
  example: { body: { purpose: 'marketing', channel: 'sms', body: '【{{hospital}}】体检优惠，拒收请回复R' } },
})

export const previewText = route({
  method: 'post',
  path: '/templates/preview',
  permission: 'template.read',
  summary: 'A text as this person would get it; the name is masked for those who may not read the person',
  body: textOnChannel.extend({ personId: id }),
  response: size.extend({
    subject: z.string().nullable(),
    body: z.string(),
    /** Names in the text that have no value for this person. */
    missing: z.array(z.string()),
    /** The language that this person gets. */
    language: z.enum(templateLanguages),
  }),
})
