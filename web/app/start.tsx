import './frame.css'
import '../ui/ui.css'
import '../ui/list/list.css'
import './print.css'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import type { CurrentUser } from '../../contract/access.ts'
import { whenSignedOut } from '../api.ts'
import { antdLocaleOf, startLanguage } from '../i18n/start.ts'
import { language } from '../i18n/language.ts'
import { forgetSignedIn, isLeaving } from '../sign-in/hint.ts'
import { claimDrafts } from '../ui/drafts.ts'
import { App } from './App.tsx'
import { LiveProvider } from './live.tsx'
import { router } from './routes.tsx'

/** Shows the app to somebody who is signed in. @public Used through a dynamic import. */
export function startApp(me: CurrentUser) {
  claimDrafts(me.id)
  whenSignedOut(() => {
    // What was asked before signing out and refused after it must not stop what is cleared on the way.
    if (isLeaving()) return
    forgetSignedIn()
    // The same address again: the sign-in screen shows there and leads back to it.
    location.reload()
  })
  void Promise.all([startLanguage(), antdLocaleOf(language())]).then(([, locale]) => {
    const root = document.getElementById('root')
    if (!root) throw new Error('The page has no #root element')
    createRoot(root).render(
      <App me={me} firstLocale={locale}>
        <LiveProvider>
          <RouterProvider router={router} context={{ me }} />
        </LiveProvider>
      </App>,
    )
  })
}
