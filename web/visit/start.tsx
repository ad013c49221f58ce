import './visit-day.css'
import { createRoot } from 'react-dom/client'
import { ApiError } from '../api.ts'
import { startLanguage } from '../i18n/start.ts'
import { signedInAs } from './api.ts'
import { VisitApp } from './VisitApp.tsx'

/**
 * Today's visits on a telephone: opens without the rest of the app and without a line.
 * @returns false when somebody has to sign in first
 * @public Used through a dynamic import.
 */
export async function startVisits(): Promise<boolean> {
  if (new URLSearchParams(location.search).has('sign-in')) {
    const signedOut = await signedInAs().catch(
      (error: unknown) => error instanceof ApiError && error.status === 401,
    )
    if (signedOut === true) return false
    history.replaceState(null, '', location.pathname)
  }
  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no #root element')
  await startLanguage()
  createRoot(root).render(<VisitApp />)
  return true
}
