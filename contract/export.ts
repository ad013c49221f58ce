/** What a file that leaves the hospital may hold, on the server and in the browser alike. */

/** Surname only: `王*`, `J*`. */
export function maskName(name: string): string {
  return name === '' ? '' : `${[...name][0] ?? ''}*`
}

/** Text that a spreadsheet would run as a formula stays text by a leading apostrophe; a number with its sign is none. OWASP, "CSV Injection": = + - @ tab CR. */
export function plainCell(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d[\d.,]*%?$/.test(text) ? `'${text}` : text
}
