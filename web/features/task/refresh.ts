import { countTasks, listTasks } from '../../../contract/task.ts'
import { keyOf, queryClient } from '../../query.ts'

export function refreshDesk() {
  void queryClient.invalidateQueries({ queryKey: keyOf(listTasks) })
  void queryClient.invalidateQueries({ queryKey: keyOf(countTasks) })
}
