import '../form/form.css'
import './book.css'
import { createRoot } from 'react-dom/client'
import { startLanguage } from '../i18n/start.ts'
import { BookScreen } from './BookScreen.tsx'

/** The public page of bookings, without signing in. @public Used through a dynamic import. */
export function startBooking() {
  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no #root element')
  void startLanguage().then(() => createRoot(root).render(<BookScreen />))
}
