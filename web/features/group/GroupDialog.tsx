import { call } from '../../api.ts'
import { useTranslation } from 'react-i18next'
import { createGroup, type GroupDetail, listGroups, updateGroup, getGroup } from '../../../contract/group.ts'
import { listSites, listStaff } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { choices, FieldRow, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useGroupSaved } from './useGroupSaved.ts'

type GroupDialogProps = {
  group: GroupDetail | null
  onClose: () => void
  onMade?: (id: number) => void
}

export function GroupDialog({ group, onClose, onMade }: GroupDialogProps) {
  const { t } = useTranslation()
  const me = useMe()
  const sites = useCall(listSites)
  const staff = useCall(listStaff, { query: { limit: 200 } })
  const others = useCall(listGroups, { query: { limit: 200 } })
  const mine = me.grants.flatMap((grant) => grant.siteId ?? [])
  const reachesAll = me.permissions['group.write'] === 'all'
  const offered = (sites.data?.sites ?? []).filter((site) => reachesAll || mine.includes(site.id))
  const saved = useGroupSaved(onClose)
  const form = useContractForm(group ? updateGroup : createGroup, {
    latest: async () => (group ? call(getGroup, { params: { id: group.id } }) : undefined),
    ...(group && { params: { id: group.id } }),
    values: group ?? { siteId: mine[0] ?? null, kind: 'contract-unit', status: 'active' },
    ...saved,
    onDone: (made) => {
      saved.onDone()
      if (!group) onMade?.(made.id)
    },
  })

  return (
    <FormDialog title={t(group ? 'groups.edit' : 'groups.add')} form={form} onClose={onClose}>
      <TextField label={t('groups.name')} autoFocus {...form.text('name')} />
      <FieldRow>
        <TextField label={t('groups.code')} {...form.text('code')} />
        <PickField label={t('groups.kindLabel')} {...form.pick('kind', (one) => t(`groups.kinds.${one}`))} />
      </FieldRow>
      <FieldRow>
        <PickField
          label={t('groups.statusLabel')}
          {...form.pick('status', (one) => t(`groups.statuses.${one}`))}
        />
        <PickField
          label={t('groups.level')}
          {...form.pick('level', (one) => t(`groups.levels.${one}`))}
          none={t('groups.noLevel')}
        />
      </FieldRow>
      <FieldRow>
        <PickField
          label={t('groups.site')}
          {...form.pick('siteId')}
          {...(reachesAll && { none: t('groups.allSites') })}
          options={choices(offered)}
        />
        <PickField
          label={t('groups.owner')}
          {...form.pick('ownerStaffId')}
          none={t('groups.noOwner')}
          options={choices(staff.data?.items ?? [])}
        />
      </FieldRow>
      <FieldRow>
        <PickField
          label={t('groups.parent')}
          {...form.pick('parentId')}
          none="—"
          options={choices((others.data?.items ?? []).filter((one) => one.id !== group?.id))}
        />
        <NumberField label={t('groups.headcount')} {...form.number('headcount')} />
      </FieldRow>
      <FieldRow>
        <TextField label={t('groups.taxId')} {...form.text('taxId')} />
        <TextField label={t('groups.industry')} {...form.text('industry')} />
      </FieldRow>
      <FieldRow>
        <TextField label={t('groups.phone')} {...form.text('phone')} />
        <TextField label={t('groups.address')} {...form.text('address')} />
      </FieldRow>
      <TextField label={t('groups.note')} {...form.text('note')} />
    </FormDialog>
  )
}
