import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonSummary } from '../../../contract/person.ts'
import { createOutreachTask, outreachPurpose } from '../../../contract/visit.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { isoDay } from '../../format/time.ts'
import { AreaField, DateField, PickField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { refreshVisits } from './refresh.ts'
import { useDo } from '../../ui/useDo.ts'

/** A task of the outreach department that no pathway makes. */
export function ByHandDialog({ siteId, onClose }: { siteId: number; onClose: () => void }) {
  const { t } = useTranslation()
  const [person, setPerson] = useState<PersonSummary | null>(null)
  const [purpose, setPurpose] = useState<string>('visit')
  const [due, setDue] = useState(() => isoDay(new Date(Date.now() + 7 * 86_400_000)))
  const [note, setNote] = useState('')
  const create = useDo(createOutreachTask, {
    done: t('visits.byHandMade'),
    onDone: () => {
      refreshVisits()
      onClose()
    },
  })
  return (
    <FormDialog
      title={t('visits.byHand')}
      saving={create.isPending}
      disabled={person === null || due === ''}
      onSave={() =>
        person &&
        create.mutate({
          body: {
            siteId,
            personId: person.id,
            purpose: outreachPurpose.options.find((one) => one === purpose) ?? 'visit',
            due,
            ...(note.trim() && { note: note.trim() }),
          },
        })
      }
      onClose={onClose}
    >
      <PersonPick
        label={person ? t('visits.chosen', { name: person.name }) : t('visits.person')}
        empty={t('visits.nobody')}
        chosenId={person?.id ?? null}
        onChoose={setPerson}
      />
      <PickField
        label={t('visits.purposeLabel')}
        value={purpose}
        options={outreachPurpose.options.map((one) => ({ value: one, text: t(`visits.purpose.${one}`) }))}
        onChange={setPurpose}
      />
      <DateField label={t('visits.due')} required value={due} onChange={setDue} />
      <AreaField label={t('visits.note')} value={note} maxLength={500} onChange={setNote} />
    </FormDialog>
  )
}
