import type { Trx } from '../../platform/db.ts'
import type { SettingKey } from '../setting/definitions.ts'
import type { Unit } from './time.ts'

/** What happened to a clock: its time ran out (level 0), or nobody reacted for so long again (1, 2, …). */
export type Fired = {
  clockId: number
  subjectId: number
  siteId: number
  personId: number | null
  level: number
  dueAt: Date | null
  at: Date
}

/** How one kind of clock runs. The numbers are settings, so that a site may have its own. */
export type ClockRule = {
  kind: string
  /** What `subjectId` is the id of. */
  subjectKind: string
  allowed: { setting: SettingKey; unit: Unit }
  /** Each after the level before it. */
  escalations: { setting: SettingKey; unit: Unit }[]
  /** What follows, in the transaction that marks the level as fired. */
  fired: (trx: Trx, clocks: Fired[]) => Promise<void>
  /** The due time was set or has moved; null while the working calendar is unknown. */
  timed: (trx: Trx, clocks: { subjectId: number; dueAt: Date | null }[]) => Promise<void>
}

const rules = new Map<string, ClockRule>()

/** Called once at start-up for each kind; see `server/reactions.ts`. */
export function registerClock(rule: ClockRule): void {
  rules.set(rule.kind, rule)
}

export function ruleOf(kind: string): ClockRule {
  const rule = rules.get(kind)
  if (!rule) throw new Error(`no clock of kind ${kind} is registered`)
  return rule
}
