import { listSegments } from '../../../contract/segment.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'

/** Segments that a campaign of a site may use, as choices by their code. */
export function useSegments(siteId: number | null) {
  const shipped = useShipped()
  const segments = useCall(listSegments)
  const usable = (segments.data?.items ?? []).filter((one) => one.siteId === null || one.siteId === siteId)
  return {
    options: usable.map((one) => ({ value: one.code, text: shipped(one.name) })),
    none: segments.data !== undefined && usable.length === 0,
  }
}
