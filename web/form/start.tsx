import './form.css'
import { createRoot } from 'react-dom/client'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { type Language, language } from '../i18n/language.ts'
import { FormScreen } from './FormScreen.tsx'
import { greetIn, lookUp } from './view.ts'
import { loadFormWords } from './words.ts'

/** Shows what a one-time link leads to, without signing in. @public Used through a dynamic import. */
export function startForm(token: string) {
  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no #root element')
  // Both at once: the line may be slow.
  void Promise.all([start(language()), lookUp(token, {})]).then(async ([, first]) => {
    await greetIn(first)
    createRoot(root).render(<FormScreen token={token} first={first} />)
  })
}

async function start(lng: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng,
    resources: { [lng]: { translation: await loadFormWords(lng) } },
    fallbackLng: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
}
