import type { CampaignBody, CampaignPlan } from '../../../contract/campaign.ts'

type Wave = CampaignPlan['waves'][number]
type Script = Wave['scripts'][number]

/** A text of a preset by its key, with its placeholders as they stand. */
export type PresetWords = (key: string) => string

const hours = { from: 9, to: 18, workingDaysOnly: false }

export const message = (subject: string, body: string, variant: Script['variant'] = null): Script => ({
  group: null,
  variant,
  action: { kind: 'message', channel: 'preferred', template: null, bestHour: false, subject, body },
})
const call = (title: string, script: string): Script => ({
  group: null,
  variant: null,
  action: { kind: 'call', title, assignee: 'service-centre', script, dueDays: 3 },
})
const wave = (name: string, afterDays: number, ...scripts: Script[]): Wave => ({
  name,
  afterDays,
  hours,
  scripts,
})

export type Preset = keyof typeof presets

/** A segment that comes with CareLoop. */
const of = (segment: string): CampaignPlan['audience'] => ({ segment, without: [] })

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
const onDay = (): CampaignPlan['entry'] => ({ kind: 'once', date: tomorrow(), hour: 9 })

export const blankBody = (siteId: number | null, say: PresetWords): CampaignBody => ({
  name: '',
  level: 2,
  purpose: 'service',
  siteId,
  emergency: false,
  holdOut: 0.1,
  goal: 'visited',
  windowDays: 30,
  budget: null,
  valuePerVisit: null,
  expectedRate: null,
  economicScore: 3,
  strategicScore: 3,
  endsOn: null,
  plan: {
    audience: { segment: null, without: [] },
    entry: onDay(),
    groups: [],
    variants: 1,
    waves: [wave(say('first'), 0, message('', ''))],
    perHour: null,
  },
})

type Made = Partial<Omit<CampaignBody, 'plan'>> & { plan: Partial<CampaignPlan> }

/** Ready-made campaigns; their words are those of the reader, to be changed at will. */
export const presets = {
  recall: (say: PresetWords): Made => ({
    plan: {
      audience: of('chronic-due'),
      waves: [
        wave(say('first'), 0, message(say('preset.recall.subject'), say('preset.recall.body'))),
        wave(say('second'), 7, message(say('preset.recall.subject2'), say('preset.recall.body2'))),
        wave(say('third'), 14, call(say('preset.recall.call'), say('preset.recall.script'))),
      ],
    },
  }),
  birthday: (say: PresetWords): Made => ({
    level: 3,
    plan: {
      entry: { kind: 'calendar', schedule: { on: { every: 'birthday', daysBefore: 0 }, hour: 9 } },
      waves: [wave(say('first'), 0, message(say('preset.birthday.subject'), say('preset.birthday.body')))],
    },
  }),
  'first-visit': (say: PresetWords): Made => ({
    level: 3,
    plan: {
      audience: of('first-visit-3'),
      entry: {
        kind: 'calendar',
        // When the segment has taken them in.
        schedule: { on: { every: 'date', fact: 'person.firstVisitDate', daysBefore: -92 }, hour: 9 },
      },
      waves: [
        wave(say('first'), 0, message(say('preset.first-visit.subject'), say('preset.first-visit.body'))),
      ],
    },
  }),
  'win-back': (say: PresetWords): Made => ({
    purpose: 'marketing',
    windowDays: 60,
    plan: {
      audience: of('lost'),
      variants: 2,
      waves: [
        wave(
          say('first'),
          0,
          message(say('preset.win-back.subject'), say('preset.win-back.body'), 'A'),
          message(say('preset.win-back.subject'), say('preset.win-back.bodyB'), 'B'),
        ),
      ],
    },
  }),
  'missed-visit': (say: PresetWords): Made => ({
    level: 4,
    goal: 'booked',
    windowDays: 14,
    plan: {
      entry: { kind: 'event', event: 'appointment.missed', againAfterDays: 14 },
      waves: [
        wave(say('first'), 0, message(say('preset.missed-visit.subject'), say('preset.missed-visit.body'))),
        wave(say('second'), 3, call(say('preset.missed-visit.call'), say('preset.missed-visit.script'))),
      ],
    },
  }),
  notice: (say: PresetWords): Made => ({
    level: 1,
    holdOut: 0,
    windowDays: 7,
    plan: {
      waves: [wave(say('first'), 0, message(say('preset.notice.subject'), say('preset.notice.body')))],
    },
  }),
} satisfies Record<string, (say: PresetWords) => Made>

export function bodyOf(preset: Preset, say: PresetWords, siteId: number | null): CampaignBody {
  const blank = blankBody(siteId, say)
  const made = presets[preset](say)
  return { ...blank, ...made, name: say(`preset.${preset}.name`), plan: { ...blank.plan, ...made.plan } }
}

/** The entry that a level begins with when it is chosen. */
export const entryFor = (level: number): CampaignPlan['entry'] =>
  level <= 2
    ? onDay()
    : level === 3
      ? { kind: 'calendar', schedule: { on: { every: 'birthday', daysBefore: 0 }, hour: 9 } }
      : { kind: 'event', event: 'appointment.missed', againAfterDays: 30 }
