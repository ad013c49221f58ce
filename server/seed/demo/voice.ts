import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import type { Pbx } from '../../../sim/asterisk-ami.ts'
import { type AsteriskAri, startAsteriskAri } from '../../../sim/asterisk-ari.ts'
import type { HandedOver } from '../../../sim/asterisk-exchange.ts'
import { demoHospital } from '../../../sim/hospital.ts'
import { type Behaviour, type Patient, telephoneOf } from '../../../sim/voice-patients.ts'
import { addVersion } from '../../modules/pathway/pathway.ts'
import { updateSetting } from '../../modules/setting/setting.ts'
import { systemActor } from '../../platform/actor.ts'
import { type Db, transaction } from '../../platform/db.ts'

const actor = systemActor('system:demo', '演示数据')

/** Where the machine calls, and the ward of the demo's log-ins, whose lists it leaves alone. */
const [siteCode, ward] = ['GH01', 'CARD']

/** A demo is looked at from anywhere: what is night at the hospital is no reason for a silent screen. */
const settings: [key: string, value: unknown][] = [
  ['voice.enabled', true],
  ['voice.hand-over', true],
  ['voice.lines', 6],
  ['voice.hours.to', 24],
  ['voice.hours.from', 0],
  ['follow-up.hours.to', 24],
  ['follow-up.hours.from', 0],
  ['follow-up.hours.working-days-only', false],
  ['contact.quiet-from', 0],
  ['contact.quiet-to', 0],
]

/** Switches calls by machine on at the main site. */
export async function seedDemoVoice(db: Db, secret: string): Promise<void> {
  await transaction(db, async (trx) => {
    const { id: siteId } = await trx
      .selectFrom('site')
      .select('id')
      .where('code', '=', siteCode)
      .executeTakeFirstOrThrow()
    for (const [key, value] of settings) {
      const known = await trx
        .selectFrom('setting')
        .select('version')
        .where('key', '=', key)
        .where('site_id', '=', siteId)
        .executeTakeFirst()
      if (!known) await updateSetting(trx, actor, secret, key, { siteId, value, version: 0 })
    }
  })
}

/** Wards of the main site but one have their routine second follow-up begun by the machine. */
export async function letMachineBegin(db: Db): Promise<void> {
  await transaction(db, async (trx) => {
    const pathway = await trx
      .selectFrom('pathway as p')
      .innerJoin('pathway_version as v', 'v.id', 'p.current_version_id')
      .select(['p.id', 'p.code', 'p.name', 'v.version', 'v.definition'])
      .where('p.code', '=', 'discharge-three-level')
      .executeTakeFirst()
    if (pathway?.version !== 1) return
    await addVersion(trx, actor, pathway, machineFirst(pathway.definition as PathwayDefinition))
  })
}

/** The same pathway with the second level twice: by the machine first, and by people. */
function machineFirst(definition: PathwayDefinition): PathwayDefinition {
  const departments = demoHospital.departments.filter(
    (one) => one.siteCode === siteCode && one.kind === 'clinical' && one.code !== ward,
  )
  return {
    ...definition,
    steps: definition.steps.flatMap((step): PathwayDefinition['steps'] => {
      if (step.key === 'until-level-2') return [{ ...step, next: 'who-calls' }]
      if (step.key !== 'level-2' || step.kind !== 'task') return [step]
      return [
        {
          key: 'who-calls',
          title: '先由语音拨打？',
          kind: 'branch',
          when: { fact: 'person.departmentCode', op: 'in', value: departments.map((one) => one.code) },
          next: 'level-2-voice',
          otherwise: 'level-2',
        },
        { ...step, key: 'level-2-voice', title: '二级随访：语音先拨', machineFirst: true },
        step,
      ]
    }),
  }
}

/** What people do who are called, the first eight as often as the others together. */
const behaviours: Behaviour[] = [
  ...Array.from({ length: 8 }, () => 'answers' as const),
  'dangerous',
  'asks-for-person',
  'interrupts',
  'wrong-keys',
  'hangs-up-in-the-middle',
  'no-answer',
  'recorder',
  'busy',
]

/** How long somebody waits in the queue or talks, and how often is looked whether they still do, in ms. */
const [patienceMs, talkMs, lookMs] = [20_000, 90_000, 500]

/** The REST interface of the demo's telephone system, with the simulated patients at the other end. */
export async function startDemoVoice(
  pbx: Pbx,
): Promise<{ ari: AsteriskAri; attend: (db: Db) => void; close: () => Promise<void> }> {
  const stop = new AbortController()
  let db: Db | undefined
  const calls = new Map<string, number>()
  const ari = await startAsteriskAri({
    callee: (number) => {
      const nth = calls.get(number) ?? 0
      calls.set(number, nth + 1)
      const patient: Patient = {
        behaviour: behaviours[Number(number.slice(-4)) % behaviours.length] ?? 'answers',
        birthYear: 0,
        // The first key is a good answer to every question of the second level.
        keys: [['', '1']],
        danger: ['新的不舒服', '2'],
      }
      // People know when they were born; it is known here long before the telephone has rung out.
      if (db) void birthYearOf(db, number).then((year) => (patient.birthYear = year))
      return telephoneOf(patient, nth)
    },
    onHandOver: (call) => {
      if (db) void queue(db, pbx, call, stop.signal).catch(() => call.hangUp())
    },
  })
  return {
    ari,
    attend: (found) => (db = found),
    close: async () => {
      stop.abort()
      await ari.close()
    },
  }
}

async function birthYearOf(db: Db, number: string): Promise<number> {
  const { rows } = await sql<{ year: number }>`
    select extract(year from p.birth_date)::int as year from person_telecom m join person p on p.id = m.person_id
    where m.system = 'phone' and m.valid and m.value = ${`+86${number}`} and p.birth_date is not null order by m.updated_at desc limit 1`.execute(
    db,
  )
  return rows[0]?.year ?? 0
}

/** Whoever asked for somebody waits in the queue and rings where somebody is free. */
async function queue(
  db: Db,
  pbx: Pbx,
  { channelId, number, hangUp }: HandedOver,
  signal: AbortSignal,
): Promise<void> {
  const call = pbx.call(number, '96120', { queue: '96120', id: channelId })
  const free = await freeTelephone(db)
  if (free) call.ring(free)
  for (let waited = 0; waited < (free ? talkMs : patienceMs) && pbx.find(call.id); waited += lookMs)
    await delay(lookMs, undefined, { signal })
  call.hangUp()
  hangUp()
}

/** The extension of somebody who sits at a telephone and has no call. */
export async function freeTelephone(db: Db): Promise<string | undefined> {
  const { rows } = await sql<{ extension: string }>`
    select l.extension from agent_line l
    where l.presence = 'available' and not exists (
      select 1 from call_leg g join call c on c.id = g.call_id where g.user_id = l.user_id and c.ended_at is null and c.started_at > now() - interval '1 hour')
    order by random() limit 1`.execute(db)
  return rows[0]?.extension
}
