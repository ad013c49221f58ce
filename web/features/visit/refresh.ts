import { getVisitSetup, listVisitTasks } from '../../../contract/visit.ts'
import { getVisitCosts, listVisitRecords } from '../../../contract/visit-record.ts'
import { getVisitPlan } from '../../../contract/visit-plan.ts'
import { keyOf, queryClient } from '../../query.ts'

/** After anything about visits changed. */
export function refreshVisits(): void {
  for (const contract of [getVisitCosts, getVisitPlan, getVisitSetup, listVisitRecords, listVisitTasks])
    void queryClient.invalidateQueries({ queryKey: keyOf(contract) })
}
