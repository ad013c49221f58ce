import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Pbx } from '../../../sim/asterisk-ami.ts'
import { telephonyBodies } from '../../../contract/telephony.ts'
import { createTelephonyAccount, moveTelephony } from '../../modules/call/account.ts'
import { systemActor } from '../../platform/actor.ts'
import { type Db, transaction } from '../../platform/db.ts'
import { freeTelephone } from './voice.ts'

const demo = systemActor('system:demo', '演示')

const name = '96120 呼叫中心'

/**
 * The exchange of the demo hospital; its ports change with every start.
 * @param mediaUrl where it fetches what the machine says
 */
export async function connectDemoExchange(
  db: Db,
  secret: string,
  { pbx, ariUrl, mediaUrl }: { pbx: Pbx; ariUrl: string; mediaUrl: string },
): Promise<void> {
  const site = await db.selectFrom('site').select('id').orderBy('id').executeTakeFirstOrThrow()
  const places = { port: pbx.port, recordsUrl: `${pbx.url}/cel.csv`, ariUrl, mediaUrl }
  if (await moveTelephony(db, name, places)) return
  await transaction(db, (trx) =>
    createTelephonyAccount(
      trx,
      demo,
      secret,
      telephonyBodies.asterisk.parse({
        kind: 'asterisk',
        name,
        siteId: site.id,
        host: '127.0.0.1',
        user: 'careloop',
        password: 'secret',
        extensions: '^8[0-9]{3}$',
        ariUser: 'careloop',
        ariPassword: 'ari-secret',
        ariEndpoint: 'PJSIP/{number}@trunk',
        ariCallerId: '96120',
        amdContext: 'careloop-amd',
        agentsContext: 'careloop-agents',
        ...places,
      }),
    ),
  )
}

/** Between two calls, and how long somebody waits or talks, in ms. */
const [betweenMs, patienceMs, talkMs] = [25_000, 20_000, 90_000]

/** So many pauses in a row are left to the calls by machine. */
const mostWaits = 4

async function machineTalks(db: Db): Promise<boolean> {
  const { rows } = await sql`select 1 from voice_call where state <> 'ended' limit 1`.execute(db)
  return rows.length > 0
}

/**
 * Patients call while somebody sits at a telephone and has no call: mostly those with open tasks, now and then a stranger. The telephones are
 * picked up by themselves.
 */
export async function demoCalls(db: Db, pbx: Pbx, signal: AbortSignal): Promise<void> {
  const wait = (ms: number) => delay(ms, undefined, { signal }).catch(() => undefined)
  for (let n = 1, waited = 0; !signal.aborted; n++) {
    await wait(betweenMs)
    // Whoever the machine calls may ask for somebody, who is not to be busy all day.
    waited = waited < mostWaits && (await machineTalks(db)) ? waited + 1 : 0
    if (waited > 0) continue
    const free = await freeTelephone(db)
    if (free === undefined) continue
    const { rows } = await sql<{ number: string }>`
      select m.value as number from task t join person_telecom m on m.person_id = t.person_id and m.system = 'phone' and m.valid and m.value like '+861%'
      where t.status = 'requested' and t.level is not null order by (t.id * 7919 + ${n}) % 1009 limit 1`.execute(
      db,
    )
    const number = n % 5 === 0 ? undefined : rows[0]?.number
    const from = number?.replace('+86', '') ?? `1990000${String(1000 + (n % 9000))}`
    const call = pbx.call(from, '96120', { queue: '96120' })
    call.ring(free)
    // Whoever was not answered gives up; whoever was hangs up when everything is said.
    void wait(n % 7 === 0 ? patienceMs : talkMs).then(() => call.hangUp())
  }
}
