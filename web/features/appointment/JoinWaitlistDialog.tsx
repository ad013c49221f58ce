import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listVisitTypes } from '../../../contract/clinic-schedule.ts'
import { listSites } from '../../../contract/setting.ts'
import { joinWaitlist, listWaitlist, partOfDay } from '../../../contract/waitlist.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { StaffPick } from '../../app/StaffPick.tsx'
import { isoDay } from '../../format/time.ts'
import { useCall } from '../../query.ts'
import { CheckField, choices, DateField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { appointmentRoutes } from './stale.ts'

type JoinWaitlistDialogProps = {
  person: { id: number; name: string } | null
  departmentId?: number | undefined
  onClose: () => void
}

const inDays = (days: number) => isoDay(new Date(Date.now() + days * 86_400_000))

/** Puts somebody on the waitlist: a freed slot is offered to whoever waits longest. */
export function JoinWaitlistDialog({ person, departmentId, onClose }: JoinWaitlistDialogProps) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState(person)
  const places = useCall(listSites, { query: { within: 'appointment.write' } })
  const form = useContractForm(joinWaitlist, {
    values: {
      personId: person?.id,
      departmentId,
      staffId: null,
      visitTypeId: null,
      earliest: inDays(1),
      latest: inDays(14),
      partOfDay: null,
      urgent: false,
      note: '',
    },
    stale: [...appointmentRoutes, listWaitlist],
    done: t('waitlist.added'),
    onDone: onClose,
  })
  const department = places.data?.departments.find((one) => one.id === Number(form.values['departmentId']))
  const types = useCall(
    listVisitTypes,
    { query: { siteId: department?.siteId ?? 0 } },
    { enabled: department !== undefined },
  )
  return (
    <FormDialog title={t('waitlist.join')} okText={t('waitlist.join')} form={form} onClose={onClose}>
      {person ? (
        <p>{person.name}</p>
      ) : (
        <PersonPick
          label={t('appointments.person')}
          empty={t('appointments.noPerson')}
          error={form.pick('personId').error}
          chosenId={chosen?.id ?? null}
          onChoose={({ id, name }) => {
            setChosen({ id, name })
            form.change({ personId: id })
          }}
        />
      )}
      <div className="fields-auto">
        <PickField
          label={t('appointments.department')}
          {...form.pick('departmentId')}
          options={choices((places.data?.departments ?? []).filter((one) => one.active))}
        />
        <StaffPick
          label={t('appointments.doctor')}
          {...form.pick('staffId')}
          name={null}
          none={t('waitlist.anyDoctor')}
        />
        <PickField
          label={t('appointments.type')}
          {...form.pick('visitTypeId')}
          none={t('appointments.allTypes')}
          options={choices((types.data?.items ?? []).filter((one) => one.active))}
        />
      </div>
      <div className="fields-auto">
        <DateField label={t('waitlist.earliest')} {...form.text('earliest')} min={isoDay(new Date())} />
        <DateField label={t('waitlist.latest')} {...form.text('latest')} min={isoDay(new Date())} />
        <PickField
          label={t('waitlist.partOfDay')}
          {...form.pick('partOfDay')}
          none={t('waitlist.anyTime')}
          options={partOfDay.options.map((one) => ({ value: one, text: t(`waitlist.part.${one}`) }))}
        />
      </div>
      <CheckField label={t('waitlist.urgent')} {...form.check('urgent')} />
      <TextField label={t('appointments.note')} {...form.text('note')} />
    </FormDialog>
  )
}
