import { setTimeout as delay } from 'node:timers/promises'
import type { CampaignBody, CampaignPlan } from '../../../contract/campaign.ts'
import { createCampaign } from '../../modules/campaign/campaign.ts'
import { approveCampaign, submitCampaign } from '../../modules/campaign/steer.ts'
import { refreshSegment } from '../../modules/segment/refresh.ts'
import { localDate } from '../../platform/clock.ts'
import { systemActor } from '../../platform/actor.ts'
import { type Db, transaction } from '../../platform/db.ts'

const author = systemActor('system:demo', '演示数据')
const approver = systemActor('system:demo-manager', '演示审批')

type Scripts = CampaignPlan['waves'][number]['scripts']

const say = (subject: string, body: string): Scripts => [
  {
    group: null,
    variant: null,
    action: { kind: 'message', channel: 'preferred', template: null, bestHour: false, subject, body },
  },
]
const call = (title: string, script: string): Scripts => [
  {
    group: null,
    variant: null,
    action: { kind: 'call', title, script, assignee: 'service-centre', dueDays: 3 },
  },
]
const wave = (name: string, afterDays: number, scripts: Scripts) => ({
  name,
  afterDays,
  hours: { from: 8, to: 20, workingDaysOnly: false },
  scripts,
})

const usual: Omit<CampaignBody, 'name' | 'level' | 'plan'> = {
  purpose: 'service',
  siteId: null,
  emergency: false,
  holdOut: 0.1,
  goal: 'visited',
  windowDays: 30,
  budget: null,
  valuePerVisit: 180,
  expectedRate: 0.05,
  economicScore: 4,
  strategicScore: 4,
  endsOn: null,
}

const plan = (
  segment: string | null,
  entry: CampaignPlan['entry'],
  waves: CampaignPlan['waves'],
): CampaignPlan => ({
  audience: { segment, without: [] },
  entry,
  groups: [],
  variants: 1,
  waves,
  perHour: null,
})

/** One campaign of each level; the notice waits as a draft. */
const campaigns = (today: string): (CampaignBody & { starts: boolean })[] => [
  {
    ...usual,
    name: '老年患者换季健康提醒',
    level: 2,
    starts: true,
    plan: plan('elderly', { kind: 'once', date: today, hour: 0 }, [
      wave(
        '提醒',
        0,
        say('{{hospital}}换季提醒', '{{name}}，您好：天气转凉，请注意保暖、按时服药，如有不适请及时就诊。'),
      ),
      wave('电话关怀', 10, call('换季电话关怀', '问近况、用药和血压；需要复诊的当场预约。')),
    ]),
  },
  {
    ...usual,
    name: '生日关怀',
    level: 3,
    starts: true,
    plan: plan(null, { kind: 'calendar', schedule: { on: { every: 'birthday', daysBefore: 0 }, hour: 9 } }, [
      wave(
        '生日当天',
        0,
        say('{{hospital}}祝您生日快乐', '{{name}}，生日快乐！{{hospital}}全体同仁祝您健康平安。'),
      ),
    ]),
  },
  {
    ...usual,
    name: '爽约关怀',
    level: 4,
    goal: 'booked',
    windowDays: 14,
    starts: true,
    plan: plan(null, { kind: 'event', event: 'appointment.missed', againAfterDays: 14 }, [
      wave(
        '当天',
        0,
        say(
          '{{hospital}}：今天的预约您没有来',
          '{{name}}，您好：您今天的预约没有就诊，身体还好吗？需要改期请来电。',
        ),
      ),
      wave('三天后', 3, call('爽约回访', '问没来的原因，需要时改约。')),
    ]),
  },
  {
    ...usual,
    name: '停诊通知（样例）',
    level: 1,
    holdOut: 0,
    windowDays: 7,
    starts: false,
    plan: plan(null, { kind: 'once', date: today, hour: 9 }, [
      wave(
        '通知',
        0,
        say(
          '{{hospital}}停诊通知',
          '{{name}}，您好：因设备检修，本周六下午门诊停诊。给您带来不便，敬请谅解。',
        ),
      ),
    ]),
  },
]

/** Campaigns of the demo hospital, drafted, approved and running as staff would have them; once. */
export async function seedDemoCampaigns(db: Db): Promise<void> {
  if (await db.selectFrom('campaign').select('id').limit(1).executeTakeFirst()) return
  for (const { starts, ...body } of campaigns(localDate(new Date(), 'Asia/Shanghai'))) {
    const { id, version } = await transaction(db, (trx) => createCampaign(trx, author, body))
    await counted(db)
    if (!starts) continue
    await transaction(db, (trx) => submitCampaign(trx, author, id, version))
    await transaction(db, (trx) => approveCampaign(trx, approver, id, { version, audience: 100_000_000 }))
  }
}

/** Waits for the members of all segments in use, which another process may be counting. */
async function counted(db: Db): Promise<void> {
  const waiting = () =>
    db
      .selectFrom('segment')
      .select('id')
      .where('active', '=', true)
      .where('refreshed_at', 'is', null)
      .limit(1)
      .executeTakeFirst()
  while (await waiting()) if ((await refreshSegment(db)) === 0) await delay(50)
}
