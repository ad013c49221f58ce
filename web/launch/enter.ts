import { type CurrentUser, getCurrentUser } from '../../contract/access.ts'
import { openLaunch } from '../../contract/launch.ts'
import { listTasks } from '../../contract/task.ts'
import { ApiError, call, carryKey } from '../api.ts'

export type Refusal = 'used' | 'expired' | 'closed' | 'unreachable'
type Entered = { state: 'open'; me: CurrentUser; path: string } | { state: Refusal }

/** Uses the link up and finds out what to show first. */
export async function enter(token: string): Promise<Entered> {
  // A page that was loaded again has none: its session is gone with it.
  if (token === '') return { state: 'used' }
  // Whoever else is signed in with this browser has nothing to do with it.
  carryKey('')
  try {
    const opened = await call(openLaunch, { body: { token } })
    if (opened.state !== 'open') return { state: opened.state }
    carryKey(opened.key)
    const me = await call(getCurrentUser)
    return { state: 'open', me, path: await firstPath(me) }
  } catch (error) {
    if (error instanceof ApiError) return { state: 'unreachable' }
    throw error
  }
}

/** Straight to the work where there is no choice. */
async function firstPath({ launch }: CurrentUser): Promise<string> {
  if (launch === null || launch.personId === null) return '/desk'
  if (launch.taskId !== null) return `/desk/${launch.taskId}`
  const { items } = await call(listTasks, { query: { view: 'todo', whose: 'team', limit: 2 } })
  const [only, another] = items
  return only && !another ? `/desk/${only.id}` : '/desk'
}
