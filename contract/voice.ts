import { z } from 'zod'
import { localized } from './questionnaire.ts'
import { id, idParams, pageQuery, page, route, timestamp } from './route.ts'

/** A reason why a question cannot be asked by telephone keys. */
const voiceProblem = z.object({
  /** Null: of the questionnaire as a whole. */
  linkId: z.string().nullable(),
  why: z.enum(['not-by-keys', 'too-many-options', 'negative', 'staff-only', 'nothing-to-ask']),
  /** Without this question the questionnaire cannot be asked by the machine; else the question is left out. */
  blocks: z.boolean(),
})
export type VoiceProblem = z.infer<typeof voiceProblem>

export const voiceLanguage = z.enum(['zh-CN', 'en'])

/** Whether the machine still calls first, or why it left the task to people. */
export const machineReasons = [
  'asked-for-person',
  'red-flag',
  'doubtful-flag',
  'partly',
  'not-identified',
  'wrong-person',
  'tries',
  'unobtainable',
  'interrupted',
  'refused',
  'not-ready',
  'no-birth-year',
  'no-number',
  'worked-on',
] as const
export type MachineReason = (typeof machineReasons)[number]

export const voiceState = z.enum(['planned', 'dialling', 'talking', 'leaving', 'ended'])

export const voiceOutcomes = [
  'completed',
  'red-flag',
  'asked-for-person',
  'partly',
  'not-identified',
  'wrong-person',
  'silent',
  'hung-up',
  'busy',
  'no-answer',
  'machine',
  'unobtainable',
  'line-fault',
  'withdrawn',
  'unknown',
] as const
export const voiceOutcome = z.enum(voiceOutcomes)
export type VoiceOutcome = z.infer<typeof voiceOutcome>

/** What happened in a call, in order. */
export const voiceStep = z.object({
  at: timestamp,
  kind: z.enum([
    'dialled',
    'ringing',
    'answered',
    'asked',
    'heard',
    'silence',
    'identified',
    'confirmed-flag',
    'handed-over',
    'stopped',
    'lost',
    'ended',
  ]),
  /** What was asked, or the answer that was heard, in words. */
  text: z.string().optional(),
  /** It was said, not pressed: how sure the recogniser was. */
  confidence: z.number().min(0).max(1).optional(),
  /** The cause by which the telephone network ended the call (Q.850). */
  cause: z.number().int().optional(),
})
export type VoiceStep = z.infer<typeof voiceStep>

const voiceCall = z.object({
  id,
  siteId: id,
  siteName: z.string(),
  taskId: id,
  taskTitle: z.string(),
  personId: id,
  personName: z.string(),
  attempt: z.number().int(),
  state: voiceState,
  outcome: voiceOutcome.nullable(),
  handedOver: z.boolean(),
  plannedAt: timestamp,
  answeredAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
  /** Talking time in seconds; null: nobody answered. */
  seconds: z.number().int().nullable(),
})
export type VoiceCall = z.infer<typeof voiceCall>

export const listVoiceCalls = route({
  method: 'get',
  path: '/voice/calls',
  permission: 'voice.read',
  summary: 'Calls of the machine, the newest first',
  query: pageQuery.extend({
    siteId: id.optional(),
    state: z.enum(['live', 'ended']).optional(),
    outcome: voiceOutcome.optional(),
    taskId: id.optional(),
    /** Only those of today, by the time of their site. */
    today: z.stringbool().default(false),
  }),
  response: page(voiceCall),
})

export const getVoiceCall = route({
  method: 'get',
  path: '/voice/calls/{id}',
  permission: 'voice.read',
  summary: 'One call of the machine with what it asked and heard',
  params: idParams,
  response: voiceCall.extend({ steps: z.array(voiceStep) }),
})

export const listTaskVoiceCalls = route({
  method: 'get',
  path: '/tasks/{id}/voice-calls',
  permission: 'task.read',
  summary: 'What the machine asked and heard about a task',
  params: idParams,
  response: z.object({
    items: z.array(
      voiceCall
        .pick({
          id: true,
          attempt: true,
          state: true,
          outcome: true,
          handedOver: true,
          plannedAt: true,
          seconds: true,
        })
        .extend({ steps: z.array(voiceStep) }),
    ),
  }),
})

