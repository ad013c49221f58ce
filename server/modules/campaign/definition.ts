import type { CampaignBody, CampaignGoal, CampaignPlan, CampaignWave } from '../../../contract/campaign.ts'
import type { PathwayDefinition, PathwayStep } from '../../../contract/pathway.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import { type StopRule, stopsOn } from '../../../contract/stop-rule.ts'
import type { EventKind } from '../../../contract/timeline.ts'

type Planned = Pick<
  CampaignBody,
  'plan' | 'purpose' | 'siteId' | 'holdOut' | 'goal' | 'windowDays' | 'emergency'
>

/**
 * The pathway that carries out a campaign: waves are waits, scripts branches to a message, a call or the steps of another pathway. Whoever
 * does what the campaign is for leaves it, so that later waves reach only the others.
 */
export function definitionOf(campaign: Planned): PathwayDefinition {
  const { plan, purpose, siteId, holdOut, goal, emergency } = campaign
  const steps = plan.waves.flatMap((wave, at) => stepsOf(wave, at, campaign))
  const { entry } = plan
  const audience = audienceOf(plan)
  return {
    purpose,
    entry: {
      event: entry.kind === 'event' ? entry.event : null,
      ...(entry.kind === 'once' && {
        calendar: { on: { every: 'once', date: entry.date }, hour: entry.hour },
      }),
      ...(entry.kind === 'calendar' && { calendar: entry.schedule }),
      ...(audience && { when: audience }),
      maxAgeDays: 7,
      // Who returns within the window would be counted twice.
      again: { afterDays: entry.kind === 'event' ? entry.againAfterDays : Math.min(campaign.windowDays, 27) },
      ...(entry.kind === 'event' && { alone: true as const }),
      ...(siteId !== null && { siteId }),
      ...(plan.perHour !== null && entry.kind !== 'event' && { perHour: plan.perHour }),
      trial: { holdOut, variants: plan.variants },
    },
    variables: {},
    stopOn: emergency ? stopsOn('death') : [...stopsOn('death', 'opt-out', 'refusal'), ...goalRules(goal)],
    ...(emergency && { emergency: true }),
    start: waitKey(0),
    steps,
  }
}

const within = (code: string): Condition => ({ fact: 'person.segments', op: 'contains', value: code })

/** Who is meant, as a condition on a person; undefined: everybody. */
export function audienceOf({ audience: { segment, without } }: CampaignPlan): Condition | undefined {
  const parts: Condition[] = [
    ...(segment === null ? [] : [within(segment)]),
    ...without.map((code) => ({ not: within(code) })),
  ]
  return parts.length === 0 ? undefined : { all: parts }
}

/** Codes of the segments that a plan uses. */
export const segmentsOf = ({ plan: { audience, groups } }: Pick<CampaignBody, 'plan'>): string[] => [
  ...(audience.segment === null ? [] : [audience.segment]),
  ...audience.without,
  ...groups.map((one) => one.segment),
]

/** The events that are the goal, or as good as it: who has booked is not asked to book. */
const goalEvents: Record<CampaignGoal, EventKind[]> = {
  visited: ['encounter.registered', 'encounter.admitted', 'appointment.booked'],
  booked: ['appointment.booked'],
  answered: ['questionnaire.completed', 'message.replied'],
}

function goalRules(goal: CampaignGoal): StopRule[] {
  return goalEvents[goal].map((event) => ({
    event,
    when: { fact: goal === 'answered' ? 'event.ownEnrollment' : 'event.afterEntry', op: '=', value: true },
    reason: 'goal-reached',
  }))
}

export const waitKey = (wave: number) => `w${wave + 1}`
/** The step of a script; its messages are counted by the wave that the key begins with. */
const scriptKey = (wave: number, script: number) => `w${wave + 1}-${script + 1}`
/** Where in a plan a step comes from, by its path as `runnable` names it: `steps.w1-2`; undefined: from no script. */
export function scriptOfStep(path: string): string | undefined {
  const [, wave, script] = /^steps\.w(\d+)-(\d+)/.exec(path) ?? []
  return wave && script && `plan.waves.${Number(wave) - 1}.scripts.${Number(script) - 1}`
}

function stepsOf(wave: CampaignWave, at: number, { plan, purpose }: Planned): PathwayStep[] {
  const after = at + 1 < plan.waves.length ? waitKey(at + 1) : null
  const branchKey = (script: number) => `${scriptKey(at, script)}-for`
  const begin = (script: number): string | null => {
    const one = wave.scripts[script]
    if (!one) return after
    return fits(one, plan) === null ? scriptKey(at, script) : branchKey(script)
  }
  return [
    {
      key: waitKey(at),
      title: wave.name,
      kind: 'wait',
      since: 'entry',
      for: { value: wave.afterDays, unit: 'days' },
      at: wave.hours,
      next: begin(0),
    },
    ...wave.scripts.flatMap((script, n): PathwayStep[] => {
      const when = fits(script, plan)
      const own = actionStep(script.action, {
        key: scriptKey(at, n),
        title: wave.name,
        next: after,
        purpose,
      })
      if (when === null) return [own]
      return [
        { key: branchKey(n), title: wave.name, kind: 'branch', when, next: own.key, otherwise: begin(n + 1) },
        own,
      ]
    }),
  ]
}

