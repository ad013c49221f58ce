/** Fields that hold names, numbers, addresses or telephone numbers (HL7 v2.5), by segment. */
const personal: Record<string, number[]> = {
  PID: [2, 4, 5, 6, 9, 11, 13, 14, 18, 19, 20, 21, 23],
  NK1: [2, 4, 5, 6, 30, 31, 32, 33],
  GT1: [3, 4, 5, 6, 7, 12, 16, 17, 18, 19],
  IN1: [16, 19, 36, 49],
  MRG: [7],
}

/**
 * A segment as people may see it in the intake list: record numbers stay (they are needed to find the patient), names keep their first
 * character, other personal fields only their length. An identity number in PID-3 is masked like everywhere.
 */
export function maskSegment(segment: string): string {
  const separator = segment.startsWith('MSH') ? (segment[3] ?? '|') : '|'
  const parts = segment.split(separator)
  const fields = personal[parts[0] ?? '']
  if (!fields) return segment
  return parts
    .map((part, at) => {
      if (parts[0] === 'PID' && at === 3)
        return part.replaceAll(/\b(\d{3})\d{11}(\d{3}[\dXx])\b/g, '$1***********$2')
      return fields.includes(at) ? maskField(part) : part
    })
    .join(separator)
}

function maskField(field: string): string {
  return field.replaceAll(
    /[^|^~&\\]+/g,
    (text) => `${[...text][0] ?? ''}${'*'.repeat(Math.min(8, Math.max(0, [...text].length - 1)))}`,
  )
}
