import { UserOutlined } from '@ant-design/icons'
import { Dropdown, type MenuProps } from 'antd'
import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { languageNames, languages } from '../i18n/language.ts'
import { switchLanguage } from '../i18n/start.ts'
import { useCode } from '../i18n/useCode.ts'
import { useMe } from '../session.tsx'
import { signOut } from '../sign-in/auth.ts'
import { type Mode, setAppearance, useAppearance } from '../theme/appearance.ts'

const SessionsDialog = lazy(() => import('../features/account/SessionsDialog.tsx'))
const PasswordDialog = lazy(() => import('../features/account/PasswordDialog.tsx'))
const TwoFactorDialog = lazy(() => import('../features/account/TwoFactorDialog.tsx'))

const modes: Mode[] = ['system', 'light', 'dark']

export function PersonMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { t, i18n } = useTranslation()
  const code = useCode()
  const me = useMe()
  const appearance = useAppearance()
  const [dialog, setDialog] = useState<'sessions' | 'password' | 'twoFactor' | null>(null)
  const close = () => setDialog(null)
  const role = code('role', me.grants[0]?.role)

  const items: MenuProps['items'] = [
    {
      key: 'language',
      type: 'group',
      label: t('frame.language'),
      children: languages.map((one) => ({
        key: `language-${one}`,
        label: <span lang={one}>{languageNames[one]}</span>,
        onClick: () => void switchLanguage(one),
      })),
    },
    {
      key: 'appearance',
      type: 'group',
      label: t('frame.appearance'),
      children: [
        ...modes.map((mode) => ({
          key: `mode-${mode}`,
          label: t(`frame.mode.${mode}`),
          onClick: () => setAppearance({ mode }),
        })),
        {
          key: 'large',
          label: t('frame.largeText'),
          onClick: () => setAppearance({ size: appearance.size === 'large' ? 'normal' : 'large' }),
        },
        {
          key: 'compact',
          label: t('frame.compact'),
          onClick: () => setAppearance({ density: appearance.density === 'compact' ? 'middle' : 'compact' }),
        },
      ],
    },
    { type: 'divider' },
    { key: 'sessions', label: t('frame.person.sessions'), onClick: () => setDialog('sessions') },
    { key: 'password', label: t('frame.person.password'), onClick: () => setDialog('password') },
    { key: 'twoFactor', label: t('frame.person.twoFactor'), onClick: () => setDialog('twoFactor') },
    { key: 'shortcuts', label: t('frame.person.shortcuts'), onClick: onShortcuts },
    { type: 'divider' },
    { key: 'signOut', label: t('frame.person.signOut'), onClick: () => void signOut() },
  ]
  const selectedKeys = [
    `language-${i18n.language}`,
    `mode-${appearance.mode}`,
    ...(appearance.size === 'large' ? ['large'] : []),
    ...(appearance.density === 'compact' ? ['compact'] : []),
  ]

  return (
    <>
      <Dropdown
        menu={{ items, selectedKeys }}
        trigger={['click']}
        placement="bottomRight"
        getPopupContainer={(button) => button.parentElement ?? document.body}
      >
        <button type="button" className="bar-button" aria-haspopup="menu">
          <UserOutlined aria-hidden />
          <span className="visually-hidden">{t('frame.person.menu')}</span>
          <span className="bar-name">
            {me.name}
            {role !== me.name && <span className="secondary small"> {role}</span>}
          </span>
        </button>
      </Dropdown>
      <Suspense fallback={null}>
        {dialog === 'sessions' && <SessionsDialog onClose={close} />}
        {dialog === 'password' && <PasswordDialog onClose={close} />}
        {dialog === 'twoFactor' && <TwoFactorDialog onClose={close} />}
      </Suspense>
    </>
  )
}
