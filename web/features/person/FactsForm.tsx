import { useTranslation } from 'react-i18next'
import { type PersonDetail, type updatePerson } from '../../../contract/person.ts'
import type { InputOf } from '../../api.ts'
import { useCode } from '../../i18n/useCode.ts'
import { TextField, AreaField, PickField, DateField } from '../../ui/fields.ts'

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
  const of = <K extends keyof FactsDraft>(name: K) => ({
    value: draft[name],
    onChange: (value: string) => onChange({ ...draft, [name]: value }),
  })
  return (
    <>
      <TextField label={t('person.name')} maxLength={120} required autoFocus {...of('name')} />
      <PickField
        label={t('person.sex')}
        options={sexes.map((value) => ({ value, text: code('sex', value) }))}
        {...of('sex')}
      />
      <DateField label={t('person.birthDate')} {...of('birthDate')} />
      <PickField
        label={t('person.maritalStatus')}
        none="—"
        // Sources have codes of their own; what is there must stay choosable.
        options={[...new Set([...maritalStatuses, draft.maritalStatus])]
          .filter(Boolean)
          .map((value) => ({ value, text: code('marital', value) }))}
        {...of('maritalStatus')}
      />
      <TextField label={t('person.language')} maxLength={20} {...of('language')} />
      <TextField label={t('person.newAddress')} maxLength={300} {...of('address')} />
      <PickField
        label={t('person.preferredChannel')}
        none={t('person.noPreference')}
        options={channels.map((value) => ({ value, text: code('channel', value) }))}
        {...of('preferredChannel')}
      />
      <AreaField label={t('person.note')} maxLength={2000} {...of('note')} />
      <TextField label={t('person.addPhone')} type="tel" maxLength={40} {...of('addPhone')} />
      <TextField label={t('person.addEmail')} type="email" maxLength={120} {...of('addEmail')} />
    </>
  )
}
