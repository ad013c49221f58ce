import type { CampaignBody, CampaignPlan } from '../../contract/campaign.ts'
import { approveCampaign, createCampaign, submitCampaign } from '../../contract/campaign.ts'
import { createSegment } from '../../contract/segment.ts'
import type { TestApp } from './app.ts'

type Wave = CampaignPlan['waves'][number]
type Action = Wave['scripts'][number]['action']

export const mail: Extract<Action, { kind: 'message' }> = {
  kind: 'message',
  channel: 'email',
  template: null,
  bestHour: false,
  subject: '{{hospital}}邀您复查',
  body: '{{name}}，您好：您已到复查时间。',
}
export const call: Action = {
  kind: 'call',
  title: '电话邀请复查',
  assignee: 'service-centre',
  script: '请问您方便哪天来复查？',
  dueDays: 3,
}

/** A wave on that day with an action for everybody, or scripts of its own. */
export const wave = (afterDays: number, scripts: Action | Wave['scripts']): Wave => ({
  name: `第 ${afterDays} 天`,
  afterDays,
  hours: { from: 0, to: 24, workingDaysOnly: false },
  scripts: Array.isArray(scripts) ? scripts : [{ group: null, variant: null, action: scripts }],
})

/** A campaign for a segment that begins today: a mail, and after a week another one. */
export function campaignOf(
  segment: string | null,
  more: Partial<Omit<CampaignBody, 'plan'>> = {},
  plan: Partial<CampaignPlan> = {},
): CampaignBody {
  return {
    name: '秋季复查召回',
    level: 2,
    purpose: 'service',
    siteId: null,
    emergency: false,
    holdOut: 0.1,
    goal: 'visited',
    windowDays: 30,
    budget: null,
    valuePerVisit: 200,
    expectedRate: 0.05,
    economicScore: 4,
    strategicScore: 3,
    endsOn: null,
    ...more,
    plan: {
      audience: { segment, without: [] },
      entry: { kind: 'once', date: new Date().toISOString().slice(0, 10), hour: 0 },
      groups: [],
      variants: 1,
      waves: [wave(0, mail), wave(7, mail)],
      perHour: null,
      ...plan,
    },
  }
}

/** Everybody whose language is that word. */
export async function segmentBy(app: TestApp, writer: string, language: string): Promise<string> {
  const rule = { fact: 'person.language', op: '=' as const, value: language }
  await app.request(writer, createSegment, { body: { code: language, name: language, rule, siteId: null } })
  await app.processAll()
  return language
}

/** Drafted and submitted by one, approved by the other; running. */
export async function startedCampaign(
  app: TestApp,
  writer: string,
  approver: string,
  body: CampaignBody,
): Promise<number> {
  const made = await app.request(writer, createCampaign, { body })
  if (made.error) throw new Error(JSON.stringify(made.error))
  const { id, version } = made.body
  const submitted = await app.request(writer, submitCampaign, { params: { id }, body: { version } })
  if (submitted.error) throw new Error(JSON.stringify(submitted.error))
  const approved = await app.request(approver, approveCampaign, {
    params: { id },
    body: { version, audience: 1_000_000 },
  })
  if (approved.error) throw new Error(JSON.stringify(approved.error))
  return id
}
