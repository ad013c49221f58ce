import { Dialog } from '../../ui/Dialog.tsx'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { useCode } from '../../i18n/useCode.ts'
import { type FactsDraft, draftOf } from './FactsForm.tsx'

const fields = ['name', 'sex', 'birthDate', 'maritalStatus', 'language', 'preferredChannel', 'note'] as const

type ConflictDialogProps = {
  before: PersonDetail
  theirs: PersonDetail
  draft: FactsDraft
  busy: boolean
  onKeep: () => void
  onDrop: () => void
}

export function ConflictDialog({ before, theirs, draft, busy, onKeep, onDrop }: ConflictDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const old = draftOf(before)
  const now = draftOf(theirs)
  const touched = fields.filter((field) => now[field] !== old[field] || draft[field] !== old[field])
  const word = (field: (typeof fields)[number], value: string) => {
    if (!value) return '—'
    if (field === 'sex') return code('sex', value)
    if (field === 'maritalStatus') return code('marital', value)
    return field === 'preferredChannel' ? code('channel', value) : value
  }
  return (
    <Dialog
      title={t('person.conflictTitle')}
      onClose={onDrop}
      footer={[
        <Button key="drop" onClick={onDrop}>
          {t('person.dropMine')}
        </Button>,
        <Button key="keep" type="primary" loading={busy} onClick={onKeep}>
          {t('person.keepMine')}
        </Button>,
      ]}
    >
      <p className="secondary">{t('person.conflictHint')}</p>
      {touched.length === 0 ? (
        <p>{t('person.conflictNone')}</p>
      ) : (
        <table className="list-table plain-table">
          <thead>
            <tr>
              <th scope="col">{t('person.conflictField')}</th>
              <th scope="col">{t('person.conflictTheirs')}</th>
              <th scope="col">{t('person.conflictMine')}</th>
            </tr>
          </thead>
          <tbody>
            {touched.map((field) => (
              <tr key={field}>
                <th scope="row">{t(`person.${field}`)}</th>
                <td>{word(field, now[field])}</td>
                <td>{draft[field] === old[field] ? '—' : word(field, draft[field])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Dialog>
  )
}
