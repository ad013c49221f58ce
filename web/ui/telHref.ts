/** A number as it is shown, with an extension behind 转 or #, as a link that dials it (RFC 3966). */
export function telHref(shown: string): string {
  const [number = '', extension] = shown.split(/[转#]/)
  const digits = number.replaceAll(/[^\d+]/g, '')
  return extension ? `tel:${digits};ext=${extension}` : `tel:${digits}`
}
