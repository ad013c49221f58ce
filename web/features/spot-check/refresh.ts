import { getSpotChecks, listSpotChecks } from '../../../contract/spot-check.ts'
import { keyOf, queryClient } from '../../query.ts'
import { refreshDesk } from '../task/refresh.ts'

/** After an appeal or a decision: the score, the rows and somebody's desk have changed. */
export function refreshSpotChecks() {
  for (const contract of [getSpotChecks, listSpotChecks])
    void queryClient.invalidateQueries({ queryKey: keyOf(contract) })
  refreshDesk()
}
