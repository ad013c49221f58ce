/** The GSM 7-bit default alphabet (3GPP TS 23.038); the second string costs two characters each. */
const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const extended = '\f^{}\\[~]|€'
const [basicSet, extendedSet] = [new Set(basic), new Set(extended)]

export type SmsSize = {
  alphabet: 'gsm' | 'ucs2'
  /** Septets of GSM, or UTF-16 units. */
  length: number
  /** Short messages that it takes: 160 or 70 characters alone, 153 or 67 in each of several (3GPP TS 23.040, 9.2.3.24.1). */
  parts: number
}

/** How many short messages a text takes. */
export function smsSize(text: string): SmsSize {
  const parts = partsOf(text)
  return { alphabet: parts.alphabet, length: parts.length, parts: parts.texts.length }
}

/** The same with the texts of the parts; a character is never cut in two. */
export function partsOf(text: string): { alphabet: SmsSize['alphabet']; length: number; texts: string[] } {
  const signs = [...text]
  const gsm = signs.every((sign) => basicSet.has(sign) || extendedSet.has(sign))
  const weigh = (sign: string) => (gsm ? (extendedSet.has(sign) ? 2 : 1) : sign.length)
  const length = signs.reduce((sum, sign) => sum + weigh(sign), 0)
  const alphabet = gsm ? 'gsm' : 'ucs2'
  if (length <= (gsm ? 160 : 70)) return { alphabet, length, texts: [text] }
  const room = gsm ? 153 : 67
  const texts: string[] = []
  let [part, used] = ['', 0]
  for (const sign of signs) {
    if (used + weigh(sign) > room) {
      texts.push(part)
      part = ''
      used = 0
    }
    part += sign
    used += weigh(sign)
  }
  return { alphabet, length, texts: [...texts, part] }
}
