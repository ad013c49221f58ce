import { useState } from 'react'
import { call } from '../../api.ts'
import { useTranslation } from 'react-i18next'
import { createGuidance, type Guidance, listGuidance, updateGuidance } from '../../../contract/guidance.ts'
import { listSites } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { AreaField, CheckField, PickField, TextField } from '../../ui/fields.ts'
import { useContractForm } from '../../ui/useContractForm.ts'

/** Writes a text; each save keeps the former version. */
export function GuidanceEditor({ text, onClose }: { text: Guidance | null; onClose: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const places = useCall(listSites, {})
  const [conditions, setConditions] = useState(text?.conditionCodes.join(' ') ?? '')
  const [place, setPlace] = useState(
    text?.departmentId ? `d${text.departmentId}` : text?.siteId ? `s${text.siteId}` : '',
  )
  const form = useContractForm(text ? updateGuidance : createGuidance, {
    latest: async () => (await call(listGuidance, {})).items.find((one) => one.id === text?.id),
    ...(text && { params: { id: text.id } }),
    values: text ?? { title: '', body: '', active: true },
    toBody: (values) => ({
      ...values,
      siteId: place.startsWith('s') ? Number(place.slice(1)) : null,
      departmentId: place.startsWith('d') ? Number(place.slice(1)) : null,
      conditionCodes: conditions.split(/[\s,，、;；]+/).filter(Boolean),
    }),
    done: t('guidance.saved'),
    stale: [listGuidance],
    onDone: onClose,
  })
  const scope = me.permissions['guidance.write']
  const own = (kind: 'siteId' | 'departmentId', id: number) =>
    scope === 'all' ||
    me.grants.some(
      (grant) => grant[kind] === id || (kind === 'siteId' && grant.siteId === null && scope === 'site'),
    )
  const ofOwnSite = (siteId: number) =>
    scope !== 'department' && me.grants.some((grant) => grant.siteId === null || grant.siteId === siteId)
  const options = [
    ...(scope === 'department'
      ? []
      : (places.data?.sites ?? [])
          .filter((one) => own('siteId', one.id))
          .map((one) => ({ value: `s${one.id}`, text: one.name }))),
    ...(places.data?.departments ?? [])
      .filter((one) => one.active && (own('departmentId', one.id) || ofOwnSite(one.siteId)))
      .map((one) => ({ value: `d${one.id}`, text: one.name })),
  ]
  return (
    <FormDialog title={text ? t('guidance.edit') : t('guidance.add')} form={form} onClose={onClose}>
      <TextField label={t('guidance.name')} autoFocus {...form.text('title')} />
      <PickField
        label={t('guidance.place')}
        value={place}
        {...(scope === 'all'
          ? { none: t('guidance.everywhere') }
          : { none: t('tasks.choose'), required: true })}
        options={options}
        onChange={setPlace}
      />
      <TextField
        label={t('guidance.condition')}
        hint={t('guidance.conditionHint')}
        error={form.errors['conditionCodes']}
        maxLength={400}
        value={conditions}
        onChange={setConditions}
      />
      <AreaField label={t('guidance.body')} hint={t('guidance.bodyHint')} rows={10} {...form.text('body')} />
      <CheckField label={t('guidance.active')} {...form.check('active')} />
    </FormDialog>
  )
}
