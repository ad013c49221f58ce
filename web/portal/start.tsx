import '../form/form.css'
import '../book/book.css'
import './portal.css'
import { createRoot } from 'react-dom/client'
import { startLanguage } from '../i18n/start.ts'
import { PortalScreen } from './PortalScreen.tsx'

/** The page of patients. @public Used through a dynamic import. */
export function startPortal() {
  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no #root element')
  void startLanguage().then(() => createRoot(root).render(<PortalScreen />))
}
