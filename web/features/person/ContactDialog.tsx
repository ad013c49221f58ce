import { App, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getPerson, type PersonDetail, updatePerson } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { useCode } from '../../i18n/useCode.ts'
import { keyOf, queryClient, useAct } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { CorrectionReason, isReason } from './CorrectionReason.tsx'

const relations = ['SPO', 'PAR', 'CHD', 'SIB', 'GRD', 'EXF', 'FND', 'OTH'] as const

/** Which numbers are wrong, who is no contact any more, and who is one; saved together, with a reason. */
export default function ContactDialog({ person, onClose }: { person: PersonDetail; onClose: () => void }) {
  const { t } = useTranslation()
  const code = useCode()
  const explain = useExplain()
  const { message } = App.useApp()
  const id = useId()
  const [turned, setTurned] = useState<Set<number>>(new Set())
  const [removed, setRemoved] = useState<Set<number>>(new Set())
  const [contact, setContact] = useState<{ relation: string; name: string; phone: string }>({
    relation: 'SPO',
    name: '',
    phone: '',
  })
  const [reason, setReason] = useState('')
  const save = useAct(updatePerson, {
    onSuccess: (saved) => {
      queryClient.setQueryData(keyOf(getPerson, { params: { id: person.id } }), saved)
      void queryClient.invalidateQueries({ queryKey: keyOf(getTimeline) })
      void message.success(t('person.saved'))
      onClose()
    },
    onError: (error) => {
      void queryClient.invalidateQueries({ queryKey: keyOf(getPerson) })
      void message.error(explain(error))
    },
  })
  const toggled = (all: Set<number>, one: number) =>
    new Set(all.has(one) ? [...all].filter((other) => other !== one) : [...all, one])
  const isNew = contact.name.trim() !== ''
  const isChanged = isNew || turned.size + removed.size > 0
  const body = {
    version: person.version,
    reason: reason.trim(),
    ...(turned.size > 0 && {
      telecoms: person.telecoms
        .filter((one) => turned.has(one.id))
        .map((one) => ({ id: one.id, valid: !one.valid })),
    }),
    ...(removed.size > 0 && { removeRelationships: [...removed] }),
    ...(isNew && {
      addRelationship: {
        relation: contact.relation,
        name: contact.name.trim(),
        phone: contact.phone.trim() || null,
      },
    }),
  }

  return (
    <Modal
      open
      title={t('person.changeContact')}
      okText={t('common.save')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: !isChanged || !isReason(reason), loading: save.isPending }}
      onOk={() => save.mutate({ params: { id: person.id }, body })}
      onCancel={onClose}
    >
      <div className="stack">
        <ul className="row-list contact-changes">
          {person.telecoms.map((one) => {
            const valid = one.valid !== turned.has(one.id)
            return (
              <li key={one.id}>
                <span className={valid ? '' : 'is-dropped'}>{one.value}</span>
                <button
                  type="button"
                  className="soft-button"
                  aria-pressed={turned.has(one.id)}
                  onClick={() => setTurned(toggled(turned, one.id))}
                >
                  {t(valid ? 'person.markWrong' : 'person.markRight')}{' '}
                  <span className="visually-hidden">{one.value}</span>
                </button>
              </li>
            )
          })}
          {person.relationships.map((one) => (
            <li key={one.id}>
              <span className={removed.has(one.id) ? 'is-dropped' : ''}>
                {code('relation', one.relation)} {one.name} {one.phone}
              </span>
              <button
                type="button"
                className="soft-button"
                aria-pressed={removed.has(one.id)}
                onClick={() => setRemoved(toggled(removed, one.id))}
              >
                {t('person.remove')} <span className="visually-hidden">{one.name}</span>
              </button>
            </li>
          ))}
        </ul>
        <fieldset className="stack">
          <legend>{t('person.addContact')}</legend>
          <div className="labelled">
            <label htmlFor={`${id}-relation`}>{t('person.contactRelation')}</label>
            <select
              id={`${id}-relation`}
              className="field-input"
              value={contact.relation}
              onChange={(event) => setContact({ ...contact, relation: event.target.value })}
            >
              {relations.map((one) => (
                <option key={one} value={one}>
                  {code('relation', one)}
                </option>
              ))}
            </select>
          </div>
          <div className="labelled">
            <label htmlFor={`${id}-name`}>{t('person.contactName')}</label>
            <input
              id={`${id}-name`}
              className="field-input"
              maxLength={120}
              value={contact.name}
              onChange={(event) => setContact({ ...contact, name: event.target.value })}
            />
          </div>
          <div className="labelled">
            <label htmlFor={`${id}-phone`}>{t('person.contactPhone')}</label>
            <input
              id={`${id}-phone`}
              className="field-input"
              type="tel"
              maxLength={40}
              value={contact.phone}
              onChange={(event) => setContact({ ...contact, phone: event.target.value })}
            />
          </div>
        </fieldset>
        <CorrectionReason value={reason} onChange={setReason} />
      </div>
    </Modal>
  )
}
