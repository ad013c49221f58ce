import '../form/form.css'
import '../book/book.css'
import './chat.css'
import { createRoot } from 'react-dom/client'
import { startLanguage } from '../i18n/start.ts'
import { ChatScreen } from './ChatScreen.tsx'

/** The public page of the web chat, without signing in, alone or in a frame of the hospital's site. @public Used through a dynamic import. */
export function startChat() {
  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no #root element')
  void startLanguage().then(() => createRoot(root).render(<ChatScreen />))
}
