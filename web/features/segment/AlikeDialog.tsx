import { useTranslation } from 'react-i18next'
import { createAlike, listSegments, type Segment } from '../../../contract/segment.ts'
import { count } from '../../format/number.ts'
import { FieldRow, NumberField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

/** A list of those who are most like the members of a segment. */
export function AlikeDialog({
  segment,
  onClose,
  onMade,
}: {
  segment: Segment
  onClose: () => void
  onMade: (id: number) => void
}) {
  const { t } = useTranslation()
  const form = useContractForm(createAlike, {
    params: { id: segment.id },
    values: {
      name: t('segments.madeBy.alike', { from: segment.name }),
      code: `${segment.code}-alike`,
      size: 200,
    },
    done: ({ members }) => t('segments.alikeMade', { n: count(members) }),
    stale: [listSegments],
    onDone: (made) => {
      onClose()
      onMade(made.id)
    },
  })
  return (
    <FormDialog title={t('segments.alike')} form={form} onClose={onClose}>
      <p className="secondary">{t('segments.alikeHint')}</p>
      <FieldRow>
        <TextField label={t('segments.name')} {...form.text('name')} />
        <TextField mono label={t('segments.code')} {...form.text('code')} />
      </FieldRow>
      <NumberField label={t('segments.alikeSize')} {...form.number('size')} />
    </FormDialog>
  )
}
