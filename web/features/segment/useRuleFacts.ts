import { factOf, isPersonFact } from '../../../contract/fact.ts'
import { listSegments } from '../../../contract/segment.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { type Fact, usePersonFacts } from '../pathway/editor/useFacts.ts'

/** Facts of persons that the reader may ask about. */
export function useRuleFacts(): Fact[] {
  const me = useMe()
  const segments = useCall(listSegments)
  return usePersonFacts()
    .filter(({ name }) => {
      const needs = isPersonFact(name) ? factOf(name).needs : undefined
      return needs === undefined || may(me, needs)
    })
    .map((fact) =>
      fact.name === 'person.segments'
        ? {
            ...fact,
            options: (segments.data?.items ?? []).map((one) => ({ value: one.code, text: one.name })),
          }
        : fact,
    )
}
