import { type FieldProvenance, type ClaimField, claimFields } from '../../../contract/provenance.ts'
import { realTime, wasAside } from '../../platform/statement.ts'
import { type Claim, currentClaims, isNews } from './claim.ts'
import { maskAddress } from './mask.ts'
import { searchName } from './name.ts'
import { readClaims, type RecordRow, unpackAddress, valuesOf } from './stated.ts'

type RecordClaim = Claim & { recordId: number }

/**
 * Statements about each field by source, over all records of a person; values are masked like the field itself. A source's own earlier
 * statement is history, not a conflict.
 * @param id the surviving record, whose values are in effect
 */
export function viewProvenance(id: number, records: (RecordRow & { id: number })[]): FieldProvenance[] {
  const all = records.map((record) => ({ record, claims: readClaims(record).claims }))
  return claimFields.flatMap((field): FieldProvenance[] => {
    const statements = all.flatMap(({ record, claims }) =>
      currentClaims(claims.get(field) ?? []).map((claim): RecordClaim => ({ ...claim, recordId: record.id })),
    )
    if (statements.length === 0) return []
    const own = records.find((record) => record.id === id)
    const winner =
      own &&
      statements
        .filter((one) => one.recordId === id && isInEffect(own, field, one))
        .sort((one, other) => other.last - one.last)[0]
    const rank = (one: RecordClaim) => (one === winner ? Infinity : realTime(one.last).getTime())
    return [
      {
        field,
        conflict: conflictOf(field, statements, winner),
        statements: statements
          .sort((one, other) => rank(other) - rank(one))
          .map((one) => ({
            recordId: one.recordId,
            source: one.source,
            value:
              field === 'address' && one.value !== '' ? maskAddress(unpackAddress(one.value)) : one.value,
            since: realTime(one.first).toISOString(),
            at: realTime(one.last).toISOString(),
            aside: wasAside(one.last),
            counts: one === winner,
          })),
      },
    ]
  })
}

/** Whether the claim is the value in the record's columns. */
function isInEffect(record: RecordRow, field: ClaimField, { value }: Claim): boolean {
  const held = valuesOf(record)[field] ?? null
  if (field === 'deceased') return (held === null) === (value === 'false')
  return held === (value === 'unknown' ? null : value || null)
}

/** Values are alike when there is nothing to choose between them. */
function alike(field: ClaimField, value: string): string {
  if (field === 'name') return searchName(value).search_name
  if (field === 'deceased') return String(value !== 'false')
  if (field === 'address' && value !== '') return unpackAddress(value).text.replaceAll(/[\s,，]/g, '')
  return value.toLowerCase()
}

function conflictOf(
  field: ClaimField,
  statements: RecordClaim[],
  winner: RecordClaim | undefined,
): FieldProvenance['conflict'] {
  const against = statements.filter(
    (one) =>
      one.value !== '' && alike(field, one.value) !== alike(field, (winner ?? statements[0] ?? one).value),
  )
  if (against.length === 0) return null
  const settled = winner?.source.startsWith('staff:') && against.every((one) => !isNews(one, winner))
  return settled ? 'settled' : 'open'
}
