/** Tasks that this window works, and how to let go of them. */
const mine = new Map<number, () => void>()

/**
 * Claims a task for this window: two windows of one person hold it both for the server, and would save over each other.
 * @param steal take it from the other window
 * @param onLost called when another window took it
 * @returns false when another window has it
 */
export function claimTask(taskId: number, steal: boolean, onLost: () => void): Promise<boolean> {
  if (mine.has(taskId)) return Promise.resolve(true)
  return new Promise((resolve) => {
    navigator.locks
      .request(`careloop.task.${taskId}`, steal ? { steal } : { ifAvailable: true }, (lock) => {
        resolve(lock !== null)
        return lock && new Promise<void>((release) => mine.set(taskId, release))
      })
      .catch(() => {
        mine.delete(taskId)
        onLost()
      })
  })
}

export function leaveTask(taskId: number) {
  mine.get(taskId)?.()
  mine.delete(taskId)
}
