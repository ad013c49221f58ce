import { createContext, use } from 'react'
import type { CurrentUser, Permission } from '../contract/access.ts'

const MeContext = createContext<CurrentUser | null>(null)

export const MeProvider = MeContext.Provider

export function useMe(): CurrentUser {
  const me = use(MeContext)
  if (!me) throw new Error('useMe is used outside of the signed-in app')
  return me
}

/** Whether the whole app is around: a workstation's session shows the desk alone, so nothing there may lead elsewhere. */
export function useWholeApp(): boolean {
  return useMe().launch === null
}

export function may(me: CurrentUser, permission: Permission): boolean {
  return me.permissions[permission] !== undefined
}
