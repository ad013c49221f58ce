import ical, { ICalCalendarMethod } from 'ical-generator'
import type { Booking } from '../../../contract/booking.ts'

const words = {
  'zh-CN': { number: '预约号', bring: '请带好身份证件、医保卡和以往病历资料。' },
  'zh-TW': { number: '預約號', bring: '請攜帶身分證件、健保卡與過去病歷資料。' },
  en: { number: 'Number', bring: 'Please bring your identity document, insurance card and earlier records.' },
} as const

/** How long before the beginning a telephone reminds, in seconds. */
const reminders = [86_400, 7200]

/** One entry for a calendar (RFC 5545). No name: a calendar is often shared. A moved booking replaces its entry, because the UID stays. */
export function calendarOf(booking: Booking, language: keyof typeof words): string {
  const { number, bring } = words[language]
  const place = [booking.siteName, booking.departmentName, booking.roomName].filter(Boolean)
  const calendar = ical({
    prodId: { company: 'CareLoop', product: 'Booking' },
    method: ICalCalendarMethod.PUBLISH,
  })
  const event = calendar.createEvent({
    id: `booking-${booking.id}@careloop`,
    sequence: booking.version,
    start: new Date(booking.startsAt),
    end: new Date(booking.endsAt ?? Date.parse(booking.startsAt) + 900_000),
    summary: place.slice(0, 2).join(' '),
    location: [...place, booking.directions].filter(Boolean).join(' '),
    description: [`${number} ${booking.number}`, booking.staffName, booking.preparation, bring]
      .filter(Boolean)
      .join('\n'),
  })
  for (const trigger of reminders) event.createAlarm({ trigger })
  return calendar.toString()
}
