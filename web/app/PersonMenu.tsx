import { UserOutlined } from '@ant-design/icons'
import { App as AntApp } from 'antd'
import { Fragment, type ReactNode, Suspense, lazy, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { languageNames, languages } from '../i18n/language.ts'
import { switchLanguage } from '../i18n/start.ts'
import { useCode } from '../i18n/useCode.ts'
import { useMe } from '../session.tsx'
import { signOut } from '../sign-in/auth.ts'
import { unsentVisits } from '../visit/clear.ts'
import { type Mode, setAppearance, useAppearance } from '../theme/appearance.ts'

const SessionsDialog = lazy(() => import('../features/account/SessionsDialog.tsx'))
const PasswordDialog = lazy(() => import('../features/account/PasswordDialog.tsx'))
const TwoFactorDialog = lazy(() => import('../features/account/TwoFactorDialog.tsx'))

type Entry = { key: string; group?: string; label: ReactNode; chosen?: boolean; run: () => void }

const modes: Mode[] = ['system', 'light', 'dark']

export function PersonMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { t, i18n } = useTranslation()
  const code = useCode()
  const me = useMe()
  const { modal } = AntApp.useApp()
  const appearance = useAppearance()
  const [dialog, setDialog] = useState<'sessions' | 'password' | 'twoFactor' | null>(null)
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const close = () => setDialog(null)
  // Before the next key of a quick hand, so not in an effect that may come later.
  useLayoutEffect(() => {
    if (!open) return
    box.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus()
    const away = (event: MouseEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false)
    }
    addEventListener('mousedown', away)
    return () => removeEventListener('mousedown', away)
  }, [open])
  /** Visits that were not sent stay on this telephone; their author should know before leaving it to somebody else. */
  const leave = async () => {
    const n = await unsentVisits()
    if (n === 0) await signOut()
    else
      void modal.confirm({
        title: t('visitDay.unsent', { n }),
        okText: t('frame.person.signOut'),
        cancelText: t('common.cancel'),
        onOk: signOut,
      })
  }
  const role = code('role', me.grants[0]?.role)

  const entries: Entry[] = [
    ...languages.map((one) => ({
      key: `language-${one}`,
      group: t('frame.language'),
      label: <span lang={one}>{languageNames[one]}</span>,
      chosen: i18n.language === one,
      run: () => void switchLanguage(one),
    })),
    ...modes.map((mode) => ({
      key: `mode-${mode}`,
      group: t('frame.appearance'),
      label: t(`frame.mode.${mode}`),
      chosen: appearance.mode === mode,
      run: () => setAppearance({ mode }),
    })),
    {
      key: 'large',
      group: t('frame.appearance'),
      label: t('frame.largeText'),
      chosen: appearance.size === 'large',
      run: () => setAppearance({ size: appearance.size === 'large' ? 'normal' : 'large' }),
    },
    {
      key: 'compact',
      group: t('frame.appearance'),
      label: t('frame.compact'),
      chosen: appearance.density === 'compact',
      run: () => setAppearance({ density: appearance.density === 'compact' ? 'middle' : 'compact' }),
    },
    { key: 'sessions', label: t('frame.person.sessions'), run: () => setDialog('sessions') },
    { key: 'password', label: t('frame.person.password'), run: () => setDialog('password') },
    { key: 'twoFactor', label: t('frame.person.twoFactor'), run: () => setDialog('twoFactor') },
    { key: 'shortcuts', label: t('frame.person.shortcuts'), run: onShortcuts },
    { key: 'signOut', label: t('frame.person.signOut'), run: () => void leave() },
  ]

  const run = (entry: Entry) => {
    setOpen(false)
    entry.run()
  }
  const move = (event: React.KeyboardEvent<HTMLUListElement>) => {
    const rows = Array.from(event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]'))
    const at = rows.findIndex((row) => row === document.activeElement)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const end = { Home: 0, End: -1 }[event.key]
    if (event.key === 'Escape' || event.key === 'Tab') {
      setOpen(false)
      if (event.key === 'Escape') button.current?.focus()
    } else if (step !== undefined || end !== undefined) {
      event.preventDefault()
      rows.at(end ?? (at + (step ?? 0)) % rows.length)?.focus()
    }
  }

  return (
    <>
      <div className="person-menu" ref={box}>
        <button
          ref={button}
          type="button"
          className="bar-button"
          aria-haspopup="menu"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <UserOutlined aria-hidden />
          <span className="visually-hidden">{t('frame.person.menu')}</span>
          <span className="bar-name">
            {me.name}
            {role !== me.name && <span className="secondary small"> {role}</span>}
          </span>
        </button>
        {open && (
          <ul role="menu" aria-label={t('frame.person.menu')} className="person-menu-list" onKeyDown={move}>
            {entries.map((entry, index) => (
              <Fragment key={entry.key}>
                {entry.group !== entries[index - 1]?.group && (
                  <li role="presentation" className="person-menu-group secondary small">
                    {entry.group}
                  </li>
                )}
                <li
                  role="menuitem"
                  tabIndex={-1}
                  className={entry.chosen ? 'is-chosen' : undefined}
                  onClick={() => run(entry)}
                  onKeyDown={(event) => {
                    if (event.key === 'Enter' || event.key === ' ') {
                      event.preventDefault()
                      run(entry)
                    }
                  }}
                >
                  {entry.label}
                </li>
              </Fragment>
            ))}
          </ul>
        )}
      </div>
      <Suspense fallback={null}>
        {dialog === 'sessions' && <SessionsDialog onClose={close} />}
        {dialog === 'password' && <PasswordDialog onClose={close} />}
        {dialog === 'twoFactor' && <TwoFactorDialog onClose={close} />}
      </Suspense>
    </>
  )
}
