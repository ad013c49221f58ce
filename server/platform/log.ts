import { pino } from 'pino'

/** The one logger. It writes ids and counts, never names, numbers or message contents. */
export const log = pino({ level: 'info', base: undefined, timestamp: pino.stdTimeFunctions.isoTime })
