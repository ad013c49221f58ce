import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  createGroup,
  type GroupDetail,
  groupKinds,
  groupLevels,
  groupStatuses,
  listGroups,
  updateGroup,
} from '../../../contract/group.ts'
import { listSites, listStaff } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { PickField, TextField } from '../../ui/fields.tsx'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useSaveGroup } from './useSaveGroup.ts'

type GroupDialogProps = {
  group: GroupDetail | null
  onClose: () => void
  onMade?: (id: number) => void
}

const textOf = (value: string | number | null | undefined) => (value == null ? '' : String(value))
const orNull = (text: string) => text.trim() || null
const idOrNull = (text: string) => (text ? Number(text) : null)

export function GroupDialog({ group, onClose, onMade }: GroupDialogProps) {
  const { t } = useTranslation()
  const me = useMe()
  const sites = useCall(listSites)
  const staff = useCall(listStaff, { query: { limit: 200 } })
  const others = useCall(listGroups, { query: { limit: 200 } })
  const mine = me.grants.flatMap((grant) => grant.siteId ?? [])
  const reachesAll = me.permissions['group.write'] === 'all'
  const offered = (sites.data?.sites ?? []).filter((site) => reachesAll || mine.includes(site.id))
  const [draft, setDraft] = useState({
    siteId: group ? textOf(group.siteId) : null,
    code: textOf(group?.code),
    name: textOf(group?.name),
    kind: group?.kind ?? ('contract-unit' as const),
    status: group?.status ?? ('active' as const),
    level: group?.level ?? null,
    parentId: textOf(group?.parentId),
    taxId: textOf(group?.taxId),
    industry: textOf(group?.industry),
    headcount: textOf(group?.headcount),
    phone: textOf(group?.phone),
    address: textOf(group?.address),
    ownerStaffId: textOf(group?.ownerStaffId),
    note: textOf(group?.note),
  })
  const change = (patch: Partial<typeof draft>) => setDraft({ ...draft, ...patch })
  const create = useSaveGroup(createGroup, onClose)
  const update = useSaveGroup(updateGroup, onClose)
  const siteId = draft.siteId ?? textOf(offered[0]?.id)
  const save = () => {
    const body = {
      siteId: idOrNull(siteId),
      code: draft.code,
      name: draft.name,
      kind: draft.kind,
      status: draft.status,
      level: draft.level,
      parentId: idOrNull(draft.parentId),
      taxId: orNull(draft.taxId),
      industry: orNull(draft.industry),
      headcount: idOrNull(draft.headcount),
      phone: orNull(draft.phone),
      address: orNull(draft.address),
      district: group?.district ?? null,
      city: group?.city ?? null,
      province: group?.province ?? null,
      ownerStaffId: idOrNull(draft.ownerStaffId),
      note: orNull(draft.note),
    }
    if (group) update.mutate({ params: { id: group.id }, body: { ...body, version: group.version } })
    else create.mutate({ body }, { onSuccess: (made) => onMade?.(made.id) })
  }

  return (
    <FormDialog
      title={t(group ? 'groups.edit' : 'groups.add')}
      saving={create.isPending || update.isPending}
      onSave={save}
      onClose={onClose}
    >
      <TextField
        label={t('groups.name')}
        value={draft.name}
        required
        autoFocus
        maxLength={200}
        onChange={(name) => change({ name })}
      />
      <div className="field-row">
        <TextField
          label={t('groups.code')}
          value={draft.code}
          required
          maxLength={60}
          onChange={(code) => change({ code })}
        />
        <PickField
          label={t('groups.kindLabel')}
          value={draft.kind}
          options={groupKinds.map((value) => ({ value, text: t(`groups.kinds.${value}`) }))}
          onChange={(value) => change({ kind: groupKinds.find((one) => one === value) ?? 'other' })}
        />
      </div>
      <div className="field-row">
        <PickField
          label={t('groups.statusLabel')}
          value={draft.status}
          options={groupStatuses.map((value) => ({ value, text: t(`groups.statuses.${value}`) }))}
          onChange={(value) => change({ status: groupStatuses.find((one) => one === value) ?? 'active' })}
        />
        <PickField
          label={t('groups.level')}
          value={draft.level ?? ''}
          none={t('groups.noLevel')}
          options={groupLevels.map((value) => ({ value, text: t(`groups.levels.${value}`) }))}
          onChange={(value) => change({ level: groupLevels.find((one) => one === value) ?? null })}
        />
      </div>
      <div className="field-row">
        <PickField
          label={t('groups.site')}
          value={siteId}
          {...(reachesAll && { none: t('groups.allSites') })}
          options={offered.map((site) => ({ value: String(site.id), text: site.name }))}
          onChange={(value) => change({ siteId: value })}
        />
        <PickField
          label={t('groups.owner')}
          value={draft.ownerStaffId}
          none={t('groups.noOwner')}
          options={(staff.data?.items ?? []).map((one) => ({ value: String(one.id), text: one.name }))}
          onChange={(ownerStaffId) => change({ ownerStaffId })}
        />
      </div>
      <div className="field-row">
        <PickField
          label={t('groups.parent')}
          value={draft.parentId}
          none="—"
          options={(others.data?.items ?? [])
            .filter((one) => one.id !== group?.id)
            .map((one) => ({ value: String(one.id), text: one.name }))}
          onChange={(parentId) => change({ parentId })}
        />
        <TextField
          label={t('groups.headcount')}
          value={draft.headcount}
          pattern="\d{0,7}"
          onChange={(headcount) => change({ headcount })}
        />
      </div>
      <div className="field-row">
        <TextField
          label={t('groups.taxId')}
          value={draft.taxId}
          maxLength={30}
          onChange={(taxId) => change({ taxId })}
        />
        <TextField
          label={t('groups.industry')}
          value={draft.industry}
          maxLength={100}
          onChange={(industry) => change({ industry })}
        />
      </div>
      <div className="field-row">
        <TextField
          label={t('groups.phone')}
          value={draft.phone}
          maxLength={40}
          onChange={(phone) => change({ phone })}
        />
        <TextField
          label={t('groups.address')}
          value={draft.address}
          maxLength={300}
          onChange={(address) => change({ address })}
        />
      </div>
      <TextField
        label={t('groups.note')}
        value={draft.note}
        maxLength={2000}
        onChange={(note) => change({ note })}
      />
    </FormDialog>
  )
}
