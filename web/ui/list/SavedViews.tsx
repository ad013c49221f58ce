import { DeleteOutlined, FolderOpenOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { deleteSavedView, listSavedViews, type SavedView, saveView } from '../../../contract/list.ts'
import { useCall } from '../../query.ts'
import { CheckField, TextField } from '../fields.ts'
import { type Filters, parseFilters, useFilters, writeFilters } from '../filters.ts'
import { FormDialog } from '../FormDialog.tsx'
import { useContractForm } from '../useContractForm.ts'
import { useDo } from '../useDo.ts'

/** Views of a list that somebody kept: opened, kept under a name, shared, deleted. */
export function SavedViews({ route }: { route: string }) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  const [saving, setSaving] = useState(false)
  const views = useCall(listSavedViews, { query: { route } })
  const remove = useDo(deleteSavedView, { done: t('common.view.deleted'), stale: [listSavedViews] })
  const open = (view: SavedView) => {
    const cleared: Filters = Object.fromEntries(Object.keys(filters).map((key) => [key, undefined]))
    setFilters({ ...cleared, ...parseFilters(view.search) })
  }
  const items = views.data?.items ?? []
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            ...items.map((view) => ({
              key: String(view.id),
              label: (
                <span className="saved-view">
                  <span>{view.name}</span>
                  {view.mine ? (
                    <>
                      {view.shared && <span className="secondary small">{t('common.view.sharedByMe')}</span>}
                      <Button
                        type="text"
                        size="small"
                        icon={<DeleteOutlined aria-hidden />}
                        aria-label={t('common.view.delete', { name: view.name })}
                        onClick={(event) => {
                          event.stopPropagation()
                          remove.mutate({ params: { id: view.id } })
                        }}
                      />
                    </>
                  ) : (
                    <span className="secondary small">{view.ownerName}</span>
                  )}
                </span>
              ),
              onClick: () => open(view),
            })),
            ...(items.length > 0 ? [{ type: 'divider' as const }] : []),
            { key: 'save', label: t('common.view.save'), onClick: () => setSaving(true) },
          ],
        }}
      >
        <Button icon={<FolderOpenOutlined aria-hidden />}>{t('common.view.open')}</Button>
      </Dropdown>
      {saving && <SaveDialog route={route} onClose={() => setSaving(false)} />}
    </>
  )
}

function SaveDialog({ route, onClose }: { route: string; onClose: () => void }) {
  const { t } = useTranslation()
  const [filters] = useFilters()
  const form = useContractForm(saveView, {
    values: { route, name: '', shared: false, search: writeFilters(filters).slice(1) },
    draft: false,
    done: t('common.view.saved'),
    stale: [listSavedViews],
    onDone: onClose,
  })
  return (
    <FormDialog title={t('common.view.save')} size="small" form={form} onClose={onClose}>
      <TextField
        label={t('common.view.name')}
        autoFocus
        {...form.text('name')}
        hint={t('common.view.hint')}
      />
      <CheckField label={t('common.view.share')} {...form.check('shared')} />
    </FormDialog>
  )
}
