import * as routes from '../../../contract/booking.ts'
import { type Api, type ApiContext, implement } from '../../platform/http.ts'
import { book, cancelMine, listMine, moveMine, readMine } from './book.ts'
import { calendarOf } from './calendar.ts'
import { askForCode } from './code.ts'
import type { Visitor } from './limit.ts'
import { placesToBook, slotsToBook } from './places.ts'
import { listRefusals } from './refusal.ts'
import { choosePerson, holdForSession, openSession, readSession } from './session.ts'

export function mountBooking(api: Api): void {
  // Whoever books is the person, even if somebody else is signed in on the same tablet.
  const visitor = (c: ApiContext): Visitor => ({ db: c.get('db'), address: c.get('address') })
  implement(api, routes.bookingPlaces, ({ c }) => placesToBook(visitor(c)))
  implement(api, routes.bookingSlots, ({ c, query }) => slotsToBook(visitor(c), query))
  implement(api, routes.askBookingCode, ({ c, body }) => askForCode(visitor(c), body, 'booking'))
  implement(api, routes.openBookingSession, ({ c, body }) => openSession(visitor(c), body))
  implement(api, routes.readBookingSession, ({ c, body }) => readSession(visitor(c), body.token))
  implement(api, routes.chooseBookingPerson, ({ c, body }) => choosePerson(visitor(c), body))
  implement(api, routes.holdBookingSlot, ({ c, body }) => holdForSession(visitor(c), body.token, body.slotId))
  implement(api, routes.makeBooking, ({ c, body }) => book(visitor(c), body))
  implement(api, routes.listBookings, ({ c, body }) => listMine(visitor(c), body.token))
  implement(api, routes.cancelBooking, ({ c, body }) => cancelMine(visitor(c), body))
  implement(api, routes.moveBooking, ({ c, body }) => moveMine(visitor(c), body))
  implement(api, routes.bookingCalendar, async ({ c, body }) => {
    const booking = await readMine(visitor(c), body.token, body.id)
    return c.body(calendarOf(booking, body.language), 200, {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': `attachment; filename="${booking.number}.ics"`,
    })
  })
  implement(api, routes.listBookingRefusals, ({ db, actor, query }) => listRefusals(db, actor, query))
}
