/** A mobile number as it is read aloud: `153 5336 5854`; others as they are written. */
export function grouped(number: string): string {
  const [, country, a, b, c] = /^(\+?86)?[- ]?(1\d{2})(\d{4})(\d{4})$/.exec(number) ?? []
  return a === undefined ? number : [country && '+86', a, b, c].filter(Boolean).join(' ')
}
