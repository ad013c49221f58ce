/**
 * Parses origins from a setting, separated by commas, semicolons or blanks: `https://his.example.org`, `http://10.1.2.3:8080`. Only exact
 * ones, so that none can add another directive, or a whole domain, to a content security policy.
 * @returns the origins in the browsers' form, or the first invalid part
 */
export function readOrigins(text: string): { origins: string[] } | { wrong: string } {
  const origins = new Set<string>()
  for (const part of text.split(/[\s,;，；]+/).filter(Boolean)) {
    const url = URL.canParse(part) ? new URL(part) : undefined
    const plain = url && /^https?:$/.test(url.protocol) && /^([a-z0-9.-]+|\[[0-9a-f:]+\])$/.test(url.hostname)
    const more = url && (url.pathname !== '/' || url.search || url.hash || url.username || url.password)
    if (!plain || more) return { wrong: part }
    origins.add(url.origin)
  }
  return { origins: [...origins] }
}