export const getVoiceToday = route({
  method: 'get',
  path: '/voice/today',
  permission: 'voice.read',
  summary:
    'Today at each site: calls by state and outcome, who waits for a call, and whether calls are made at all',
  response: z.object({
    sites: z.array(
      z.object({
        siteId: id,
        siteName: z.string(),
        /** Calls are made; else why not. */
        working: z.boolean(),
        why: z.enum(['off', 'no-account', 'not-connected', 'paused', 'hours']).nullable(),
        paused: z.object({ byName: z.string(), at: timestamp, reason: z.string().nullable() }).nullable(),
        lines: z.number().int(),
        /** Tasks whose turn has come, for the machine to call. */
        waiting: z.number().int(),
        live: z.object({
          dialling: z.number().int(),
          talking: z.number().int(),
          leaving: z.number().int(),
        }),
        outcomes: z.array(z.object({ outcome: voiceOutcome, calls: z.number().int() })),
        mayPause: z.boolean(),
      }),
    ),
  }),
})

export const pauseVoice = route({
  method: 'post',
  path: '/voice/pause',
  permission: 'voice.write',
  summary: 'Stop or resume making calls at a site; with `stop` the calls under way are ended too',
  body: z
    .object({
      siteId: id,
      paused: z.boolean(),
      stop: z.boolean().default(false),
      reason: z.string().trim().max(200).optional(),
    })
    .refine(({ paused, stop }) => paused || !stop, {
      path: ['paused'],
      message: 'is needed',
    }),
  status: 204,
})

export const listVoiceQuestionnaires = route({
  method: 'get',
  path: '/voice/questionnaires',
  permission: 'voice.read',
  summary:
    'Whether each questionnaire can be asked by telephone keys, which question stands in the way, and its recorded prompts',
  response: z.object({
    items: z.array(
      z.object({
        id,
        title: localized,
        ready: z.boolean(),
        problems: z.array(voiceProblem.extend({ text: localized.nullable() })),
        languages: z.array(voiceLanguage),
        prompts: z.number().int(),
        recorded: z.number().int(),
      }),
    ),
  }),
})

const prompt = z.object({
  hash: z.string(),
  language: voiceLanguage,
  text: z.string(),
  /** The question that it belongs to; null: words of the machine itself. */
  linkId: z.string().nullable(),
  /** The recording in force. */
  recording: z
    .object({ version: z.number().int(), seconds: z.number(), byName: z.string(), at: timestamp })
    .nullable(),
})
export type VoicePrompt = z.infer<typeof prompt>

export const listVoicePrompts = route({
  method: 'get',
  path: '/voice/questionnaires/{id}/prompts',
  permission: 'voice.read',
  summary: 'Everything that the machine may say when it asks a questionnaire at a site',
  params: idParams,
  query: z.object({ siteId: id }),
  response: z.object({ items: z.array(prompt) }),
})

/** Bytes of a recording: two minutes of 8 kHz and 16 bit. */
export const longestRecording = 2 * 60 * 16_000 + 4096

export const recordVoicePrompt = route({
  method: 'put',
  path: '/voice/prompts',
  permission: 'voice.write',
  summary:
    'Keep a recording of a prompt, as WAV with 8 kHz, 16 bit and one channel; it is used from the next call on',
  largestBody: Math.ceil((longestRecording * 4) / 3) + 20_000,
  body: z.object({
    language: voiceLanguage,
    text: z.string().min(1).max(8000),
    /** The WAV file. */
    audio: z.base64(),
  }),
  response: z.object({ hash: z.string(), version: z.number().int(), seconds: z.number() }),
})

export const resetVoicePrompt = route({
  method: 'post',
  path: '/voice/prompts/reset',
  permission: 'voice.write',
  summary: 'Take a recording out of use: the machine speaks the text again',
  body: z.object({ language: voiceLanguage, hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  status: 204,
})

export const hearVoicePrompt = route({
  method: 'post',
  path: '/voice/prompts/hear',
  permission: 'voice.read',
  summary: 'A prompt as it will be heard: the recording, else spoken by the engine',
  // About two minutes of speech; more would keep others waiting for the engine.
  body: z.object({ language: voiceLanguage, text: z.string().min(1).max(500) }),
  produces: 'audio/wav',
})

export const fetchVoiceAudio = route({
  method: 'get',
  path: '/voice/audio/{token}',
  permission: 'public',
  summary: 'A prompt for the telephone system, under a signed address that works for an hour or two',
  params: z.object({ token: z.string().max(120) }),
  produces: 'audio/wav',
})