type Script = CampaignWave['scripts'][number]

/** Null: everybody. The first group that somebody is in is theirs. */
function fits({ group, variant }: Script, plan: CampaignPlan): Condition | null {
  const at = plan.groups.findIndex(({ key }) => key === group)
  const parts: Condition[] = [
    ...(variant === null ? [] : [{ fact: 'enrollment.variant', op: '=' as const, value: variant }]),
    ...plan.groups
      .slice(0, at + 1)
      .map(({ segment }, n) => (n === at ? within(segment) : { not: within(segment) })),
  ]
  return parts.length === 0 ? null : { all: parts }
}

function actionStep(
  action: Script['action'],
  { purpose, ...base }: { key: string; title: string; next: string | null; purpose: CampaignBody['purpose'] },
): PathwayStep {
  switch (action.kind) {
    case 'message': {
      const { channel, subject, body, template, bestHour } = action
      const text = template === null ? { subject, body } : { template, subject: '', body: '' }
      return { ...base, kind: 'message', channel, purpose, ...text, ...(bestHour && { bestHour }) }
    }
    case 'call':
      return {
        ...base,
        title: action.title,
        kind: 'task',
        task: 'follow-up-call',
        assignee: action.assignee,
        dueSince: 'here',
        dueIn: { value: action.dueDays, unit: 'days' },
        priority: 'routine',
        description: action.script,
        waitFor: 'nothing',
      }
    case 'pathway':
      return { ...base, kind: 'pathway', pathway: action.pathway }
  }
}

/** Blanks of ready-made texts: lines to write on. */
const blank = /_{2,}|＿{2,}/

/** What a plan lacks, beside what its pathway lacks. Paths are those of the body. */
export function planProblems({ plan, level, purpose, emergency, endsOn }: CampaignBody) {
  const problems: { path: string; message: string }[] = []
  const say = (path: string, problem: { message: string }) => void problems.push({ path, ...problem })
  if (level <= 2 && plan.entry.kind !== 'once')
    say('plan.entry', { message: 'A campaign of level 1 or 2 begins on a day.' })
  if (level >= 3 && plan.entry.kind === 'once')
    say('plan.entry', {
      message: 'A campaign of level 3 or 4 goes on: choose an event or a date of the person.',
    })
  if (level === 1 && plan.groups.length > 0)
    say('plan.groups', { message: 'A campaign of level 1 says the same to all.' })
  if (level === 2 && plan.audience.segment === null && plan.groups.length === 0)
    say('plan.audience', { message: 'A campaign of level 2 is for a segment, or has groups.' })
  if (!emergency && purpose === 'clinical')
    say('purpose', { message: 'Only an emergency notice is clinical; care belongs in a pathway.' })
  if (emergency && level > 2) say('level', { message: 'An emergency notice begins on a day.' })
  if (plan.entry.kind === 'once' && endsOn !== null && endsOn < plan.entry.date)
    say('endsOn', { message: 'It ends before it begins.' })
  const keys = plan.groups.map(({ key }) => key)
  if (new Set(keys).size < keys.length) say('plan.groups', { message: 'Two groups have the same key.' })
  plan.waves.forEach((wave, at) => {
    const path = `plan.waves.${at}`
    const before = plan.waves[at - 1]
    if (before && wave.afterDays <= before.afterDays)
      say(`${path}.afterDays`, { message: 'Is not after the wave before.' })
    if (wave.hours.from >= wave.hours.to)
      say(`${path}.hours`, { message: 'The hours end before they begin.' })
    wave.scripts.forEach((script, n) => {
      if (script.group !== null && !keys.includes(script.group))
        say(`${path}.scripts.${n}.group`, { message: 'This group does not exist.' })
      if (script.variant !== null && 'ABCD'.indexOf(script.variant) >= plan.variants)
        say(`${path}.scripts.${n}.variant`, { message: 'There is no such variant.' })
      const { action } = script
      if (action.kind === 'message' && action.template === null && (!action.subject || !action.body))
        say(`${path}.scripts.${n}`, { message: 'A message has neither a template nor a text.' })
      if (action.kind === 'message' && blank.test(action.subject + action.body))
        say(`${path}.scripts.${n}`, { message: 'A blank is not filled in.' })
      if (n > 0 && wave.scripts.slice(0, n).some((one) => one.group === null && one.variant === null))
        say(`${path}.scripts.${n}`, { message: 'Comes after a script for everybody, so nobody gets it.' })
    })
  })
  return problems
}
