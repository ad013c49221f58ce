import { useEffect, useState } from 'react'
import { type Language, language, rememberLanguage } from '../i18n/language.ts'
import type { SameWords } from '../i18n/shape.ts'
import { loadWords } from '../i18n/words.ts'
import { signIn as zhCN } from '../i18n/zh-CN/sign-in.ts'

export type SignInWords = SameWords<typeof zhCN>

async function load(chosen: Language): Promise<SignInWords> {
  if (chosen === 'zh-CN') return zhCN
  return ((await loadWords(chosen, 'sign-in')) as { signIn: SignInWords }).signIn
}

/** The sign-in screen carries its own few words and does not wait for the words of the whole app. */
export function useSignInWords() {
  const [chosen, setChosen] = useState<Language>(language())
  const [words, setWords] = useState<SignInWords | null>(chosen === 'zh-CN' ? zhCN : null)
  useEffect(() => {
    let stale = false
    void load(chosen).then((loaded) => {
      if (!stale) setWords(loaded)
    })
    return () => {
      stale = true
    }
  }, [chosen])
  const choose = (next: Language) => {
    rememberLanguage(next)
    setChosen(next)
  }
  return { words, language: chosen, choose }
}
