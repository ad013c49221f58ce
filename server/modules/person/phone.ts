import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min'
import { withoutSigns } from './text.ts'

/** @property value E.164 (`+8613800001234`) where the numbering plan knows the number, else its digits as sent */
export type Phone = Readonly<{ value: string; extension: string | null }>

/** Where nothing else is configured. */
export const usualCountry = 'CN'

/** Shorter ones are no telephone numbers of persons but codes of a switchboard or a service. */
const leastDigits = 5

/**
 * The telephone numbers in a text, as people and systems write them: several in one field (`13800000001/13900000002`, `、`, `或`), words
 * around them, full-width digits, an extension (`转8001`, `x123`, `#12`, a short third group). A number that is not possible in `country`
 * keeps its digits as sent: completing it would call a stranger. Zeros alone are no number.
 * @param country ISO 3166 code of the country in which a number without `+` is dialled
 */
export function readPhones(text: string, country: string = usualCountry): Phone[] {
  // Fast path for nearly all numbers: the library takes longer than the rest of reading a message.
  if (country === 'CN' && mobile.test(text)) return [{ value: `+86${text}`, extension: null }]
  const phones: Phone[] = []
  let area = ''
  for (const { number, extension } of piecesOf(text)) {
    const local = area !== '' && /^\d{7,8}$/.test(number) ? area + number : number
    area = (country === 'CN' && landline.exec(local.replaceAll(/\D/g, ''))?.[1]) || area
    const phone = readOne(local, extension, country)
    if (phone && !phones.some((one) => one.value === phone.value)) phones.push(phone)
  }
  return phones
}

/** The first number in a text in the form in which numbers are stored, to find it; the text itself if there is none. */
export function normalisePhone(text: string, country: string = usualCountry): string {
  return readPhones(text, country)[0]?.value ?? (text.replaceAll(/[^\d+]/g, '') || text.trim())
}

/** A number with its extension in one text, where it is kept so (RFC 3966); `formatPhone` reads it. */
export function withExtension({ value, extension }: Phone): string {
  return extension === null ? value : `${value};ext=${extension}`
}

/**
 * A stored number as it is dialled from `country`: `0571-88886666` within the mainland, else that country's own form. Numbers of other
 * countries keep their `+`.
 */
export function formatPhone(
  value: string,
  extension: string | null = null,
  country: string = usualCountry,
): string {
  const [number = '', inText] = value.split(';ext=')
  const behind = extension ?? inText
  const plain = nationalForm(number, country)
  return behind === undefined ? plain : `${plain}${country === 'CN' ? '转' : '#'}${behind}`
}

function nationalForm(value: string, country: string): string {
  if (country !== 'CN') {
    const parsed = value.startsWith('+') ? parsePhoneNumberFromString(value) : undefined
    return parsed?.country === country ? parsed.formatNational() : value
  }
  if (!value.startsWith('+86')) return value
  const [, area, number] = landline.exec(`0${value.slice(3)}`) ?? []
  return area ? `${area}-${number}` : value.slice(3)
}

/** Whether a stored number is a mobile, as far as it can be told: the mainland's landlines cannot get a text message. */
export function lineOf(value: string): 'mobile' | 'home' {
  return value.startsWith('+86') && !mobile.test(value.slice(3)) ? 'home' : 'mobile'
}

const mobile = /^1[3-9]\d{9}$/
/** The mainland's area codes with their 0: two digits for the largest cities, with eight-digit numbers, else three (MIIT numbering plan). */
const landline = /^(010|02\d|0[3-9]\d\d)(\d{7,8})$/
const bigCity = /^(?:010|02\d)\d{7}$/

const beforeExtension = String.raw`(?:(?:转|轉|分机|分機|内线|内線|內線|;?ext(?:ension|n)?[.=:]?|x|#|,)[\s:.]*){1,2}`
const dialled = new RegExp(
  String.raw`([+(]*\d[\d\s().-]*)(?:${beforeExtension}(\d{1,6})(?!\d|[\s-]\d))?`,
  'giu',
)
/** No field of numbers is longer. */
const longestText = 200

