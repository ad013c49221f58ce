/** Days and hours on which something is unlike other days; `npm run test:days` runs what depends on the day on each of them. */
export const days: [name: string, instant: string][] = [
  ['a Saturday, late in the evening', '2026-11-21T23:30:00+08:00'],
  ['31 December, the last day of the calendar that is known, before midnight', '2026-12-31T23:30:00+08:00'],
  ['29 February', '2024-02-29T09:00:00+08:00'],
  ['Spring Festival', '2026-02-17T10:00:00+08:00'],
  ['a Sunday on which people work for Spring Festival', '2025-01-26T10:00:00+08:00'],
  ['the hour that New York has twice', '2026-11-01T01:30:00-04:00'],
  ['1 January, with a calendar that nobody knows yet', '2027-01-01T00:30:00+08:00'],
]
