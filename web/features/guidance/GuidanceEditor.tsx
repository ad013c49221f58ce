import { App } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createGuidance, type Guidance, listGuidance, updateGuidance } from '../../../contract/guidance.ts'
import { listSites } from '../../../contract/setting.ts'
import { keyOf, queryClient, useAct, useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { AreaField, CheckField, PickField, TextField } from '../../ui/fields.ts'
import { useExplain } from '../../ui/useExplain.ts'

/** Writes a text; each save keeps the former version. */
export function GuidanceEditor({ text, onClose }: { text: Guidance | null; onClose: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const explain = useExplain()
  const { message } = App.useApp()
  const places = useCall(listSites, {})
  const [title, setTitle] = useState(text?.title ?? '')
  const [body, setBody] = useState(text?.body ?? '')
  const [conditions, setConditions] = useState(text?.conditionCodes.join(' ') ?? '')
  const [active, setActive] = useState(text?.active ?? true)
  const [place, setPlace] = useState(
    text?.departmentId ? `d${text.departmentId}` : text?.siteId ? `s${text.siteId}` : '',
  )
  const done = {
    onSuccess: () => {
      void message.success(t('guidance.saved'))
      void queryClient.invalidateQueries({ queryKey: keyOf(listGuidance) })
      onClose()
    },
    onError: (error: Error) => void message.error(explain(error)),
  }
  const create = useAct(createGuidance, done)
  const update = useAct(updateGuidance, done)
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
  const save = () => {
    const input = {
      title: title.trim(),
      body: body.trim(),
      siteId: place.startsWith('s') ? Number(place.slice(1)) : null,
      departmentId: place.startsWith('d') ? Number(place.slice(1)) : null,
      conditionCodes: conditions.split(/[\s,，、;；]+/).filter(Boolean),
      active,
    }
    if (text) update.mutate({ params: { id: text.id }, body: { ...input, version: text.version } })
    else create.mutate({ body: input })
  }
  return (
    <FormDialog
      title={text ? t('guidance.edit') : t('guidance.add')}
      saving={create.isPending || update.isPending}
      onClose={onClose}
      onSave={save}
    >
      <TextField
        label={t('guidance.name')}
        value={title}
        required
        maxLength={100}
        autoFocus
        onChange={setTitle}
      />
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
        pattern="\s*[A-Z][0-9A-Z.]{0,7}([\s,，、;；]+[A-Z][0-9A-Z.]{0,7})*\s*"
        maxLength={400}
        value={conditions}
        onChange={setConditions}
      />
      <AreaField
        label={t('guidance.body')}
        hint={t('guidance.bodyHint')}
        rows={10}
        required
        maxLength={4000}
        value={body}
        onChange={setBody}
      />
      <CheckField label={t('guidance.active')} checked={active} onChange={setActive} />
    </FormDialog>
  )
}
