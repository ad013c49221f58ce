import { QueryClientProvider } from '@tanstack/react-query'
import { App as AntdApp, ConfigProvider } from 'antd'
import type { Locale } from 'antd/es/locale'
import dayjs from 'dayjs'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CurrentUser } from '../../contract/access.ts'
import { antdLocaleOf } from '../i18n/start.ts'
import { languages } from '../i18n/language.ts'
import { queryClient } from '../query.ts'
import { MeProvider } from '../session.tsx'
import { antdTheme } from '../theme/antd.ts'
import { useAppearance } from '../theme/appearance.ts'

const dayjsNames = { 'zh-CN': 'zh-cn', 'zh-TW': 'zh-tw', en: 'en' } as const

type AppProps = { me: CurrentUser; firstLocale: Locale; children: ReactNode }

/** What every screen of somebody who is known stands in: theme, words, cache, and who it is. */
export function App({ me, firstLocale, children }: AppProps) {
  const { i18n } = useTranslation()
  const appearance = useAppearance()
  const theme = useMemo(() => antdTheme(appearance), [appearance])
  const [locale, setLocale] = useState(firstLocale)
  const chosen = languages.find((one) => one === i18n.language) ?? 'zh-CN'

  useEffect(() => {
    dayjs.locale(dayjsNames[chosen])
    void antdLocaleOf(chosen).then(setLocale)
  }, [chosen])

  return (
    <ConfigProvider theme={theme} locale={locale} button={{ autoInsertSpace: false }}>
      <AntdApp className="app" message={{ top: 56 }}>
        <QueryClientProvider client={queryClient}>
          <MeProvider value={me}>{children}</MeProvider>
        </QueryClientProvider>
      </AntdApp>
    </ConfigProvider>
  )
}
