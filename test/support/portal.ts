import { sql } from 'kysely'
import { askPortalCode, confirmPortalPerson, type PortalEntrance } from '../../contract/portal.ts'
import { newToken, tokenHash } from '../../server/modules/booking/key.ts'
import { cookiesOf, type TestApp } from './app.ts'
import { openTelephones } from './booking.ts'
import { personOf, receive } from './hl7.ts'

/** Patients with telephones who sign in at the portal. */
export async function openPortal(app: TestApp) {
  const { from, codeOf, close } = await openTelephones(app)

  const ask = async (siteId: number, phone: string) =>
    (
      await app.request(undefined, askPortalCode, {
        body: { siteId, phone, language: 'zh-CN' },
        headers: from(),
      })
    ).body.request

  /** Proves the number by the code that the telephone has got. @returns the cookie and what is still asked */
  async function prove(siteId: number, phone: string): Promise<{ cookie: string; entrance: PortalEntrance }> {
    const request = await ask(siteId, phone)
    const body = { request, phone, code: await codeOf(phone) }
    const answer = await app.send(undefined, 'post', '/api/v1/portal/sessions', { body, headers: from() })
    if (!answer.ok) throw new Error(`portal: ${answer.status} ${await answer.text()}`)
    return { cookie: cookiesOf(answer), entrance: (await answer.json()) as PortalEntrance }
  }

  const confirm = (cookie: string, name: string, birthYear: number) =>
    app.request(cookie, confirmPortalPerson, { body: { name, birthYear }, headers: from() })

  /** Signs in as the one of this masked name and year of birth. @returns the cookie */
  async function signIn(siteId: number, phone: string, name: string, birthYear: number): Promise<string> {
    const { cookie, entrance } = await prove(siteId, phone)
    if (entrance.state === 'open') return cookie
    const confirmed = await confirm(cookie, name, birthYear)
    if (confirmed.body.state !== 'open') throw new Error(`not let in: ${JSON.stringify(confirmed.body)}`)
    return cookie
  }

  return { from, ask, codeOf, prove, confirm, signIn, close }
}

/** A session at the portal of a new patient, without a telephone, for tests of what every route does. */
export async function portalCookie(app: TestApp): Promise<string> {
  const phone = '+8613900009999'
  await receive(app, { mrn: 'PORTAL', phone: '13900009999' })
  const token = newToken()
  await sql`
    insert into portal_session (token_hash, phone, site_id, person_id, device, expires_at)
    select ${tokenHash(token)}, ${phone}, (select min(id) from site), ${await personOf(app, 'PORTAL')}, 'test', now() + interval '1 day'`.execute(
    app.db,
  )
  return `careloop.portal=${token}`
}
