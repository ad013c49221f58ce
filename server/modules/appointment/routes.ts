import {
  attendAppointment as attendRoute,
  bookAppointment as bookRoute,
  bookSeries as seriesRoute,
  cancelAppointment as cancelRoute,
  getAppointment as getRoute,
  holdSlot as holdRoute,
  listAppointments as listRoute,
  releaseSlot as releaseRoute,
  rescheduleAppointment as rescheduleRoute,
  searchSlots as searchRoute,
} from '../../../contract/appointment.ts'
import {
  decideOffer as decideRoute,
  joinWaitlist as joinRoute,
  leaveWaitlist as leaveRoute,
  listOffers as offersRoute,
  listWaitlist as waitlistRoute,
} from '../../../contract/waitlist.ts'
import * as restrictions from '../../../contract/booking-restriction.ts'
import * as load from '../../../contract/appointment-load.ts'
import * as links from '../../../contract/appointment-link.ts'
import * as schedules from '../../../contract/clinic-schedule.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, type ApiContext, implement } from '../../platform/http.ts'
import { xlsxType } from '../../platform/sheet.ts'
import { attendAppointment } from './attendance.ts'
import { bookAppointment, cancelAppointment, holdForMe, releaseMine, rescheduleAppointment } from './book.ts'
import { listResources, listVisitTypes, saveResource, saveVisitType } from './catalogue.ts'
import { getAppointment, listAppointments } from './list.ts'
import {
  appealRestriction,
  decideRestriction,
  excuseAppointment,
  listRestrictions,
} from './restriction-list.ts'
import { getAppointmentLoad } from './load.ts'
import { exportAppointmentLoad } from './load-export.ts'
import { getAppointmentForecast } from './load-forecast.ts'
import { expectedNoShow } from './no-show/risk.ts'
import { createSchedule, deleteSchedule, listSchedules, updateSchedule } from './schedule.ts'
import { authorizeSite } from './scope.ts'
import { createSession, listSessions, resumeSession, suspendSession, updateSession } from './session.ts'
import { decideOffer } from './decide.ts'
import { actByLink, openLink } from './link.ts'
import { bookSeries, cancelLater } from './series.ts'
import { searchSlots } from './slot.ts'
import { listOffers } from './urgent.ts'
import { joinWaitlist, leaveWaitlist, listWaitlist } from './waitlist.ts'

