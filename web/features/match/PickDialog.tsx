import { useNavigate } from '@tanstack/react-router'
import { Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { PersonOption } from '../../app/PersonOption.tsx'
import { usePersonSearch } from '../../app/usePersonSearch.ts'

/** Finds the other record of somebody; the two are then shown side by side. */
export default function PickDialog({ personId, onClose }: { personId: number; onClose: () => void }) {
  const { t } = useTranslation()
  const id = useId()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const { items, settled } = usePersonSearch(text, 8)
  const others = items.filter((one) => one.id !== personId)
  const choose = (other: number) =>
    void navigate({
      to: '/persons/merge/$left/$right',
      params: { left: String(personId), right: String(other) },
    })
  return (
    <Modal open title={t('match.mergeWith')} footer={null} onCancel={onClose}>
      <div className="labelled">
        <label htmlFor={id}>{t('match.findOther')}</label>
        <input
          id={id}
          className="field-input"
          type="search"
          autoComplete="off"
          placeholder={t('person.searchHint')}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && settled && others[0] && others.length === 1) choose(others[0].id)
          }}
        />
      </div>
      <ul className="pick-list">
        {others.map((person) => (
          <li key={person.id}>
            <button type="button" className="plain-button" onClick={() => choose(person.id)}>
              <PersonOption person={person} />
            </button>
          </li>
        ))}
      </ul>
      {settled && text.trim() !== '' && others.length === 0 && (
        <p className="secondary">{t('person.notFound')}</p>
      )}
    </Modal>
  )
}
