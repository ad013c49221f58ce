import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { may, useMe } from '../session.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { areasOf } from './navigation.tsx'
import { PersonOption } from './PersonOption.tsx'
import type { Action } from './useActions.tsx'
import { useFavourites } from './useFavourites.ts'
import { usePersonSearch } from './usePersonSearch.ts'

type Entry = { key: string; group: string; content: ReactNode; run: () => void }

/** Pinyin and initials of the frame's words, written when the app is built. */
const [spoken = {}] = Object.values(
  import.meta.glob<Record<string, string>>('../i18n/zh-CN/frame.ts', {
    query: '?pinyin',
    import: 'default',
    eager: true,
  }),
)

/** Finds pages, persons and actions by their words, pinyin (`suifang`) or initials (`sf`). */
export default function Palette({ onClose, actions }: { onClose: () => void; actions: Action[] }) {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const id = useId()
  const { favourites } = useFavourites()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const { items } = usePersonSearch(may(me, 'person.read') ? text : '', 6)

  const wanted = text.trim().toLowerCase().replaceAll(/\s+/g, '')
  const fits = (words: string) =>
    words.toLowerCase().replaceAll(/\s+/g, '').includes(wanted) ||
    (wanted !== '' && (spoken[words] ?? '').split(' ').some((one) => one.startsWith(wanted)))
  const pages = areasOf(me)
    .flatMap((area) => area.pages.map((one) => ({ ...one, area: t(`frame.area.${area.word}`) })))
    .filter((one) => fits(t(`frame.nav.${one.word}`)) || fits(one.area) || one.to.includes(wanted))
    .sort((a, b) => Number(favourites.includes(b.to)) - Number(favourites.includes(a.to)))
  const entries: Entry[] = [
    ...pages.map((one) => ({
      key: one.to,
      group: one.area,
      content: t(`frame.nav.${one.word}`),
      run: () => void navigate({ to: one.to }),
    })),
    ...items.map((person) => ({
      key: `person-${person.id}`,
      group: t('frame.palettePersons'),
      content: <PersonOption person={person} />,
      run: () => void navigate({ to: '/persons/$id', params: { id: String(person.id) } }),
    })),
    ...actions
      .filter((action) => fits(action.words))
      .map((action) => ({
        key: action.key,
        group: action.group ?? t('frame.paletteActions'),
        content: action.label ?? action.words,
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
    <Dialog onClose={onClose} closable={false} title={t('frame.palette')}>
      {}
      <input
        className="field-input"
        role="combobox"
        aria-label={t('frame.palette')}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        {...(entries[at] ? { 'aria-activedescendant': `${id}-${entries[at].key}` } : {})}
        autoFocus
        placeholder={t('frame.paletteHint')}
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
          else if (event.key === 'Escape') onClose()
        }}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={t('frame.palette')} className="palette-list">
        {entries.map((entry, index) => (
          <li
            key={entry.key}
            id={`${id}-${entry.key}`}
            role="option"
            aria-selected={index === at}
            ref={index === at ? (row) => row?.scrollIntoView({ block: 'nearest' }) : undefined}
            onClick={() => run(entry)}
          >
            <span>{entry.content}</span>
            <span className="secondary small">{entry.group}</span>
          </li>
        ))}
      </ul>
      {entries.length === 0 && <p className="search-none">{t('frame.paletteNone', { text: text.trim() })}</p>}
    </Dialog>
  )
}
