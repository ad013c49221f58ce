import { rememberSignedIn } from './hint.ts'

/** Back to the address that asked for sign-in, so that a shared link survives it. */
export function enterApp() {
  rememberSignedIn()
  const isGate = location.pathname === '/sign-in' || location.pathname === '/setup'
  if (isGate) location.assign('/')
  else location.reload()
}
