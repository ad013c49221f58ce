import { everywhere, integer, type SettingDefinition } from './define.ts'

const limit = (usual: number, unit: string, most: number, why: string) =>
  everywhere(integer('appointment', usual, unit, [1, most], `CareLoop choice: ${why}`))

const network = 'a network (/24, /64) of a mobile provider is shared by many people'
const all = 'more than people do, less than bots try'

/** How much booking by people themselves may be used; against scalpers 号贩子 and their bots. */
export const bookingSettings = {
  'appointment.web-open': limit(5, 'appointments', 50, 'a family that shares a telephone'),
  'appointment.web-codes-phone': limit(5, 'an hour', 50, 'nobody needs more short messages'),
  'appointment.web-codes-address': limit(60, 'an hour', 10_000, network),
  'appointment.web-codes-all': limit(2000, 'an hour', 1_000_000, all),
  'appointment.web-searches-address': limit(1200, 'an hour', 1_000_000, network),
  'appointment.web-searches-all': limit(60_000, 'an hour', 10_000_000, all),
  'appointment.web-holds-phone': limit(15, 'an hour', 1000, 'looking at some times before taking one'),
  'appointment.web-holds-address': limit(150, 'an hour', 100_000, network),
  'appointment.web-holds-all': limit(6000, 'an hour', 1_000_000, all),
  'appointment.web-bookings-phone': limit(10, 'a day', 200, 'a family that shares a telephone'),
  'appointment.web-bookings-address': limit(200, 'a day', 100_000, network),
  'appointment.web-bookings-all': limit(10_000, 'a day', 10_000_000, all),
} as const satisfies Record<string, SettingDefinition>
