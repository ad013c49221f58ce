type Group =
  | 'follow-up'
  | 'contact'
  | 'intake'
  | 'security'
  | 'figure'
  | 'match'
  | 'provenance'
  | 'completeness'
  | 'spot-check'
  | 'visit'
  | 'appointment'
  | 'call'
  | 'voice'
  | 'organisation'
  | 'case'
  | 'portal'
export type SettingDefinition = {
  group: Group
  /** Whether a site may have a value of its own; otherwise there is one for the installation. */
  perSite: boolean
  kind: 'integer' | 'number' | 'boolean' | 'text' | 'secret' | 'choice'
  unit: string | null
  choices?: string[]
  min?: number
  max?: number
  defaultValue: unknown
  /** Where the default comes from; "(custom)" marks common practice without a text at hand. */
  source: string
}

/** What one hospital of a chain does differently from the next; identity, feeds, channels and security are one for all. */
const perSiteGroups: ReadonlySet<Group> = new Set([
  'follow-up',
  'contact',
  'spot-check',
  'visit',
  'figure',
  'appointment',
  'call',
  'voice',
  'case',
  'portal',
])
const ofGroup = <const G extends Group>(group: G) => ({ group, perSite: perSiteGroups.has(group) })

/** One value for the installation although its group may differ per site. */
export const everywhere = <const D extends SettingDefinition>(definition: D) => ({
  ...definition,
  perSite: false,
})

export const integer = (
  group: Group,
  defaultValue: number,
  unit: string | null,
  range: [number, number],
  source: string,
) =>
  ({
    ...ofGroup(group),
    kind: 'integer',
    unit,
    defaultValue,
    min: range[0],
    max: range[1],
    source,
  }) satisfies SettingDefinition
export const number = (
  group: Group,
  defaultValue: number,
  unit: string | null,
  range: [number, number],
  source: string,
) =>
  ({
    ...ofGroup(group),
    kind: 'number',
    unit,
    defaultValue,
    min: range[0],
    max: range[1],
    source,
  }) satisfies SettingDefinition
export const text = (group: Group, kind: 'text' | 'secret', defaultValue: string, source: string) =>
  ({ ...ofGroup(group), kind, unit: null, defaultValue, source }) satisfies SettingDefinition
export const boolean = (group: Group, defaultValue: boolean, source: string) =>
  ({ ...ofGroup(group), kind: 'boolean', unit: null, defaultValue, source }) satisfies SettingDefinition

export const choice = (group: Group, choices: string[], source: string) =>
  ({
    ...ofGroup(group),
    kind: 'choice',
    unit: null,
    choices,
    defaultValue: choices[0],
    source,
  }) satisfies SettingDefinition

/** How a field of a person is decided when sources differ; see `person/claim.ts`. */
export const claimRule = (
  choices: ('staff-holds' | 'newest' | 'trusted')[] = ['staff-holds', 'newest', 'trusted'],
) =>
  ({
    ...ofGroup('provenance'),
    kind: 'choice',
    unit: null,
    choices,
    defaultValue: 'staff-holds',
    source: `CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new`,
  }) satisfies SettingDefinition

/** How much of completeness something is; parts of the sum, so that they need not add up to 100. */
export const weight = (defaultValue: number, why: string) =>
  integer('completeness', defaultValue, 'points', [0, 100], `CareLoop choice: ${why}`)

/** How much more often a result is drawn that has this mark; added to the 1 that every result has. */
export const risk = (defaultValue: number, why: string) =>
  number('spot-check', defaultValue, 'points', [0, 20], `CareLoop choice: ${why}`)
