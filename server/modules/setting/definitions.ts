import { z } from 'zod'
import { appointmentSettings } from './appointment.ts'
import { bookingSettings } from './booking.ts'
import { callSettings } from './call.ts'
import { caseSettings } from './case.ts'
import { contactSettings } from './contact.ts'
import { conversationSettings } from './conversation.ts'
import {
  boolean,
  claimRule,
  everywhere,
  integer,
  number,
  type SettingDefinition,
  text,
  weight,
} from './define.ts'
import { deadlineSettings } from './deadline.ts'
import { launchSettings } from './launch.ts'
import { portalSettings } from './portal.ts'
import { spotCheckSettings } from './spot-check.ts'
import { allPremises } from '../../platform/outbound-host.ts'
import { visitSettings } from './visit.ts'
import { voiceSettings } from './voice.ts'

const report = '96120 call-centre report: three-level follow-up'
const vendor = 'Vendor practice on the Chinese market'
const ours = 'CareLoop choice'

/** Every rule number of the product, with its default and where that comes from. */
export const settingDefinitions = {
  'organisation.time-zone': text(
    'organisation',
    'text',
    'Asia/Shanghai',
    `${ours}: mainland hospitals keep this time; it counts only where no site is known, such as for "today" in a list across sites`,
  ),
  'organisation.country': {
    ...text(
      'organisation',
      'text',
      'CN',
      `${ours}: the mainland; a telephone number without a country code is one of this country (ISO 3166)`,
    ),
    perSite: true,
  },
  'follow-up.level-1.days': integer(
    'follow-up',
    7,
    'days',
    [1, 90],
    `${report}: attending doctor by phone within 1 week`,
  ),
  'follow-up.level-2.days': integer(
    'follow-up',
    14,
    'days',
    [1, 180],
    'Head nurse or service centre within 2 weeks (custom)',
  ),
  'follow-up.level-3.days': integer(
    'follow-up',
    30,
    'days',
    [1, 365],
    `${report}: home visit within 1 month`,
  ),
  'follow-up.level-3.sample-rate': number(
    'follow-up',
    0.1,
    'share',
    [0, 1],
    `${report} says "a sample"; the share is ours (custom)`,
  ),
  'follow-up.attempts.max': integer('follow-up', 3, 'attempts', [1, 10], vendor),
  'follow-up.attempts.second-after-hours': integer(
    'follow-up',
    24,
    'hours',
    [1, 720],
    `${vendor}: attempts at 0 / 24 / 72 h`,
  ),
  'follow-up.attempts.third-after-hours': integer(
    'follow-up',
    72,
    'hours',
    [1, 720],
    `${vendor}: attempts at 0 / 24 / 72 h, counted from the first`,
  ),
  'follow-up.ladder': boolean(
    'follow-up',
    false,
    `${ours}: after the telephone, family, community and letter; it takes hours that a site must have, so the site switches it on`,
  ),
  'follow-up.ladder.family-attempts': integer(
    'follow-up',
    2,
    'attempts',
    [0, 10],
    `${ours}: a day apart; 0 leaves the step out`,
  ),
  'follow-up.ladder.community-attempts': integer(
    'follow-up',
    1,
    'attempts',
    [0, 10],
    `${ours}: one question to the community health station; 0 leaves the step out`,
  ),
  'follow-up.ladder.letter': boolean('follow-up', true, `${ours}: where the address is known`),
  'follow-up.ladder.letter-days': integer(
    'follow-up',
    14,
    'days',
    [1, 90],
    `${ours}: a week each way by post`,
  ),
  'follow-up.ladder.letter-text': text(
    'follow-up',
    'text',
    '{{name}} 您好：我院多次致电未能联系到您。为了给您做好后续服务，请您在方便时拨打 {{phone}} 与我们联系，或到医院客户服务中心更新联系电话。祝您安康！',
    `${ours}: nothing about illness or treatment; {{name}}, {{hospital}}, {{phone}} are filled in`,
  ),
  'follow-up.ladder.letter-phone': text(
    'follow-up',
    'text',
    '',
    'Telephone number that the letter asks to call',
  ),
  'follow-up.hours.from': integer('follow-up', 9, 'hour', [0, 23], `${vendor}: weekdays 9:00–20:00`),
  'follow-up.hours.to': integer('follow-up', 20, 'hour', [1, 24], `${vendor}: weekdays 9:00–20:00`),
  'follow-up.hours.working-days-only': boolean('follow-up', true, `${vendor}: weekdays 9:00–20:00`),
  'follow-up.hold-minutes': integer('follow-up', 15, 'minutes', [1, 240], ours),
  'follow-up.undo-minutes': integer('follow-up', 15, 'minutes', [1, 240], ours),
  'follow-up.instruction.by-hand': boolean(
    'follow-up',
    false,
    `${ours}: a result is submitted with its recording; one click less for every instruction`,
  ),
  'follow-up.link-days': integer(
    'follow-up',
    7,
    'days',
    [1, 60],
    `${ours}: the levels of follow-up are a week apart; a later answer would speak of another time`,
  ),
  'follow-up.daily-goal': integer(
    'follow-up',
    60,
    'calls',
    [1, 500],
    'CareLoop aim: 60 calls a day; by hand a nurse manages 20–30 (vendor figures)',
  ),
  'follow-up.calls-per-hour': integer(
    'follow-up',
    6,
    'calls',
    [1, 60],
    `${ours}: agreed calls that one agent keeps on time within an hour, of ten minutes each`,
  ),
  'follow-up.minutes.call': number(
    'follow-up',
    19,
    'minutes',
    [1, 240],
    'Vendor figures: a nurse manages 20–30 calls a day by hand; 8 hours by 25 calls. Put your own in once you have them',
  ),
  'follow-up.minutes.home-visit': number(
    'follow-up',
    60,
    'minutes',
    [5, 480],
    'With the way there and back (custom)',
  ),
  'follow-up.minutes.other': number(
    'follow-up',
    10,
    'minutes',
    [1, 240],
    `${ours}: questionnaires and other tasks`,
  ),
  'pathway.publish.second-person': everywhere(
    boolean('follow-up', false, `${ours}: where on, another person than the author publishes a pathway`),
  ),
  ...contactSettings,
  ...conversationSettings,
  ...portalSettings,
  'intake.silent-minutes': integer('intake', 30, 'minutes', [1, 1440], ours),
  'intake.apply-test-messages': boolean(
    'intake',
    false,
    `${ours}: what is sent for training or debugging (MSH-11 T, D) is about nobody`,
  ),
  'intake.keep-days': integer(
    'intake',
    365,
    'days',
    [30, 3650],
    'Cybersecurity Law Art. 21: network logs at least 6 months',
  ),
  'group.warn-days': everywhere(
    integer(
      'contact',
      60,
      'days',
      [1, 365],
      `${ours}: time enough for a round of talks before an agreement runs out`,
    ),
  ),
  'outbound.ack-timeout-seconds': number(
    'intake',
    30,
    'seconds',
    [0.1, 600],
    `${ours}: HL7 names no number; receivers that answer after a commit take seconds, interface engines wait 5 to 60`,
  ),
  'outbound.retry-first-seconds': number(
    'intake',
    5,
    'seconds',
    [0.01, 600],
    `${ours}: pause after the first failure, twice as long after each further one`,
  ),
  'outbound.retry-longest-seconds': number(
    'intake',
    300,
    'seconds',
    [0.01, 3600],
    `${ours}: a receiver that comes back gets its messages within five minutes`,
  ),
  'outbound.silent-minutes': integer(
    'intake',
    15,
    'minutes',
    [1, 1440],
    `${ours}: a message that waits longer raises the alarm of its channel`,
  ),
  'import.keep-days': integer(
    'intake',
    30,
    'days',
    [1, 365],
    'PIPL Art. 19: no longer than the purpose needs',
  ),
  'fhir.site': text(
    'intake',
    'text',
    '',
    `${ours}: site of what a FHIR sender does not place; empty = the key's own site, else the first`,
  ),
  'fhir.identifier-systems': text(
    'intake',
    'text',
    '',
    `${ours}: which identifier systems of FHIR senders mean which of ours, such as http://his.example/mrn=mrn:NH`,
  ),
  'fhir.cors-origins': text(
    'intake',
    'text',
    '',
    `${ours}: origins whose pages may call FHIR with a key, such as https://app.example; empty = none`,
  ),
  'security.session-idle-minutes': integer(
    'security',
    30,
    'minutes',
    [5, 480],
    'OWASP ASVS 5: idle limit by risk; 30 minutes',
  ),
  'security.session-absolute-hours': integer(
    'security',
    12,
    'hours',
    [1, 72],
    'OWASP ASVS 5 / NIST SP 800-63B AAL2: 12 hours',
  ),
  ...launchSettings,
  'security.outbound-hosts': text(
    'security',
    'text',
    allPremises,
    `${ours}: names, addresses and ranges on the premises that messages may be sent to; narrow it to the systems there are`,
  ),
  'security.audit-keep-years': integer('security', 6, 'years', [1, 30], 'HIPAA: audit documentation 6 years'),
  'match.review-from': number(
    'match',
    0.5,
    'share',
    [0.01, 1],
    `${ours}: likelier one person than two; on FEBRL's made-up registers F is highest between 0.1 and 0.5`,
  ),
  'match.link-sure': boolean(
    'match',
    false,
    `${ours}: two persons in one record are a danger, so a human decides`,
  ),
  'provenance.name': claimRule(),
  'provenance.sex': claimRule(),
  'provenance.birthDate': claimRule(),
  'provenance.maritalStatus': claimRule(),
  'provenance.language': claimRule(),
  'provenance.address': claimRule(),
  'provenance.deceased': claimRule(['staff-holds', 'newest']),
  'provenance.trusted': text(
    'provenance',
    'text',
    '',
    `${ours}: sources in order of trust, such as hl7:HIS/NH, fhir; address = portal, hl7:HIS/NH`,
  ),
  'completeness.phone': weight(30, 'follow-up is a call: without a working telephone there is none'),
  'completeness.name': weight(15, 'whom to ask for'),
  'completeness.birthDate': weight(
    15,
    'tells namesakes apart on the telephone; age decides about many pathways',
  ),
  'completeness.identity': weight(15, 'ties records of several hospitals to one person'),
  'completeness.address': weight(10, 'home visits of level 3, and letters'),
  'completeness.contact': weight(10, 'whom to call when the person cannot be reached'),
  'completeness.sex': weight(5, 'decides about some pathways and questions'),
  'completeness.email': weight(0, 'one may write where one cannot call; few give one'),
  ...spotCheckSettings,
  ...deadlineSettings,
  ...caseSettings,
  ...visitSettings,
  ...voiceSettings,
  ...appointmentSettings,
  ...bookingSettings,
  ...callSettings,
  'figure.target.coverage': number('figure', 1, 'share', [0, 1], `${report}: coverage 100 %`),
  'figure.target.timeliness': number('figure', 0.95, 'share', [0, 1], ours),
  'figure.target.reach': number('figure', 0.85, 'share', [0, 1], ours),
} as const satisfies Record<string, SettingDefinition>

export type SettingKey = keyof typeof settingDefinitions

type ValueOf<K extends SettingKey> = (typeof settingDefinitions)[K]['kind'] extends 'integer' | 'number'
  ? number
  : (typeof settingDefinitions)[K]['kind'] extends 'boolean'
    ? boolean
    : string
export type SettingValues<K extends SettingKey> = { [P in K]: ValueOf<P> }

/** The zod schema that a new value of a setting must meet. */
export function valueSchema(definition: SettingDefinition): z.ZodType {
  if (definition.kind === 'boolean') return z.boolean()
  if (definition.kind === 'choice') return z.enum(definition.choices ?? [])
  if (definition.kind === 'text' || definition.kind === 'secret') return z.string().max(500)
  const base = definition.kind === 'integer' ? z.number().int() : z.number()
  return base.min(definition.min ?? -Infinity).max(definition.max ?? Infinity)
}

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingDefinitions, key)
}
