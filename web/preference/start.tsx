import '../form/form.css'
import './preference.css'
import { createRoot } from 'react-dom/client'
import { startLanguage, speak } from '../i18n/start.ts'
import { look } from './api.ts'
import { WishesScreen } from './WishesScreen.tsx'

/** Shows the contact wishes behind a signed link, without signing in. @public Used through a dynamic import. */
export function startPreferences(token: string) {
  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no #root element')
  void Promise.all([startLanguage(), look('open', { token })]).then(async ([, first]) => {
    if (first.state === 'open') await speak(first.spoken)
    createRoot(root).render(<WishesScreen token={token} first={first} stops={location.hash === '#stop'} />)
  })
}
