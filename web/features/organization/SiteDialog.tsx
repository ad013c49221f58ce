import { Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createSite, updateSite } from '../../../contract/setting.ts'
import { TextField } from '../../ui/fields.tsx'
import type { Site } from './OrganizationTab.tsx'
import { useSave } from './useSave.ts'

export function SiteDialog({ site, onClose }: { site: Site | null; onClose: () => void }) {
  const { t } = useTranslation()
  const form = useId()
  const [draft, setDraft] = useState({
    code: site?.code ?? '',
    name: site?.name ?? '',
    timeZone: site?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  })
  const create = useSave(createSite, '', onClose)
  const update = useSave(updateSite, '', onClose)
  const change = (patch: Partial<typeof draft>) => setDraft({ ...draft, ...patch })
  const save = () => {
    if (!site) create.mutate({ body: draft })
    else update.mutate({ params: { id: site.id }, body: { name: draft.name, timeZone: draft.timeZone } })
  }
  return (
    <Modal
      open
      title={t(site ? 'settings.organization.editSite' : 'settings.organization.addSite')}
      okText={t('common.save')}
      cancelText={t('common.cancel')}
      okButtonProps={{ htmlType: 'submit', form, loading: create.isPending || update.isPending }}
      onCancel={onClose}
    >
      <form
        id={form}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <TextField
          label={t('settings.organization.name')}
          value={draft.name}
          required
          maxLength={100}
          autoFocus
          onChange={(name) => change({ name })}
        />
        <TextField
          label={t('settings.organization.code')}
          hint={t('settings.organization.codeHint')}
          value={draft.code}
          disabled={site !== null}
          required
          maxLength={40}
          onChange={(code) => change({ code })}
        />
        <TextField
          label={t('settings.organization.timeZone')}
          hint={t('settings.organization.timeZoneHint')}
          value={draft.timeZone}
          required
          maxLength={60}
          onChange={(timeZone) => change({ timeZone })}
        />
      </form>
    </Modal>
  )
}
