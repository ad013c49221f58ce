import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { CaseDetail } from '../../../contract/case.ts'
import { linkCase, listImprovements, startImprovement } from '../../../contract/improvement.ts'
import { StaffPick } from '../../app/StaffPick.tsx'
import { useCall } from '../../query.ts'
import { AreaField, DateField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useDo } from '../../ui/useDo.ts'
import { caseRoutes } from './stale.ts'
import { useCasePlaces } from './useCasePlaces.ts'
import { WhysField } from './WhysField.tsx'

/** From a complaint to its cause and the change that mends it. */
export function StartImprovementDialog({ one, onClose }: { one: CaseDetail; onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { departmentChoices } = useCasePlaces(one.siteId)
  const open = (id: number) => {
    onClose()
    void navigate({ to: '/improvements/$id', params: { id: String(id) } })
  }
  const known = useCall(listImprovements, {
    query: { siteId: one.siteId, categoryId: one.categoryId, limit: 5 },
  })
  const link = useDo(linkCase, {
    done: t('improvements.joined'),
    stale: [...caseRoutes, listImprovements],
    onDone: ({ id }) => open(id),
  })
  const form = useContractForm(startImprovement, {
    values: {
      caseId: one.id,
      departmentId: one.departments[0]?.id,
      title: '',
      cause: '',
      whys: [],
      change: '',
      ownerStaffId: null,
      dueDate: null,
    },
    toBody: (values) => ({
      ...values,
      whys: (values['whys'] as string[]).filter((why) => why.trim() !== ''),
    }),
    stale: [...caseRoutes, listImprovements],
    done: t('improvements.started'),
    onDone: ({ id }) => open(id),
    draft: String(one.id),
  })
  return (
    <FormDialog title={t('improvements.start')} okText={t('common.save')} form={form} onClose={onClose}>
      {(known.data?.items ?? []).length > 0 && (
        <div>
          <p className="secondary">{t('improvements.sameCause')}</p>
          <div className="button-line">
            {known.data?.items.map(({ id, title }) => (
              <Button
                key={id}
                size="small"
                loading={link.isPending}
                onClick={() => link.mutate({ params: { id }, body: { caseId: one.id } })}
              >
                {title}
              </Button>
            ))}
          </div>
        </div>
      )}
      <TextField label={t('improvements.name')} {...form.text('title')} />
      <PickField
        label={t('improvements.department')}
        {...form.pick('departmentId')}
        options={departmentChoices}
      />
      <WhysField value={form.values['whys'] as string[]} onChange={(whys) => form.change({ whys })} />
      <TextField label={t('improvements.cause')} {...form.text('cause')} />
      <AreaField label={t('improvements.change')} {...form.text('change')} />
      <div className="fields-auto">
        <StaffPick
          label={t('improvements.owner')}
          {...form.pick('ownerStaffId')}
          name={null}
          none={t('improvements.noOwner')}
        />
        <DateField label={t('improvements.due')} {...form.text('dueDate')} />
      </div>
    </FormDialog>
  )
}
