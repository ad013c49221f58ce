import { useTranslation } from 'react-i18next'
import type { Evidence, TaskDetail } from '../../../contract/task.ts'
import { addEvidence } from '../../../contract/task-result.ts'
import { toLocalInput } from '../../format/time.ts'
import { useCode } from '../../i18n/useCode.ts'
import { DateField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

type EvidenceDialogProps = { task: TaskDetail; onClose: () => void; onDone: () => void }

export default function EvidenceDialog({ task, onClose, onDone }: EvidenceDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const form = useContractForm(addEvidence, {
    params: { id: task.id },
    values: {
      kind: task.kind === 'home-visit' ? 'visit-note' : 'call-record',
      reference: '',
      place: '',
      at: task.completedAt ? toLocalInput(new Date(task.completedAt)) : '',
    },
    toBody: ({ reference, place, at }) => ({
      kind,
      ...(kind === 'visit-note' ? { place } : { reference }),
      ...(timed && at ? { at: new Date(at as string).toISOString() } : {}),
    }),
    done: t('desk.proof.added'),
    onDone,
  })
  const kind = form.values['kind'] as Evidence['kind']
  const timed = kind === 'visit-note' || kind === 'reply'
  return (
    <FormDialog title={t('desk.proof.add')} form={form} onClose={onClose}>
      <PickField label={t('desk.proof.kind')} {...form.pick('kind', (value) => code('evidence', value))} />
      {kind === 'visit-note' ? (
        <TextField label={t('desk.proof.place')} autoFocus {...form.text('place')} required />
      ) : (
        <TextField
          label={t(`desk.proof.reference.${kind}`)}
          hint={kind === 'call-record' ? t('desk.proof.onceOnly') : undefined}
          autoFocus
          {...form.text('reference')}
          required
        />
      )}
      {timed && <DateField label={t('desk.proof.at')} time {...form.text('at')} required />}
    </FormDialog>
  )
}
