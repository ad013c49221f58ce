import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type TaskDetail } from '../../../contract/task.ts'
import { addEvidence } from '../../../contract/task-result.ts'
import { toLocalInput } from '../../format/time.ts'
import { useCode } from '../../i18n/useCode.ts'
import { DateField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useDo } from '../../ui/useDo.ts'

const kinds = ['call-record', 'reply', 'visit-note', 'document'] as const
type Kind = (typeof kinds)[number]

type EvidenceDialogProps = { task: TaskDetail; onClose: () => void; onDone: () => void }

export default function EvidenceDialog({ task, onClose, onDone }: EvidenceDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const [kind, setKind] = useState<Kind>(task.kind === 'home-visit' ? 'visit-note' : 'call-record')
  const [reference, setReference] = useState('')
  const [place, setPlace] = useState('')
  const [at, setAt] = useState(task.completedAt ? toLocalInput(new Date(task.completedAt)) : '')
  const timed = kind === 'visit-note' || kind === 'reply'
  const add = useDo(addEvidence, {
    done: t('desk.proof.added'),
    onDone: () => {
      onDone()
    },
  })
  const save = () =>
    add.mutate({
      params: { id: task.id },
      body: {
        kind,
        ...(kind === 'visit-note' ? { place } : { reference }),
        ...(timed && at ? { at: new Date(at).toISOString() } : {}),
      },
    })
  return (
    <FormDialog title={t('desk.proof.add')} saving={add.isPending} onSave={save} onClose={onClose}>
      <PickField
        label={t('desk.proof.kind')}
        value={kind}
        options={kinds.map((value) => ({ value, text: code('evidence', value) }))}
        onChange={(value) => setKind(kinds.find((one) => one === value) ?? 'call-record')}
      />
      {kind === 'visit-note' ? (
        <TextField
          label={t('desk.proof.place')}
          value={place}
          required
          autoFocus
          maxLength={200}
          onChange={setPlace}
        />
      ) : (
        <TextField
          label={t(`desk.proof.reference.${kind}`)}
          value={reference}
          hint={kind === 'call-record' ? t('desk.proof.onceOnly') : undefined}
          required
          autoFocus
          maxLength={200}
          onChange={setReference}
        />
      )}
      {timed && <DateField label={t('desk.proof.at')} time value={at} required onChange={setAt} />}
    </FormDialog>
  )
}
