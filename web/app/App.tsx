import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { App as AntdApp, ConfigProvider } from 'antd'
import type { Locale } from 'antd/es/locale'
import dayjs from 'dayjs'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CurrentUser } from '../../contract/access.ts'
import { antdLocaleOf } from '../i18n/start.ts'
import { languages } from '../i18n/language.ts'
import { queryClient } from '../query.ts'
import { MeProvider } from '../session.tsx'
import { antdTheme } from '../theme/antd.ts'
import { useAppearance } from '../theme/appearance.ts'
import { LiveProvider } from './live.tsx'
import { router } from './routes.tsx'

const dayjsNames = { 'zh-CN': 'zh-cn', 'zh-TW': 'zh-tw', en: 'en' } as const

export function App({ me, firstLocale }: { me: CurrentUser; firstLocale: Locale }) {
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
          <MeProvider value={me}>
            <LiveProvider>
              <RouterProvider router={router} context={{ me }} />
            </LiveProvider>
          </MeProvider>
        </QueryClientProvider>
      </AntdApp>
    </ConfigProvider>
  )
}