function* piecesOf(text: string): Generator<{ number: string; extension: string | null }> {
  const plain = withoutSigns(text.slice(0, longestText))
    .replaceAll(/[‐-―−─]/g, '-')
    .replaceAll(/[\r\n\t]/g, ';')
    // What a spreadsheet makes of a number.
    .replace(/^\s*(\d{5,})\.0+\s*$/, '$1')
  for (const [, digits = '', extension = null] of plain.matchAll(dialled)) {
    const numbers = unglued(digits.trim())
    for (const [at, number] of numbers.entries())
      yield { number, extension: at === numbers.length - 1 ? extension : null }
  }
}

/** Two numbers with only a blank, a dash or nothing between them. */
function unglued(number: string): string[] {
  if (/^(?:1[3-9]\d{9}[\s.-]*){2,}$/.test(number)) return number.match(/1[3-9]\d{9}/g) ?? []
  const apart = /^(?:\(?0\d{2,3}[-)\s]\s*)?\d{7,11}(?:\s+(?:\(?0\d{2,3}[-)\s]\s*)?\d{7,11})+$/
  return (apart.test(number) && number.match(/(?:\(?0\d{2,3}[-)\s]\s*)?\d{7,11}/g)) || [number]
}

function readOne(number: string, extension: string | null, country: string): Phone | null {
  const digits = number.replaceAll(/\D/g, '')
  if (digits.length < leastDigits || /^0*$/.test(digits)) return null
  const whole = possible(number, digits, country)
  if (whole) return { value: whole, extension }
  // `010-88886666-8001`: the last group is an extension if the rest is a number and the whole is none.
  const [, main, last = null] = /^((?=(?:\D*\d){7}).*\d)\s*-\s*(\d{1,6})$/.exec(number) ?? []
  const rest = main && extension === null && possible(main, main.replaceAll(/\D/g, ''), country)
  if (rest) return { value: rest, extension: last }
  return { value: /^\(?\+/.test(number) ? `+${digits}` : digits, extension }
}

const northAmerican = /^\(?1\)?[-.\s(]+[2-9]\d{2}\)?[-.\s]+\d{3}[-.\s]\d{4}$/

/** E.164 form, or null where the numbering plan has no such number. */
function possible(number: string, digits: string, country: string): string | null {
  const abroad = /^\(?\+/.test(number) ? digits : /^00[1-9]/.test(digits) ? digits.slice(2) : null
  // Grouped as in North America, where the country code is 1: no mobile of the mainland.
  if (northAmerican.test(number)) return valid(`+${digits}`)
  const ofMainland = abroad ?? (country === 'CN' ? digits : '')
  if (ofMainland.startsWith('86') && ofMainland.length > 11)
    return mainland(ofMainland.slice(2)) ?? mainland(`0${ofMainland.slice(2)}`)
  if (abroad !== null) return valid(`+${abroad}`)
  if (country === 'CN') return mainland(digits)
  return isSupportedCountry(country) ? valid(number, country) : null
}

/**
 * Mobiles with or without the 0 or the carrier's code (17951) before them, and landlines only as they are dialled, with area code and 0: ten
 * digits without it are as often a number of another country. Local and service numbers (400 …) cannot be dialled from elsewhere.
 */
function mainland(digits: string): string | null {
  const person = /^(?:0|1(?:[12]\d|79)\d\d)?(1[3-9]\d{9})$/.exec(digits)?.[1]
  if (person) return `+86${person}`
  return landline.test(digits) && !bigCity.test(digits) ? `+86${digits.slice(1)}` : null
}

function valid(number: string, country?: CountryCode): string | null {
  const parsed = parsePhoneNumberFromString(number, country)
  return parsed?.isValid() ? parsed.number : null
}
