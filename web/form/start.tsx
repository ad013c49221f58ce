import './form.css'
import { createRoot } from 'react-dom/client'
import { startLanguage } from '../i18n/start.ts'
import { FormScreen } from './FormScreen.tsx'
import { greetIn, lookUp } from './view.ts'

/** Shows what a one-time link leads to, without signing in. @public Used through a dynamic import. */
export function startForm(token: string) {
  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no #root element')
  // Both at once: the line may be slow.
  void Promise.all([startLanguage(), lookUp(token, {})]).then(async ([, first]) => {
    await greetIn(first)
    createRoot(root).render(<FormScreen token={token} first={first} />)
  })
}
