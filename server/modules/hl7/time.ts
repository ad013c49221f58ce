import { fromLocal, type Local } from '../../platform/clock.ts'

/** The zone of times without an offset: a time zone's name, or the minutes east of UTC that the message's header gives. */
export type Zone = string | number

export type ReadTime = { local: Local; milliseconds: number; offset: number | null; precision: Precision }
type Precision = 'year' | 'month' | 'day' | 'minute'

/** HL7 TS / DTM (chapter 2.A.22), and the ways in which hospital systems write it instead. */
const forms = [
  /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(\.\d+)?)?)?)?)?)?([+-]\d{4})?$/,
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?)? ?(Z|[+-]\d{2}:?\d{2})?$/,
  /^(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?: +(\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?)?()$/,
  /^(\d{4})年(\d{1,2})月(\d{1,2})日?(?: *(\d{1,2})[:时](\d{2})(?:[:分](\d{2})(\.\d+)?)?)?()$/,
  /^(\d{4})(\d{2})(\d{2})[T ]+(\d{2}):?(\d{2})(?::?(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/,
]

/** @returns null when the text is no real date and time as a whole */
export function readTime(text: string): ReadTime | null {
  const match = forms.map((form) => form.exec(text)).find((found) => found !== null)
  if (!match) return null
  const [, year, month, day, hour, minute, second, fraction, offset] = match
  const local = {
    year: Number(year),
    month: Number(month ?? 1),
    day: Number(day ?? 1),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
  }
  if (!isReal(local)) return null
  return {
    local,
    milliseconds: Math.floor(Number(fraction ?? 0) * 1000),
    offset: minutesOf(offset),
    precision: hour ? 'minute' : day ? 'day' : month ? 'month' : 'year',
  }
}

function minutesOf(offset: string | undefined): number | null {
  if (!offset) return null
  if (offset === 'Z') return 0
  const digits = offset.replaceAll(/\D/g, '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return offset.startsWith('-') ? -minutes : minutes
}

/** The instant of a time that was read, in the zone of those without an offset. */
export function instantOf({ local, milliseconds, offset }: ReadTime, zone: Zone): Date {
  const east = offset ?? (typeof zone === 'number' ? zone : null)
  const whole = east === null ? fromLocal(local, zone as string).getTime() : utc(local) - east * 60_000
  return new Date(whole + milliseconds)
}

function isReal(local: Local): boolean {
  const at = new Date(utc({ ...local, hour: 0 }))
  return (
    local.year >= 1850 &&
    local.year <= 2200 &&
    at.getUTCMonth() === local.month - 1 &&
    at.getUTCDate() === local.day &&
    (local.hour < 24 || (local.hour === 24 && local.minute === 0 && local.second === 0)) &&
    local.minute < 60 &&
    local.second < 61
  )
}

const utc = (local: Local) =>
  Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, Math.min(local.second, 59))
