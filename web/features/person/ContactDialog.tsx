import { Dialog } from '../../ui/Dialog.tsx'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getPerson, type PersonDetail, updatePerson } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { useCode } from '../../i18n/useCode.ts'
import { CorrectionReason, isReason } from './CorrectionReason.tsx'
import { TextField, PickField } from '../../ui/fields.ts'
import { useDo } from '../../ui/useDo.ts'

const relations = ['SPO', 'PAR', 'CHD', 'SIB', 'GRD', 'EXF', 'FND', 'OTH'] as const

/** Which numbers are wrong, who is no contact any more, and who is one; saved together, with a reason. */
export default function ContactDialog({ person, onClose }: { person: PersonDetail; onClose: () => void }) {
  const { t } = useTranslation()
  const code = useCode()
  const [turned, setTurned] = useState<Set<number>>(new Set())
  const [removed, setRemoved] = useState<Set<number>>(new Set())
  const [contact, setContact] = useState<{ relation: string; name: string; phone: string }>({
    relation: 'SPO',
    name: '',
    phone: '',
  })
  const [reason, setReason] = useState('')
  const save = useDo(updatePerson, {
    done: t('person.saved'),
    stale: [getPerson, getTimeline],
    onDone: onClose,
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
    <Dialog
      title={t('person.changeContact')}
      onClose={onClose}
      ok={{
        text: t('common.save'),
        onClick: () => save.mutate({ params: { id: person.id }, body }),
        disabled: !isChanged || !isReason(reason),
        loading: save.isPending,
      }}
    >
      <div className="stack">
        <ul className="row-list contact-changes">
          {person.telecoms.map((one) => {
            const valid = one.valid !== turned.has(one.id)
            return (
              <li key={one.id}>
                <span className={valid ? '' : 'is-dropped'}>{one.value}</span>
                <Button aria-pressed={turned.has(one.id)} onClick={() => setTurned(toggled(turned, one.id))}>
                  {t(valid ? 'person.markWrong' : 'person.markRight')}{' '}
                  <span className="visually-hidden">{one.value}</span>
                </Button>
              </li>
            )
          })}
          {person.relationships.map((one) => (
            <li key={one.id}>
              <span className={removed.has(one.id) ? 'is-dropped' : ''}>
                {code('relation', one.relation)} {one.name} {one.phone}
              </span>
              <Button aria-pressed={removed.has(one.id)} onClick={() => setRemoved(toggled(removed, one.id))}>
                {t('person.remove')} <span className="visually-hidden">{one.name}</span>
              </Button>
            </li>
          ))}
        </ul>
        <fieldset className="stack">
          <legend>{t('person.addContact')}</legend>
          <PickField
            label={t('person.contactRelation')}
            value={contact.relation}
            options={relations.map((value) => ({ value, text: code('relation', value) }))}
            onChange={(relation) => setContact({ ...contact, relation })}
          />
          <TextField
            label={t('person.contactName')}
            maxLength={120}
            value={contact.name}
            onChange={(name) => setContact({ ...contact, name })}
          />
          <TextField
            label={t('person.contactPhone')}
            type="tel"
            maxLength={40}
            value={contact.phone}
            onChange={(phone) => setContact({ ...contact, phone })}
          />
        </fieldset>
        <CorrectionReason value={reason} onChange={setReason} />
      </div>
    </Dialog>
  )
}
