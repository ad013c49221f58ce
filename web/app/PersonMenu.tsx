import { UserOutlined } from '@ant-design/icons'
import { Fragment, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCode } from '../i18n/useCode.ts'
import { useMe } from '../session.tsx'
import type { Action } from './useActions.tsx'

export function PersonMenu({ actions }: { actions: Action[] }) {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
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
  const role = code('role', me.grants[0]?.role)
  const entries = actions.filter((one) => !one.hidden)

  const run = (entry: Action) => {
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
                {entry.label ?? entry.words}
              </li>
            </Fragment>
          ))}
        </ul>
      )}
    </div>
  )
}
