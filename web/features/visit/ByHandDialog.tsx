import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createOutreachTask } from '../../../contract/visit.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { isoDay } from '../../format/time.ts'
import { AreaField, DateField, PickField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { refreshVisits } from './refresh.ts'

/** A task of the outreach department that no pathway makes. */
export function ByHandDialog({ siteId, onClose }: { siteId: number; onClose: () => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [due] = useState(() => isoDay(new Date(Date.now() + 7 * 86_400_000)))
  const form = useContractForm(createOutreachTask, {
    values: { siteId, purpose: 'visit', due },
    draft: false,
    done: t('visits.byHandMade'),
    onDone: () => {
      refreshVisits()
      onClose()
    },
  })
  return (
    <FormDialog title={t('visits.byHand')} form={form} onClose={onClose}>
      <PersonPick
        label={name ? t('visits.chosen', { name }) : t('visits.person')}
        empty={t('visits.nobody')}
        {...form.person('personId')}
        onChoose={(person) => {
          setName(person.name)
          form.change({ personId: person.id })
        }}
      />
      <PickField
        label={t('visits.purposeLabel')}
        {...form.pick('purpose', (one) => t(`visits.purpose.${one}`))}
      />
      <DateField label={t('visits.due')} {...form.text('due')} />
      <AreaField label={t('visits.note')} {...form.text('note')} />
    </FormDialog>
  )
}
