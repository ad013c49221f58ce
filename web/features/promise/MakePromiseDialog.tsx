import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listPromises, makePromise, promiseFigures, type PromiseEntry } from '../../../contract/promise.ts'
import { listSites } from '../../../contract/setting.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { listWaiting } from '../../../contract/waiting.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { StaffPick } from '../../app/StaffPick.tsx'
import { useCall } from '../../query.ts'
import { choices, DateField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

export const promiseRoutes = [listPromises, promiseFigures, listWaiting, getTimeline]
export type PromiseSource = { kind: Exclude<PromiseEntry['sourceKind'], 'none'>; id: number }

type MakePromiseDialogProps = {
  person: { id: number; name: string } | null
  toName?: string | null
  siteId?: number | undefined
  source?: PromiseSource | undefined
  onClose: () => void
}

/** What was promised, to whom, until when, and who keeps it. */
export function MakePromiseDialog({
  person,
  toName = null,
  siteId,
  source,
  onClose,
}: MakePromiseDialogProps) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState(person)
  const places = useCall(listSites)
  const form = useContractForm(makePromise, {
    values: {
      personId: person?.id ?? null,
      toName: toName ?? '',
      text: '',
      dueAt: '',
      ownerStaffId: null,
      departmentId: null,
      siteId: siteId ?? null,
      sourceKind: source?.kind ?? 'none',
      sourceId: source?.id ?? null,
    },
    toBody: (values) => ({
      ...values,
      ...(values['dueAt'] !== undefined &&
        values['dueAt'] !== '' && { dueAt: new Date(values['dueAt'] as string).toISOString() }),
    }),
    stale: promiseRoutes,
    done: t('promises.made'),
    onDone: onClose,
    draft: source ? `${source.kind} ${source.id}` : String(person?.id ?? ''),
  })
  const departments = (places.data?.departments ?? []).filter(
    (one) => one.active && (siteId === undefined || one.siteId === siteId),
  )
  return (
    <FormDialog title={t('promises.make')} okText={t('promises.make')} form={form} onClose={onClose}>
      {person ? (
        <p>{person.name}</p>
      ) : (
        <>
          <PersonPick
            label={t('promises.person')}
            empty={t('promises.noPerson')}
            {...form.person('personId')}
            chosenId={chosen?.id ?? null}
            onChoose={({ id, name }) => {
              setChosen({ id, name })
              form.change({ personId: id })
            }}
          />
          {chosen === null && <TextField label={t('promises.toName')} {...form.text('toName')} />}
        </>
      )}
      <TextField label={t('promises.text')} {...form.text('text')} />
      <DateField label={t('promises.due')} time {...form.text('dueAt')} />
      <div className="fields-auto">
        <StaffPick
          label={t('promises.owner')}
          {...form.pick('ownerStaffId')}
          name={null}
          none={t('promises.ownerMe')}
        />
        <PickField
          label={t('promises.department')}
          {...form.pick('departmentId')}
          none={t('promises.noDepartment')}
          options={choices(departments)}
        />
      </div>
    </FormDialog>
  )
}
