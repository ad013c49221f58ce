import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { giveConsent } from '../../../contract/contact.ts'
import { mergePersons, undoPersonMerge } from '../../../contract/match.ts'
import { endProxyOf, addProxy, listProxies } from '../../../contract/portal-staff.ts'
import { makePromise } from '../../../contract/promise.ts'
import { int, pick, prng } from '../../../sim/prng.ts'
import { implementedContracts } from '../../platform/http.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { openPortal } from '../../../test/support/portal.ts'

let app: TestApp
let phones: Awaited<ReturnType<typeof openPortal>>
let service: string
let siteId: number
beforeAll(async () => {
  app = await createTestApp({ trustedProxies: 1 }, await createTestDatabase())
  phones = await openPortal(app)
  await receive(app, { mrn: 'first' })
  siteId = (await idsOf(app)).site('NH')
  service = await app.signInAs('service-centre')
})
afterAll(async () => {
  await phones.close()
  await app.close()
})

type Member = {
  record: number
  mark: string
  phone: string
  survivor: number | null
  valid: boolean
  born: number
}
type Device = { cookie: string; record: number; phone: string }
type Proxy = { id: number; of: number; by: number; ended: boolean }

/** The independent model: who is whose person, and whom a device reaches. */
class Model {
  members: Member[] = []
  devices: Device[] = []
  proxies: Proxy[] = []
  merges: { id: number; merged: number }[] = []
  person(record: number): number {
    return this.members.find((one) => one.record === record)?.survivor ?? record
  }
  records(person: number): Member[] {
    return this.members.filter((one) => this.person(one.record) === person)
  }
  reach({ record, phone }: Device): number[] {
    const self = this.person(record)
    if (!this.records(self).some((one) => one.phone === phone && one.valid)) return []
    const others = this.proxies
      .filter((one) => !one.ended && this.person(one.by) === self)
      .map((one) => this.person(one.of))
    return [self, ...others]
  }
}

const letters = '甲乙丙丁戊己庚辛'

test.each([1, 2, 3, 4])(
  'over random families, merges, un-merges, lost numbers and ended proxies no device reads a word of a person outside its reach (run %i)',
  async (seed) => {
    const random = prng(seed)
    const model = new Model()
    const marks = Array.from({ length: 6 }, (_, at) => `${seed}号${letters[at] ?? ''}秘密`)
    for (const [at, mark] of marks.entries()) {
      const mrn = `I${seed}-${at}`
      const born = 1950 + at
      // Two of them share a telephone.
      const phone = `1370${seed}00000${Math.max(1, at)}`
      await receive(app, { mrn, name: `${letters[at] ?? ''}某`, birth: `${born}0101`, phone })
      const record = await personOf(app, mrn)
      model.members.push({ record, mark, phone, survivor: null, valid: true, born })
      const dueAt = new Date(Date.now() + 86_400_000).toISOString()
      await app.request(service, makePromise, { body: { personId: record, text: mark, dueAt } })
      await app.request(service, giveConsent, {
        params: { id: record },
        body: { purpose: 'service', channel: 'sms', proof: 'paper', reference: mark },
      })
    }
    const reads = implementedContracts(app.api).filter(
      (one) => one.permission === 'portal' && one.method === 'get' && !one.path.includes('{'),
    )
    expect(reads.length).toBeGreaterThan(8)

    async function look(): Promise<void> {
      for (const device of model.devices) {
        const reach = model.reach(device)
        const allowed = new Set(reach.flatMap((person) => model.records(person).map((one) => one.mark)))
        const forbidden = model.members.filter((one) => !allowed.has(one.mark)).map((one) => one.mark)
        for (const { record } of model.members) {
          for (const contract of reads) {
            const named = contract.query && 'for' in contract.query.shape
            const answer = await app.send(device.cookie, 'get', `/api/v1${contract.path}`, {
              ...(named && { query: { for: record } }),
            })
            const text = await answer.text()
            expect(forbidden.filter((mark) => text.includes(mark))).toEqual([])
            const expected = reach.length === 0 ? 401 : !named || reach.includes(record) ? 200 : 404
            expect([contract.path, record, answer.status]).toEqual([contract.path, record, expected])
          }
        }
      }
    }

    const act: (() => Promise<unknown>)[] = [
      async () => {
        const one = pick(random, model.members)
        if (!one.valid) return
        const person = model.person(one.record)
        // Who survives a merge is asked by the survivor's own name and year.
        const survivor = model.members.find((other) => other.record === person) ?? one
        const { cookie, entrance } = await phones.prove(siteId, one.phone)
        const name = `${letters[model.members.indexOf(survivor)] ?? ''}*`
        if (
          entrance.state === 'confirm' &&
          (await phones.confirm(cookie, name, survivor.born)).body.state !== 'open'
        )
          throw new Error('not let in')
        model.devices.push({ cookie, record: person, phone: one.phone })
      },
      async () => {
        const [of, by] = [pick(random, model.members), pick(random, model.members)]
        if (model.person(of.record) === model.person(by.record)) return
        const [person, proxy] = [model.person(of.record), model.person(by.record)]
        const made = await app.request(service, addProxy, {
          params: { id: person },
          body: { proxyId: proxy, kind: 'carer', reference: '授权书', until: null },
        })
        if (made.status !== 201) return
        const newest = Math.max(...made.body.items.map((one) => one.id))
        model.proxies.push({ id: newest, of: person, by: proxy, ended: false })
      },
      async () => {
        const proxy = model.proxies.find((one) => !one.ended)
        if (!proxy) return
        const person = model.person(proxy.of)
        const ended = await app.request(service, endProxyOf, {
          params: { id: person, proxyId: proxy.id },
          body: {},
        })
        expect(ended.status).toBe(204)
        proxy.ended = true
      },
      async () => {
        const free = model.members.filter(
          (one) => one.survivor === null && model.records(one.record).length === 1,
        )
        if (free.length < 2) return
        const [a, b] = [pick(random, free), pick(random, free)]
        if (a === b) return
        const merged = await app.request(service, mergePersons, {
          body: { survivorId: a.record, mergedId: b.record, reason: '同一人' },
        })
        if (merged.status !== 201) return
        b.survivor = a.record
        model.merges.push({ id: merged.body.mergeId, merged: b.record })
      },
      async () => {
        const merge = model.merges.pop()
        if (!merge) return
        await app.request(service, undoPersonMerge, {
          params: { id: merge.id },
          body: { reason: '不是同一人' },
        })
        const member = model.members.find((one) => one.record === merge.merged)
        if (member) member.survivor = null
      },
      async () => {
        if (int(random, 0, 2) > 0) return
        const one = pick(random, model.members)
        await sql`update person_telecom set valid = false where person_id = ${one.record}`.execute(app.db)
        one.valid = false
      },
    ]
    await act[0]?.()
    for (let step = 0; step < 14; step++) {
      await act[step % 3 === 0 ? 0 : int(random, 0, act.length - 1)]?.()
      await look()
    }
    expect(model.devices.length).toBeGreaterThan(2)
    // The list of staff tells the same.
    for (const { record } of model.members.filter((one) => one.survivor === null)) {
      const { items } = (await app.request(service, listProxies, { params: { id: record } })).body
      const expected = model.proxies.filter((one) => !one.ended && model.person(one.of) === record)
      expect(items.map((one) => one.id)).toEqual(expected.map((one) => one.id).toSorted((a, b) => a - b))
    }
  },
  600_000,
)
