/** `PID-3`, `OBX[2]-5`, `PID-3.1`, or a segment alone. */
export type Location = { segment: string; occurrence: number | null; field: number | null }

export function readLocation(location: string | null): Location | null {
  const match = /^([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+))?/.exec(location ?? '')
  if (!match?.[1]) return null
  const number = (text: string | undefined) => (text === undefined ? null : Number(text))
  return { segment: match[1], occurrence: number(match[2]), field: number(match[3]) }
}

export type Field = { text: string; number: number; marked: boolean }
export type SegmentView = { name: string; fields: Field[]; marked: boolean; separator: string }

/**
 * Segments split into numbered fields with the offending ones marked. In MSH the separator itself is field 1, so the numbers are one
 * ahead of the parts.
 */
export function viewSegments(segments: readonly string[], location: string | null): SegmentView[] {
  const fault = readLocation(location)
  const header = segments.find((segment) => segment.startsWith('MSH'))
  const separator = header?.[3] ?? '|'
  const seen = new Map<string, number>()
  return segments.map((segment) => {
    const [name = '', ...parts] = segment.split(separator)
    const occurrence = (seen.get(name) ?? 0) + 1
    seen.set(name, occurrence)
    const marked = fault?.segment === name && (fault.occurrence === null || fault.occurrence === occurrence)
    const offset = name === 'MSH' ? 2 : 1
    const fields = parts.map((text, index) => ({
      text,
      number: index + offset,
      marked: marked && fault.field === index + offset,
    }))
    // A field that was left out at the end is just as much the fault: show its empty place.
    if (marked && fault.field !== null && fault.field >= offset) {
      while (fields.length < fault.field - offset + 1) {
        const number = fields.length + offset
        fields.push({ text: '', number, marked: number === fault.field })
      }
    }
    return { name, fields, marked, separator }
  })
}
