import { readEmail } from '../../../contract/email.ts'
import { lineOf, type Phone, readPhones } from '../person/phone.ts'
import type { Telecom } from '../person/upsert.ts'

/**
 * XTN to our terms: every number of every repetition once, and e-mail addresses. Table 0201 (use) and 0202 (equipment) decide the kind, else
 * the field does. Fax and pager are kept as ways that nobody calls.
 * @param field kind of what has no use: `mobile` for PID-13, `work` for PID-14
 * @param country where numbers without a country code are dialled
 */
export function mapTelecoms(repetitions: string[][], field: Telecom['use'], country: string): Telecom[] {
  const all = repetitions.flatMap((components): Telecom[] => {
    const [text = '', code = '', equipment = '', email = ''] = components
    const address = [email, text].find((one) => one.includes('@'))
    if (address !== undefined) {
      const value = readEmail(address)
      return value === null ? [] : [{ system: 'email', value, use: 'home', extension: null }]
    }
    const system = notCalled.has(equipment.toUpperCase()) ? 'other' : 'phone'
    const use = kindOf(code.toUpperCase(), equipment.toUpperCase(), field)
    return numbersOf(components, country).map((phone) => ({
      system,
      use: use === 'mobile' ? lineOf(phone.value) : use,
      ...phone,
    }))
  })
  const keys = all.map((one) => `${one.system}|${one.value}`)
  return all.filter((_, at) => keys.indexOf(keys[at] ?? '') === at)
}

/** The first number of the repetitions, such as the telephone of a contact person (NK1-5). */
export function phoneOf(repetitions: string[][], country: string): Phone | null {
  for (const components of repetitions) {
    const [phone] = numbersOf(components, country)
    if (phone) return phone
  }
  return null
}

/** Table 0202: fax, beeper, telecommunication device for the deaf, modem. */
const notCalled = new Set(['FX', 'BP', 'TDD', 'TTY', 'MD'])

function kindOf(code: string, equipment: string, field: Telecom['use']): Telecom['use'] {
  if (code === 'WPN') return 'work'
  if (equipment === 'CP') return 'mobile'
  if (code === 'ORN' || code === 'VHN') return 'home'
  return equipment === 'PH' && field === 'mobile' ? 'home' : field
}

/**
 * XTN has the number up to three times: whole in component 1 (before 2.3, and still usual) and 12 (from 2.5), in parts in 5 to 8. Senders
 * fill one of them whole and others in part, so the first that is a complete number counts.
 */
function numbersOf(components: string[], country: string): Phone[] {
  const [text = '', , , , code = '', area = '', local = '', extension = ''] = components
  const places = [components[11] ?? '', text, inParts(code, area, local, country)].map((place) =>
    readPhones(place, country),
  )
  const whole = places.find(([first]) => first?.value.startsWith('+')) ?? longest(places)
  const given = /^\D*(\d{1,6})\D*$/.exec(extension)?.[1] ?? null
  return whole.map((phone, at) => ({ ...phone, extension: phone.extension ?? (at === 0 ? given : null) }))
}

function inParts(code: string, area: string, local: string, country: string): string {
  if (local === '') return ''
  const digits = code.replaceAll(/\D/g, '')
  if (digits !== '') return `+${digits} ${area.replace(/^0/, '')} ${local}`
  // The area code of the mainland is written with and without the 0 that is dialled before it.
  return country === 'CN' && /^[1-9]\d{1,2}$/.test(area) ? `0${area} ${local}` : `${area} ${local}`
}

const longest = (places: Phone[][]) =>
  places.reduce((best, one) => ((one[0]?.value.length ?? 0) > (best[0]?.value.length ?? 0) ? one : best), [])
