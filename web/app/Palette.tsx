import { useNavigate } from '@tanstack/react-router'
import { Modal } from 'antd'
import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isDark, setAppearance, useAppearance } from '../theme/appearance.ts'
import { may, useMe } from '../session.tsx'
import { navigation } from './navigation.tsx'
import { PersonOption } from './PersonOption.tsx'
import { usePersonSearch } from './usePersonSearch.ts'

type Entry = { key: string; group: string; content: ReactNode; run: () => void }

export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const { size } = useAppearance()
  const navigate = useNavigate()
  const id = useId()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const { items } = usePersonSearch(may(me, 'person.read') ? text : '', 6)

  const wanted = text.trim().toLowerCase()
  const fits = (words: string) => words.toLowerCase().includes(wanted)
  const entries: Entry[] = [
    ...navigation
      .filter((entry) => may(me, entry.permission) && fits(`${t(`frame.nav.${entry.word}`)} ${entry.to}`))
      .map((entry) => ({
        key: entry.to,
        group: t('frame.palettePages'),
        content: t(`frame.nav.${entry.word}`),
        run: () => void navigate({ to: entry.to }),
      })),
    ...items.map((person) => ({
      key: `person-${person.id}`,
      group: t('frame.palettePersons'),
      content: <PersonOption person={person} />,
      run: () => void navigate({ to: '/persons/$id', params: { id: String(person.id) } }),
    })),
    ...[
      {
        key: 'mode',
        words: t(isDark() ? 'frame.mode.light' : 'frame.mode.dark'),
        run: () => setAppearance({ mode: isDark() ? 'light' : 'dark' }),
      },
      {
        key: 'size',
        words: t('frame.largeText'),
        run: () => setAppearance({ size: size === 'large' ? 'normal' : 'large' }),
      },
    ]
      .filter((action) => fits(action.words))
      .map((action) => ({
        key: action.key,
        group: t('frame.paletteActions'),
        content: action.words,
        run: action.run,
      })),
  ]
  const at = Math.min(chosen, entries.length - 1)

  const run = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    entry.run()
  }

  return (
    <Modal open footer={null} closable={false} onCancel={onClose} width={560} title={t('frame.palette')}>
      <input
        className="field-input"
        role="combobox"
        aria-label={t('frame.palette')}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        {...(entries[at] ? { 'aria-activedescendant': `${id}-${entries[at].key}` } : {})}
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setChosen(0)
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault()
            const step = event.key === 'ArrowDown' ? 1 : -1
            setChosen((at + step + entries.length) % Math.max(1, entries.length))
          } else if (event.key === 'Enter') run(entries[at])
        }}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={t('frame.palette')} className="palette-list">
        {entries.map((entry, index) => (
          <li
            key={entry.key}
            id={`${id}-${entry.key}`}
            role="option"
            aria-selected={index === at}
            onClick={() => run(entry)}
          >
            <span>{entry.content}</span>
            <span className="secondary small">{entry.group}</span>
          </li>
        ))}
      </ul>
    </Modal>
  )
}
