import '../app/frame.css'
import '../ui/ui.css'
import '../ui/list/list.css'
import './launch.css'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { whenSignedOut } from '../api.ts'
import { App } from '../app/App.tsx'
import { language, speakHere } from '../i18n/language.ts'
import { antdLocaleOf, startLanguage } from '../i18n/start.ts'
import { claimDrafts } from '../ui/drafts.ts'
import { enter } from './enter.ts'
import { LaunchMessage } from './LaunchMessage.tsx'
import { launchRouter } from './router.tsx'

/**
 * Shows the desk to whom the workstation's link is for. The session lives in this page alone: no cookie, nothing stored, so that it works in a
 * frame of another site and ends with the page; only what was typed and not saved waits in this tab for the next link.
 * @public Used through a dynamic import.
 */
export async function startLaunch() {
  const token = location.hash.slice(1)
  speakHere(new URLSearchParams(location.search).get('lang'))
  // A used token is worth nothing, yet it need not stand in the address.
  history.replaceState(null, '', location.pathname + location.search)
  // The workstation goes on to the next patient with another link in the same frame.
  addEventListener('hashchange', () => location.reload())

  const [, locale, entered] = await Promise.all([startLanguage(), antdLocaleOf(language()), enter(token)])
  const element = document.getElementById('root')
  if (!element) throw new Error('The page has no #root element')
  const root = createRoot(element)
  if (entered.state !== 'open') {
    root.render(<LaunchMessage state={entered.state} />)
    return
  }
  whenSignedOut(() => root.render(<LaunchMessage state="ended" />))
  const { me, path } = entered
  claimDrafts(me.id)
  root.render(
    <App me={me} firstLocale={locale}>
      <RouterProvider router={launchRouter(me, path)} />
    </App>,
  )
}
