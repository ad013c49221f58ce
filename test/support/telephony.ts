import { expect, vi } from 'vitest'
import { getCall } from '../../contract/call.ts'
import { getMyLine, setMyLine } from '../../contract/line.ts'
import { createTelephonyAccount } from '../../contract/telephony.ts'
import { openTelephony, type Telephony } from '../../server/feeds/telephony/adapter.ts'
import { type Pbx, type PbxOptions, startAsterisk } from '../../sim/asterisk-ami.ts'
import type { Caller, TestApp } from './app.ts'
import { idsOf } from './hospital.ts'

export type Exchange = {
  pbx: Pbx
  accountId: number
  telephony: Telephony
  /** Connected, and what was asked of it sent. */
  turn: () => Promise<void>
  close: () => Promise<void>
}

/** A simulated Asterisk, connected to the application. */
export async function exchange(app: TestApp, options: PbxOptions = {}, site = 'NH'): Promise<Exchange> {
  const pbx = await startAsterisk(options)
  const admin = await app.signInAs('administrator')
  const { body } = await app.request(admin, createTelephonyAccount, {
    body: {
      kind: 'asterisk',
      name: `总机 ${pbx.port}`,
      siteId: (await idsOf(app)).site(site),
      host: '127.0.0.1',
      port: pbx.port,
      user: 'careloop',
      password: 'secret',
      recordsUrl: `${pbx.url}/cel.csv`,
      ariUrl: `${pbx.url}/ari`,
    },
  })
  const telephony = openTelephony(app.services)
  const connected = async () => {
    await telephony.look()
    const row = await app.db
      .selectFrom('telephony_account')
      .select('connected_at')
      .where('id', '=', body.id)
      .executeTakeFirstOrThrow()
    return row.connected_at !== null && pbx.connections() > 0
  }
  await vi.waitFor(async () => expect(await connected()).toBe(true), { timeout: 20_000 })
  return {
    pbx,
    accountId: body.id,
    telephony,
    turn: async () => {
      await telephony.look()
    },
    close: async () => {
      await telephony.stop()
      await pbx.close()
    },
  }
}

/** Sits down at a telephone. */
export async function sitAt(app: TestApp, who: Caller, accountId: number, extension: string): Promise<void> {
  const { status } = await app.request(who, setMyLine, { body: { accountId, extension } })
  expect(status).toBe(204)
}

/** The call at my telephone as soon as it is in this state. */
export async function callAt(app: TestApp, who: Caller, state: string): Promise<number> {
  let id = 0
  await expect
    .poll(
      async () => {
        id = (await app.request(who, getMyLine)).body.calls[0] ?? 0
        return id === 0 ? 'none' : (await app.request(who, getCall, { params: { id } })).body.state
      },
      { timeout: 20_000, interval: 20 },
    )
    .toBe(state)
  return id
}
