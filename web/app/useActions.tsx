import { useNavigate } from '@tanstack/react-router'
import { App } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { languageNames, languages } from '../i18n/language.ts'
import { switchLanguage } from '../i18n/start.ts'
import { may, useMe } from '../session.tsx'
import { signOut } from '../sign-in/auth.ts'
import { type Mode, setAppearance, useAppearance } from '../theme/appearance.ts'
import { unsentVisits } from '../visit/clear.ts'
import type { Overlay } from './Shell.tsx'

export type Action = {
  key: string
  words: string
  label?: ReactNode
  group?: string
  chosen?: boolean
  /** Found in the palette only. */
  hidden?: boolean
  run: () => void
}

const modes: Mode[] = ['system', 'light', 'dark']

const overlays = (seesPatients: boolean) =>
  [
    'sessions',
    ...(seesPatients ? (['calendar'] as const) : []),
    'password',
    'twoFactor',
    'shortcuts',
  ] as const

/** What somebody can do from anywhere; the menu under one's name and the palette show the same. */
export function useActions(show: (overlay: Overlay) => void): Action[] {
  const { t, i18n } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const { modal } = App.useApp()
  const appearance = useAppearance()
  /** Visits that were not sent stay on this telephone; their author should know before leaving it to somebody else. */
  const leave = async () => {
    const n = await unsentVisits()
    if (n === 0) await signOut()
    else
      void modal.confirm({
        title: t('frame.unsent', { n }),
        okText: t('frame.person.signOut'),
        cancelText: t('common.cancel'),
        onOk: signOut,
      })
  }
  const display = t('frame.appearance')
  return [
    ...(may(me, 'questionnaire.write')
      ? [
          {
            key: 'questionnaire',
            words: t('frame.newQuestionnaire'),
            hidden: true,
            run: () => void navigate({ to: '/questionnaires/new' }),
          },
        ]
      : []),
    ...languages.map((one) => ({
      key: `language-${one}`,
      group: t('frame.language'),
      words: languageNames[one],
      label: <span lang={one}>{languageNames[one]}</span>,
      chosen: i18n.language === one,
      run: () => void switchLanguage(one),
    })),
    ...modes.map((mode) => ({
      key: `mode-${mode}`,
      group: display,
      words: t(`frame.mode.${mode}`),
      chosen: appearance.mode === mode,
      run: () => setAppearance({ mode }),
    })),
    {
      key: 'large',
      group: display,
      words: t('frame.largeText'),
      chosen: appearance.size === 'large',
      run: () => setAppearance({ size: appearance.size === 'large' ? 'normal' : 'large' }),
    },
    {
      key: 'compact',
      group: display,
      words: t('frame.compact'),
      chosen: appearance.density === 'compact',
      run: () => setAppearance({ density: appearance.density === 'compact' ? 'middle' : 'compact' }),
    },
    ...overlays(may(me, 'schedule.read') && me.staffId !== null).map((one) => ({
      key: one,
      words: t(`frame.person.${one}`),
      run: () => show(one),
    })),
    { key: 'signOut', words: t('frame.person.signOut'), run: () => void leave() },
  ]
}
