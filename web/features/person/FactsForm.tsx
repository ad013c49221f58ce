import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { type PersonDetail, type updatePerson } from '../../../contract/person.ts'
import type { InputOf } from '../../api.ts'
import { useCode } from '../../i18n/useCode.ts'

export type FactsDraft = {
  name: string
  sex: PersonDetail['sex']
  birthDate: string
  maritalStatus: string
  language: string
  address: string
  preferredChannel: NonNullable<PersonDetail['preferredChannel']> | ''
  note: string
  addPhone: string
  addEmail: string
}

type Changes = Omit<InputOf<typeof updatePerson>['body'], 'version'>

const sexes = ['male', 'female', 'other', 'unknown'] as const
const maritalStatuses = ['S', 'M', 'D', 'W', 'A', 'P', 'O'] as const
const channels = ['phone', 'sms', 'email', 'wechat'] as const

export function draftOf(person: PersonDetail): FactsDraft {
  return {
    name: person.name,
    sex: person.sex,
    birthDate: person.birthDate ?? '',
    maritalStatus: person.maritalStatus ?? '',
    language: person.language ?? '',
    // What is masked is not edited but written anew.
    address: '',
    preferredChannel: person.preferredChannel ?? '',
    note: person.note ?? '',
    addPhone: '',
    addEmail: '',
  }
}

/** Only what was changed here is sent, so that another's change to another field survives. */
export function changesOf(from: PersonDetail, draft: FactsDraft): Changes {
  const before = draftOf(from)
  return {
    ...(draft.name.trim() !== before.name ? { name: draft.name.trim() } : {}),
    ...(draft.sex !== before.sex ? { sex: draft.sex } : {}),
    ...(draft.birthDate !== before.birthDate ? { birthDate: draft.birthDate || null } : {}),
    ...(draft.maritalStatus !== before.maritalStatus ? { maritalStatus: draft.maritalStatus || null } : {}),
    ...(draft.language.trim() !== before.language ? { language: draft.language.trim() || null } : {}),
    ...(draft.address.trim() ? { address: { text: draft.address.trim() } } : {}),
    ...(draft.preferredChannel !== before.preferredChannel
      ? { preferredChannel: draft.preferredChannel || null }
      : {}),
    ...(draft.note !== before.note ? { note: draft.note.trim() || null } : {}),
    ...(draft.addPhone.trim() ? { addPhone: draft.addPhone.trim() } : {}),
    ...(draft.addEmail.trim() ? { addEmail: draft.addEmail.trim() } : {}),
  }
}

/** Whether what was changed overrules a source: that needs a reason. */
export function isCorrection(from: PersonDetail, draft: FactsDraft): boolean {
  const changed = changesOf(from, draft)
  return (['name', 'sex', 'birthDate', 'maritalStatus', 'language', 'address'] as const).some(
    (field) => field in changed,
  )
}

export function FactsForm({ draft, onChange }: { draft: FactsDraft; onChange: (draft: FactsDraft) => void }) {
  const { t } = useTranslation()
  const code = useCode()
  const id = useId()
  return (
    <>
      <div className="labelled">
        <label htmlFor={`${id}-name`}>{t('person.name')}</label>
        <input
          id={`${id}-name`}
          className="field-input"
          value={draft.name}
          maxLength={120}
          required
          autoFocus
          onChange={(event) => onChange({ ...draft, name: event.target.value })}
        />
      </div>
      <div className="labelled">
        <label htmlFor={`${id}-sex`}>{t('person.sex')}</label>
        <select
          id={`${id}-sex`}
          className="field-input"
          value={draft.sex}
          onChange={(event) =>
            onChange({ ...draft, sex: sexes.find((one) => one === event.target.value) ?? 'unknown' })
          }
        >
          {sexes.map((one) => (
            <option key={one} value={one}>
              {code('sex', one)}
            </option>
          ))}
        </select>
      </div>
      <div className="labelled">
        <label htmlFor={`${id}-birth`}>{t('person.birthDate')}</label>
        <input
          id={`${id}-birth`}
          className="field-input"
          type="date"
          value={draft.birthDate}
          onChange={(event) => onChange({ ...draft, birthDate: event.target.value })}
        />
      </div>
      <div className="labelled">
        <label htmlFor={`${id}-marital`}>{t('person.maritalStatus')}</label>
        <select
          id={`${id}-marital`}
          className="field-input"
          value={draft.maritalStatus}
          onChange={(event) => onChange({ ...draft, maritalStatus: event.target.value })}
        >
          <option value="">—</option>
          {/* Sources have codes of their own; what is there must stay choosable. */}
          {[...new Set([...maritalStatuses, draft.maritalStatus])].filter(Boolean).map((one) => (
            <option key={one} value={one}>
              {code('marital', one)}
            </option>
          ))}
        </select>
      </div>
      <div className="labelled">
        <label htmlFor={`${id}-language`}>{t('person.language')}</label>
        <input
          id={`${id}-language`}
          className="field-input"
          value={draft.language}
          maxLength={20}
          onChange={(event) => onChange({ ...draft, language: event.target.value })}
        />
      </div>
      <div className="labelled">
        <label htmlFor={`${id}-address`}>{t('person.newAddress')}</label>
        <input
          id={`${id}-address`}
          className="field-input"
          value={draft.address}
          maxLength={300}
          onChange={(event) => onChange({ ...draft, address: event.target.value })}
        />
      </div>
      <div className="labelled">
        <label htmlFor={`${id}-channel`}>{t('person.preferredChannel')}</label>
        <select
          id={`${id}-channel`}
          className="field-input"
          value={draft.preferredChannel}
          onChange={(event) =>
            onChange({ ...draft, preferredChannel: channels.find((one) => one === event.target.value) ?? '' })
          }
        >
          <option value="">{t('person.noPreference')}</option>
          {channels.map((one) => (
            <option key={one} value={one}>
              {code('channel', one)}
            </option>
          ))}
        </select>
      </div>
      <div className="labelled">
        <label htmlFor={`${id}-note`}>{t('person.note')}</label>
        <textarea
          id={`${id}-note`}
          className="field-input"
          rows={3}
          maxLength={2000}
          value={draft.note}
          onChange={(event) => onChange({ ...draft, note: event.target.value })}
        />
      </div>
      <div className="labelled">
        <label htmlFor={`${id}-phone`}>{t('person.addPhone')}</label>
        <input
          id={`${id}-phone`}
          className="field-input"
          type="tel"
          maxLength={40}
          value={draft.addPhone}
          onChange={(event) => onChange({ ...draft, addPhone: event.target.value })}
        />
      </div>
      <div className="labelled">
        <label htmlFor={`${id}-email`}>{t('person.addEmail')}</label>
        <input
          id={`${id}-email`}
          className="field-input"
          type="email"
          maxLength={120}
          value={draft.addEmail}
          onChange={(event) => onChange({ ...draft, addEmail: event.target.value })}
        />
      </div>
    </>
  )
}
