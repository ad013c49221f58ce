const formats = new Map<string, Intl.DateTimeFormat>()

function format(language: string, timeZone: string, options: Intl.DateTimeFormatOptions) {
  const key = JSON.stringify([language, timeZone, options])
  let known = formats.get(key)
  if (!known) formats.set(key, (known = new Intl.DateTimeFormat(language, { timeZone, ...options })))
  return known
}

/** `08:30` at the hospital, wherever the telephone is. */
export const clockAt = (at: string, timeZone: string): string =>
  format('en-GB', timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at))

/** `11月19日 周四`, `Thu, 19 Nov`. */
export function dayAt(at: string, timeZone: string, language: string): string {
  const english = language === 'en'
  const part = (options: Intl.DateTimeFormatOptions) =>
    format(english ? 'en-GB' : language, timeZone, options).format(new Date(at))
  if (english) return part({ weekday: 'short', day: 'numeric', month: 'short' })
  return `${part({ month: 'long', day: 'numeric' })} ${part({ weekday: 'short' })}`
}

/** The same of a day such as `2026-11-19`. */
export const dayOf = (date: string, language: string): string => dayAt(`${date}T12:00:00Z`, 'UTC', language)

export const momentAt = (at: string, timeZone: string, language: string): string =>
  `${dayAt(at, timeZone, language)} ${clockAt(at, timeZone)}`
