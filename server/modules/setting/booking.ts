import { everywhere, integer, type SettingDefinition } from './define.ts'

const limit = (usual: number, unit: string, most: number, why: string) =>
  everywhere(integer('appointment', usual, unit, [1, most], `CareLoop choice: ${why}`))

const network = 'a network (/24, /64) of a mobile provider is shared by many people'
const all = 'more than people do, less than bots try'

/** How much booking by people themselves may be used; against scalpers 号贩子 and their bots. */
export const bookingSettings = {
  'appointment.web-open': limit(5, 'appointments', 50, 'a family that shares a telephone'),
  'appointment.web-codes-phone': limit(5, 'per-hour', 50, 'nobody needs more short messages'),
  'appointment.web-codes-address': limit(60, 'per-hour', 10_000, network),
  'appointment.web-codes-all': limit(2000, 'per-hour', 1_000_000, all),
  'appointment.web-searches-address': limit(1200, 'per-hour', 1_000_000, network),
  'appointment.web-searches-all': limit(60_000, 'per-hour', 10_000_000, all),
  'appointment.web-holds-phone': limit(15, 'per-hour', 1000, 'looking at some times before taking one'),
  'appointment.web-holds-address': limit(150, 'per-hour', 100_000, network),
  'appointment.web-holds-all': limit(6000, 'per-hour', 1_000_000, all),
  'appointment.web-bookings-phone': limit(10, 'per-day', 200, 'a family that shares a telephone'),
  'appointment.web-bookings-address': limit(200, 'per-day', 100_000, network),
  'appointment.web-bookings-all': limit(10_000, 'per-day', 10_000_000, all),
} as const satisfies Record<string, SettingDefinition>
