import * as routes from '../../../contract/portal.ts'
import * as staff from '../../../contract/portal-staff.ts'
import type { PersonActor } from '../../platform/actor.ts'
import { aboutPerson } from '../../platform/outside-actor.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, type ApiContext, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import { askForCode } from '../booking/code.ts'
import { decideOffer } from '../appointment/decide.ts'
import { chatTokenFor, sayAs } from '../conversation/chat.ts'
import { readSettings } from '../setting/setting.ts'
import { actOn, openBooking, openQuestionnaire } from './act.ts'
import { cookieFor, cookieValue } from './cookie.ts'
import { addProxy, endOwnProxy, endProxyOf, familyOf, me, proxiesOf } from './family.ts'
import { type About, appointmentsOf, offersOf, portalHome, promisesOf } from './home.ts'
import { portalInfo } from './info.ts'
import { accessLog, consentsOf, withdraw } from './record.ts'
import { listReports, readReport, releaseReport, reportsForStaff } from './report.ts'
import { portalCaller } from './resolve.ts'
import { confirmPerson, type Device, endSession, endSessionOf, listSessions, openSession } from './session.ts'

export function mountPortal(api: Api, services: Services): void {
  const { secret } = services
  const device = (c: ApiContext): Device => ({
    db: c.get('db'),
    address: c.get('address'),
    device: (c.req.header('user-agent') ?? '').slice(0, 200),
  })
  const token = (c: ApiContext) => cookieValue(c.req.header('cookie'))
  const about = (actor: PersonActor, id: number | undefined): About => aboutPerson(actor, id)

  implement(api, routes.portalInfo, async ({ c, db }) =>
    portalInfo(db, (await portalCaller(db, c.req.header('cookie'), c.get('address'))) !== undefined),
  )
  implement(api, routes.askPortalCode, ({ c, body }) => askForCode(device(c), body, 'portal'))
  implement(api, routes.openPortalSession, async ({ c, db, body }) => {
    const { token: made, entrance } = await openSession(device(c), body)
    if (made !== null) {
      const { 'portal.session-days': days } = await readSettings(db, ['portal.session-days'])
      c.header('Set-Cookie', cookieFor(services, made, days))
    }
    return entrance
  })
  implement(api, routes.confirmPortalPerson, ({ c, body }) => confirmPerson(device(c), token(c), body))
  implement(api, routes.endPortalSession, async ({ c, db }) => {
    await endSession(db, token(c))
    c.header('Set-Cookie', cookieFor(services, '', null))
    return undefined
  })

  implement(api, routes.portalMe, ({ db, actor }) => me(db, actor))
  implement(api, routes.portalHome, ({ db, actor, query }) => portalHome(db, about(actor, query.for)))
  implement(api, routes.portalAppointments, async ({ db, actor, query }) => {
    const one = about(actor, query.for)
    return { items: await appointmentsOf(db, one), offers: await offersOf(db, one) }
  })
  implement(api, routes.actOnAppointment, ({ db, actor, params, body }) =>
    transaction(db, (trx) => actOn(trx, about(actor, body.for), params.id, body.act)),
  )
  implement(api, routes.decidePortalOffer, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => decideOffer(trx, about(actor, body.for), params.id, body.accept))
    return undefined
  })
  implement(api, routes.openPortalBooking, ({ db, actor, body }) =>
    transaction(db, (trx) => openBooking(trx, about(actor, body.for))),
  )
  implement(api, routes.openPortalQuestionnaire, ({ db, actor, params, body }) =>
    transaction(db, (trx) => openQuestionnaire(trx, about(actor, body.for), secret, params.id)),
  )
  implement(api, routes.portalResults, ({ db, actor, query }) =>
    listReports(db, about(actor, query.for), query),
  )
  implement(api, routes.portalResult, ({ db, actor, params, query }) =>
    readReport(db, about(actor, query.for), params.id),
  )
  implement(api, routes.portalPromises, async ({ db, actor, query }) => ({
    items: await promisesOf(db, about(actor, query.for)),
  }))
  implement(api, routes.openPortalConversation, async ({ db, actor, body }) => ({
    token: await transaction(db, (trx) => chatTokenFor(trx, about(actor, body.for).about)),
  }))
  implement(api, routes.sayInPortal, ({ c, actor, body }) =>
    sayAs(device(c), secret, { personId: about(actor, body.for).about, text: body.text }),
  )
  implement(api, routes.portalConsents, ({ db, actor, query }) => consentsOf(db, about(actor, query.for)))
  implement(api, routes.withdrawPortalConsent, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => withdraw(trx, about(actor, body.for), params.id))
    return undefined
  })
  implement(api, routes.portalAccessLog, ({ db, actor, query }) =>
    accessLog(db, about(actor, query.for), query),
  )
  implement(api, routes.portalSessions, ({ db, actor }) => listSessions(db, actor))
  implement(api, routes.endOtherSession, async ({ db, actor, params }) => {
    await endSessionOf(db, actor.personId, params.id)
    return undefined
  })
  implement(api, routes.portalFamily, ({ db, actor }) => familyOf(db, actor))
  implement(api, routes.endProxy, async ({ db, actor, params }) => {
    await transaction(db, (trx) => endOwnProxy(trx, actor, params.id))
    return undefined
  })

  implement(api, staff.listReports, ({ db, actor, params }) => reportsForStaff(db, actor, params.id))
  implement(api, staff.releaseReport, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => releaseReport(trx, actor, params.id, params.reportId, body.how))
    return undefined
  })
  implement(api, staff.listProxies, ({ db, actor, params }) => proxiesOf(db, actor, params.id))
  implement(api, staff.addProxy, ({ db, actor, params, body }) =>
    transaction(db, async (trx) => {
      await addProxy(trx, actor, params.id, body)
      return proxiesOf(trx, actor, params.id)
    }),
  )
  implement(api, staff.endProxyOf, async ({ db, actor, params }) => {
    await transaction(db, (trx) => endProxyOf(trx, actor, params.id, params.proxyId))
    return undefined
  })
}