export function mountAppointment(api: Api): void {
  // The caller of a link is the person, even if somebody else is signed in on the same tablet.
  const visitor = (c: ApiContext) => ({ db: c.get('db'), address: c.get('address') })
  implement(api, links.openAppointmentLink, ({ c, body }) => openLink(visitor(c), body.token))
  implement(api, links.actByAppointmentLink, ({ c, body }) => actByLink(visitor(c), body.token, body.act))

  implement(api, schedules.listVisitTypes, ({ db, actor, query }) => listVisitTypes(db, actor, query.siteId))
  implement(api, schedules.saveVisitType, ({ db, actor, body }) =>
    transaction(db, (trx) => saveVisitType(trx, actor, body)),
  )
  implement(api, schedules.listResources, ({ db, actor, query }) => listResources(db, actor, query.siteId))
  implement(api, schedules.saveResource, ({ db, actor, body }) =>
    transaction(db, (trx) => saveResource(trx, actor, body)),
  )
  implement(api, schedules.listSchedules, ({ db, actor, query }) => listSchedules(db, actor, query))
  implement(api, schedules.createSchedule, ({ db, actor, body }) =>
    transaction(db, (trx) => createSchedule(trx, actor, body)),
  )
  implement(api, schedules.updateSchedule, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateSchedule(trx, actor, params.id, body)),
  )
  implement(api, schedules.deleteSchedule, ({ db, actor, params }) =>
    transaction(db, (trx) => deleteSchedule(trx, actor, params.id)),
  )
  implement(api, schedules.listClinicSessions, ({ db, actor, query }) => listSessions(db, actor, query))
  implement(api, schedules.getExpectedNoShow, ({ db, actor, params }) => expectedNoShow(db, actor, params.id))
  implement(api, schedules.createClinicSession, ({ db, actor, body }) =>
    transaction(db, (trx) => createSession(trx, actor, body)),
  )
  implement(api, schedules.updateClinicSession, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateSession(trx, actor, params.id, body)),
  )
  implement(api, schedules.suspendClinicSession, ({ db, actor, params, body }) =>
    transaction(db, (trx) => suspendSession(trx, actor, params.id, body)),
  )
  implement(api, schedules.resumeClinicSession, ({ db, actor, params, body }) =>
    transaction(db, (trx) => resumeSession(trx, actor, params.id, body)),
  )

  implement(api, searchRoute, async ({ db, actor, query }) => ({
    timeZone: await authorizeSite(db, actor, 'appointment.write', query.siteId),
    items: await searchSlots(db, query),
  }))
  implement(api, holdRoute, async ({ db, actor, params, body }) => ({
    heldUntil: (await transaction(db, (trx) => holdForMe(trx, actor, params.id, body.channel))).toISOString(),
  }))
  implement(api, releaseRoute, async ({ db, actor, params }) => {
    await transaction(db, (trx) => releaseMine(trx, actor, params.id))
    return undefined
  })
  implement(api, load.getAppointmentLoad, ({ db, actor, query }) => getAppointmentLoad(db, actor, query))
  implement(api, load.getAppointmentForecast, ({ db, actor, query }) =>
    getAppointmentForecast(db, actor, query),
  )
  implement(api, load.exportAppointmentLoad, async ({ c, db, actor, query }) => {
    const file = await exportAppointmentLoad(db, actor, query)
    return c.body(new Uint8Array(file), 200, {
      'Content-Type': xlsxType,
      'Content-Disposition': `attachment; filename="clinic-load-${query.from}-${query.to}.xlsx"`,
    })
  })
  implement(api, listRoute, ({ db, actor, query }) => listAppointments(db, actor, query))
  implement(api, getRoute, ({ db, actor, params }) => getAppointment(db, actor, params.id))
  implement(api, bookRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => bookAppointment(trx, actor, body)),
  )
  implement(api, seriesRoute, ({ db, actor, body }) => transaction(db, (trx) => bookSeries(trx, actor, body)))
  implement(api, rescheduleRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => rescheduleAppointment(trx, actor, params.id, body)),
  )
  implement(api, cancelRoute, ({ db, actor, params, body }) =>
    transaction(db, async (trx) => {
      const cancelled = await cancelAppointment(trx, actor, params.id, body)
      if (body.later) await cancelLater(trx, actor, cancelled, body)
      return cancelled
    }),
  )
  implement(api, waitlistRoute, ({ db, actor, query }) => listWaitlist(db, actor, query))
  implement(api, joinRoute, async ({ db, actor, body }) => ({
    id: await transaction(db, (trx) => joinWaitlist(trx, actor, body)),
  }))
  implement(api, leaveRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => leaveWaitlist(trx, actor, params.id, body.reason))
    return undefined
  })
  implement(api, restrictions.listBookingRestrictions, ({ db, actor, query }) =>
    listRestrictions(db, actor, query),
  )
  implement(api, restrictions.appealRestriction, ({ db, actor, params, body }) =>
    transaction(db, (trx) => appealRestriction(trx, actor, params.id, body.reason)),
  )
  implement(api, restrictions.decideRestriction, ({ db, actor, params, body }) =>
    transaction(db, (trx) => decideRestriction(trx, actor, params.id, body)),
  )
  implement(api, restrictions.excuseAppointment, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => excuseAppointment(trx, actor, params.id, body))
    return undefined
  })
  implement(api, offersRoute, ({ db, actor, params }) => listOffers(db, actor, params.id))
  implement(api, decideRoute, async ({ db, actor, params, body }) => ({
    appointmentId: await transaction(db, (trx) => decideOffer(trx, actor, params.id, body.accept)),
  }))
  implement(api, attendRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => attendAppointment(trx, actor, params.id, body)),
  )
}
