import { SearchOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { PersonOption } from './PersonOption.tsx'
import { useShortcut } from '../ui/useShortcut.ts'
import { usePersonSearch } from './usePersonSearch.ts'

export function GlobalSearch() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [chosen, setChosen] = useState(0)
  const { items, settled } = usePersonSearch(text, 8)
  const shown = open && text.trim() !== ''

  useShortcut('/', () => {
    input.current?.focus()
    input.current?.select()
  })
  useEffect(() => {
    const close = (event: MouseEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false)
    }
    addEventListener('mousedown', close)
    return () => removeEventListener('mousedown', close)
  }, [])

  const go = (personId: number) => {
    setOpen(false)
    setText('')
    input.current?.blur()
    void navigate({ to: '/persons/$id', params: { id: String(personId) } })
  }

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      setChosen((before) => (items.length === 0 ? 0 : (before + step + items.length) % items.length))
    } else if (event.key === 'Enter') {
      const person = items[chosen]
      if (person && settled) go(person.id)
      else if (text.trim()) {
        setOpen(false)
        void navigate({ to: '/persons', search: { search: text.trim() } })
      }
    } else if (event.key === 'Escape') {
      setOpen(false)
      input.current?.blur()
    }
  }

  return (
    <div className="global-search" ref={box} role="search">
      <span className="global-search-icon" aria-hidden="true">
        <SearchOutlined />
      </span>
      {}
      <input
        ref={input}
        className="field-input"
        role="combobox"
        aria-label={t('frame.searchLabel')}
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(shown && items[chosen] ? { 'aria-activedescendant': `${id}-${items[chosen].id}` } : {})}
        placeholder={t('frame.searchPlaceholder')}
        title={t('frame.searchHint')}
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value)
          setChosen(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={onKeyDown}
      />
      <kbd aria-hidden="true">/</kbd>
      <div className="search-results" hidden={!shown}>
        <ul id={`${id}-list`} role="listbox" aria-label={t('frame.searchLabel')}>
          {items.map((person, index) => (
            <li
              key={person.id}
              id={`${id}-${person.id}`}
              role="option"
              aria-selected={index === chosen}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => go(person.id)}
            >
              <PersonOption person={person} />
            </li>
          ))}
        </ul>
        {settled && items.length === 0 && (
          <p className="search-none">{t('frame.searchEmpty', { text: text.trim() })}</p>
        )}
      </div>
    </div>
  )
}
